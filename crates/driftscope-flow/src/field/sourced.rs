//! The exact field of data whose other end is a mixture of its own instead of N(0, I).

use std::sync::Arc;

use driftscope_base::field::{Field, Real, Times};
use driftscope_base::interpolant::{Coefficients, Interpolant};

use super::converted::VP_MARGIN;
use super::exact::PointValues;
use crate::data::{Level, Mixture, SourceError, SourcedMixture, SourcedPosterior};

/// Velocity of `x_t = αx1 + σx0` for a source and data that are independent mixtures of Gaussians.
///
/// It has a score, but not the one from which diffusion forms follow: it is followed by its ODE alone, and so
/// is no [`driftscope_base::field::ScoredField`].
#[derive(Clone, Debug)]
pub struct SourcedField {
    ends: Arc<SourcedMixture>,
    path: Interpolant,
}

impl SourcedField {
    /// The field on `path` that carries `source` to `data`.
    ///
    /// # Errors
    /// If the two have no exact field together.
    pub fn new(source: &Mixture, data: &Mixture, path: Interpolant) -> Result<Self, SourceError> {
        Ok(Self { ends: Arc::new(SourcedMixture::new(source, data)?), path })
    }

    /// Source and data.
    #[must_use]
    pub fn ends(&self) -> &Arc<SourcedMixture> {
        &self.ends
    }

    /// The last time at which it is defined on `path`: on VP the noise ends infinitely fast, and with it a
    /// source whose mean is not 0.
    #[must_use]
    pub fn end_of_definition(path: Interpolant) -> f64 {
        match path {
            Interpolant::Vp => 1.0 - VP_MARGIN,
            Interpolant::Linear | Interpolant::Gvp => f64::INFINITY,
        }
    }

    /// The distribution of `x_t`, a mixture again.
    #[must_use]
    pub fn marginal(&self, t: f64) -> Mixture {
        self.ends.marginal(level(&self.path.coefficients(t)))
    }

    /// All that is known at one point; `t` at most [`Field::last_time`].
    #[must_use]
    pub fn at(&self, t: f64, x: [f64; 2]) -> PointValues {
        let coefficients = self.path.coefficients(t);
        let SourcedPosterior { data, noise, score, log_density } =
            self.ends.posterior(level(&coefficients), x);
        let velocity = velocity(&coefficients, data, noise);
        PointValues { velocity, score, log_density, data, noise }
    }
}

fn level(coefficients: &Coefficients) -> Level {
    Level { alpha: coefficients.alpha, sigma: coefficients.sigma }
}

fn velocity(coefficients: &Coefficients, data: [f64; 2], noise: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|d| coefficients.d_alpha * data[d] + coefficients.d_sigma * noise[d])
}

impl<S: Real> Field<S> for SourcedField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        let count = points.len() / 2;
        let shared = match times {
            Times::Shared(t) => {
                let coefficients = self.path.coefficients(t);
                Some((coefficients, self.ends.prepare(level(&coefficients))))
            }
            Times::Each(_) => None,
        };
        for i in 0..count {
            let x = [points[i].to_f64(), points[count + i].to_f64()];
            let [vx, vy] = match &shared {
                Some((coefficients, ends)) => {
                    let SourcedPosterior { data, noise, .. } = ends.posterior(x);
                    velocity(coefficients, data, noise)
                }
                None => self.at(times.at(i), x).velocity,
            };
            velocities[i] = S::from_f64(vx);
            velocities[count + i] = S::from_f64(vy);
        }
    }

    fn last_time(&self) -> f64 {
        Self::end_of_definition(self.path)
    }
}
