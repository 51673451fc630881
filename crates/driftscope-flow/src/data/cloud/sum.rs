//! Sums of Gaussian weights over a cloud: lanes of points go through vector instructions.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]
#![expect(clippy::needless_range_loop, reason = "loops over registers that are kept in step")]

use std::cell::RefCell;
use std::ops::{Add, Mul, Sub};

use driftscope_base::exponential::{exponential, fused_f32, fused_f64, power_of_two};
use pulp::{Arch, Simd, WithSimd};

use super::buckets::{BUCKET, Buckets, Offsets};

/// A weight may exceed that of the point which all are measured by so many times, as a power of 2 or e:
/// all weights of a cloud together stay within either precision.
const HEADROOM: f64 = 30.0;

/// A precision in which weights are summed.
pub(super) trait Number:
    Copy + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    const ZERO: Self;
    /// Exponents of one power of e.
    const PER_E: f64;
    /// What is left out is below the sum by this exponent: less than 1e-9 and 1e-18 of it.
    const NEGLIGIBLE: f64;
    /// The offsets of this precision.
    fn offsets(buckets: &Buckets) -> &Offsets<Self>;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    /// `a b + c`
    fn fused<S: Simd>(a: Self, b: Self, c: Self) -> Self;
    /// The power of 2 or e.
    fn power<S: Simd>(exponent: Self) -> Self;
}

impl Number for f32 {
    const ZERO: Self = 0.0;
    const PER_E: f64 = std::f64::consts::LOG2_E;
    const NEGLIGIBLE: f64 = 30.0;
    fn offsets(buckets: &Buckets) -> &Offsets<Self> {
        &buckets.single
    }
    fn from_f64(value: f64) -> Self {
        value as Self
    }
    fn to_f64(self) -> f64 {
        self.into()
    }
    #[inline(always)]
    fn fused<S: Simd>(a: Self, b: Self, c: Self) -> Self {
        fused_f32::<S>(a, b, c)
    }
    #[inline(always)]
    fn power<S: Simd>(exponent: Self) -> Self {
        power_of_two::<S>(exponent)
    }
}

impl Number for f64 {
    const ZERO: Self = 0.0;
    const PER_E: f64 = 1.0;
    const NEGLIGIBLE: f64 = 42.0;
    fn offsets(buckets: &Buckets) -> &Offsets<Self> {
        &buckets.double
    }
    fn from_f64(value: f64) -> Self {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn fused<S: Simd>(a: Self, b: Self, c: Self) -> Self {
        fused_f64::<S>(a, b, c)
    }
    #[inline(always)]
    fn power<S: Simd>(exponent: Self) -> Self {
        exponential::<S>(exponent)
    }
}

/// Where a sum is asked for: `exp(−|x − α x_i|² / 2ρ²)` over the points `x_i`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    pub alpha: f64,
    /// Standard deviation of each weight, ρ.
    pub deviation: f64,
    pub x: [f64; 2],
}

/// Weighted sums over the points.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// `ln Σ w_i`
    pub log_total: f64,
    /// What means are measured from: a point near those that weigh most.
    pub origin: [f64; 2],
    /// Their mean, from the origin.
    pub mean: [f64; 2],
    /// Their covariance `[xx, xy, yy]`, if it was asked for.
    pub covariance: [f64; 3],
}

thread_local! {
    /// Least exponents of the buckets.
    static BOUNDS: RefCell<Vec<f64>> = RefCell::default();
}

/// The sums in precision `R`, which has `LANES` of them side by side; with covariances if `SECOND`.
pub(super) fn sums<R: Number, const LANES: usize, const SECOND: bool>(
    buckets: &Buckets,
    query: Query,
) -> Sums {
    BOUNDS.with_borrow_mut(|bounds| {
        bounds.resize(buckets.len(), 0.0);
        let offsets = R::offsets(buckets);
        Arch::new().dispatch(Visit::<'_, R, LANES, SECOND> { buckets, offsets, query, bounds })
    })
}

struct Visit<'a, R, const LANES: usize, const SECOND: bool> {
    buckets: &'a Buckets,
    offsets: &'a Offsets<R>,
    query: Query,
    bounds: &'a mut [f64],
}

/// Lanes of the sums of w, w x, w y, and w xx, w xy, w yy.
struct Lanes<R, const LANES: usize> {
    total: [R; LANES],
    first: [[R; LANES]; 2],
    second: [[R; LANES]; 3],
}

impl<R: Number, const LANES: usize> Lanes<R, LANES> {
    const ZERO: Self = Self {
        total: [R::ZERO; LANES],
        first: [[R::ZERO; LANES]; 2],
        second: [[R::ZERO; LANES]; 3],
    };
}

impl<R: Number, const LANES: usize, const SECOND: bool> WithSimd for Visit<'_, R, LANES, SECOND> {
    type Output = Sums;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> Sums {
        // Exponents are squares of distances in this unit.
        let scale = (0.5 * R::PER_E).sqrt() / self.query.deviation;
        let nearest = self.bound(scale);
        let mut least = self.least::<S>(nearest, scale);
        // A point elsewhere may be nearer still; what does not matter to the range of weights is not
        // looked at.
        for bucket in 0..self.bounds.len() {
            if self.bounds[bucket] < least - HEADROOM {
                least = least.min(self.least::<S>(bucket, scale));
            }
        }
        let Buckets { centres: [across, up], order, .. } = self.buckets;
        let origin = [across[nearest], up[nearest]];
        let cut = least + R::NEGLIGIBLE + (order.len() as f64).ln() * R::PER_E;
        let mut all = Lanes::<R, LANES>::ZERO;
        for bucket in 0..self.bounds.len() {
            if self.bounds[bucket] > cut {
                continue;
            }
            let own = self.weigh::<S>(bucket, scale, R::from_f64(least));
            let shift = [across[bucket] - origin[0], up[bucket] - origin[1]].map(R::from_f64);
            for lane in 0..LANES {
                let total = own.total[lane];
                all.total[lane] = all.total[lane] + total;
                let first = [own.first[0][lane], own.first[1][lane]];
                let moved = [0, 1].map(|d| R::fused::<S>(shift[d], total, first[d]));
                for d in 0..2 {
                    all.first[d][lane] = all.first[d][lane] + moved[d];
                }
                if SECOND {
                    // Σ w (s + δ)(s + δ)ᵀ = Σ w δδᵀ + s Σ w (s + δ)ᵀ + Σ w δ sᵀ
                    for (k, [i, j]) in [[0, 0], [0, 1], [1, 1]].into_iter().enumerate() {
                        let sum = R::fused::<S>(shift[i], moved[j], own.second[k][lane]);
                        let sum = R::fused::<S>(first[i], shift[j], sum);
                        all.second[k][lane] = all.second[k][lane] + sum;
                    }
                }
            }
        }
        let sum = |lanes: &[R; LANES]| lanes.iter().map(|lane| lane.to_f64()).sum::<f64>();
        let total = sum(&all.total);
        let mean = all.first.each_ref().map(|lanes| sum(lanes) / total);
        let [xx, xy, yy] = all.second.each_ref().map(|lanes| sum(lanes) / total);
        let covariance = [xx - mean[0] * mean[0], xy - mean[0] * mean[1], yy - mean[1] * mean[1]];
        Sums { log_total: total.ln() - least / R::PER_E, origin, mean, covariance }
    }
}

impl<R: Number, const LANES: usize, const SECOND: bool> Visit<'_, R, LANES, SECOND> {
    /// Fills in the least exponent that a point of each bucket may have; the bucket with the least.
    #[inline(always)]
    fn bound(&mut self, scale: f64) -> usize {
        let Query { alpha, x, .. } = self.query;
        let Buckets { centres, halves, .. } = self.buckets;
        let count = self.bounds.len();
        let [centres, halves] = [centres, halves].map(|by| [&by[0][..count], &by[1][..count]]);
        for k in 0..count {
            let outside = [0, 1].map(|d| {
                let beyond = (x[d] - alpha * centres[d][k]).abs() - alpha.abs() * halves[d][k];
                if beyond > 0.0 { scale * beyond } else { 0.0 }
            });
            self.bounds[k] = outside[0] * outside[0] + outside[1] * outside[1];
        }
        let mut nearest = 0;
        for k in 1..count {
            if self.bounds[k] < self.bounds[nearest] {
                nearest = k;
            }
        }
        nearest
    }

    /// How many points a bucket has.
    #[inline(always)]
    fn size(&self, bucket: usize) -> usize {
        (self.buckets.count() - bucket * BUCKET).min(BUCKET)
    }

    /// The centre of a bucket as seen from the point of the query, and the unit of its offsets.
    #[inline(always)]
    fn seen(&self, bucket: usize, scale: f64) -> ([R; 2], R) {
        let Query { alpha, x, .. } = self.query;
        let centres = &self.buckets.centres;
        let seen = [0, 1].map(|d| R::from_f64(scale * (x[d] - alpha * centres[d][bucket])));
        (seen, R::from_f64(-scale * alpha))
    }

    /// The least exponent of a bucket's points.
    #[inline(always)]
    fn least<S: Simd>(&self, bucket: usize, scale: f64) -> f64 {
        let ([across, up], unit) = self.seen(bucket, scale);
        let range = bucket * BUCKET..bucket * BUCKET + BUCKET;
        let [xs, ys] = self.offsets.0.each_ref().map(|all| &all[range.clone()]);
        let mut squares = [R::ZERO; BUCKET];
        for i in 0..BUCKET {
            let dx = R::fused::<S>(unit, xs[i], across);
            let dy = R::fused::<S>(unit, ys[i], up);
            squares[i] = R::fused::<S>(dx, dx, dy * dy);
        }
        let mut least = squares[0];
        for &square in &squares[..self.size(bucket)] {
            least = if square < least { square } else { least };
        }
        least.to_f64()
    }

    /// The sums over one bucket, from its centre.
    #[inline(always)]
    fn weigh<S: Simd>(&self, bucket: usize, scale: f64, least: R) -> Lanes<R, LANES> {
        let ([across, up], unit) = self.seen(bucket, scale);
        let range = bucket * BUCKET..bucket * BUCKET + BUCKET;
        let [xs, ys] = self.offsets.0.each_ref().map(|all| &all[range.clone()]);
        // All weights first: the registers then hold either what weights need or the sums.
        let mut weights = [R::ZERO; BUCKET];
        for i in 0..BUCKET {
            let dx = R::fused::<S>(unit, xs[i], across);
            let dy = R::fused::<S>(unit, ys[i], up);
            let exponent = least - R::fused::<S>(dx, dx, dy * dy);
            weights[i] = R::power::<S>(exponent);
        }
        // What fills up the last bucket is no point.
        weights[self.size(bucket)..].fill(R::ZERO);
        let weights = weights.as_chunks::<LANES>().0;
        let (xs, ys) = (xs.as_chunks::<LANES>().0, ys.as_chunks::<LANES>().0);
        let mut lanes = Lanes::ZERO;
        for (weights, (x, y)) in weights.iter().zip(xs.iter().zip(ys)) {
            for lane in 0..LANES {
                let weight = weights[lane];
                lanes.total[lane] = lanes.total[lane] + weight;
                lanes.first[0][lane] = R::fused::<S>(weight, x[lane], lanes.first[0][lane]);
                lanes.first[1][lane] = R::fused::<S>(weight, y[lane], lanes.first[1][lane]);
                if SECOND {
                    let by = [x[lane], x[lane], y[lane]];
                    let with = [x[lane], y[lane], y[lane]];
                    for k in 0..3 {
                        let sum = lanes.second[k][lane];
                        lanes.second[k][lane] = R::fused::<S>(weight * by[k], with[k], sum);
                    }
                }
            }
        }
        lanes
    }
}
