//! The density of a mixture, seen through noise, along one direction of the plane.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::level::Level;
use super::mixture::{Mixture, Shape};

/// Sides narrower than this share of the noise count by their variance alone; the fourth-order
/// term that is left out is below 1e-7.
const NARROW: f64 = 0.05;
/// Noise never counts as less than this, so that the edge of a box has a place.
const LEAST_NOISE: f64 = 1e-9;

/// The density of `u·x_t` for `x_t = α x1 + σ x0` and a unit vector u; see [`Mixture::project`].
#[derive(Clone, Debug)]
pub struct ProjectedDensity {
    parts: Vec<Part>,
}

/// One component: a normal, or the sum of two independent uniforms and a normal.
#[derive(Clone, Copy, Debug)]
struct Part {
    weight: f64,
    mean: f64,
    /// Standard deviation of the normal.
    spread: f64,
    /// Widths of the uniforms, the larger one first; 0 where there is none.
    widths: [f64; 2],
}

impl Mixture {
    /// The density along the direction `u` (a unit vector) at a noise level: what is left of `p_t`
    /// when it is integrated across that direction. In closed form: a projected Gaussian is normal,
    /// a projected box is the sum of two uniforms.
    #[must_use]
    pub fn project(&self, level: Level, u: [f64; 2]) -> ProjectedDensity {
        let Level { alpha, sigma } = level;
        let parts = self.components().iter().map(|component| {
            let [x, y] = component.mean();
            let mean = alpha * (u[0] * x + u[1] * y);
            let (variance, widths) = match component.shape {
                Shape::Gaussian { covariance, .. } => {
                    let across = 2.0 * u[0] * u[1] * covariance.xy;
                    let own = u[0] * u[0] * covariance.xx + across + u[1] * u[1] * covariance.yy;
                    (alpha * alpha * own, [0.0; 2])
                }
                Shape::Box { min, max } => {
                    let side = |d: usize| (alpha * u[d] * (max[d] - min[d])).abs();
                    (0.0, [side(0).max(side(1)), side(0).min(side(1))])
                }
            };
            let mut spread = (variance + sigma * sigma).sqrt().max(LEAST_NOISE);
            let mut widths = widths;
            for width in &mut widths {
                if *width < NARROW * spread {
                    spread = (spread * spread + *width * *width / 12.0).sqrt();
                    *width = 0.0;
                }
            }
            // The narrower one may have become too narrow for what the wider one left.
            widths.sort_unstable_by(|a, b| b.total_cmp(a));
            Part { weight: component.weight, mean, spread, widths }
        });
        ProjectedDensity { parts: parts.collect() }
    }
}

impl ProjectedDensity {
    /// The density at `s`, per unit length.
    #[must_use]
    pub fn at(&self, s: f64) -> f64 {
        self.parts.iter().map(|part| part.weight * part.at(s - part.mean)).sum()
    }
}

impl Part {
    fn at(&self, s: f64) -> f64 {
        let Self { spread, widths: [wide, narrow], .. } = *self;
        let z = s / spread;
        if wide == 0.0 {
            return normal(z) / spread;
        }
        // Far outside there is nothing but rounding.
        let reach = 0.5 * (wide + narrow) + 9.0 * spread;
        if s.abs() > reach {
            return 0.0;
        }
        if narrow == 0.0 {
            let half = 0.5 * wide / spread;
            return (cumulative(z + half) - cumulative(z - half)) / wide;
        }
        // The second differences of the normal's second antiderivative.
        let [sum, difference] =
            [0.5 * (wide + narrow), 0.5 * (wide - narrow)].map(|half| half / spread);
        let value = twice(z + sum) - twice(z + difference) - twice(z - difference) + twice(z - sum);
        (value * spread / (wide * narrow)).max(0.0)
    }
}

/// φ(z)
fn normal(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// Φ(z)
fn cumulative(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The antiderivative of Φ: zΦ(z) + φ(z).
fn twice(z: f64) -> f64 {
    z * cumulative(z) + normal(z)
}
