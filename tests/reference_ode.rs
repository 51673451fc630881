//! Other programs' runs, repeated: end points, evaluations, accepted and rejected steps.
//!
//! `reference/ode_*.json` were made with torchdiffeq 0.2.5, SciPy 1.17.1 and diffrax 0.7.2 in f64.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::Field;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::field::{ClassicField, ExactField};
use driftscope_solve::fixed::FixedProblem;
use driftscope_solve::{
    ControllerKind, End, ErrorWeights, MethodRef, OdeSettings, StepControl, Tolerances, grid,
    per_particle,
};
use serde_json::Value;

fn named(system: &str, parameter: Option<f64>) -> ClassicField {
    ClassicField::named(system, parameter).expect("in the table")
}

struct Problem {
    field: Box<dyn Field<f64>>,
    start: [f64; 2],
    span: (f64, f64),
}

fn problem(name: &str) -> Option<Problem> {
    let classic = |field, start, end| Problem { field: Box::new(field), start, span: (0.0, end) };
    Some(match name {
        "decay" => classic(named("decay", None), [1.0, 0.0], 5.0),
        "harmonic" => classic(named("harmonic", None), [1.0, 0.0], std::f64::consts::TAU),
        "stiffcos" => classic(named("stiff-cosine", None), [0.0, 0.0], 1.5),
        "gm8_single0" => Problem {
            field: Box::new(ExactField::new(
                Arc::new(toy("eight-gaussians").expect("a toy").mixture()),
                Interpolant::Linear,
            )),
            start: [-1.6038368053963015, 0.06409991400376411],
            span: (0.0, 1.0),
        },
        _ => return None,
    })
}

fn records(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/reference/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("reference values");
    serde_json::from_str(&text).expect("JSON")
}

/// Repeats every record whose method `ours` knows, and compares all that the peer reports.
fn repeat(
    file: &str,
    controller: ControllerKind,
    weights: ErrorWeights,
    wanted: usize,
    ours: impl Fn(&str) -> Option<&'static str>,
) {
    let (mut repeated, mut worst_fixed, mut worst_adaptive) = (0, 0.0_f64, 0.0_f64);
    let mut wrong = Vec::new();
    for record in records(file) {
        let text = |key: &str| record[key].as_str();
        let number = |key: &str| record[key].as_f64();
        let (Some(name), Some(Problem { field, start, span })) =
            (ours(text("method").expect("a method")), problem(text("problem").expect("a problem")))
        else {
            continue;
        };
        if text("dtype").is_some() || record.get("failed").is_some() {
            continue;
        }
        let method = MethodRef::named(name).expect("in the table");
        let tolerances = Tolerances {
            atol: number("atol").unwrap_or(1e-6),
            rtol: number("rtol").unwrap_or(1e-3),
        };
        let settings = OdeSettings {
            control: StepControl::usual(controller),
            error_weights: weights,
            end: if text("mode") == Some("default") { End::Overshoot } else { End::Clamp },
            max_attempts: 1_000_000,
            ..OdeSettings::new(method, tolerances, span)
        };
        let cancel = Cancel::default();
        let ends = [span.0, span.1];
        let first_same_as_last = method.tableau().is_some_and(|tableau| tableau.first_same_as_last);
        let is_fixed = text("kind") == Some("fixed");
        let track = if is_fixed {
            let steps = number("n_steps").expect("steps") as usize;
            let grid = grid::uniform(span.0, span.1, steps);
            let problem =
                FixedProblem { field: &*field, settings: &settings, grid: &grid, keyframes: &ends };
            problem.solve(&start, None, 1, false, &cancel).expect("not cancelled").track
        } else {
            per_particle::solve(&*field, &settings, &ends, &start, 1, &cancel)
                .expect("not cancelled")
        };
        repeated += 1;
        let end: Vec<f64> = record["y"]
            .as_array()
            .expect("an end point")
            .iter()
            .map(|y| y.as_f64().expect("a number"))
            .collect();
        let difference = end
            .iter()
            .zip(track.ends[0])
            .map(|(wanted, found)| (wanted - found).abs() / wanted.abs().max(1.0))
            .fold(0.0, f64::max);
        let (worst, within) =
            if is_fixed { (&mut worst_fixed, 1e-9) } else { (&mut worst_adaptive, 1e-6) };
        *worst = worst.max(difference);
        let counts = track.counts[0];
        let agrees = |key: &str, found: u32| {
            number(key).is_none_or(|wanted| (wanted - f64::from(found)).abs() < 0.5)
        };
        // Peers reuse no stage in fixed steps; with first same as last we do.
        let counts_agree = (is_fixed && first_same_as_last || agrees("nfe", counts.nfe))
            && agrees("accepted", counts.accepted)
            && agrees("rejected", counts.rejected);
        if difference > within || !counts_agree {
            wrong.push(format!(
                "{} {name} {:?} {:?}: difference {difference:.1e}, nfe {} accepted {} rejected {}; wanted {} {} {}",
                record["problem"], number("rtol"), text("mode"), counts.nfe, counts.accepted,
                counts.rejected, record["nfe"], record["accepted"], record["rejected"],
            ));
        }
    }
    println!(
        "{file}: {repeated} runs, end points within {worst_fixed:.1e} (fixed) and {worst_adaptive:.1e} (adaptive)"
    );
    assert_eq!(repeated, wanted, "every run of the file whose method is known here");
    assert!(wrong.is_empty(), "{} of {repeated}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn torchdiffeq_is_repeated() {
    repeat(
        "ode_torchdiffeq",
        ControllerKind::ITorchdiffeq,
        ErrorWeights::Torchdiffeq,
        162,
        |name| {
            Some(match name {
                "euler" => "euler",
                "midpoint" => "midpoint",
                "heun2" => "heun",
                "heun3" => "heun3",
                "rk4" => "rk4-38",
                "rk4_classic" => "rk4",
                "bosh3" => "bosh3",
                "dopri5" => "dopri5",
                _ => return None,
            })
        },
    );
}

#[test]
fn scipy_is_repeated() {
    repeat("ode_scipy", ControllerKind::IScipy, ErrorWeights::Classical, 56, |name| {
        Some(match name {
            "RK45" => "dopri5",
            "RK23" => "bosh3",
            "DOP853" => "dop853",
            _ => return None,
        })
    });
}

#[test]
fn diffrax_is_repeated() {
    repeat("ode_diffrax", ControllerKind::IDiffrax, ErrorWeights::Torchdiffeq, 97, |name| {
        Some(match name {
            "Euler" => "euler",
            "Midpoint" => "midpoint",
            "Heun" => "heun",
            "Bosh3" => "bosh3",
            "Dopri5" => "dopri5",
            "Tsit5" => "tsit5",
            _ => return None,
        })
    });
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
