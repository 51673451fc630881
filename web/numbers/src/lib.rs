//! What is checked of a tab's numbers, in a worker: runs of other programs, solves beside the desktop's, how fast the
//! network is passed.

#![cfg(target_arch = "wasm32")]

#[path = "../../../tests/shared/reference_runs.rs"]
mod reference_runs;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::Times;
use driftscope_flow::network::{Kernel, Model};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks, RunOptions, fetch_bundled_by, run};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_time::Instant;

use self::reference_runs::{PEERS, Repeated};

/// What came of a program's runs.
#[derive(Serialize)]
struct Repetition {
    runs: usize,
    wanted: usize,
    fixed: f64,
    adaptive: f64,
    wrong: Vec<String>,
}

/// Repeats the runs in `text`, the file of that name: how many were, how far their ends are from the program's, and
/// what does not agree.
///
/// # Errors
/// If the file is none of those that are known, or damaged.
#[wasm_bindgen]
pub fn repeat(file: &str, text: &str) -> Result<String, JsError> {
    let peer = PEERS.iter().find(|peer| peer.file == file);
    let peer = peer.ok_or_else(|| JsError::new("nobody knows whose runs these are"))?;
    let records: Vec<serde_json::Value> = serde_json::from_str(text)?;
    let Repeated { runs, fixed, adaptive, wrong } = peer.repeat(&records);
    Ok(serde_json::to_string(&Repetition { runs, wanted: peer.runs, fixed, adaptive, wrong })?)
}

thread_local! {
    static MODEL: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Solves the scene of these settings, each `key=value` on a line, with this file as its bundled model: x, y and the
/// evaluations of each particle.
///
/// # Errors
/// If there is no such scene.
#[wasm_bindgen]
pub fn solve(settings: &str, model: Vec<u8>) -> Result<Vec<f64>, JsError> {
    MODEL.set(model);
    fetch_bundled_by(|_| Ok(MODEL.with_borrow(Clone::clone)));
    let settings: Vec<String> = settings.lines().map(str::to_owned).collect();
    let scene = Arc::new(Scene::with_settings(None, &settings)?);
    let experiment = Experiment::new(&scene, &Networks::default())?;
    let options = RunOptions { keyframes: 2, ..RunOptions::for_window(1) };
    let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {})?;
    let counts = recording.counts().map(|counts| f64::from(counts.nfe));
    Ok(recording.ends().zip(counts).flat_map(|([x, y], nfe)| [x, y, nfe]).collect())
}

/// Points that are passed at once.
const POINTS: usize = 2_048;
/// How long the rate is measured.
const BUDGET: Duration = Duration::from_secs(3);

/// How fast the points of one time are passed through a network in f32 or f64, in GFLOP/s: the best of some passes.
///
/// # Errors
/// If the file is no model.
#[wasm_bindgen]
pub fn rate(model: &[u8], double: bool) -> Result<f64, JsError> {
    let weights = Model::from_bytes(model, "the model")?.weights;
    let kernel = Kernel::new(&weights);
    // The features of a time are the same for all points, and their sums are made once.
    let shapes = weights.architecture.layer_shapes();
    let sums: usize = shapes.iter().map(|[outputs, inputs]| outputs * inputs).sum();
    let shared = shapes[0][0] * weights.architecture.time_features;
    let flop = 2.0 * (sums - shared) as f64 * POINTS as f64;
    let numbers = || (0..2 * POINTS).map(|i| (i as f64 * 0.37).sin());
    let singles: Vec<f32> = numbers().map(|number| number as f32).collect();
    let doubles: Vec<f64> = numbers().collect();
    let (mut single, mut twofold) = (singles.clone(), doubles.clone());
    let (began, mut best) = (Instant::now(), Duration::MAX);
    while began.elapsed() < BUDGET {
        let pass = Instant::now();
        if double {
            kernel.evaluate_f64(Times::Shared(0.4), &doubles, &mut twofold);
        } else {
            kernel.evaluate_f32(Times::Shared(0.4), &singles, &mut single);
        }
        best = best.min(pass.elapsed());
    }
    Ok(flop / best.as_secs_f64() / 1e9)
}
