//! A normal distribution cut off on both sides: one coordinate of data that are uniform on an interval, once
//! its noisy value has been seen.
//!
//! With `s ∈ [0, 1]` the share of the way from the edge nearer to the noisy value, the coordinate is
//! `edge + reach s` and s has the density `∝ exp(−w s (z + w s/2))`: z is the distance from that edge to the
//! noisy value and w the width of the interval, both in units of the noise. Without noise-free data
//! (α = 0) w is 0 and s uniform.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// The positive half of the 10-point Gauss–Legendre rule on `[−½, ½]`:
/// (node, weight). Its error for `exp(4v)` is below 1e-18.
pub(super) const HALF_RULE: [(f64, f64); 5] = [
    (0.074_437_169_490_815_6, 0.147_762_112_357_376_43),
    (0.216_697_697_064_623_6, 0.134_633_359_654_998_18),
    (0.339_704_784_149_512_2, 0.109_543_181_257_991_02),
    (0.432_531_683_344_492_26, 0.074_725_674_575_290_3),
    (0.486_953_264_258_585_86, 0.033_335_672_154_344_07),
];

/// Panels of the rule over what is not negligible of the density.
const PANELS: u32 = 16;
/// Deviations from the mode, and powers of e, beyond which a density is nothing: `exp(−9²/2) < 3e-18`.
const FAR: f64 = 9.0;
const FALLEN: f64 = 42.0;
/// A normal is drawn until it lies within the interval where that is at least so wide and holds its mode:
/// at least half of the draws do.
const WIDE: f64 = 2.5;

/// A coordinate of the data; see the module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TruncatedNormal {
    /// The edge nearer to the noisy value, in units of the data.
    pub edge: f64,
    /// The other edge minus this one.
    pub reach: f64,
    /// z, at least −w/2: below 0 where the noisy value lies between the edges.
    pub near: f64,
    /// w, at least 0.
    pub width: f64,
}

impl TruncatedNormal {
    /// Mean and variance, to about 1e-14 of themselves: a sum of positive terms, whatever z and w.
    pub fn moments(&self) -> (f64, f64) {
        let Self { edge, reach, near, width } = *self;
        // From the mode on, y = w s.
        let mode = (-near).clamp(0.0, width);
        let slope = near + mode;
        let fallen = if slope > 0.0 { FAR.min(FALLEN / slope) } else { FAR };
        let start = if width > 0.0 { mode / width } else { 0.0 };
        let from = (start - FAR / width).max(0.0) - start;
        let to = (start + fallen / width).min(1.0) - start;
        let panel = (to - from) / f64::from(PANELS);
        let density = |s: f64| {
            let y = width * s;
            (-y * (slope + 0.5 * y)).exp()
        };
        let nodes = || {
            (0..PANELS).flat_map(move |k| {
                let middle = from + panel * (f64::from(k) + 0.5);
                HALF_RULE.into_iter().flat_map(move |(node, weight)| {
                    [(middle - panel * node, weight), (middle + panel * node, weight)]
                })
            })
        };
        let (mut total, mut first) = (0.0, 0.0);
        for (s, weight) in nodes() {
            let share = weight * density(s);
            total += share;
            first += share * s;
        }
        let mean = first / total;
        let square = nodes().map(|(s, weight)| weight * density(s) * (s - mean) * (s - mean));
        let variance = square.sum::<f64>() / total;
        (edge + reach * (start + mean), reach * reach * variance)
    }

    /// One draw: by rejection, of which at least a quarter is accepted (Robert 1995, Statistics and
    /// Computing 5, for the tails).
    pub fn draw(&self, rng: &mut (impl Rng + ?Sized)) -> f64 {
        let Self { edge, reach, near, width } = *self;
        let share = loop {
            let u: f64 = rng.random();
            let (share, chance) = if near <= 0.0 && width > WIDE {
                let z: f64 = rng.sample(StandardNormal);
                let share = (z - near) / width;
                (share, if (0.0..=1.0).contains(&share) { 1.0 } else { 0.0 })
            } else if near <= 0.0 {
                let z = near + width * u;
                (u, (-0.5 * z * z).exp())
            } else if width <= 1.0 && near * width <= 1.0 {
                let y = width * u;
                (u, (-y * (near + 0.5 * y)).exp())
            } else {
                // An exponential, which is cut off at the far edge too.
                let rate =
                    if width <= 1.0 { near } else { 0.5 * (near + (near * near + 4.0).sqrt()) };
                let y = -(u * (-rate * width).exp_m1()).ln_1p() / rate;
                let from_best = y - (rate - near);
                ((y / width).min(1.0), (-0.5 * from_best * from_best).exp())
            };
            if rng.random::<f64>() < chance {
                break share;
            }
        };
        edge + reach * share
    }
}
