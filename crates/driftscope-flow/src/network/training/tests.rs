use driftscope_base::interpolant::Interpolant;
use rand_distr::StandardNormal;

use super::*;

/// Two points, blurred.
struct TwoPoints(ChaCha8Rng);

impl TrainingData for TwoPoints {
    fn draw(&mut self, count: usize, points: &mut [f32]) {
        for point in points.as_chunks_mut::<2>().0.iter_mut().take(count) {
            let centre = if self.0.random() { 1.0 } else { -1.0 };
            let mut draw = |mean: f32| mean + 0.1 * self.0.sample::<f32, _>(StandardNormal);
            *point = [draw(centre), draw(0.5 * centre)];
        }
    }
}

fn trainer(settings: &TrainingSettings, start: Option<Weights>) -> Trainer {
    let data = TwoPoints(ChaCha8Rng::seed_from_u64(8));
    Trainer::new(settings.clone(), Box::new(data), Interpolant::Linear, start).unwrap()
}

fn small() -> TrainingSettings {
    TrainingSettings {
        architecture: Architecture { hidden: 19, depth: 2, time_features: 8 },
        batch: 101,
        steps: 300,
        ..TrainingSettings::default()
    }
}

#[test]
fn fused_gradient_is_that_of_autodiff() {
    for (device, loss) in
        ComputeDevice::ALL.iter().flat_map(|d| LossRef::all().map(move |l| (d, l)))
    {
        for batch in [1, 2, 101, 500] {
            let settings = TrainingSettings { batch, loss, ..small() };
            let start = crate::network::test_support::random_weights(settings.architecture, 6);
            let mut trainer = trainer(&settings, Some(start));
            // A batch before, whose traces must not show.
            let before = trainer.batches.next();
            trainer.fused.compute(loss, &trainer.layers, &before, &mut trainer.gradient);
            let batch = trainer.batches.next();
            let device = device.burn_device().autodiff();
            let expected_loss = trainer.autodiff_gradient(&device, &batch);
            let expected = trainer.gradient.clone();
            let found_loss =
                trainer.fused.compute(loss, &trainer.layers, &batch, &mut trainer.gradient);
            let off = found_loss / expected_loss - 1.0;
            assert!(off.abs() < 1e-5, "{loss}: {found_loss} {expected_loss}");
            for (found, expected) in trainer.gradient.iter().zip(&expected) {
                for (found, expected) in found.parameters().into_iter().zip(expected.parameters()) {
                    assert_eq!(found.len(), expected.len());
                    let largest = expected.iter().fold(0.0_f32, |max, value| max.max(value.abs()));
                    for (found, expected) in found.iter().zip(expected) {
                        let close = (found - expected).abs() < 2e-5 * largest;
                        assert!(close, "{loss}: {found} {expected}");
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
        let losses: Vec<f32> = (0..60).map(|_| trainer.step().unwrap()).collect();
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
        assert_eq!(written.contains("loss"), !loss.is_usual(), "{written}");
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
    (loss.samples)(&mut rows, &[target], 1.0, &mut total);
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
        let losses: Vec<f32> = (0..settings.steps).map(|_| trainer.step().unwrap()).collect();
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
    let start = crate::network::test_support::random_weights(small().architecture, 6);
    let trainer = trainer(&small(), Some(start.clone()));
    assert_eq!(trainer.ema_weights(), start);
    let other = TrainingSettings { architecture: Architecture::default(), ..small() };
    let data = Box::new(TwoPoints(ChaCha8Rng::seed_from_u64(8)));
    let error = Trainer::new(other, data, Interpolant::Linear, Some(start)).err().unwrap();
    assert!(error.to_string().contains("hidden: 19"), "{error}");
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
    struct Broken;
    impl TrainingData for Broken {
        fn draw(&mut self, _: usize, points: &mut [f32]) {
            points.fill(f32::NAN);
        }
    }
    let mut trainer = Trainer::new(small(), Box::new(Broken), Interpolant::Linear, None).unwrap();
    assert!(trainer.step().unwrap_err().to_string().contains("diverged at step 0"));
    trainer.ema_weights().validate().unwrap();

    // The loss is finite here, but not all of its gradient.
    let mut start = crate::network::test_support::random_weights(small().architecture, 6);
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
