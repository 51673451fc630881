use driftscope_base::field::Times;
use driftscope_base::interpolant::Interpolant;
use rand_distr::StandardNormal;

use super::*;
use crate::network::test_support::random_weights;
use crate::network::{Activation, Inputs, Kernel, Word};
use crate::prediction::Prediction;

/// Two points, blurred.
struct TwoPoints(ChaCha8Rng);

impl TrainingData for TwoPoints {
    fn draw(&mut self, samples: &mut Samples) {
        samples.labels.clear();
        for point in &mut samples.data {
            let right = self.0.random();
            let centre = if right { 1.0 } else { -1.0 };
            let mut draw = |mean: f32| mean + 0.1 * self.0.sample::<f32, _>(StandardNormal);
            *point = [draw(centre), draw(0.5 * centre)];
            samples.labels.push(Some(u32::from(right)));
        }
    }

    fn stream(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }
}

fn trainer(settings: &TrainingSettings, start: Option<Weights>) -> Trainer {
    trainer_from(settings, start.map_or(Start::Anew, Start::From))
}

fn trainer_from(settings: &TrainingSettings, start: Start) -> Trainer {
    let data = TwoPoints(ChaCha8Rng::seed_from_u64(8));
    Trainer::new(settings.clone(), (Box::new(data), 2), Interpolant::Linear, start).unwrap()
}

fn small() -> TrainingSettings {
    TrainingSettings {
        hidden: 19,
        depth: 2,
        time_features: 8,
        batch: 101,
        steps: 300,
        ..TrainingSettings::default()
    }
}

/// Settings of every kind, small.
fn kinds() -> Vec<TrainingSettings> {
    let mut all: Vec<_> = LossRef::all().map(|loss| TrainingSettings { loss, ..small() }).collect();
    for Word { value: activation, .. } in Activation::ALL {
        all.push(TrainingSettings { activation, labels: true, ..small() });
    }
    for prediction in Prediction::ALL {
        for Word { value: weighting, .. } in Weighting::ALL {
            all.push(TrainingSettings { prediction, weighting, ..small() });
        }
    }
    for Word { value: objective, .. } in Objective::ALL {
        all.push(TrainingSettings { objective, labels: true, ..small() });
        let times = TimeDensity::LogitNormal;
        all.push(TrainingSettings { objective, same_time: 0.0, times, ..small() });
    }
    all
}

#[test]
fn fused_gradient_is_that_of_autodiff() {
    for (device, kind) in
        ComputeDevice::ALL.iter().flat_map(|d| kinds().into_iter().map(move |kind| (d, kind)))
    {
        for batch in [1, 2, 101, 500] {
            let settings = TrainingSettings { batch, ..kind.clone() };
            let start = random_weights(settings.architecture(2), 6);
            let mut trainer = trainer(&settings, Some(start));
            // A batch before, whose traces must not show.
            let mut before = trainer.batches.next();
            trainer.fused_gradient(&mut before);
            let mut batch = trainer.batches.next();
            let found_loss = trainer.fused_gradient(&mut batch);
            let found = trainer.gradient.clone();
            let expected_loss = trainer.autodiff_gradient(*device, &batch);
            let off = found_loss / expected_loss - 1.0;
            assert!(off.abs() < 1e-5, "{settings:?}: {found_loss} {expected_loss}");
            for (found, expected) in found.iter().zip(&trainer.gradient) {
                for (found, expected) in found.parameters().into_iter().zip(expected.parameters()) {
                    assert_eq!(found.len(), expected.len());
                    let largest = expected.iter().fold(0.0_f32, |max, value| max.max(value.abs()));
                    for (found, expected) in found.iter().zip(expected) {
                        let close = (found - expected).abs() < 2e-5 * largest;
                        assert!(close, "{settings:?}: {found} {expected}");
                    }
                }
            }
        }
    }
}

#[test]
fn both_gradients_train_the_same_network() {
    let train = |gradient| {
        let mut trainer = trainer(&TrainingSettings { gradient, ..small() }, None);
        let losses: Vec<f32> = (0..60).map(|_| trainer.step().unwrap().loss).collect();
        (losses, trainer.ema_weights())
    };
    let (losses, weights) = train(GradientMethod::Fused);
    let (expected_losses, expected) = train(GradientMethod::Autodiff(ComputeDevice::default()));
    assert_ne!(losses, expected_losses, "two ways round differently");
    for (found, expected) in losses.iter().zip(&expected_losses) {
        assert!((found / expected - 1.0).abs() < 1e-3, "{found} {expected}");
    }
    for (found, expected) in weights.layers.iter().zip(&expected.layers) {
        for (found, expected) in found.weight.iter().zip(&expected.weight) {
            assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        }
    }
}

#[test]
fn a_loss_is_named_and_the_usual_one_goes_without_saying() {
    let mut names = std::collections::HashSet::new();
    for loss in LossRef::all() {
        assert!(names.insert(loss.name) && LossRef::named(loss.name) == Some(loss));
        assert!(!loss.title.is_empty() && !loss.about.is_empty() && !loss.quantity.is_empty());
        let settings = TrainingSettings { loss, ..small() };
        let written = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<TrainingSettings>(&written).unwrap(), settings);
    }
    let message = serde_json::from_str::<TrainingSettings>("{\"loss\":\"none\"}").unwrap_err();
    assert!(message.to_string().contains("`none`, expected one of `squared`"), "{message}");
}

/// The loss of one sample, and its derivative there.
fn one_sample(loss: LossRef, output: [f32; 2], target: [f32; 2]) -> (f64, [f32; 2]) {
    let mut rows = [[0.0; panels::PANEL]];
    rows[0][..2].copy_from_slice(&output);
    let mut total = 0.0;
    (loss.samples)(&mut rows, &[target], &[], 1.0, &mut total);
    (total, [rows[0][0], rows[0][1]])
}

#[test]
fn every_loss_is_least_at_its_target_and_rises_with_its_derivative() {
    for loss in LossRef::all() {
        let target = [0.25, -1.5];
        assert_eq!(one_sample(loss, target, target), (0.0, [0.0; 2]), "{loss}");
        for output in [[0.5, -1.0], [2.0, -1.5], [-8.0, 6.0]] {
            let (value, slope) = one_sample(loss, output, target);
            assert!(value > 0.0, "{loss}");
            for axis in 0..2 {
                let moved = |by: f32| {
                    let mut output = output;
                    output[axis] += by;
                    one_sample(loss, output, target).0
                };
                let step = 1.0 / 64.0;
                let difference = (moved(step) - moved(-step)) / f64::from(2.0 * step);
                let found = f64::from(slope[axis]);
                assert!((found - difference).abs() < 2e-2 * difference.abs() + 1e-4, "{loss}");
            }
        }
    }
}

#[test]
fn training_lowers_the_loss_and_is_repeatable() {
    let settings = TrainingSettings { learning_rate: 1e-2, ..small() };
    let run = |seed| {
        let mut trainer = trainer(&TrainingSettings { seed, ..settings.clone() }, None);
        let losses: Vec<f32> = (0..settings.steps).map(|_| trainer.step().unwrap().loss).collect();
        assert_eq!(trainer.steps_done(), settings.steps);
        (losses, trainer.ema_weights())
    };
    let (losses, weights) = run(1);
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    assert!(mean(&losses[270..]) < 0.6 * mean(&losses[..10]), "{losses:?}");
    weights.validate().unwrap();
    assert_eq!(run(1).1, weights);
    assert_ne!(run(2).1, weights);
}

#[test]
fn training_is_the_same_on_any_number_of_threads() {
    let settings = TrainingSettings { batch: 500, ..small() };
    let train = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut trainer = trainer(&settings, None);
        pool.install(|| {
            for _ in 0..3 {
                trainer.step().unwrap();
            }
        });
        trainer.ema_weights()
    };
    assert_eq!(train(1), train(3));
}

#[test]
fn training_goes_on_from_given_weights() {
    let start = random_weights(small().architecture(2), 6);
    let trainer = trainer(&small(), Some(start.clone()));
    assert_eq!(trainer.ema_weights(), start);
    let other = TrainingSettings { hidden: 128, ..small() };
    let data: Box<dyn TrainingData> = Box::new(TwoPoints(ChaCha8Rng::seed_from_u64(8)));
    let error =
        Trainer::new(other, (data, 2), Interpolant::Linear, Start::From(start)).err().unwrap();
    assert!(error.to_string().contains("hidden: 19"), "{error}");
}

#[test]
fn a_training_that_goes_on_makes_the_steps_of_one_that_was_never_interrupted() {
    let settings = [
        small(),
        TrainingSettings { coupling: Pairing::Optimal, batch: 40, ..small() },
        TrainingSettings { coupling: Pairing::Sinkhorn, batch: 40, ..small() },
        TrainingSettings { objective: Objective::Shortcut, ..small() },
        TrainingSettings { objective: Objective::MeanFlow, ..small() },
        TrainingSettings { labels: true, drop_labels: 0.3, ..small() },
    ];
    for settings in settings {
        let mut whole = trainer(&settings, None);
        // Before the first step as well.
        let mut steps = [0, 1, 6, 0].into_iter();
        let mut parts = trainer(&settings, None);
        for count in steps.by_ref() {
            for _ in 0..count {
                assert_eq!(parts.step().unwrap(), whole.step().unwrap());
            }
            let state = parts.state();
            assert_eq!(state.steps, whole.steps_done());
            parts = trainer_from(&settings, Start::GoingOn(state));
        }
        for _ in 0..5 {
            assert_eq!(parts.step().unwrap(), whole.step().unwrap(), "{:?}", settings.objective);
        }
        assert_eq!(parts.state(), whole.state());
        assert_eq!(parts.ema_weights(), whole.ema_weights());
        let other = TrainingSettings { hidden: settings.hidden + 1, ..settings };
        let data: Box<dyn TrainingData> = Box::new(TwoPoints(ChaCha8Rng::seed_from_u64(8)));
        let start = Start::GoingOn(parts.state());
        let error = Trainer::new(other, (data, 2), Interpolant::Linear, start).err().unwrap();
        assert!(error.to_string().contains("another size"), "{error}");
    }
    // What begins with given weights, as a round of reflow does, has them still before its first step.
    let start = random_weights(small().architecture(2), 6);
    let state = trainer(&small(), Some(start.clone())).state();
    assert_eq!(trainer_from(&small(), Start::GoingOn(state)).ema_weights(), start);
}

#[test]
fn settings_out_of_range_are_named() {
    let refuse = |settings: TrainingSettings| settings.validate().unwrap_err().to_string();
    assert_eq!(
        refuse(TrainingSettings { batch: 0, ..small() }),
        "training batch = 0: allowed is 1 to 65536"
    );
    assert!(refuse(TrainingSettings { learning_rate: f64::NAN, ..small() }).contains("NaN"));
    assert!(refuse(TrainingSettings { ema_decay: 1.0, ..small() }).contains("ema_decay"));
    assert!(refuse(TrainingSettings { steps: 0, ..small() }).contains("steps"));
}

#[test]
fn a_divergence_is_reported_and_keeps_the_weights() {
    struct Broken(ChaCha8Rng);
    impl TrainingData for Broken {
        fn draw(&mut self, samples: &mut Samples) {
            samples.data.fill([f32::NAN; 2]);
        }

        fn stream(&mut self) -> &mut ChaCha8Rng {
            &mut self.0
        }
    }
    let data = Box::new(Broken(ChaCha8Rng::seed_from_u64(8)));
    let mut trainer = Trainer::new(small(), (data, 0), Interpolant::Linear, Start::Anew).unwrap();
    assert!(trainer.step().unwrap_err().to_string().contains("diverged at step 0"));
    trainer.ema_weights().validate().unwrap();

    // The loss is finite here, but not all of its gradient.
    let mut start = random_weights(small().architecture(2), 6);
    start.layers[0].bias.fill(1e8);
    start.layers[1].weight.fill(1e-13);
    start.layers[1].bias.fill(0.0);
    start.layers[2].weight.fill(1e19);
    let mut trainer = self::trainer(&small(), Some(start.clone()));
    let error = trainer.step().unwrap_err().to_string();
    assert!(error.contains("diverged at step 0"), "{error}");
    assert!(!error.contains("inf") && !error.contains("NaN"), "{error}");
    assert_eq!(trainer.ema_weights(), start);
}

#[test]
fn devices_have_names() {
    for device in ComputeDevice::ALL {
        assert_eq!(device.to_string().parse::<ComputeDevice>().unwrap(), *device);
    }
    let message = "cuda".parse::<ComputeDevice>().unwrap_err().to_string();
    assert!(
        message.contains("\"cuda\": this build has") && message.contains("ndarray"),
        "{message}"
    );
}

#[test]
fn targets_of_a_flow_map_are_those_of_its_own_rule() {
    // A network evaluated by the kernel in f64, whose derivatives by time are differences.
    for Word { value: objective, .. } in Objective::ALL {
        if !objective.is_flow_map() {
            continue;
        }
        let settings = TrainingSettings {
            objective,
            batch: 70,
            same_time: 0.0,
            activation: Activation::Tanh,
            ..small()
        };
        let weights = random_weights(settings.architecture(0), 6);
        let embedding = Embedding::new(&weights.architecture, &weights.frequencies);
        let data = Box::new(TwoPoints(ChaCha8Rng::seed_from_u64(8)));
        let mut source = batch::Source::new(&settings, data, Interpolant::Gvp, embedding);
        let mut batch = Batch::default();
        source.draw(&mut batch);
        let pairs: Vec<_> = (0..batch.size).map(|index| source.pair(index)).collect();
        let steps = batch.chunks.iter().flat_map(|chunk| chunk.bootstrap.steps.clone());
        let steps: Vec<_> = steps.collect();
        let mut trainer = trainer(&settings, Some(weights.clone()));
        trainer.fused_gradient(&mut batch);
        let kernel = Kernel::new(&weights);
        let u = |x: [f64; 2], s: f64, t: f64| {
            let inputs = Inputs::from(Times::Shared(s)).lasting(Times::Shared(t - s));
            let mut velocity = [0.0; 2];
            kernel.evaluate_f64(inputs, &x, &mut velocity);
            velocity
        };
        let path = Interpolant::Gvp;
        for ((pair, step), target) in pairs.iter().zip(&steps).zip(batch.targets().chunks(2)) {
            let at = |t: f64| {
                let c = path.coefficients(t);
                [0, 1].map(|k| c.alpha * pair.data[k] + c.sigma * pair.noise[k])
            };
            let (s, t) = (step.start, step.start + step.duration);
            let c = path.coefficients(s);
            let v = [0, 1].map(|k| c.d_alpha * pair.data[k] + c.d_sigma * pair.noise[k]);
            let (x, h) = (at(s), 1e-5);
            let d = t - s;
            let expected = match objective {
                Objective::FlowMatching => unreachable!(),
                Objective::MeanFlow => {
                    let moved = |by: f64| u([0, 1].map(|k| x[k] + by * v[k]), s + by, t);
                    let (ahead, behind) = (moved(h), moved(-h));
                    [0, 1].map(|k| v[k] + d * (ahead[k] - behind[k]) / (2.0 * h))
                }
                Objective::Lagrangian => {
                    let (ahead, behind) = (u(x, s, t + h), u(x, s, t - h));
                    let end = u(x, s, t);
                    let end = u([0, 1].map(|k| x[k] + d * end[k]), t, t);
                    [0, 1].map(|k| end[k] - d * (ahead[k] - behind[k]) / (2.0 * h))
                }
                Objective::Shortcut => {
                    let half = step.later;
                    let first = u(x, s, s + half);
                    let middle = [0, 1].map(|k| x[k] + 0.5 * d * first[k]);
                    let second = u(middle, s + 0.5 * d, s + 0.5 * d + half);
                    [0, 1].map(|k| 0.5 * (first[k] + second[k]))
                }
                Objective::Consistency => {
                    let r = s + step.later;
                    let later = at(r);
                    let jump = u(later, r, 1.0);
                    [0, 1].map(|k| (later[k] + (1.0 - r) * jump[k] - x[k]) / (1.0 - s))
                }
            };
            for (found, expected) in target.iter().zip(expected) {
                let off = (f64::from(*found) - expected).abs();
                assert!(off < 2e-4 * expected.abs().max(1.0), "{objective}: {found} {expected}");
            }
        }
    }
}

#[test]
fn the_first_pairs_are_those_of_the_first_batch() {
    let couplings = [Pairing::Independent, Pairing::Optimal, Pairing::Sinkhorn];
    for (coupling, labels) in couplings.into_iter().flat_map(|c| [(c, false), (c, true)]) {
        // Blocks of 40, 40 and 21.
        let settings = TrainingSettings { coupling, labels, block: 40, ..small() };
        let batch = trainer(&settings, None).batches.next();
        // On the linear path the target is x1 − x0, and x lies between the two.
        let wanted: Vec<[f32; 2]> =
            batch.targets().chunks(2).map(|target| [target[0], target[1]]).collect();
        let inputs = batch.inputs();
        let inputs: Vec<&[f32]> = inputs.chunks(settings.architecture(2).inputs()).collect();
        for count in [1, 40, 41, 100, 101, 500] {
            let data = Box::new(TwoPoints(ChaCha8Rng::seed_from_u64(8)));
            let found = first_pairs(&settings, data, count).unwrap();
            assert_eq!(found.len(), count.min(101));
            for ([x0, x1], (wanted, x)) in found.iter().zip(wanted.iter().zip(&inputs)) {
                let difference = [0, 1].map(|k| x1[k] - x0[k]);
                let same = (0..2).all(|k| (difference[k] as f32).to_bits() == wanted[k].to_bits());
                assert!(same, "{coupling:?}: {difference:?} {wanted:?}");
                let off = [0, 1].map(|k| f64::from(x[k]) - x0[k]);
                let area = off[0] * difference[1] - off[1] * difference[0];
                assert!(area.abs() < 1e-5, "{coupling:?}: {x:?} is not between {x0:?} and {x1:?}");
            }
        }
    }
    let data = Box::new(TwoPoints(ChaCha8Rng::seed_from_u64(8)));
    assert!(first_pairs(&TrainingSettings { batch: 0, ..small() }, data, 1).is_err());
}

#[test]
fn a_step_of_every_objective_lies_within_the_time() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for Word { value: objective, .. } in Objective::ALL {
        for _ in 0..1000 {
            let time = rng.random::<f64>() * TrainingSettings::LAST_TIME;
            let step = flow_map::drawn(objective, time, rng.random(), &mut rng);
            assert!(step.start >= 0.0 && step.duration >= 0.0, "{step:?}");
            assert!(step.start + step.duration <= 1.0 + 1e-12, "{step:?}");
            if objective == Objective::Shortcut {
                let place = step.start / step.duration;
                assert!((place - place.round()).abs() < 1e-12, "{step:?}");
            }
        }
    }
}

#[test]
fn batches_in_turn_are_those_that_are_drawn_ahead() {
    let settings = TrainingSettings { batch: 16, ..small() };
    let source = || {
        let weights = random_weights(settings.architecture(0), 6);
        let embedding = Embedding::new(&weights.architecture, &weights.frequencies);
        let data = Box::new(TwoPoints(ChaCha8Rng::seed_from_u64(8)));
        batch::Source::new(&settings, data, Interpolant::Linear, embedding)
    };
    let mut ahead = batch::Batches::ahead(source());
    let mut in_turn = batch::Batches::in_turn(source());
    for _ in 0..5 {
        let (one, other) = (ahead.next(), in_turn.next());
        assert_eq!(one.targets(), other.targets());
        ahead.give_back(one);
        in_turn.give_back(other);
    }
}
