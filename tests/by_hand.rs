//! Stepping by hand: single steps as torchdiffeq and SciPy make them, and whole solves made of
//! single attempts.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::Field;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::field::{ClassicField, ExactField};
use driftscope_solve::by_hand::{AdaptiveByHand, AttemptByHand, fixed_step};
use driftscope_solve::stepper::Step;
use driftscope_solve::{ErrorWeights, MethodRef, OdeSettings, Stop, Tolerances, per_particle};
use serde_json::Value;

fn named(system: &str, parameter: Option<f64>) -> ClassicField {
    ClassicField::named(system, parameter).expect("in the table")
}

fn eight_gaussians() -> ExactField {
    let mixture = toy("eight-gaussians").expect("a toy").mixture();
    ExactField::new(Arc::new(mixture), Interpolant::Linear)
}

fn settings(method: &str, atol: f64, rtol: f64, span: (f64, f64)) -> OdeSettings {
    let method = MethodRef::named(method).expect("in the table");
    OdeSettings::new(method, Tolerances { atol, rtol }, span)
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|number| number.as_f64().expect("a number")).collect()
}

#[test]
fn single_steps_are_those_of_torchdiffeq_and_scipy() {
    let path = format!("{}/tests/reference/single_steps.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("reference values");
    let records: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(records.len(), 3);
    for record in records {
        let name = record["problem"].as_str().expect("a problem");
        let field: Box<dyn Field<f64>> = match name {
            "harmonic" => Box::new(named("harmonic", None)),
            "stiffcos" => Box::new(named("stiff-cosine", None)),
            _ => Box::new(eight_gaussians()),
        };
        let number = |key: &str| record[key].as_f64().expect("a number");
        let mut start = numbers(&record["y0"]);
        start.resize(2, 0.0);
        let (t, h) = (number("t"), number("h"));
        for (weights, suffix, sign) in [
            (ErrorWeights::Torchdiffeq, "torchdiffeq", 1.0),
            (ErrorWeights::Classical, "scipy", -1.0),
        ] {
            let settings = OdeSettings {
                error_weights: weights,
                ..settings("dopri5", number("atol"), number("rtol"), (0.0, 1.0))
            };
            let tableau = settings.method.get().tableau().expect("a tableau");
            let step = Step { index: 0, t, t1: t + h };
            let made = fixed_step(&*field, &settings, tableau, step, [start[0], start[1]]);
            for (j, wanted) in numbers(&record["y1"]).into_iter().enumerate() {
                assert!((made.answer[j] - wanted).abs() < 1e-14, "{name}");
            }
            let embedded = made.embedded.expect("an embedded answer");
            for (j, wanted) in numbers(&record[format!("err_{suffix}")]).into_iter().enumerate() {
                let error = sign * (made.answer[j] - embedded[j]);
                assert!((error - wanted).abs() < 1e-15, "{name} {suffix}: {error:e} {wanted:e}");
            }
            let norm = number(&format!("err_norm_{suffix}"));
            assert!((made.error_ratio - norm).abs() < 1e-9 * norm, "{name} {suffix}");
            assert_eq!((made.stages.len(), made.nfe), (7, 7));
        }
    }
}

#[test]
fn attempts_by_hand_make_up_the_whole_solve() {
    let field = eight_gaussians();
    let start = [-0.3, 0.8];
    for method in ["heun", "bosh3", "dopri5", "tsit5", "dop853"] {
        let settings = settings(method, 1e-6, 1e-3, (0.0, 1.0));
        let mut by_hand = AdaptiveByHand::start(&field, &settings, start);
        let attempts: Vec<AttemptByHand> = std::iter::from_fn(|| by_hand.attempt()).collect();
        let whole =
            per_particle::solve(&field, &settings, &[0.0, 1.0], &start, 1, &Cancel::default())
                .expect("not cancelled");
        assert_eq!(by_hand.end(), Some(whole.ends[0]), "{method}");
        assert_eq!(attempts.len(), whole.logs[0].len());
        assert_eq!(by_hand.counts().rejected, whole.counts[0].rejected);
        for (made, logged) in attempts.iter().zip(&whole.logs[0]) {
            assert_eq!((made.t, made.h, made.nfe), (logged.t, logged.h, logged.nfe));
            assert_eq!((made.error_ratio, made.accepted), (logged.error_ratio, logged.accepted));
            // The stages are where the field was evaluated.
            for stage in &made.stages {
                let mut slope = [0.0; 2];
                field.velocity(
                    driftscope_base::field::Times::Shared(stage.t),
                    &stage.point,
                    &mut slope,
                );
                for (found, wanted) in slope.iter().zip(stage.slope) {
                    assert!((found - wanted).abs() < 1e-9 * wanted.abs().max(1.0), "{method}");
                }
            }
        }
        // Each next attempt is as long as the controller said, unless cut to land on the end.
        for pair in attempts.windows(2) {
            let wanted = pair[0].h * pair[0].factor;
            assert!(pair[1].h <= wanted * (1.0 + 1e-12), "{method}");
        }
    }
}

#[test]
fn one_bad_particle_does_not_stop_the_others() {
    /// Blows up for particles that start right of the origin.
    struct BlowsUp;
    impl Field<f64> for BlowsUp {
        fn velocity(
            &self,
            _times: driftscope_base::field::Times<'_>,
            points: &[f64],
            velocities: &mut [f64],
        ) {
            let count = points.len() / 2;
            for i in 0..count {
                let x = points[i];
                velocities[i] = if x > 0.0 { x * x } else { -x };
                velocities[count + i] = 0.0;
            }
        }
    }
    let settings = settings("dopri5", 1e-6, 1e-6, (0.0, 2.0));
    // x' = x² from 1 reaches infinity at t = 1.
    let starts = [-1.0, 1.0, -0.5, 0.0, 0.0, 0.0];
    let track =
        per_particle::solve(&BlowsUp, &settings, &[0.0, 2.0], &starts, 3, &Cancel::default())
            .expect("not cancelled");
    assert_eq!(track.stops.len(), 1);
    let (particle, stop) = track.stops[0];
    assert_eq!(particle, 1);
    let (Stop::StepUnderflow { t, .. } | Stop::NotFinite { t } | Stop::StepLimit { t, .. }) = stop
    else {
        panic!("{stop:?}");
    };
    assert!((t - 1.0).abs() < 1e-3, "{t}");
    for (i, start) in [(0, -1.0_f64), (2, -0.5)] {
        assert!((track.ends[i][0] - start * (-2.0_f64).exp()).abs() < 1e-5);
    }
}
