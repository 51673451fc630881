//! The exact field of a toy distribution on a path.

use std::sync::Arc;

use driftscope_base::field::{Field, Real, ScoredField, Times};
use driftscope_base::interpolant::{Coefficients, Interpolant};

use crate::data::{Accuracy, LANES, Level, Mixture, Posterior};

/// Closer to t = 1 than this, uniform boxes have no field that doubles can hold.
pub const BOX_MARGIN: f64 = 1e-5;
/// With less noise than this (on Linear from t = 1 − 1e-3 on), the field of single points only says which of
/// them is nearest: what is left of the way is a jump to E[x1|x].
pub const POINT_NOISE: f64 = 1e-3;

/// Velocity and score of `x_t = αx1 + σx0` for data whose density is known.
#[derive(Clone, Debug)]
pub struct ExactField {
    mixture: Arc<Mixture>,
    path: Interpolant,
}

/// All that is known at one point and time.
#[derive(Clone, Copy, Debug)]
pub struct PointValues {
    /// v(x, t).
    pub velocity: [f64; 2],
    /// ∇ log `p_t(x)`.
    pub score: [f64; 2],
    /// log `p_t(x)`, natural logarithm, density per unit area.
    pub log_density: f64,
    /// E[x1|x].
    pub data: [f64; 2],
    /// E[x0|x].
    pub noise: [f64; 2],
}

impl ExactField {
    /// The field of `mixture` on `path`.
    #[must_use]
    pub fn new(mixture: Arc<Mixture>, path: Interpolant) -> Self {
        Self { mixture, path }
    }

    /// The path that it is on.
    #[must_use]
    pub fn path(&self) -> Interpolant {
        self.path
    }

    /// The distribution whose field this is.
    #[must_use]
    pub fn mixture(&self) -> &Arc<Mixture> {
        &self.mixture
    }

    /// The last time at which a field of `mixture` on `path` is defined.
    #[must_use]
    pub fn end_of_definition(mixture: &Mixture, path: Interpolant) -> f64 {
        if mixture.has_boxes() {
            1.0 - BOX_MARGIN
        } else if mixture.is_of_points() {
            path.time_of_level(1.0 - POINT_NOISE, POINT_NOISE)
        } else {
            path.last_time()
        }
    }

    /// Velocity, score and log density at one point; `t` at most [`Field::last_time`].
    #[must_use]
    pub fn at(&self, t: f64, x: [f64; 2]) -> PointValues {
        let coefficients = self.path.coefficients(t);
        values(&coefficients, &self.mixture.posterior(level(&coefficients), x))
    }

    /// Hands velocity and score at each point of a feature-major batch to `write`.
    fn evaluate<S: Real>(
        &self,
        times: Times<'_>,
        points: &[S],
        mut write: impl FnMut(usize, [f64; 2], [f64; 2]),
    ) {
        let count = points.len() / 2;
        let point = |i: usize| [points[i].to_f64(), points[count + i].to_f64()];
        if self.mixture.is_cloud() {
            let single = S::EPSILON > f64::EPSILON;
            let accuracy = if single { Accuracy::Single } else { Accuracy::Double };
            for i in 0..count {
                let coefficients = self.path.coefficients(times.at(i));
                let level = level(&coefficients);
                let here = self.mixture.posterior_to(accuracy, level, point(i));
                let PointValues { velocity, score, .. } = values(&coefficients, &here);
                write(i, velocity, score);
            }
            return;
        }
        if !self.mixture.has_boxes() {
            self.evaluate_crowd(times, count, point, write);
            return;
        }
        let mut hand_over = |i, here: PointValues| write(i, here.velocity, here.score);
        match times {
            Times::Shared(t) => {
                let coefficients = self.path.coefficients(t);
                let prepared = self.mixture.prepare(level(&coefficients));
                for i in 0..count {
                    hand_over(i, values(&coefficients, &prepared.posterior(point(i))));
                }
            }
            Times::Each(times) => {
                for (i, &t) in times.iter().enumerate().take(count) {
                    hand_over(i, self.at(t, point(i)));
                }
            }
        }
    }

    /// The same for mixtures of Gaussians, several points at once.
    fn evaluate_crowd(
        &self,
        times: Times<'_>,
        count: usize,
        point: impl Fn(usize) -> [f64; 2],
        mut write: impl FnMut(usize, [f64; 2], [f64; 2]),
    ) {
        let mut coefficients = [self.path.coefficients(times.first().unwrap_or(0.0)); LANES];
        for start in (0..count).step_by(LANES) {
            let used = LANES.min(count - start);
            let mut crowd = [[0.0; LANES]; 2];
            for lane in 0..LANES {
                // Idle lanes repeat the last point.
                let i = start + lane.min(used - 1);
                [crowd[0][lane], crowd[1][lane]] = point(i);
                if let Times::Each(times) = times {
                    coefficients[lane] = self.path.coefficients(times[i]);
                }
            }
            let (data, noise) = self.mixture.means(&coefficients.each_ref().map(level), crowd);
            for lane in 0..used {
                let velocity =
                    [0, 1].map(|d| coefficients[lane].velocity(data[d][lane], noise[d][lane]));
                write(start + lane, velocity, [0, 1].map(|d| -noise[d][lane]));
            }
        }
    }
}

fn level(coefficients: &Coefficients) -> Level {
    Level { alpha: coefficients.alpha, sigma: coefficients.sigma }
}

fn values(coefficients: &Coefficients, posterior: &Posterior) -> PointValues {
    PointValues {
        velocity: [0, 1]
            .map(|d| coefficients.velocity(posterior.data[d], posterior.scaled_noise[d])),
        score: posterior.scaled_noise.map(|noise| -noise),
        log_density: posterior.log_density,
        data: posterior.data,
        noise: posterior.noise(coefficients.sigma),
    }
}

impl<S: Real> Field<S> for ExactField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        let count = points.len() / 2;
        self.evaluate(times, points, |i, velocity, _| {
            velocities[i] = S::from_f64(velocity[0]);
            velocities[count + i] = S::from_f64(velocity[1]);
        });
    }

    fn jacobian(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        [by_x, by_y]: [&mut [S]; 2],
    ) -> bool {
        if !self.mixture.is_cloud() {
            return false;
        }
        let count = points.len() / 2;
        for i in 0..count {
            let coefficients = self.path.coefficients(times.at(i));
            let x = [points[i].to_f64(), points[count + i].to_f64()];
            let Some(slope) = self.mixture.posterior_slope(level(&coefficients), x) else {
                return false;
            };
            let velocity = values(&coefficients, &slope.posterior).velocity;
            let [xx, xy, yy] =
                [0, 1, 2].map(|k| coefficients.velocity(slope.data[k], slope.scaled_noise[k]));
            for (j, v, dx, dy) in [(i, velocity[0], xx, xy), (count + i, velocity[1], xy, yy)] {
                velocities[j] = S::from_f64(v);
                by_x[j] = S::from_f64(dx);
                by_y[j] = S::from_f64(dy);
            }
        }
        true
    }

    fn last_time(&self) -> f64 {
        Self::end_of_definition(&self.mixture, self.path)
    }
}

impl<S: Real> ScoredField<S> for ExactField {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        let count = points.len() / 2;
        self.evaluate(times, points, |i, velocity, score| {
            for (d, j) in [i, count + i].into_iter().enumerate() {
                velocities[j] = S::from_f64(velocity[d]);
                scores[j] = S::from_f64(score[d]);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use driftscope_base::field::jacobians;

    use super::*;
    use crate::data::Component;

    #[test]
    fn one_gaussian_has_the_jacobian_of_its_closed_form() {
        // v = α'm + (αα's² + σσ')/(α²s² + σ²)·(x − αm).
        let deviation = 0.4;
        let gaussian = Component::isotropic([1.5, -0.5], deviation);
        let mixture = Arc::new(Mixture::new([gaussian]).expect("a mixture"));
        for path in Interpolant::ALL {
            let field = ExactField::new(Arc::clone(&mixture), path);
            for t in [0.1, 0.5, 0.9, 0.999] {
                let c = path.coefficients(t);
                let variance = (c.alpha * deviation).powi(2) + c.sigma * c.sigma;
                let above = c.alpha * c.d_alpha * deviation * deviation + c.sigma_d_sigma;
                let points = [0.3, -1.0, 0.7, 2.0];
                jacobians(
                    &field,
                    Times::Shared(t),
                    &points,
                    |_| 1e-5,
                    |i, velocity, found| {
                        let wanted = above / variance;
                        assert!((found[0][0] - wanted).abs() < 1e-8 * wanted.abs().max(1.0));
                        assert!((found[1][1] - wanted).abs() < 1e-8 * wanted.abs().max(1.0));
                        assert!(
                            found[0][1].abs() + found[1][0].abs() < 1e-8 * wanted.abs().max(1.0)
                        );
                        let direct = field.at(t, [points[i], points[2 + i]]).velocity;
                        assert!((direct[0] - velocity[0]).abs() < 1e-14 * direct[0].abs().max(1.0));
                    },
                );
            }
        }
    }
}
