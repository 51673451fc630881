//! Consistency training (Song et al. 2023, arXiv:2303.01469): the jump `f(x, s) = x + (1 − s) u(x, s, 1)` ends
//! where that from the same pair at `r = s + 1/N` does, with N growing. The squared distance of the ends is
//! divided by (1 − s)², which is the squared error of u: without it what must be learnt first, near t = 1,
//! weighs nothing.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::Simd;

use crate::network::training::bootstrap::{Bootstrap, Step, Writer, start_of};
use crate::network::training::loss::Output;
use crate::network::training::panels::Panels;
use crate::network::training::pass::{Network, Pass};

/// N at the beginning of a training and at its end.
const STEPS: [f64; 2] = [20.0, 160.0];

/// From `time` to 1; N grows geometrically.
pub(super) fn step(time: f64, progress: f64) -> Step {
    let count = (STEPS[0] * (STEPS[1] / STEPS[0]).powf(progress.min(1.0))).round();
    let duration = 1.0 - time;
    Step { start: time, duration, later: (1.0 / count).min(duration) }
}

/// Inputs a little later on the same path.
pub(super) fn write(bootstrap: &mut Bootstrap, row: usize, step: Step, writer: &mut Writer) {
    let left = step.duration - step.later;
    writer.write(step.start + step.later, left);
    bootstrap.first.set_row(row, writer.row);
}

#[inline(always)]
pub(super) fn complete<S: Simd>(
    simd: S,
    network: Network,
    bootstrap: &Bootstrap,
    (inputs, targets): (&Panels, &mut [Output]),
    other: &mut Pass,
) {
    other.forward(simd, network, &bootstrap.first);
    for (row, (target, step)) in targets.iter_mut().zip(&bootstrap.steps).enumerate() {
        let [left, duration] = [step.duration - step.later, step.duration].map(|span| span as f32);
        let (here, later) = (start_of(inputs, row), start_of(&bootstrap.first, row));
        let velocity = start_of(&other.output, row);
        *target = [0, 1].map(|k| (later[k] + left * velocity[k] - here[k]) / duration);
    }
}
