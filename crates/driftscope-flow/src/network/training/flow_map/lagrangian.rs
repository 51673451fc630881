//! Lagrangian self-distillation (Boffi et al. 2025, arXiv:2505.18825): the map moves with the velocity at its
//! end, `u + (t − s) ∂_t u = v(x + (t − s) u, t)`, where v is the network's own, `u(·, t, t)`.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::Simd;

use crate::network::DIMENSIONS;
use crate::network::training::bootstrap::{Bootstrap, Step, Writer, start_of};
use crate::network::training::loss::Output;
use crate::network::training::panels::Panels;
use crate::network::training::pass::{Network, Pass};

/// The direction in which the step's end moves, and its end, whose point is not known yet.
pub(super) fn write(bootstrap: &mut Bootstrap, row: usize, step: Step, writer: &mut Writer) {
    writer.write_direction([0.0; DIMENSIONS], step, [0.0, 1.0]);
    bootstrap.first.set_row(row, writer.row);
    writer.write(step.start + step.duration, 0.0);
    bootstrap.second.set_row(row, writer.row);
}

#[inline(always)]
pub(super) fn complete<S: Simd>(
    simd: S,
    network: Network,
    bootstrap: &mut Bootstrap,
    (inputs, targets): (&Panels, &mut [Output]),
    main: &Pass,
    other: &mut Pass,
) {
    let Bootstrap { first, second, steps, .. } = bootstrap;
    let slope = other.tangent(simd, network, main, first);
    for (row, (target, step)) in targets.iter_mut().zip(&*steps).enumerate() {
        let duration = step.duration as f32;
        *target = start_of(slope, row).map(|slope| -duration * slope);
        let (point, velocity) = (start_of(inputs, row), start_of(&main.output, row));
        let end = [0, 1].map(|k| point[k] + duration * velocity[k]);
        second.rows_mut()[row][..DIMENSIONS].copy_from_slice(&end);
    }
    other.forward(simd, network, second);
    for (row, target) in targets.iter_mut().enumerate() {
        for (target, velocity) in target.iter_mut().zip(start_of(&other.output, row)) {
            *target += velocity;
        }
    }
}
