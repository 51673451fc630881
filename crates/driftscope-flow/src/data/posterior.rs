//! Exact posterior, score and density of `x_t = α x1 + σ x0`.

use super::crowd::{LANES, Means};
use super::gaussian::GaussianAt;
use super::mixture::{BoxParts, Mixture};
use super::truncated::{AxisPosterior, IntervalAt};
use thiserror::Error;

/// A noise level: `x_t = alpha · x1 + sigma · x0` with `x0 ~ N(0, I)`.
///
/// For Gaussians only `α²`, `σ²` and `αμ` matter, so slightly negative values
/// (a solver that oversteps `t = 1`) are as good as any, and `σ = 0` is fine
/// while `α ≠ 0`. Boxes need `σ ≠ 0`. [`Mixture::check`] says so in words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The factor of the data, α.
    pub alpha: f64,
    /// The factor of the noise, σ.
    pub sigma: f64,
}

/// Why a mixture has no posterior at a level.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum LevelError {
    /// α or σ is not a number, infinite or enormous.
    #[error("the noise level α = {}, σ = {} is undefined: both must be numbers within ±1e100", .0.alpha, .0.sigma)]
    OutOfRange(Level),
    /// α = σ = 0: all of the mass is at one point.
    #[error("the noise level α = {}, σ = {} leaves neither data nor noise: one of them must differ from 0 (by more than 1e-100)", .0.alpha, .0.sigma)]
    Vanishing(Level),
    /// σ = 0, where the density of a box has a jump and its score diverges.
    #[error("the score of a uniform box is undefined at σ = {} (α = {}): end the run before the noise is gone, for example at t = 1 − 1e-5", .0.sigma, .0.alpha)]
    BoxWithoutNoise(Level),
}

/// Anything closer to 0 than this is 0 to [`Mixture::check`]; its square is
/// still a normal number.
const SMALLEST: f64 = 1e-100;
/// Anything beyond this is out of range; its square is still finite.
const LARGEST: f64 = 1e100;

/// What is known about `x1` and `x0` once `x_t = x` has been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Posterior {
    /// `E[x1 | x_t = x]`
    pub data: [f64; 2],
    /// `E[x0 | x_t = x] / σ`, which is minus the score; finite at `σ = 0` for
    /// Gaussians.
    pub scaled_noise: [f64; 2],
    /// `ln p_t(x)`
    pub log_density: f64,
}

impl Posterior {
    /// The score `∇ ln p_t(x)`.
    pub fn score(&self) -> [f64; 2] {
        self.scaled_noise.map(|g| -g)
    }

    /// `E[x0 | x_t = x]`, the noise a perfect ε-network would predict.
    pub fn noise(&self, sigma: f64) -> [f64; 2] {
        self.scaled_noise.map(|g| sigma * g)
    }

    /// The velocity `α' E[x1|x] + σ' E[x0|x]`, from `α'` and the product `σσ'`
    /// (which stays finite where σ' alone does not, as at the end of the VP
    /// interpolant).
    pub fn velocity(&self, d_alpha: f64, sigma_d_sigma: f64) -> [f64; 2] {
        [0, 1].map(|i| d_alpha * self.data[i] + sigma_d_sigma * self.scaled_noise[i])
    }
}

/// A mixture at one noise level, with everything that does not depend on the
/// point worked out. See [`Mixture::prepare`].
#[derive(Clone, Debug)]
pub struct Prepared<'a> {
    mixture: &'a Mixture,
    level: Level,
    gaussians: Vec<GaussianAt>,
    intervals: [Vec<IntervalAt>; 2],
}

impl Prepared<'_> {
    /// The noise level this was prepared for.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The posterior given `x_t = x`; see [`Mixture::posterior`]. Allocates
    /// nothing.
    pub fn posterior(&self, x: [f64; 2]) -> Posterior {
        let mut sum = Sum::new();
        for gaussian in &self.gaussians {
            sum.push(gaussian.posterior(x));
        }
        sum.push_boxes(self.mixture, x, |axis, index| self.intervals[axis][index]);
        sum.finish()
    }
}

impl Mixture {
    /// Whether [`Mixture::posterior`] is defined at `level`.
    ///
    /// # Errors
    /// If α or σ is not a number within ±1e100, if both are 0, or if σ is 0 and the mixture has
    /// boxes.
    pub fn check(&self, level: Level) -> Result<(), LevelError> {
        let Level { alpha, sigma } = level;
        // Written so that a NaN is refused too.
        if !(alpha.abs() <= LARGEST && sigma.abs() <= LARGEST) {
            return Err(LevelError::OutOfRange(level));
        }
        if sigma.abs() < SMALLEST {
            if self.has_boxes() {
                return Err(LevelError::BoxWithoutNoise(level));
            }
            if alpha.abs() < SMALLEST {
                return Err(LevelError::Vanishing(level));
            }
        }
        Ok(())
    }

    /// Works out all that the posterior at `level` needs beside the point:
    /// for many points that share one noise level.
    ///
    /// `level` must satisfy [`Mixture::check`] (asserted in debug builds);
    /// otherwise the posteriors are not numbers.
    pub fn prepare(&self, level: Level) -> Prepared<'_> {
        debug_assert_eq!(self.check(level), Ok(()));
        Prepared {
            mixture: self,
            level,
            gaussians: self.gaussians().iter().map(|g| g.at(level)).collect(),
            intervals: [0, 1].map(|axis| {
                self.intervals()[axis]
                    .iter()
                    .map(|&interval| IntervalAt::new(interval, level))
                    .collect()
            }),
        }
    }

    /// `E[x1|x]` and `E[x0|x]/σ` (minus the score) of points side by side, each at a level of its
    /// own, by coordinate: what [`Mixture::posterior`] gives, to rounding, several times as fast.
    /// A lane does not depend on the lanes beside it.
    ///
    /// Only for mixtures without boxes.
    pub fn means(
        &self,
        levels: &[Level; LANES],
        points: [[f64; LANES]; 2],
    ) -> ([[f64; LANES]; 2], [[f64; LANES]; 2]) {
        debug_assert!(!self.has_boxes());
        let Means { data, scaled_noise } = self.crowd().posterior(levels, points);
        (data, scaled_noise)
    }

    /// The exact posterior given `x_t = x` at `level`: bit for bit what
    /// [`Prepared::posterior`] gives, for points that do not share a level.
    /// Allocates nothing.
    ///
    /// Finite for every finite `x` with `|x/σ|` (for Gaussians `|x|` over the
    /// noisy standard deviation) below about 1e150, however far out in the
    /// tails. `level` must satisfy [`Mixture::check`] (asserted in debug
    /// builds).
    pub fn posterior(&self, level: Level, x: [f64; 2]) -> Posterior {
        debug_assert_eq!(self.check(level), Ok(()));
        let mut sum = Sum::new();
        for gaussian in self.gaussians() {
            sum.push(gaussian.at(level).posterior(x));
        }
        sum.push_boxes(self, x, |axis, index| {
            IntervalAt::new(self.intervals()[axis][index], level)
        });
        sum.finish()
    }
}

/// Components whose log weight is this far below the largest are left out: even
/// a score 1e25 times larger could not make them visible in the last digit.
pub(super) const NEGLIGIBLE: f64 = 100.0;

/// Boxes share intervals (a checkerboard of 8 has 4 per axis); up to this many
/// per axis are evaluated once each and looked up.
const SHARED: usize = 16;

/// A streaming log-sum-exp over components that averages their posteriors.
struct Sum {
    /// The largest log density pushed so far
    largest: f64,
    /// The remaining fields are scaled by `exp(−largest)`.
    total: f64,
    data: [f64; 2],
    scaled_noise: [f64; 2],
}

impl Sum {
    fn new() -> Self {
        Self { largest: f64::NEG_INFINITY, total: 0.0, data: [0.0; 2], scaled_noise: [0.0; 2] }
    }

    fn push(&mut self, part: Posterior) {
        let above = part.log_density - self.largest;
        if above > 0.0 {
            let keep = (-above).exp();
            self.largest = part.log_density;
            self.total = keep * self.total + 1.0;
            for i in 0..2 {
                self.data[i] = keep * self.data[i] + part.data[i];
                self.scaled_noise[i] = keep * self.scaled_noise[i] + part.scaled_noise[i];
            }
        } else if above > -NEGLIGIBLE {
            let share = above.exp();
            self.total += share;
            for i in 0..2 {
                self.data[i] += share * part.data[i];
                self.scaled_noise[i] += share * part.scaled_noise[i];
            }
        }
    }

    /// Pushes every box of `mixture`; `interval_at(axis, index)` gives the
    /// mixture's distinct intervals at the level in question.
    fn push_boxes(
        &mut self,
        mixture: &Mixture,
        x: [f64; 2],
        interval_at: impl Fn(usize, usize) -> IntervalAt,
    ) {
        let boxes = mixture.boxes();
        if boxes.is_empty() {
            return;
        }
        let evaluate = |axis: usize, index: usize| interval_at(axis, index).posterior(x[axis]);
        let counts = [0, 1].map(|axis| mixture.intervals()[axis].len());
        if counts.iter().all(|&count| count <= SHARED) {
            let mut shared = [[AxisPosterior::default(); SHARED]; 2];
            for axis in 0..2 {
                for (index, slot) in shared[axis][..counts[axis]].iter_mut().enumerate() {
                    *slot = evaluate(axis, index);
                }
            }
            for part in boxes {
                let along = [0, 1].map(|axis| shared[axis][part.intervals[axis]]);
                self.push(join(part, along));
            }
        } else {
            for part in boxes {
                let along = [0, 1].map(|axis| evaluate(axis, part.intervals[axis]));
                self.push(join(part, along));
            }
        }
    }

    fn finish(self) -> Posterior {
        let scale = 1.0 / self.total;
        Posterior {
            data: self.data.map(|sum| scale * sum),
            scaled_noise: self.scaled_noise.map(|sum| scale * sum),
            log_density: self.largest + self.total.ln(),
        }
    }
}

fn join(part: &BoxParts, [x, y]: [AxisPosterior; 2]) -> Posterior {
    Posterior {
        data: [x.data, y.data],
        scaled_noise: [x.scaled_noise, y.scaled_noise],
        log_density: part.log_weight + x.log_density + y.log_density,
    }
}
