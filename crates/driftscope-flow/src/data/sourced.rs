//! Data whose other end is not N(0, I) but a mixture of its own, drawn independently of them.
//!
//! For a component i of the source and j of the data, `S = α²Σ_j + σ²S_i` and `d = x − αμ_j − σm_i` give
//! `E[x1|x] = μ_j + αΣ_jS⁻¹d`, `E[x0|x] = m_i + σS_iS⁻¹d` and the score `−S⁻¹d`; all pairs are weighted by
//! their densities. The score is not `−E[x0|x]/σ`, and no diffusion form follows from it.

use thiserror::Error;

use super::covariance::Covariance;
use super::data_posterior::DataPosterior;
use super::gaussian::Gaussian;
use super::level::{Level, NEGLIGIBLE};
use super::mixture::{Component, MAX_COMPONENTS, Mixture};
use std::f64::consts::TAU;

/// Why source and data have no exact field together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SourceError {
    /// Boxes at either end.
    #[error(
        "{0} has uniform boxes, whose sum with another distribution has no closed form: mixtures of Gaussians and points with a kernel have one"
    )]
    Boxes(End),
    /// Single points at either end.
    #[error(
        "{0} has points without a kernel, where the process has no density at that end: give them a kernel above 0"
    )]
    Points(End),
    /// Too many pairs.
    #[error(
        "source and data make {0} pairs of components; at most {MAX_COMPONENTS} are followed exactly"
    )]
    Pairs(usize),
}

/// An end of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where x0 comes from.
    Source,
    /// Where x1 comes from.
    Data,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Source => "the source",
            Self::Data => "the data",
        })
    }
}

/// A source and data that are independent, both mixtures of Gaussians.
#[derive(Clone, Debug)]
pub struct SourcedMixture {
    pairs: Vec<Pair>,
}

/// A component of the source and one of the data.
#[derive(Clone, Copy, Debug)]
struct Pair {
    weight: f64,
    log_weight: f64,
    source: ([f64; 2], Covariance),
    data: ([f64; 2], Covariance),
}

/// What is known of both ends once `x_t = x` has been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SourcedPosterior {
    /// `E[x1 | x_t = x]`.
    pub data: [f64; 2],
    /// `E[x0 | x_t = x]`.
    pub noise: [f64; 2],
    /// `∇ ln p_t(x)`.
    pub score: [f64; 2],
    /// `ln p_t(x)`, per unit area.
    pub log_density: f64,
}

impl SourcedMixture {
    /// `source` and `data`, each drawn by itself.
    ///
    /// # Errors
    /// If either has boxes or points without a kernel, or if they have more than 4096 pairs of components.
    pub fn new(source: &Mixture, data: &Mixture) -> Result<Self, SourceError> {
        for (end, mixture) in [(End::Source, source), (End::Data, data)] {
            if mixture.has_boxes() {
                return Err(SourceError::Boxes(end));
            }
            if mixture.is_of_points() {
                return Err(SourceError::Points(end));
            }
        }
        let count = source.components().len() * data.components().len();
        if count > MAX_COMPONENTS {
            return Err(SourceError::Pairs(count));
        }
        let of_data = |source: Component| {
            data.components().iter().map(move |data| {
                let weight = source.weight * data.weight;
                Pair {
                    weight,
                    log_weight: weight.ln(),
                    source: (source.mean(), source.covariance()),
                    data: (data.mean(), data.covariance()),
                }
            })
        };
        Ok(Self { pairs: source.components().iter().copied().flat_map(of_data).collect() })
    }

    /// Everything at one level that does not depend on the point.
    #[must_use]
    pub fn prepare(&self, level: Level) -> SourcedAt {
        SourcedAt { pairs: self.pairs.iter().map(|pair| pair.at(level)).collect() }
    }

    /// What is known given `x_t = x` at `level`; bit for bit that of [`SourcedAt::posterior`].
    #[must_use]
    pub fn posterior(&self, level: Level, x: [f64; 2]) -> SourcedPosterior {
        sum(self.pairs.iter().map(|pair| pair.at(level)), x)
    }

    /// The distribution of x1 given `x_t = x` at `level`: of each pair `N(μ_j + αΣ_jS⁻¹d, Σ_j − α²Σ_jS⁻¹Σ_j)`,
    /// those of the first component of the source first. The x0 that belongs to a draw is `(x − αx1)/σ`.
    #[must_use]
    pub fn data_posterior(&self, level: Level, x: [f64; 2]) -> DataPosterior {
        DataPosterior::of_gaussians(self.pairs.iter().map(|pair| {
            let at = pair.at(level);
            let (log_weight, g) = at.seen(x);
            let shift = at.data_gain.of(g);
            let mean = [0, 1].map(|d| at.data_mean[d] + shift[d]);
            let known = at.data_gain.around(at.inverse);
            (log_weight, Gaussian::new(mean, pair.data.1.plus(known.times(-1.0)), 1.0))
        }))
    }

    /// The distribution of `x_t` at `level`: a Gaussian for each pair.
    ///
    /// # Panics
    /// If α and σ are not within ±1, which those of every path are.
    #[must_use]
    pub fn marginal(&self, level: Level) -> Mixture {
        let component = |pair: &Pair| {
            let at = pair.at(level);
            Component { weight: pair.weight, ..Component::gaussian(at.centre, at.covariance) }
        };
        let components: Vec<Component> = self.pairs.iter().map(component).collect();
        Mixture::new(components).expect("sums of the ends are as well in range as the ends")
    }
}

/// A source and data at one level; see [`SourcedMixture::prepare`].
#[derive(Clone, Debug)]
pub struct SourcedAt {
    pairs: Vec<PairAt>,
}

impl SourcedAt {
    /// What is known given `x_t = x`.
    #[must_use]
    pub fn posterior(&self, x: [f64; 2]) -> SourcedPosterior {
        sum(self.pairs.iter().copied(), x)
    }
}

/// A pair at one level.
#[derive(Clone, Copy, Debug)]
struct PairAt {
    data_mean: [f64; 2],
    source_mean: [f64; 2],
    /// `αμ_j + σm_i`
    centre: [f64; 2],
    /// S
    covariance: Covariance,
    /// S⁻¹
    inverse: Covariance,
    /// `αΣ_j` and `σS_i`
    data_gain: Covariance,
    source_gain: Covariance,
    log_peak: f64,
}

impl Pair {
    fn at(&self, Level { alpha, sigma }: Level) -> PairAt {
        let ((source_mean, source), (data_mean, data)) = (self.source, self.data);
        let covariance = data.times(alpha * alpha).plus(source.times(sigma * sigma));
        let (inverse, determinant) = covariance.inverse();
        PairAt {
            data_mean,
            source_mean,
            centre: [0, 1].map(|d| alpha * data_mean[d] + sigma * source_mean[d]),
            covariance,
            inverse,
            data_gain: data.times(alpha),
            source_gain: source.times(sigma),
            log_peak: self.log_weight - TAU.ln() - 0.5 * determinant.ln(),
        }
    }
}

impl PairAt {
    /// The logarithm of its density at `x`, weight included, and `S⁻¹d`.
    fn seen(&self, x: [f64; 2]) -> (f64, [f64; 2]) {
        let d = [x[0] - self.centre[0], x[1] - self.centre[1]];
        let g = self.inverse.of(d);
        (self.log_peak - 0.5 * (d[0] * g[0] + d[1] * g[1]), g)
    }
}

/// The mean over the pairs, each weighted by its density at `x`.
fn sum(pairs: impl Iterator<Item = PairAt>, x: [f64; 2]) -> SourcedPosterior {
    let (mut largest, mut total) = (f64::NEG_INFINITY, 0.0);
    // E[x1|x], E[x0|x] and S⁻¹d, in units of exp(largest).
    let mut sums = [0.0; 6];
    for pair in pairs {
        let (log, g) = pair.seen(x);
        let above = log - largest;
        if above <= -NEGLIGIBLE {
            continue;
        }
        let share = if above > 0.0 {
            let keep = (-above).exp();
            total *= keep;
            sums = sums.map(|sum| keep * sum);
            largest = log;
            1.0
        } else {
            above.exp()
        };
        let (to_data, to_source) = (pair.data_gain.of(g), pair.source_gain.of(g));
        total += share;
        for k in 0..2 {
            sums[k] += share * (pair.data_mean[k] + to_data[k]);
            sums[2 + k] += share * (pair.source_mean[k] + to_source[k]);
            sums[4 + k] += share * g[k];
        }
    }
    let [data_x, data_y, noise_x, noise_y, g_x, g_y] = sums.map(|sum| sum / total);
    SourcedPosterior {
        data: [data_x, data_y],
        noise: [noise_x, noise_y],
        score: [-g_x, -g_y],
        log_density: largest + total.ln(),
    }
}
