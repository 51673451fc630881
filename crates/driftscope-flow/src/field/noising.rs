//! The forward, noising process of the VP-SDE.

use driftscope_base::field::{Field, Real, ScoredField, Times};
use driftscope_base::interpolant::beta;

/// `dx = −½β x dτ + √β dW` in noising time `τ = 1 − t`, seen as a drift in τ: the linear
/// diffusion that carries data to noise (Song et al. 2021, the VP-SDE).
///
/// Its "score" is zero, so that the SDE schemes integrate drift plus noise alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoisingField;

impl NoisingField {
    /// D = β/2 at noising time τ: `√(2D) = √β`.
    #[must_use]
    pub fn diffusion(tau: f64) -> f64 {
        0.5 * beta(1.0 - tau)
    }
}

impl<S: Real> Field<S> for NoisingField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        let count = points.len() / 2;
        for (j, (velocity, &x)) in velocities.iter_mut().zip(points).enumerate() {
            *velocity = S::from_f64(-0.5 * beta(1.0 - times.at(j % count))) * x;
        }
    }
}

impl<S: Real> ScoredField<S> for NoisingField {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        self.velocity(times, points, velocities);
        scores.fill(S::ZERO);
    }
}
