//! `MeanFlow` (Geng et al. 2025, arXiv:2505.13447): `u = v + (t − s) (∂_s u + v·∇u)`, with the pair's own
//! velocity for v, which is right on average since the bracket is linear in it. In the paper the data are at
//! 0 and it differentiates at the later time, whence its other sign.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::Simd;

use crate::network::training::bootstrap::{Bootstrap, Step, Writer, start_of};
use crate::network::training::loss::Output;
use crate::network::training::pass::{Network, Pass};

/// From the lesser of two times to the greater.
pub(super) fn step(first: f64, second: f64) -> Step {
    let start = first.min(second);
    Step { start, duration: first.max(second) - start, later: 0.0 }
}

/// The direction in which the step's beginning moves while its end stays.
pub(super) fn write(bootstrap: &mut Bootstrap, row: usize, step: Step, writer: &mut Writer) {
    writer.write_direction(writer.velocity(step.start), step, [1.0, -1.0]);
    bootstrap.first.set_row(row, writer.row);
}

#[inline(always)]
pub(super) fn complete<S: Simd>(
    simd: S,
    network: Network,
    bootstrap: &Bootstrap,
    targets: &mut [Output],
    main: &Pass,
    other: &mut Pass,
) {
    let slope = other.tangent(simd, network, main, &bootstrap.first);
    for (row, (target, step)) in targets.iter_mut().zip(&bootstrap.steps).enumerate() {
        let duration = step.duration as f32;
        let slope = start_of(slope, row);
        for (target, slope) in target.iter_mut().zip(slope) {
            *target += duration * slope;
        }
    }
}
