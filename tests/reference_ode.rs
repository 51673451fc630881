//! Other programs' runs, repeated: end points, evaluations, accepted and rejected steps.
//!
//! `reference/ode_*.json` were made with torchdiffeq 0.2.5, SciPy 1.17.1 and diffrax 0.7.2 in f64.

#[path = "shared/reference_runs.rs"]
mod reference_runs;

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::field::ExactField;
use driftscope_solve::fixed::FixedProblem;
use driftscope_solve::{End, ErrorWeights, MethodRef, OdeSettings, Tolerances, per_particle};
use serde_json::Value;

use self::reference_runs::{PEERS, Peer, Problem, Repeated, problem};

fn records(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/reference/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("reference values");
    serde_json::from_str(&text).expect("JSON")
}

fn repeat(peer: &Peer) {
    let file = peer.file;
    let Repeated { runs, fixed, adaptive, wrong } = peer.repeat(&records(file));
    println!(
        "{file}: {runs} runs, end points within {fixed:.1e} (fixed) and {adaptive:.1e} (adaptive)"
    );
    assert_eq!(runs, peer.runs, "every run of the file whose method is known here");
    assert!(wrong.is_empty(), "{} of {runs}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn torchdiffeq_is_repeated() {
    repeat(&PEERS[0]);
}

#[test]
fn scipy_is_repeated() {
    repeat(&PEERS[1]);
}

#[test]
fn diffrax_is_repeated() {
    repeat(&PEERS[2]);
}

/// diffusers' scheduler computes in f32; its sigmas are 1 − t.
#[test]
fn diffusers_flow_match_euler_is_repeated() {
    let Problem { field, start, .. } = problem("gm8_single0").expect("known");
    let records = records("diffusers_flowmatch");
    assert_eq!(records.len(), 2);
    for record in records {
        let list = |key: &str| -> Vec<f64> {
            let values = record[key].as_array().expect("a list");
            values.iter().map(|value| value.as_f64().expect("a number")).collect()
        };
        let grid: Vec<f64> = list("sigmas").iter().map(|sigma| 1.0 - sigma).collect();
        let method = MethodRef::named("euler").expect("in the table");
        let tolerances = Tolerances { atol: 1e-6, rtol: 1e-3 };
        let settings = OdeSettings::new(method, tolerances, (0.0, 1.0));
        let problem = FixedProblem {
            field: &*field,
            settings: &settings,
            grid: &grid,
            keyframes: &[0.0, 1.0],
        };
        let solved =
            problem.solve(&start, None, 0, false, &Cancel::default()).expect("not cancelled");
        // The file's first particle is the one whose start is on record.
        for (found, wanted) in solved.track.ends[0].iter().zip(list("y")) {
            assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
        }
    }
}

/// The records in single precision, against our single precision.
#[test]
fn torchdiffeq_in_single_precision_is_repeated() {
    let mut repeated = 0;
    for record in records("ode_torchdiffeq") {
        if record["dtype"].as_str() != Some("float32") {
            continue;
        }
        repeated += 1;
        let mixture = Arc::new(toy("eight-gaussians").expect("a toy").mixture());
        let field = ExactField::new(mixture, Interpolant::Linear);
        let start = [-1.6038368053963015, 0.06409991400376411].map(|x: f64| x as f32);
        let method = MethodRef::named("dopri5").expect("in the table");
        let tolerances = Tolerances { atol: 1e-6, rtol: 1e-3 };
        let land = record["mode"].as_str() == Some("land");
        let settings = OdeSettings {
            error_weights: ErrorWeights::Torchdiffeq,
            end: if land { End::Clamp } else { End::Overshoot },
            ..OdeSettings::new(method, tolerances, (0.0, 1.0))
        };
        let track = per_particle::solve::<f32>(
            &field,
            &settings,
            &[0.0, 1.0],
            &start,
            1,
            &Cancel::default(),
        )
        .expect("not cancelled");
        let counts = track.counts[0];
        let wanted = ["nfe", "accepted", "rejected"].map(|key| record[key].as_u64());
        let found = [counts.nfe, counts.accepted, counts.rejected].map(|n| Some(u64::from(n)));
        assert_eq!(found, wanted);
        for (found, wanted) in track.ends[0].iter().zip(record["y"].as_array().expect("y")) {
            let difference = (found - wanted.as_f64().expect("a number")).abs();
            // torchdiffeq keeps t and h in single precision too, which moves the steps by 1e-5 or so,
            // and where the last one is interpolated from beyond the end that moves the answer.
            let within = if land { 2e-5 } else { 1e-4 };
            assert!(difference < within, "{difference:e}");
        }
    }
    assert_eq!(repeated, 2);
}
