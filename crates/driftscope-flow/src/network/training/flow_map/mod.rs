//! Steps of a flow map: what their targets are made of before the network is asked.
//!
//! All targets are of `u(x, s, t)`, the mean velocity from s to t, and constant when the loss is
//! differentiated. A target of [`Objective::MeanFlow`] and [`Objective::Lagrangian`] takes the derivative of u
//! along a direction, forward through the same layers; the others take u at other points.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

mod consistency;
mod lagrangian;
mod mean_flow;
mod shortcut;

use pulp::Simd;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::bootstrap::{Bootstrap, Step, Writer};
use super::loss::Output;
use super::objective::Objective;
use super::panels::Panels;
use super::pass::{Network, Pass};

/// A step of an objective; `time` is a time drawn for it, `progress` how much of the training is done.
pub(super) fn drawn(objective: Objective, time: f64, progress: f64, rng: &mut ChaCha8Rng) -> Step {
    match objective {
        Objective::FlowMatching => Step { start: time, duration: 0.0, later: 0.0 },
        Objective::MeanFlow | Objective::Lagrangian => mean_flow::step(time, rng.random()),
        Objective::Shortcut => shortcut::step(time, rng.random()),
        Objective::Consistency => consistency::step(time, progress),
    }
}

/// Writes what a step needs; the inputs of its beginning are written already.
pub(super) fn write(bootstrap: &mut Bootstrap, row: usize, step: Step, writer: &mut Writer) {
    bootstrap.steps.push(step);
    match bootstrap.objective {
        Objective::FlowMatching => {}
        Objective::MeanFlow => mean_flow::write(bootstrap, row, step, writer),
        Objective::Shortcut => shortcut::write(bootstrap, row, step, writer),
        Objective::Consistency => consistency::write(bootstrap, row, step, writer),
        Objective::Lagrangian => lagrangian::write(bootstrap, row, step, writer),
    }
}

/// Completes the targets of some samples. `main` has passed their inputs, `other` is for more evaluations.
#[inline(always)]
pub(super) fn complete<S: Simd>(
    simd: S,
    network: Network,
    (inputs, targets): (&mut Panels, &mut Vec<Output>),
    bootstrap: &mut Bootstrap,
    main: &Pass,
    other: &mut Pass,
) {
    if bootstrap.steps.is_empty() {
        return;
    }
    match bootstrap.objective {
        Objective::FlowMatching => {}
        Objective::MeanFlow => mean_flow::complete(simd, network, bootstrap, targets, main, other),
        Objective::Shortcut => shortcut::complete(simd, network, bootstrap, targets, other),
        Objective::Consistency => {
            consistency::complete(simd, network, bootstrap, (inputs, targets), other);
        }
        Objective::Lagrangian => {
            lagrangian::complete(simd, network, bootstrap, (inputs, targets), main, other);
        }
    }
}
