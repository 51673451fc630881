//! Many Gaussians that are all alike: points of one's own with a kernel on each.
//!
//! With the kernel h and `ρ² = α²h² + σ²`, a point weighs `w_i ∝ exp(−|x − αx_i|²/2ρ²)`, and all that is
//! asked for follows from the weighted mean of the points (for derivatives, from their covariance too).
//! Points stand in buckets of neighbours. Those buckets are left out whose points could together add
//! less than 1e-9 (single precision) or 1e-18 (double precision) to the sum of the weights.

mod buckets;
mod sum;

use std::f64::consts::TAU;

use self::buckets::Buckets;
use self::sum::{Query, Sums, sums};
use super::covariance::Covariance;
use super::level::{Level, Posterior};

/// Gaussians of the same weight and standard deviation.
#[derive(Clone, Debug)]
pub(super) struct Cloud {
    buckets: Buckets,
    kernel: f64,
}

/// A precision of the sums; what comes of them has double precision in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accuracy {
    /// To rounding of the point in single precision.
    Single,
    /// To rounding in double precision.
    Double,
}

/// Derivatives of a [`Posterior`] by the point.
#[derive(Clone, Copy, Debug)]
pub struct PosteriorSlope {
    /// The posterior itself.
    pub posterior: Posterior,
    /// `∂E[x1|x]/∂x`, symmetric: `[xx, xy, yy]`.
    pub data: [f64; 3],
    /// `∂(E[x0|x]/σ)/∂x`, symmetric.
    pub scaled_noise: [f64; 3],
}

impl Cloud {
    /// Gaussians of standard deviation `kernel` on finite points.
    pub fn new(points: &[[f64; 2]], kernel: f64) -> Self {
        Self { buckets: Buckets::new(points), kernel }
    }

    /// The standard deviation of each, h.
    pub fn kernel(&self) -> f64 {
        self.kernel
    }

    /// The posterior given `x_t = x`.
    pub fn posterior(&self, level: Level, x: [f64; 2], accuracy: Accuracy) -> Posterior {
        let query = self.query(level, x);
        let sums = match accuracy {
            Accuracy::Single => sums::<f32, 16, false>(&self.buckets, query),
            Accuracy::Double => sums::<f64, 4, false>(&self.buckets, query),
        };
        self.finish(query, &sums)
    }

    /// The posterior with its derivatives, in double precision.
    pub fn slope(&self, level: Level, x: [f64; 2]) -> PosteriorSlope {
        let query = self.query(level, x);
        let sums = sums::<f64, 4, true>(&self.buckets, query);
        let inverse = 1.0 / (query.deviation * query.deviation);
        let gain = query.alpha * self.kernel * self.kernel;
        // The mean of the points moves by (α/ρ²) Cov.
        let mean = sums.covariance.map(|part| query.alpha * inverse * part);
        let one = [1.0, 0.0, 1.0];
        let scaled_noise = [0, 1, 2].map(|k| inverse * (one[k] - query.alpha * mean[k]));
        let data = [0, 1, 2].map(|k| mean[k] + gain * scaled_noise[k]);
        PosteriorSlope { posterior: self.finish(query, &sums), data, scaled_noise }
    }

    /// `Cov(x1 | x_t = x)`, in double precision: every point is left with the variance `h²σ²/ρ²` around
    /// itself moved towards x, so that the points' own covariance counts by `(σ²/ρ²)²`.
    pub fn data_covariance(&self, level: Level, x: [f64; 2]) -> Covariance {
        let query = self.query(level, x);
        let share = level.sigma * level.sigma / (query.deviation * query.deviation);
        let own = self.kernel * self.kernel * share;
        let spread = sums::<f64, 4, true>(&self.buckets, query).covariance;
        let [xx, xy, yy] = spread.map(|part| share * share * part);
        Covariance { xx: xx + own, xy, yy: yy + own }
    }

    fn query(&self, Level { alpha, sigma }: Level, x: [f64; 2]) -> Query {
        Query { alpha, deviation: (alpha * self.kernel).hypot(sigma), x }
    }

    fn finish(&self, Query { alpha, deviation, x }: Query, sums: &Sums) -> Posterior {
        let variance = deviation * deviation;
        let gain = alpha * self.kernel * self.kernel;
        let mean = [0, 1].map(|d| sums.origin[d] + sums.mean[d]);
        let scaled_noise = [0, 1].map(|d| (x[d] - alpha * mean[d]) / variance);
        let data = [0, 1].map(|d| mean[d] + gain * scaled_noise[d]);
        let count = self.buckets.count() as f64;
        let log_density = sums.log_total - count.ln() - TAU.ln() - 2.0 * deviation.ln();
        Posterior { data, scaled_noise, log_density }
    }

    /// The number of the point nearest to `x`, the first of several.
    pub fn nearest(&self, x: [f64; 2]) -> usize {
        let Buckets { centres, halves, order, double, .. } = &self.buckets;
        let mut found = (f64::INFINITY, 0);
        let square = |[dx, dy]: [f64; 2]| dx * dx + dy * dy;
        for bucket in 0..self.buckets.len() {
            let seen = [0, 1].map(|d| x[d] - centres[d][bucket]);
            let outside = [0, 1].map(|d| (seen[d].abs() - halves[d][bucket]).max(0.0));
            if square(outside) > found.0 {
                continue;
            }
            let first = bucket * buckets::BUCKET;
            for (place, &point) in order.iter().enumerate().skip(first).take(buckets::BUCKET) {
                let away = square([0, 1].map(|d| seen[d] - double.0[d][place]));
                found = [found, (away, point)]
                    .into_iter()
                    .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
                    .unwrap_or(found);
            }
        }
        found.1 as usize
    }
}
