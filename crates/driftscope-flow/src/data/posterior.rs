//! Exact posterior, score and density of `x_t = α x1 + σ x0`.

use super::cloud::{Accuracy, PosteriorSlope};
use super::crowd::{LANES, Means};
use super::gaussian::GaussianAt;
use super::level::{Level, LevelError, NEGLIGIBLE, Posterior};
use super::mixture::{BoxParts, Mixture};
use super::truncated::{AxisPosterior, IntervalAt};

/// Anything closer to 0 than this is 0 to [`Mixture::check`]; its square is
/// still a normal number.
const SMALLEST: f64 = 1e-100;
/// Anything beyond this is out of range; its square is still finite.
const LARGEST: f64 = 1e100;

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
        if let Some(cloud) = self.mixture.cloud() {
            return cloud.posterior(self.level, x, Accuracy::Double);
        }
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
    /// boxes or sits on single points.
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
            if self.is_of_points() {
                return Err(LevelError::PointsWithoutNoise(level));
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
            gaussians: match self.cloud() {
                Some(_) => Vec::new(),
                None => self.gaussians().iter().map(|g| g.at(level)).collect(),
            },
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
        if let Some(cloud) = self.cloud() {
            let (mut data, mut noise) = ([[0.0; LANES]; 2], [[0.0; LANES]; 2]);
            for lane in 0..LANES {
                let x = [points[0][lane], points[1][lane]];
                let here = cloud.posterior(levels[lane], x, Accuracy::Double);
                for d in 0..2 {
                    data[d][lane] = here.data[d];
                    noise[d][lane] = here.scaled_noise[d];
                }
            }
            return (data, noise);
        }
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
        self.posterior_to(Accuracy::Double, level, x)
    }

    /// The same to an accuracy: mixtures of points are known sooner to single than to double, all others
    /// to double either way.
    pub fn posterior_to(&self, accuracy: Accuracy, level: Level, x: [f64; 2]) -> Posterior {
        debug_assert_eq!(self.check(level), Ok(()));
        if let Some(cloud) = self.cloud() {
            return cloud.posterior(level, x, accuracy);
        }
        let mut sum = Sum::new();
        for gaussian in self.gaussians() {
            sum.push(gaussian.at(level).posterior(x));
        }
        sum.push_boxes(self, x, |axis, index| {
            IntervalAt::new(self.intervals()[axis][index], level)
        });
        sum.finish()
    }

    /// The posterior with its derivatives by the point, where they are known: for mixtures of points.
    pub fn posterior_slope(&self, level: Level, x: [f64; 2]) -> Option<PosteriorSlope> {
        debug_assert_eq!(self.check(level), Ok(()));
        self.cloud().map(|cloud| cloud.slope(level, x))
    }
}

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
