//! Runs of diffusion samplers on exact fields, and the reference values of other programs.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Component, Covariance, Mixture};
use driftscope_flow::field::ExactField;
use driftscope_solve::brownian::Noise;
use driftscope_solve::fixed::FixedProblem;
use driftscope_solve::{Keep, MethodRef, OdeSettings, SamplerKnobs, Tolerances};
use serde_json::Value;

/// The reference values.
pub fn reference() -> Value {
    let text = include_str!("../reference/samplers.json");
    serde_json::from_str(text).expect("JSON")
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// A field of the reference's data.
pub fn field(data: &Value, path: Interpolant) -> ExactField {
    let components = data["mixture"].as_array().expect("components").iter().map(|component| {
        let mean: [f64; 2] = numbers(&component["mean"]).try_into().expect("a pair");
        let std = component["std"].as_f64().expect("a number");
        Component::gaussian(mean, Covariance::isotropic(std * std))
    });
    let mixture = Mixture::new(components.collect::<Vec<_>>()).expect("a mixture");
    ExactField::new(Arc::new(mixture), path)
}

/// Positions at the ends of all steps.
pub fn run(
    path: Interpolant,
    data: &Value,
    (method, knobs): (&str, SamplerKnobs),
    (grid, starts): (&[f64], &[[f64; 2]]),
    noise: Option<&Noise<f64>>,
) -> (Vec<Vec<[f64; 2]>>, u32) {
    let field = field(data, path);
    let method = MethodRef::named(method).expect("in the table");
    let tolerances = Tolerances { atol: 1e-6, rtol: 1e-6 };
    let ends = (grid[0], grid[grid.len() - 1]);
    let settings = OdeSettings { path, noise: knobs, ..OdeSettings::new(method, tolerances, ends) };
    let problem = FixedProblem { field: &field, settings: &settings, grid, keyframes: grid };
    let starts: Vec<f64> = [0, 1].iter().flat_map(|&d| starts.iter().map(move |x| x[d])).collect();
    let keep = Keep { precise: true, ..Keep::from(0) };
    let solved =
        problem.solve(&starts, noise, keep, false, &Cancel::default()).expect("nothing cancels");
    let track = solved.track;
    let (count, states) = (track.ends.len(), track.precise.expect("asked for"));
    let at = |k: usize| (0..count).map(|i| states[i * grid.len() + k]).collect();
    ((0..grid.len()).map(at).collect(), track.counts[0].nfe)
}
