//! The logs of steps that all particles share.

use std::sync::Arc;

use driftscope_solve::Attempt;
use driftscope_solve::fixed::StepTotal;
use driftscope_solve::sde::LastStep;

use crate::scene::Scene;

/// The log of fixed steps that all particles share, with their mean evaluations.
pub(super) fn log_of_totals(grid: &[f64], totals: &[StepTotal]) -> Arc<[Attempt]> {
    grid.windows(2)
        .zip(totals)
        .filter(|(_, total)| total.particles > 0)
        .map(|(pair, total)| Attempt {
            t: pair[0],
            h: pair[1] - pair[0],
            error_ratio: total.error_ratio(),
            accepted: true,
            nfe: total.mean_nfe().round() as u32,
        })
        .collect()
}

/// The log of an SDE's steps, the last one included.
pub(super) fn log_of_noisy_steps(scene: &Scene, grid: &[f64]) -> Arc<[Attempt]> {
    let per_step = scene.diffusion.scheme.evaluations_per_step();
    let steps = grid.len() as u32 - 1;
    let noisy = steps - u32::from(scene.last_step().0 != LastStep::None);
    grid.windows(2)
        .zip(1..)
        .map(|(pair, index)| Attempt {
            t: pair[0],
            h: pair[1] - pair[0],
            error_ratio: f64::NAN,
            accepted: true,
            nfe: noisy.min(index) * per_step + index.saturating_sub(noisy),
        })
        .collect()
}
