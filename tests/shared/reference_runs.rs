//! Runs of other programs, repeated: end points, evaluations, accepted and rejected steps.

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

/// A program whose runs are repeated.
pub struct Peer {
    /// Name of the file of its runs, without the ending.
    pub file: &'static str,
    controller: ControllerKind,
    weights: ErrorWeights,
    /// Runs whose method is known here.
    pub runs: usize,
    /// Our name of its method, if we have that.
    ours: fn(&str) -> Option<&'static str>,
}

/// All of them.
pub const PEERS: [Peer; 3] = [
    Peer {
        file: "ode_torchdiffeq",
        controller: ControllerKind::ITorchdiffeq,
        weights: ErrorWeights::Torchdiffeq,
        runs: 162,
        ours: |name| {
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
    },
    Peer {
        file: "ode_scipy",
        controller: ControllerKind::IScipy,
        weights: ErrorWeights::Classical,
        runs: 56,
        ours: |name| {
            Some(match name {
                "RK45" => "dopri5",
                "RK23" => "bosh3",
                "DOP853" => "dop853",
                _ => return None,
            })
        },
    },
    Peer {
        file: "ode_diffrax",
        controller: ControllerKind::IDiffrax,
        weights: ErrorWeights::Torchdiffeq,
        runs: 97,
        ours: |name| {
            Some(match name {
                "Euler" => "euler",
                "Midpoint" => "midpoint",
                "Heun" => "heun",
                "Bosh3" => "bosh3",
                "Dopri5" => "dopri5",
                "Tsit5" => "tsit5",
                _ => return None,
            })
        },
    },
];

fn named(system: &str, parameter: Option<f64>) -> ClassicField {
    ClassicField::named(system, parameter).expect("in the table")
}

/// An equation with a start.
pub struct Problem {
    pub field: Box<dyn Field<f64>>,
    pub start: [f64; 2],
    span: (f64, f64),
}

/// What the runs call so, where it is in the plane.
pub fn problem(name: &str) -> Option<Problem> {
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

/// What came of repeating runs.
pub struct Repeated {
    /// How many were.
    pub runs: usize,
    /// How far an end of fixed steps is from the peer's, at most.
    pub fixed: f64,
    /// The same of adaptive ones.
    pub adaptive: f64,
    /// What does not agree, in words.
    pub wrong: Vec<String>,
}

impl Peer {
    /// Repeats every record whose method and problem are known here, and compares all that the peer reports.
    pub fn repeat(&self, records: &[Value]) -> Repeated {
        let (mut runs, mut fixed, mut adaptive) = (0, 0.0_f64, 0.0_f64);
        let mut wrong = Vec::new();
        for record in records {
            let text = |key: &str| record[key].as_str();
            let number = |key: &str| record[key].as_f64();
            let (Some(name), Some(Problem { field, start, span })) = (
                (self.ours)(text("method").expect("a method")),
                problem(text("problem").expect("a problem")),
            ) else {
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
                control: StepControl::usual(self.controller),
                error_weights: self.weights,
                end: if text("mode") == Some("default") { End::Overshoot } else { End::Clamp },
                max_attempts: 1_000_000,
                ..OdeSettings::new(method, tolerances, span)
            };
            let cancel = Cancel::default();
            let ends = [span.0, span.1];
            let first_same_as_last =
                method.tableau().is_some_and(|tableau| tableau.first_same_as_last);
            let is_fixed = text("kind") == Some("fixed");
            let track = if is_fixed {
                let steps = number("n_steps").expect("steps") as usize;
                let grid = grid::uniform(span.0, span.1, steps);
                let problem = FixedProblem {
                    field: &*field,
                    settings: &settings,
                    grid: &grid,
                    keyframes: &ends,
                };
                problem.solve(&start, None, 1, false, &cancel).expect("not cancelled").track
            } else {
                per_particle::solve(&*field, &settings, &ends, &start, 1, &cancel)
                    .expect("not cancelled")
            };
            runs += 1;
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
            let (worst, within) = if is_fixed { (&mut fixed, 1e-9) } else { (&mut adaptive, 1e-6) };
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
        Repeated { runs, fixed, adaptive, wrong }
    }
}
