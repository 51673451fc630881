//! EDM's churn: more noise before a step.

use driftscope_base::interpolant::Interpolant;

use super::levels::Level;
use crate::stepper::SamplerKnobs;

/// The time to which churn raises the noise from `start` in a run of so many steps, and the standard deviation of
/// what is added in units of x/α.
pub(super) fn churn(
    knobs: &SamplerKnobs,
    path: Interpolant,
    steps: usize,
    start: Level,
) -> Option<(f64, f64)> {
    let SamplerKnobs { s_churn, s_min, s_max, s_noise, .. } = *knobs;
    let level = start.ratio();
    if s_churn == 0.0 || !level.is_finite() || !(s_min..=s_max).contains(&level) {
        return None;
    }
    let gamma = (s_churn / steps as f64).min(std::f64::consts::SQRT_2 - 1.0);
    let raised = level * (1.0 + gamma);
    // A path that starts with some data left (VP) has no level beyond its first.
    let time = path.time_of_level(1.0, raised).max(0.0);
    let coefficients = path.coefficients(time);
    let raised = raised.min(coefficients.sigma / coefficients.alpha);
    let fresh = s_noise * (raised * raised - level * level).max(0.0).sqrt();
    Some((time, fresh))
}
