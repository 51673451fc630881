//! Shortcut models (Frans et al. 2024, arXiv:2410.12557): a step of length d is as far as two of d/2.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::Simd;

use crate::network::DIMENSIONS;
use crate::network::training::bootstrap::{Bootstrap, Step, Writer, start_of};
use crate::network::training::loss::Output;
use crate::network::training::pass::{Network, Pass};

/// Lengths are 2^0 to 2^−6.
const LEVELS: u32 = 7;

/// A step on the grid of its own length, which `level` in [0, 1) chooses.
pub(super) fn step(time: f64, level: f64) -> Step {
    let level = ((level * f64::from(LEVELS)) as u32).min(LEVELS - 1);
    let count = f64::from(1_u32 << level);
    let duration = 1.0 / count;
    let start = (time * count).floor().min(count - 1.0) * duration;
    // Half of the least is a step of no length: what flow matching learns.
    let half = if level + 1 < LEVELS { 0.5 * duration } else { 0.0 };
    Step { start, duration, later: half }
}

/// Inputs of both halves; the second begins where the first ends, which is not known yet.
pub(super) fn write(bootstrap: &mut Bootstrap, row: usize, step: Step, writer: &mut Writer) {
    let half = 0.5 * step.duration;
    writer.write(step.start, step.later);
    bootstrap.first.set_row(row, writer.row);
    writer.write(step.start + half, step.later);
    bootstrap.second.set_row(row, writer.row);
}

#[inline(always)]
pub(super) fn complete<S: Simd>(
    simd: S,
    network: Network,
    bootstrap: &mut Bootstrap,
    targets: &mut [Output],
    other: &mut Pass,
) {
    let Bootstrap { first, second, steps, .. } = bootstrap;
    other.forward(simd, network, first);
    for (row, (target, step)) in targets.iter_mut().zip(&*steps).enumerate() {
        let half = 0.5 * step.duration as f32;
        let (point, velocity) = (start_of(first, row), start_of(&other.output, row));
        let middle = [0, 1].map(|k| point[k] + half * velocity[k]);
        second.rows_mut()[row][..DIMENSIONS].copy_from_slice(&middle);
        *target = velocity.map(|velocity| 0.5 * velocity);
    }
    other.forward(simd, network, second);
    for (row, target) in targets.iter_mut().enumerate() {
        for (target, velocity) in target.iter_mut().zip(start_of(&other.output, row)) {
            *target += 0.5 * velocity;
        }
    }
}
