//! The density of a mixture, seen through noise, along one direction of the plane.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use driftscope_base::exponential::exponential;
use pulp::{Arch, Simd, WithSimd};

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
    /// Normals that are all alike, instead.
    alike: Option<Alike>,
}

/// Normals of the same weight and spread.
#[derive(Clone, Debug)]
struct Alike {
    /// In order.
    means: Vec<f64>,
    spread: f64,
}

/// Beyond so many spreads a normal adds nothing to rounding.
const FAR: f64 = 10.0;

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
        if let Some(cloud) = self.cloud() {
            let along = |mean: [f64; 2]| alpha * (u[0] * mean[0] + u[1] * mean[1]);
            let mut means: Vec<f64> = self.gaussians().iter().map(|g| along(g.mean)).collect();
            means.sort_unstable_by(f64::total_cmp);
            let spread = (alpha * cloud.kernel()).hypot(sigma).max(LEAST_NOISE);
            return ProjectedDensity { parts: Vec::new(), alike: Some(Alike { means, spread }) };
        }
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
        ProjectedDensity { parts: parts.collect(), alike: None }
    }
}

impl ProjectedDensity {
    /// The density at `s`, per unit length.
    #[must_use]
    pub fn at(&self, s: f64) -> f64 {
        if let Some(alike) = &self.alike {
            return Arch::new().dispatch(SumAlike { alike, s });
        }
        self.parts.iter().map(|part| part.weight * part.at(s - part.mean)).sum()
    }
}

/// The sum of normals at `s`.
struct SumAlike<'a> {
    alike: &'a Alike,
    s: f64,
}

impl WithSimd for SumAlike<'_> {
    type Output = f64;

    #[expect(
        clippy::inline_always,
        reason = "only what is inlined into a dispatched function is compiled for its instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let Alike { means, spread } = self.alike;
        let reach = FAR * spread;
        let near = means.partition_point(|&mean| mean < self.s - reach)
            ..means.partition_point(|&mean| mean <= self.s + reach);
        let mut sums = [0.0; 8];
        let normal = |mean: f64| {
            let z = (self.s - mean) / spread;
            exponential::<S>(-0.5 * z * z)
        };
        let (chunks, rest) = means[near].as_chunks::<8>();
        for chunk in chunks {
            for (sum, &mean) in sums.iter_mut().zip(chunk) {
                *sum += normal(mean);
            }
        }
        let rest: f64 = rest.iter().map(|&mean| normal(mean)).sum();
        let sum = sums.iter().sum::<f64>() + rest;
        sum / ((2.0 * PI).sqrt() * spread * means.len() as f64)
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
