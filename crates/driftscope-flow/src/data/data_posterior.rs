//! The distribution of x1 once a noisy point has been seen: the same kind of mixture again.
//!
//! Of a Gaussian `N(μ, Σ)` there is left `N(μ + αΣS⁻¹(x − αμ), Σ − α²ΣS⁻¹Σ)` with `S = α²Σ + σ²I`, of a single
//! point that point, of a uniform box a normal in each coordinate that is cut off at its edges. Every path
//! through the noisy point ends in a draw of it; its mean is `E[x1|x]`, and its covariance says how far the
//! velocities of those paths differ: `Cov(v_c|x) = (W/σ)² Cov(x1|x)`.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::covariance::Covariance;
use super::gaussian::Gaussian;
use super::level::Level;
use super::mixture::{Mixture, Part};
use super::truncated::IntervalAt;
use super::truncated_normal::TruncatedNormal;

/// `p(x1 | x_t = x)`; see [`Mixture::data_posterior`].
#[derive(Clone, Debug)]
pub struct DataPosterior {
    parts: Vec<PosteriorPart>,
}

/// What is left of one component.
#[derive(Clone, Copy, Debug)]
pub struct PosteriorPart {
    /// Its index among those of the mixture; with a source of its own, that of its pair.
    pub component: usize,
    /// The probability that x1 came from it, its responsibility; all add up to 1.
    pub weight: f64,
    law: Law,
}

#[derive(Clone, Copy, Debug)]
enum Law {
    Gaussian(Gaussian),
    Box([TruncatedNormal; 2]),
}

impl PosteriorPart {
    /// Its own mean.
    #[must_use]
    pub fn mean(&self) -> [f64; 2] {
        match &self.law {
            Law::Gaussian(gaussian) => gaussian.mean,
            Law::Box(sides) => sides.map(|side| side.moments().0),
        }
    }

    /// Its own covariance; 0 of a single point.
    #[must_use]
    pub fn covariance(&self) -> Covariance {
        match &self.law {
            Law::Gaussian(gaussian) => gaussian.covariance(),
            Law::Box(sides) => {
                let [xx, yy] = sides.map(|side| side.moments().1);
                Covariance { xx, xy: 0.0, yy }
            }
        }
    }

    fn draw(&self, rng: &mut (impl Rng + ?Sized)) -> [f64; 2] {
        match &self.law {
            Law::Gaussian(gaussian) => {
                gaussian.place([rng.sample(StandardNormal), rng.sample(StandardNormal)])
            }
            Law::Box(sides) => sides.map(|side| side.draw(rng)),
        }
    }
}

impl Mixture {
    /// The distribution of x1 given `x_t = x` at `level`, with every component of the mixture.
    ///
    /// `level` must satisfy [`Mixture::check`].
    #[must_use]
    pub fn data_posterior(&self, level: Level, x: [f64; 2]) -> DataPosterior {
        debug_assert_eq!(self.check(level), Ok(()));
        let of_part = |(component, &part): (usize, &Part)| {
            let (log_weight, law) = match part {
                Part::Gaussian(index) => {
                    let own = &self.gaussians()[index];
                    let here = own.at(level).posterior(x);
                    (here.log_density, Law::Gaussian(own.seen(level, here.data)))
                }
                Part::Box(index) => {
                    let own = &self.boxes()[index];
                    let side = |axis: usize| {
                        let interval = self.intervals()[axis][own.intervals[axis]];
                        (IntervalAt::new(interval, level), x[axis])
                    };
                    let sides = [side(0), side(1)];
                    let logs = sides.map(|(interval, x)| interval.posterior(x).log_density);
                    let law = sides.map(|(interval, x)| interval.law(x));
                    (own.log_weight + logs[0] + logs[1], Law::Box(law))
                }
            };
            PosteriorPart { component, weight: log_weight, law }
        };
        DataPosterior::weighed(self.parts().iter().enumerate().map(of_part).collect())
    }

    /// `Cov(x1 | x_t = x)`, in squared units of the data; its trace times `(W/σ)²` is the least squared error
    /// that any velocity can have there.
    ///
    /// `level` must satisfy [`Mixture::check`].
    #[must_use]
    pub fn posterior_covariance(&self, level: Level, x: [f64; 2]) -> Covariance {
        match self.cloud() {
            Some(cloud) => cloud.data_covariance(level, x),
            None => self.data_posterior(level, x).covariance(),
        }
    }
}

impl DataPosterior {
    /// Gaussians, one for each number of a component, with the logarithm of its weight up to a constant that
    /// all have in common.
    pub(super) fn of_gaussians(all: impl Iterator<Item = (f64, Gaussian)>) -> Self {
        let part = |(component, (weight, gaussian))| PosteriorPart {
            component,
            weight,
            law: Law::Gaussian(gaussian),
        };
        Self::weighed(all.enumerate().map(part).collect())
    }

    /// Parts whose weights are logarithms as yet, up to a constant that all have in common.
    fn weighed(mut parts: Vec<PosteriorPart>) -> Self {
        let largest = parts.iter().map(|part| part.weight).fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for part in &mut parts {
            part.weight = (part.weight - largest).exp();
            total += part.weight;
        }
        for part in &mut parts {
            part.weight /= total;
        }
        Self { parts }
    }

    /// Its parts, in the order of the mixture's components.
    #[must_use]
    pub fn parts(&self) -> &[PosteriorPart] {
        &self.parts
    }

    /// `E[x1|x]`.
    #[must_use]
    pub fn mean(&self) -> [f64; 2] {
        let mut mean = [0.0; 2];
        for part in &self.parts {
            let own = part.mean();
            mean = [0, 1].map(|d| mean[d] + part.weight * own[d]);
        }
        mean
    }

    /// `Cov(x1|x)`.
    #[must_use]
    pub fn covariance(&self) -> Covariance {
        let mean = self.mean();
        let mut sum = Covariance::isotropic(0.0);
        for part in &self.parts {
            let (at, own) = (part.mean(), part.covariance());
            let [dx, dy] = [at[0] - mean[0], at[1] - mean[1]];
            sum.xx += part.weight * (own.xx + dx * dx);
            sum.xy += part.weight * (own.xy + dx * dy);
            sum.yy += part.weight * (own.yy + dy * dy);
        }
        sum
    }

    /// How many parts still matter, `1/Σw²`: from 1, where one has all the weight, to their number.
    #[must_use]
    pub fn effective_parts(&self) -> f64 {
        1.0 / self.parts.iter().map(|part| part.weight * part.weight).sum::<f64>()
    }

    /// Draws one x1.
    ///
    /// # Panics
    /// Never: a mixture has components, and so has what is left of it.
    pub fn draw(&self, rng: &mut (impl Rng + ?Sized)) -> [f64; 2] {
        let mut u: f64 = rng.random();
        let chosen = self.parts.iter().find(|part| {
            u -= part.weight;
            u < 0.0
        });
        // Rounding may leave a last crumb to nobody: it is the heaviest's.
        let heaviest = || self.parts.iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
        let part = chosen.or_else(heaviest).expect("a mixture has components");
        part.draw(rng)
    }
}
