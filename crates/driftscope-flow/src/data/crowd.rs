//! Posteriors of many points at once under a mixture of Gaussians: points stand in lanes, and every
//! loop over the lanes becomes vector instructions.
//!
//! The same quantities as [`Mixture::posterior`](super::Mixture::posterior) gives, to rounding. A
//! point's result does not depend on the points beside it.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use std::cell::RefCell;

use driftscope_base::exponential::{exponential, fused_f64};
use pulp::{Arch, Simd, WithSimd};

use super::gaussian::Gaussian;
use super::level::{Level, NEGLIGIBLE};

/// Points that go through the components together.
pub const LANES: usize = 16;

type Lanes = [f64; LANES];

/// The Gaussians of a mixture, arranged for crowds.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd {
    components: Vec<Member>,
    /// The distinct pairs of variances: often there is but one.
    variances: Vec<[f64; 2]>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    mean: [f64; 2],
    axis: [f64; 2],
    weight: f64,
    /// Index among the distinct pairs of variances.
    shape: usize,
}

impl Crowd {
    pub fn new(gaussians: &[Gaussian]) -> Self {
        let mut variances: Vec<[f64; 2]> = Vec::new();
        let components = gaussians.iter().map(|gaussian| {
            let known = variances
                .iter()
                .position(|known| known.map(f64::to_bits) == gaussian.variances.map(f64::to_bits));
            let shape = known.unwrap_or_else(|| {
                variances.push(gaussian.variances);
                variances.len() - 1
            });
            let Gaussian { mean, axis, log_weight, .. } = *gaussian;
            Member { mean, axis, weight: log_weight.exp(), shape }
        });
        Self { components: components.collect(), variances }
    }

    /// `E[x1|x]` and `E[x0|x]/σ` (minus the score) of each lane.
    pub fn posterior(&self, levels: &[Level; LANES], points: [Lanes; 2]) -> Means {
        WORK.with_borrow_mut(|work| {
            work.exponents.resize(self.components.len(), [0.0; LANES]);
            work.shapes.resize(self.variances.len(), Shape::default());
            Arch::new().dispatch(Visit { crowd: self, levels, points, work })
        })
    }
}

/// Posterior means of the lanes, by coordinate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Means {
    pub data: [Lanes; 2],
    pub scaled_noise: [Lanes; 2],
}

/// One pair of variances at the lanes' levels.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// Eigenvalues of `C⁻¹`, `C = α²Σ + σ²I`.
    inverse: [Lanes; 2],
    /// Eigenvalues of `αΣ`.
    gain: [Lanes; 2],
    /// `1/√det C`.
    peak: Lanes,
}

#[derive(Default)]
struct Scratch {
    /// Of each component.
    exponents: Vec<Lanes>,
    shapes: Vec<Shape>,
}

thread_local! {
    static WORK: RefCell<Scratch> = RefCell::default();
}

struct Visit<'a> {
    crowd: &'a Crowd,
    levels: &'a [Level; LANES],
    points: [Lanes; 2],
    work: &'a mut Scratch,
}

impl WithSimd for Visit<'_> {
    type Output = Means;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Means {
        let Self { crowd, levels, points, work } = self;
        let (mut alpha, mut noise) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            alpha[lane] = levels[lane].alpha;
            noise[lane] = levels[lane].sigma * levels[lane].sigma;
        }
        for (shape, variances) in work.shapes.iter_mut().zip(&crowd.variances) {
            for (d, variance) in variances.iter().enumerate() {
                for lane in 0..LANES {
                    let gain = alpha[lane] * variance;
                    shape.gain[d][lane] = gain;
                    shape.inverse[d][lane] = 1.0 / (alpha[lane] * gain + noise[lane]);
                }
            }
            for lane in 0..LANES {
                shape.peak[lane] = (shape.inverse[0][lane] * shape.inverse[1][lane]).sqrt();
            }
        }
        let mut largest = [f64::NEG_INFINITY; LANES];
        for (member, exponents) in crowd.components.iter().zip(&mut work.exponents) {
            let shape = &work.shapes[member.shape];
            for lane in 0..LANES {
                let (u, g) = member.offset::<S>(shape, &alpha, &points, lane);
                let exponent = -0.5 * fused_f64::<S>(u[0], g[0], u[1] * g[1]);
                exponents[lane] = exponent;
                // `f64::max` orders NaN specially; a comparison is one instruction.
                largest[lane] = if exponent > largest[lane] { exponent } else { largest[lane] };
            }
        }
        let mut total = [0.0; LANES];
        let mut means = Means { data: [[0.0; LANES]; 2], scaled_noise: [[0.0; LANES]; 2] };
        for (member, exponents) in crowd.components.iter().zip(&work.exponents) {
            let mut above = [0.0; LANES];
            let mut nearest = f64::NEG_INFINITY;
            for lane in 0..LANES {
                above[lane] = exponents[lane] - largest[lane];
                nearest = if above[lane] > nearest { above[lane] } else { nearest };
            }
            // Far from all lanes: as good as absent.
            if nearest < -NEGLIGIBLE {
                continue;
            }
            let shape = &work.shapes[member.shape];
            let [axis_x, axis_y] = member.axis;
            for lane in 0..LANES {
                let share = member.weight * shape.peak[lane] * exponential::<S>(above[lane]);
                let share = if above[lane] < -NEGLIGIBLE { 0.0 } else { share };
                let (_, g) = member.offset::<S>(shape, &alpha, &points, lane);
                let gained = [shape.gain[0][lane] * g[0], shape.gain[1][lane] * g[1]];
                let turned = |v: [f64; 2]| {
                    [
                        fused_f64::<S>(axis_x, v[0], -(axis_y * v[1])),
                        fused_f64::<S>(axis_y, v[0], axis_x * v[1]),
                    ]
                };
                let (data, noise) = (turned(gained), turned(g));
                total[lane] += share;
                for d in 0..2 {
                    let sum = &mut means.data[d][lane];
                    *sum = fused_f64::<S>(share, member.mean[d] + data[d], *sum);
                    let sum = &mut means.scaled_noise[d][lane];
                    *sum = fused_f64::<S>(share, noise[d], *sum);
                }
            }
        }
        for (lane, total) in total.iter().enumerate() {
            let scale = 1.0 / total;
            for d in 0..2 {
                means.data[d][lane] *= scale;
                means.scaled_noise[d][lane] *= scale;
            }
        }
        means
    }
}

impl Member {
    /// `u`, the offset of a lane's point from the noisy mean along the component's axes, and
    /// `g = C⁻¹u`.
    #[inline(always)]
    fn offset<S: Simd>(
        &self,
        shape: &Shape,
        alpha: &Lanes,
        points: &[Lanes; 2],
        lane: usize,
    ) -> ([f64; 2], [f64; 2]) {
        let dx = fused_f64::<S>(-alpha[lane], self.mean[0], points[0][lane]);
        let dy = fused_f64::<S>(-alpha[lane], self.mean[1], points[1][lane]);
        let [axis_x, axis_y] = self.axis;
        let u =
            [fused_f64::<S>(axis_x, dx, axis_y * dy), fused_f64::<S>(axis_x, dy, -(axis_y * dx))];
        (u, [u[0] * shape.inverse[0][lane], u[1] * shape.inverse[1][lane]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Component, Covariance, Mixture, TOYS};

    #[test]
    fn crowds_agree_with_single_points() {
        let slanted = |mean, xx, xy, yy| Component::gaussian(mean, Covariance { xx, xy, yy });
        let own = Mixture::new(vec![
            Component { weight: 0.2, ..slanted([1.0, -0.5], 0.4, 0.3, 0.5) },
            Component { weight: 0.7, ..slanted([-2.0, 1.5], 0.02, -0.01, 0.1) },
            Component { weight: 1e-6, ..slanted([4.0, 4.0], 1e-4, 0.0, 9.0) },
        ]);
        let toys = TOYS.iter().map(crate::data::Toy::mixture).chain([own.expect("a mixture")]);
        for mixture in toys.filter(|mixture| !mixture.has_boxes()) {
            for round in 0..20 {
                let at = |lane: usize| (round * LANES + lane) as f64;
                let levels: [Level; LANES] = std::array::from_fn(|lane| {
                    let t = (0.37 * at(lane)).sin().abs();
                    Level { alpha: t, sigma: 1.0 - t }
                });
                let points = [0.7, 1.1].map(|pace| {
                    std::array::from_fn(|lane| {
                        3.0 * (pace * at(lane)).sin() + 8.0 * f64::from(round == 3)
                    })
                });
                let (data, noise) = mixture.means(&levels, points);
                for lane in 0..LANES {
                    let wanted =
                        mixture.posterior(levels[lane], [points[0][lane], points[1][lane]]);
                    for d in 0..2 {
                        let near = |found: f64, wanted: f64| {
                            (found - wanted).abs() < 1e-12 * (1.0 + wanted.abs())
                        };
                        assert!(near(data[d][lane], wanted.data[d]), "{round} {lane}");
                        assert!(near(noise[d][lane], wanted.scaled_noise[d]), "{round} {lane}");
                    }
                }
            }
        }
    }
}
