//! Ancestral steps: less noise is left than the end has, and fresh noise is added.

use super::levels::Between;
use super::recipe::Sum;

/// Levels at which an ancestral step from `from` to `to` arrives and of what it then adds: `k_u = min(k₁, η k₁
/// √(1 − k₁²/k₀²))`, `k_d² = k₁² − k_u²` (Song et al. 2021, as k-diffusion writes it).
pub(super) fn split([from, to]: [f64; 2], eta: f64) -> [f64; 2] {
    let ratio = to / from;
    let up = (eta * to * (1.0 - ratio * ratio).max(0.0).sqrt()).min(to);
    let down = (to * to - up * up).max(0.0).sqrt();
    [down, up]
}

/// `α₁(m1 + k_d m0 + k_u z)`, from the data prediction.
pub(super) fn with_data(step: &Between<'_>, [down, up]: [f64; 2]) -> Sum {
    let kept = step.end.alpha * down / step.start.sigma;
    Sum::of_state(kept)
        .with_data(step.end.alpha - kept * step.start.alpha)
        .with_noise(step.end.alpha * up)
}
