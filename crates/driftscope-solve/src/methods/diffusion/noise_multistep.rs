//! Multistep rules in the level k = σ/α: `x₁ = α₁[x/α₀ + Σ w_j e₋ⱼ]`, e the noise predictions.
//!
//! DEIS, LMS, iPNDM and gradient estimation differ in w alone.

use super::levels::Between;
use super::recipe::Sum;

/// A step with these weights, the newest first.
pub(super) fn step(step: &Between<'_>, weights: &[f64]) -> Sum {
    let mut sum = Sum::of_state(step.end.alpha / step.start.alpha);
    for (node, weight) in sum.nodes.iter_mut().zip(weights) {
        *node = step.end.alpha * weight;
    }
    sum
}

/// Levels k where this and earlier steps started, the latest first, at most so many.
pub(super) fn levels(step: &Between<'_>, most: usize) -> Vec<f64> {
    let earlier = step.before.iter().map(|level| level.ratio());
    std::iter::once(step.start.ratio()).chain(earlier).take(most).collect()
}
