//! A uniform distribution on an interval, seen through Gaussian noise.
//!
//! Along one axis of a box the data `x1` are uniform on `[a, b]` (centre `c`,
//! width `W`) and `x = α x1 + σ x0`. Given `x`, the noise `x0` is a normal
//! truncated to `[z_b, z_a]` with `z_a = (x − αa)/σ`, `z_b = (x − αb)/σ`. In
//! terms of `m = (x − αc)/σ`, `w = αW/σ` and `v ∈ [−½, ½]` of density
//! `∝ exp(−m w v − w²v²/2)`,
//!
//! ```text
//! x1 = c − W v,   x0 = m + w v,   p(x) = φ(m)/σ · ∫ exp(−m w v − w²v²/2) dv.
//! ```
//!
//! The mean `e = E[v]` is odd in `m` and in `w`, so everything is evaluated for
//! `m, w ≥ 0` and the signs are put back. There are three regimes, none of which
//! cancels:
//!
//! - **nearly flat** (`w` small, `w m` moderate; `α → 0` ends here):
//!   Gauss–Legendre quadrature, exact to the last digits;
//! - **inside** (`z_b ≤ 0`): differences of Φ as sums of two positive `erf`;
//! - **outside** (`z_b > 0`): Mills ratios, from the nearer edge.

use super::level::Level;
use super::mills::Mills;
use super::truncated_normal::{HALF_RULE, TruncatedNormal};
use std::f64::consts::FRAC_1_SQRT_2;

/// `½ ln 2π`
const HALF_LN_2PI: f64 = 0.918_938_533_204_672_8;
/// `1/√(2π)`
const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// Quadrature serves intervals narrower than this, in units of the noise…
const NARROW: f64 = 0.5;
/// … as long as the density changes by less than `exp` of this across them.
const GENTLE: f64 = 4.0;

/// One axis of a box: `[min, max]` with `min < max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub min: f64,
    pub max: f64,
}

impl Interval {
    pub fn centre(self) -> f64 {
        0.5 * (self.min + self.max)
    }

    pub fn width(self) -> f64 {
        self.max - self.min
    }

    pub fn contains(self, x: f64) -> bool {
        (self.min..=self.max).contains(&x)
    }
}

/// What one axis of a box contributes to the posterior at a point.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AxisPosterior {
    /// `E[x1 | x]`
    pub data: f64,
    /// `E[x0 | x] / σ`
    pub scaled_noise: f64,
    /// `ln p(x)` of the noisy coordinate
    pub log_density: f64,
}

/// An interval at one noise level: all that does not depend on `x`.
#[derive(Clone, Copy, Debug)]
pub(super) struct IntervalAt {
    centre: f64,
    width: f64,
    /// `αc`, and the images `αa`, `αb` in increasing order
    scaled_centre: f64,
    low: f64,
    high: f64,
    inverse_sigma: f64,
    /// The sign of `α` (which turns the interval round) as ±1
    orientation: f64,
    /// `|α| W / |σ|`
    relative_width: f64,
    log_sigma: f64,
    /// `weight · exp(−w² node²/2)`, used by narrow intervals only
    flat_weights: [f64; 5],
}

impl IntervalAt {
    /// `level.sigma` must not be 0; its sign, like that of `α`, is immaterial
    /// to the density and treated consistently.
    pub fn new(interval: Interval, level: Level) -> Self {
        let sigma = level.sigma.abs();
        let inverse_sigma = 1.0 / sigma;
        let width = interval.width();
        let relative_width = level.alpha.abs() * width * inverse_sigma;
        let (a, b) = (level.alpha * interval.min, level.alpha * interval.max);
        let mut flat_weights = [0.0; 5];
        if relative_width < NARROW {
            for (flat, (node, weight)) in flat_weights.iter_mut().zip(HALF_RULE) {
                let half_step = relative_width * node;
                *flat = weight * (-0.5 * half_step * half_step).exp();
            }
        }
        Self {
            centre: interval.centre(),
            width,
            scaled_centre: level.alpha * interval.centre(),
            low: a.min(b),
            high: a.max(b),
            inverse_sigma,
            orientation: 1f64.copysign(level.alpha),
            relative_width,
            log_sigma: sigma.ln(),
            flat_weights,
        }
    }

    /// The posterior of this coordinate, given its noisy value.
    pub fn posterior(&self, x: f64) -> AxisPosterior {
        let m = (x - self.scaled_centre) * self.inverse_sigma;
        let sign = 1f64.copysign(m);
        let m = m.abs();
        let change = self.relative_width * m;
        let folded = if self.relative_width < NARROW && change <= GENTLE {
            self.flat(m, change)
        } else {
            let beyond_edge = if sign > 0.0 { x - self.high } else { self.low - x };
            let near = beyond_edge * self.inverse_sigma;
            if near <= 0.0 { self.inside(m, near, change) } else { self.outside(near, change) }
        };
        AxisPosterior {
            data: self.centre - self.width * (sign * self.orientation * folded.offset),
            scaled_noise: sign * folded.noise * self.inverse_sigma,
            log_density: folded.log_density_in_noise_units - self.log_sigma,
        }
    }

    /// The law of this coordinate of the data, given its noisy value.
    pub fn law(&self, x: f64) -> TruncatedNormal {
        let side = 1f64.copysign(x - self.scaled_centre);
        let beyond_edge = if side > 0.0 { x - self.high } else { self.low - x };
        // From the edge that is nearer to the point, which α may have turned round.
        let reach = -side * self.orientation * self.width;
        TruncatedNormal {
            edge: self.centre - 0.5 * reach,
            reach,
            near: beyond_edge * self.inverse_sigma,
            width: self.relative_width,
        }
    }

    fn flat(&self, m: f64, change: f64) -> Folded {
        let mut mass = 0.0;
        let mut moment = 0.0;
        for (weight, (node, _)) in self.flat_weights.into_iter().zip(HALF_RULE) {
            let grow = (change * node).exp();
            let shrink = 1.0 / grow;
            mass += weight * (grow + shrink);
            moment -= weight * node * (grow - shrink);
        }
        let offset = moment / mass;
        Folded {
            offset,
            noise: m + self.relative_width * offset,
            log_density_in_noise_units: mass.ln() - 0.5 * m * m - HALF_LN_2PI,
        }
    }

    fn inside(&self, m: f64, near: f64, change: f64) -> Folded {
        let far = near + self.relative_width;
        let mass = 0.5 * (libm::erf(far * FRAC_1_SQRT_2) + libm::erf(-near * FRAC_1_SQRT_2));
        let noise = FRAC_1_SQRT_2PI * (-0.5 * near * near).exp() * -(-change).exp_m1() / mass;
        Folded {
            offset: (noise - m) / self.relative_width,
            noise,
            log_density_in_noise_units: (mass / self.relative_width).ln(),
        }
    }

    fn outside(&self, near: f64, change: f64) -> Folded {
        let w = self.relative_width;
        let near_tail = Mills::at(near);
        let (mut mass, mut excess) = (near_tail.ratio, near_tail.slope);
        let decay = (-change).exp();
        if decay > 0.0 {
            let far_tail = Mills::at(near + w);
            mass -= decay * far_tail.ratio;
            excess -= decay * (far_tail.slope + w * far_tail.ratio);
        }
        // How far x0 lies beyond the nearer edge, on average
        let beyond = excess / mass;
        Folded {
            offset: beyond / w - 0.5,
            noise: near + beyond,
            log_density_in_noise_units: (mass / w).ln() - 0.5 * near * near - HALF_LN_2PI,
        }
    }
}

/// The answer for `m, w ≥ 0`, before signs and units are put back.
struct Folded {
    /// `e = E[v] ∈ [−½, 0]`
    offset: f64,
    /// `E[x0] = m + w e ≥ 0`
    noise: f64,
    /// `ln(σ p)`
    log_density_in_noise_units: f64,
}

/// `ln` of the uniform density on a box of these two sides.
pub(super) fn log_uniform(x: Interval, y: Interval) -> f64 {
    -(x.width() * y.width()).ln()
}
