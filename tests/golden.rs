//! One Gaussian on the linear path, where the answer is known: mean (2, 0), std 0.3.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Given, Networks, Recording, RunOptions, run};

const SCENE: &str = r#"
[data]
mixture = [{ mean = [2, 0], std = 0.3 }]
[field]
kind = "exact"
[particles]
count = 4
"#;
const STARTS: [[f64; 2]; 4] = [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0], [0.5, -0.5]];

fn record(settings: &str, starts: &[[f64; 2]]) -> Recording {
    let mut scene = Scene::from_toml(&format!("{SCENE}{settings}"), "test").expect("a scene");
    scene.particles.count = starts.len();
    let given = Given { starts: Some(starts.into()), noise: None };
    let options = RunOptions::for_window(4);
    let experiment =
        Experiment::with(&Arc::new(scene), &Networks::default(), given).expect("ready");
    run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs")
}

fn first_x(settings: &str) -> f64 {
    record(settings, &STARTS).ends().next().expect("four particles")[0]
}

#[test]
fn fixed_steps_reach_the_published_values() {
    for (precision, within) in [("f64", 5e-9), ("f32", 2e-4)] {
        for (method, x) in [("euler", 2.24686549), ("heun", 2.30312443)] {
            let found = first_x(&format!(
                "[sampler]\nmethod = \"{method}\"\nsteps = 10\nprecision = \"{precision}\""
            ));
            assert!((found - x).abs() < within, "{method} {precision}: {found}");
        }
    }
}

#[test]
fn tight_tolerances_reach_the_exact_answer() {
    for scope in ["per-particle", "whole-batch"] {
        let found = first_x(&format!("[sampler]\natol = 1e-10\nrtol = 1e-10\nscope = \"{scope}\""));
        assert!((found - 2.3).abs() < 1e-8, "{scope}: {found}");
    }
}

/// Values and counts of torchdiffeq's dopri5 on the same problem.
#[test]
fn torchdiffeq_is_reproduced_step_for_step() {
    let sampler = |atol, rtol| {
        format!(
            "[sampler]\natol = {atol}\nrtol = {rtol}\nscope = \"whole-batch\"\nend = \"overshoot\"\nerror_weights = \"torchdiffeq\"\nprecision = \"f64\""
        )
    };
    let check = |recording: Recording, nfe, accepted, rejected, x: f64, within: f64| {
        let counts = recording.counts().next().expect("a particle");
        let end = recording.ends().next().expect("a particle")[0];
        assert_eq!((counts.nfe, counts.accepted, counts.rejected), (nfe, accepted, rejected));
        assert!((end - x).abs() < within, "{end}");
    };
    check(record(&sampler("1e-6", "1e-3"), &STARTS), 50, 5, 3, 2.30258697, 5e-9);
    let tight = record(&sampler("1e-5", "1e-5"), &STARTS);
    let counts = *tight.counts().next().expect("a particle");
    assert_eq!(counts.nfe, 38);
    let end = tight.ends().next().expect("a particle")[0];
    assert!((end - 2.30014474).abs() < 5e-9, "{end}");
    let alone = record(&sampler("1e-6", "1e-3"), &STARTS[..1]);
    assert_eq!(alone.counts().next().expect("a particle").nfe, 14);
    let end = alone.ends().next().expect("a particle")[0];
    assert!((end - 2.39942).abs() < 5e-6, "{end}");
}
