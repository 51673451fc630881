//! SiT's own SDE runs, repeated with its starts and its noise.
//!
//! `reference/sit_transport.json` was made with SiT's transport package at commit 947f95b in f64:
//! four particles, eight gaussians, ten noisy steps, then the last step.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::ExactField;
use driftscope_solve::brownian::Noise;
use driftscope_solve::grid;
use driftscope_solve::sde::{LastStep, Scheme, SdeProblem};
use serde_json::Value;

const PARTICLES: usize = 4;
const STEPS: usize = 10;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// From x, y, x, y … to all x, then all y.
fn feature_major(points: &[f64]) -> Vec<f64> {
    points.iter().step_by(2).chain(points.iter().skip(1).step_by(2)).copied().collect()
}

#[test]
fn sit_is_reproduced() {
    let text =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/sit_transport.json"));
    let reference: Value = serde_json::from_str(text).expect("JSON");
    let sde = &reference["sde"];
    let starts = feature_major(&numbers(&sde["x0"]));
    let noise = Noise::of_increments(
        numbers(&sde["noise_[step][particle][2]"])
            .chunks_exact(2 * PARTICLES)
            .map(feature_major)
            .collect(),
    );
    let mixture = Arc::new(toy("eight-gaussians").expect("a toy").mixture());
    let runs = sde["runs"].as_array().expect("runs");
    let mut worst = 0.0_f64;
    for run in runs {
        let name = |key: &str| run[key].as_str().expect("a name");
        let number = |key: &str| run[key].as_f64().expect("a number");
        let path = match name("path") {
            "Linear" => Interpolant::Linear,
            "GVP" => Interpolant::Gvp,
            _ => Interpolant::Vp,
        };
        let form = match name("form") {
            "SBDM" => DiffusionForm::Sbdm,
            "inccreasing-decreasing" => DiffusionForm::IncreasingDecreasing,
            other => DiffusionForm::ALL
                .into_iter()
                .find(|form| form.name() == other)
                .unwrap_or_else(|| panic!("an unknown form {other}")),
        };
        let last_step = match run["last_step"].as_str() {
            Some("Mean") => LastStep::Mean,
            Some("Tweedie") => LastStep::Tweedie,
            Some("Euler") => LastStep::Euler,
            _ => LastStep::None,
        };
        let (start, end) = (number("t0"), number("t1"));
        let grid = grid::uniform(start, end, STEPS);
        let level = path.coefficients(end);
        let norm = number("norm");
        let track = SdeProblem {
            field: &ExactField::new(Arc::clone(&mixture), path),
            diffusion: &|t| form.coefficient(path, norm, t),
            level_at_end: (level.alpha, level.sigma),
            scheme: match name("sampler") {
                "Euler" => Scheme::EulerMaruyama,
                _ => Scheme::StochasticHeun,
            },
            last_step: (last_step, number("last_step_size")),
            grid: &grid,
            keyframes: &[start],
        }
        .solve(&starts, &noise, 0, &Cancel::default())
        .expect("not cancelled");
        let trajectory = numbers(&run["traj"]);
        let ends = &trajectory[trajectory.len() - 2 * PARTICLES..];
        for (end, wanted) in track.ends.iter().flatten().zip(ends) {
            let difference = (end - wanted).abs() / wanted.abs().max(1.0);
            worst = worst.max(difference);
            assert!(difference < 1e-9, "{run:.200}: {end} is not {wanted}");
        }
    }
    println!("{} runs, largest difference {worst:.1e}", runs.len());
}
