//! A noise level, and what is known of data and noise once a noisy point has been seen.

use thiserror::Error;

/// A noise level: `x_t = alpha · x1 + sigma · x0` with `x0 ~ N(0, I)`.
///
/// For Gaussians only `α²`, `σ²` and `αμ` matter, so slightly negative values
/// (a solver that oversteps `t = 1`) are as good as any, and `σ = 0` is fine
/// while `α ≠ 0`. Boxes and single points need `σ ≠ 0`. [`Mixture::check`] says so in words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The factor of the data, α.
    pub alpha: f64,
    /// The factor of the noise, σ.
    pub sigma: f64,
}

/// Why a mixture has no posterior at a level.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum LevelError {
    /// α or σ is not a number, infinite or enormous.
    #[error("the noise level α = {}, σ = {} is undefined: both must be numbers within ±1e100", .0.alpha, .0.sigma)]
    OutOfRange(Level),
    /// α = σ = 0: all of the mass is at one point.
    #[error("the noise level α = {}, σ = {} leaves neither data nor noise: one of them must differ from 0 (by more than 1e-100)", .0.alpha, .0.sigma)]
    Vanishing(Level),
    /// σ = 0, where the density of a box has a jump and its score diverges.
    #[error("the score of a uniform box is undefined at σ = {} (α = {}): end the run before the noise is gone, for example at t = 1 − 1e-5", .0.sigma, .0.alpha)]
    BoxWithoutNoise(Level),
    /// σ = 0, where single points have no density.
    #[error("points without a kernel have no density at σ = {} (α = {}): end before the noise is gone, for example at t = 1 − 1e-3", .0.sigma, .0.alpha)]
    PointsWithoutNoise(Level),
}

/// What is known about `x1` and `x0` once `x_t = x` has been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Posterior {
    /// `E[x1 | x_t = x]`
    pub data: [f64; 2],
    /// `E[x0 | x_t = x] / σ`, which is minus the score; finite at `σ = 0` for
    /// Gaussians.
    pub scaled_noise: [f64; 2],
    /// `ln p_t(x)`
    pub log_density: f64,
}

impl Posterior {
    /// The score `∇ ln p_t(x)`.
    pub fn score(&self) -> [f64; 2] {
        self.scaled_noise.map(|g| -g)
    }

    /// `E[x0 | x_t = x]`, the noise a perfect ε-network would predict.
    pub fn noise(&self, sigma: f64) -> [f64; 2] {
        self.scaled_noise.map(|g| sigma * g)
    }

    /// The velocity `α' E[x1|x] + σ' E[x0|x]`, from `α'` and the product `σσ'`
    /// (which stays finite where σ' alone does not, as at the end of the VP
    /// interpolant).
    pub fn velocity(&self, d_alpha: f64, sigma_d_sigma: f64) -> [f64; 2] {
        [0, 1].map(|i| d_alpha * self.data[i] + sigma_d_sigma * self.scaled_noise[i])
    }
}

/// Components whose log weight is this far below the largest are left out: even
/// a score 1e25 times larger could not make them visible in the last digit.
pub(super) const NEGLIGIBLE: f64 = 100.0;
