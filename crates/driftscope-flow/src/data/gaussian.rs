//! A Gaussian in the plane, diagonal in its own axes.

use super::covariance::Covariance;
use super::level::{Level, Posterior};
use std::f64::consts::TAU;

/// A weighted Gaussian with its covariance decomposed, so that
/// `(α²Σ + σ²I)⁻¹` is two divisions at any noise level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gaussian {
    pub mean: [f64; 2],
    /// `ln` of the component's weight
    pub log_weight: f64,
    /// Unit eigenvector of the larger eigenvalue
    pub axis: [f64; 2],
    /// Eigenvalues of Σ, larger first
    pub variances: [f64; 2],
}

impl Gaussian {
    pub fn new(mean: [f64; 2], covariance: Covariance, weight: f64) -> Self {
        let (axis, variances) = covariance.eigen();
        Self { mean, log_weight: weight.ln(), axis, variances }
    }

    /// The same in every direction; of variance 0 it is a single point.
    pub fn isotropic(mean: [f64; 2], variance: f64, weight: f64) -> Self {
        Self { mean, log_weight: weight.ln(), axis: [1.0, 0.0], variances: [variance; 2] }
    }

    /// Everything about the noisy component that does not depend on `x`.
    pub fn at(&self, level: Level) -> GaussianAt {
        let Level { alpha, sigma } = level;
        let noisy = self.variances.map(|variance| alpha * alpha * variance + sigma * sigma);
        let inverse = noisy.map(f64::recip);
        GaussianAt {
            mean: self.mean,
            axis: self.axis,
            centre: self.mean.map(|mean| alpha * mean),
            inverse,
            gain: [0, 1].map(|i| alpha * self.variances[i]),
            // ln(w) − ln(2π) − ½ ln det C
            log_peak: self.log_weight - TAU.ln() - 0.5 * (noisy[0].ln() + noisy[1].ln()),
        }
    }

    /// The component once `x_t = x` has been seen, of which `data` is the mean: of covariance
    /// `Σ − α²Σ(α²Σ + σ²I)⁻¹Σ`, and the logarithm of its weight as it is.
    pub fn seen(&self, Level { alpha, sigma }: Level, data: [f64; 2]) -> Self {
        let noise = sigma * sigma;
        // vσ²/(α²v + σ²), without a difference.
        let variances = self.variances.map(|v| v * (noise / (alpha * alpha * v + noise)));
        Self { mean: data, variances, ..*self }
    }

    pub fn covariance(&self) -> Covariance {
        Covariance::along_axes(self.axis, self.variances)
    }

    /// The point whose coordinates along the eigenvectors, in standard
    /// deviations, are `standard`.
    pub fn place(&self, standard: [f64; 2]) -> [f64; 2] {
        let u = [0, 1].map(|i| self.variances[i].sqrt() * standard[i]);
        let offset = from_axes(self.axis, u);
        [self.mean[0] + offset[0], self.mean[1] + offset[1]]
    }
}

/// A Gaussian component at one noise level.
#[derive(Clone, Copy, Debug)]
pub(super) struct GaussianAt {
    mean: [f64; 2],
    axis: [f64; 2],
    /// `αμ`
    centre: [f64; 2],
    /// Eigenvalues of `C⁻¹`, `C = α²Σ + σ²I`
    inverse: [f64; 2],
    /// Eigenvalues of `αΣ`
    gain: [f64; 2],
    log_peak: f64,
}

impl GaussianAt {
    /// The component's own posterior; `log_density` includes its weight.
    ///
    /// With `g = C⁻¹(x − αμ)`: `E[x1|x] = μ + αΣg` and `E[x0|x]/σ = g`.
    pub fn posterior(&self, x: [f64; 2]) -> Posterior {
        let u = to_axes(self.axis, [x[0] - self.centre[0], x[1] - self.centre[1]]);
        let g = [u[0] * self.inverse[0], u[1] * self.inverse[1]];
        let shift = from_axes(self.axis, [self.gain[0] * g[0], self.gain[1] * g[1]]);
        Posterior {
            data: [self.mean[0] + shift[0], self.mean[1] + shift[1]],
            scaled_noise: from_axes(self.axis, g),
            log_density: self.log_peak - 0.5 * (u[0] * g[0] + u[1] * g[1]),
        }
    }
}

fn to_axes(axis: [f64; 2], d: [f64; 2]) -> [f64; 2] {
    [axis[0] * d[0] + axis[1] * d[1], axis[0] * d[1] - axis[1] * d[0]]
}

fn from_axes(axis: [f64; 2], u: [f64; 2]) -> [f64; 2] {
    [axis[0] * u[0] - axis[1] * u[1], axis[1] * u[0] + axis[0] * u[1]]
}
