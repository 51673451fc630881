//! The tilted density `p(x) p(c|x)^w` of a mixture with labels: what guidance with the scale w is often
//! taken to sample, and does not.
//!
//! The noised tilted density is not the tilted noised density, so that following
//! `v_∅ + w (v_c − v_∅)` ends in another distribution; the two agree at w = 1, where both are p(x|c), and at
//! w = 0. Sources: Bradley & Nakkiran 2024 (arXiv:2408.09000), Chidambaram et al. 2024 (arXiv:2409.13074).

use rand::{Rng, RngExt};
use thiserror::Error;

use super::covariance::Covariance;
use super::level::Level;
use super::mixture::{Bounds, Mixture, Shape};

/// Standard deviations of a Gaussian that are integrated over: all but 1e-15 of it along each axis.
const REACH: f64 = 8.0;
/// Places of the grid per standard deviation of the narrowest Gaussian: the sum over the grid is then the
/// integral to rounding…
const PER_DEVIATION: f64 = 3.0;
/// … unless that takes more places along an axis than this; and not less than this.
const MOST_PLACES: f64 = 512.0;
const LEAST_PLACES: f64 = 96.0;
/// Draws are accepted one by one where at least this share of them is; else they come from the grid.
const LEAST_ACCEPTED: f64 = 1e-3;

/// Why there is no tilted density.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum TiltError {
    /// No component has the label.
    #[error("no component has the label {0}")]
    NoLabel(u32),
    /// Single points have no density to be tilted.
    #[error("points without a kernel have no density: give them a kernel above 0")]
    NoDensity,
    /// The scale is not one of guidance.
    #[error("the scale is {0}: a finite number from 0 is needed")]
    Scale(f64),
}

/// `p(x) p(c|x)^w / Z`.
#[derive(Clone, Debug)]
pub struct TiltedDensity {
    all: Mixture,
    given: Mixture,
    /// `ln p(c)`
    log_share: f64,
    scale: f64,
    /// `ln Z`
    log_normaliser: f64,
    mean: [f64; 2],
    covariance: Covariance,
    cells: Cells,
}

/// The density on the places of a grid, each in the middle of its cell.
#[derive(Clone, Debug)]
struct Cells {
    corner: [f64; 2],
    size: [f64; 2],
    across: usize,
    /// Running sums of the shares, row by row, up to 1.
    cumulative: Vec<f64>,
}

impl TiltedDensity {
    /// The density of `mixture` tilted towards the class `label` with the exponent `scale`.
    ///
    /// Normaliser, mean and covariance are sums over a grid: exact to about 1e-9 unless the narrowest
    /// component is less than a 170th of the picture, or there are boxes, whose edges no grid meets.
    ///
    /// # Errors
    /// If no component has the label, if the mixture is of single points, or if the scale is not a finite
    /// number from 0.
    pub fn new(mixture: &Mixture, label: u32, scale: f64) -> Result<Self, TiltError> {
        if !(scale.is_finite() && scale >= 0.0) {
            return Err(TiltError::Scale(scale));
        }
        if mixture.is_of_points() {
            return Err(TiltError::NoDensity);
        }
        let given = mixture.given(label).ok_or(TiltError::NoLabel(label))?;
        // p(x) p(c|x)^w lies below p(c) p(x|c) from w = 1 on, and below p(x) always.
        let within = if scale >= 1.0 { &given } else { mixture };
        let grid = Grid::over(within);
        let mut tilted = Self {
            all: mixture.clone(),
            log_share: mixture.share_of(label).ln(),
            given,
            scale,
            log_normaliser: 0.0,
            mean: [0.0; 2],
            covariance: Covariance::isotropic(0.0),
            cells: Cells {
                corner: grid.corner,
                size: grid.size,
                across: grid.across.len(),
                cumulative: Vec::new(),
            },
        };
        let densities = tilted.density_grid(&grid.across, &grid.up);
        tilted.settle(&grid, densities);
        Ok(tilted)
    }

    /// Normaliser, moments and cells from the density, not yet normalised, on the grid.
    fn settle(&mut self, grid: &Grid, mut densities: Vec<f64>) {
        let across = grid.across.len();
        let places = || grid.up.iter().flat_map(|&y| grid.across.iter().map(move |&x| [x, y]));
        let total: f64 = densities.iter().sum();
        let mut mean = [0.0; 2];
        for (density, at) in densities.iter().zip(places()) {
            mean = [0, 1].map(|d| mean[d] + density * at[d]);
        }
        let mean = mean.map(|sum| sum / total);
        let mut sum = Covariance::isotropic(0.0);
        for (density, [x, y]) in densities.iter().zip(places()) {
            let [dx, dy] = [x - mean[0], y - mean[1]];
            sum.xx += density * dx * dx;
            sum.xy += density * dx * dy;
            sum.yy += density * dy * dy;
        }
        let mut running = 0.0;
        for density in &mut densities {
            running += *density / total;
            *density = running;
        }
        debug_assert_eq!(densities.len() % across, 0);
        self.log_normaliser = (total * grid.size[0] * grid.size[1]).ln();
        self.mean = mean;
        self.covariance = Covariance { xx: sum.xx / total, xy: sum.xy / total, yy: sum.yy / total };
        self.cells.cumulative = densities;
    }

    /// The exponent w.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// `ln Z`, `Z = ∫ p(x) p(c|x)^w dx`.
    #[must_use]
    pub fn log_normaliser(&self) -> f64 {
        self.log_normaliser
    }

    /// Its mean.
    #[must_use]
    pub fn mean(&self) -> [f64; 2] {
        self.mean
    }

    /// Its covariance.
    #[must_use]
    pub fn covariance(&self) -> Covariance {
        self.covariance
    }

    /// `ln` of the density at `x`, per unit area; −∞ where there is none.
    #[must_use]
    pub fn log_density(&self, x: [f64; 2]) -> f64 {
        let (all, given) = (self.all.log_density(x), self.given.log_density(x));
        self.log_of(all, given) - self.log_normaliser
    }

    /// The density on a grid, per unit area: row by row, for each y of `up` every x of `across`.
    #[must_use]
    pub fn density_grid(&self, across: &[f64], up: &[f64]) -> Vec<f64> {
        let [all, given] = [&self.all, &self.given].map(|mixture| {
            if !mixture.has_boxes() {
                return mixture.density_grid(Level { alpha: 1.0, sigma: 0.0 }, across, up);
            }
            let places = up.iter().flat_map(|&y| across.iter().map(move |&x| [x, y]));
            places.map(|place| mixture.density(place)).collect()
        });
        let densities = all.into_iter().zip(given);
        let log = |(all, given): (f64, f64)| self.log_of(all.ln(), given.ln());
        densities.map(|pair| (log(pair) - self.log_normaliser).exp()).collect()
    }

    /// `ln p(x) p(c|x)^w` from `ln p(x)` and `ln p(x|c)`.
    fn log_of(&self, all: f64, given: f64) -> f64 {
        if all == f64::NEG_INFINITY {
            return all;
        }
        if self.scale == 0.0 {
            return all;
        }
        all + self.scale * self.log_class(all, given)
    }

    /// `ln p(c|x)`, at most 0 whatever the rounding.
    fn log_class(&self, all: f64, given: f64) -> f64 {
        (self.log_share + given - all).min(0.0)
    }

    /// Draws one point: of p(x|c), kept with the probability `p(c|x)^(w−1)` (of p(x) with `p(c|x)^w` for
    /// w below 1). Where less than a thousandth would be kept, from the cells of the grid, a point evenly
    /// within its cell.
    pub fn draw(&self, rng: &mut (impl Rng + ?Sized)) -> [f64; 2] {
        let beyond = self.scale >= 1.0;
        let (from, power, log_kept) = if beyond {
            (&self.given, self.scale - 1.0, self.log_normaliser - self.log_share)
        } else {
            (&self.all, self.scale, self.log_normaliser)
        };
        if log_kept < LEAST_ACCEPTED.ln() {
            return self.cells.draw(rng);
        }
        loop {
            let x = from.draw(rng);
            let log = self.log_class(self.all.log_density(x), self.given.log_density(x));
            // At w = 0 all are kept, also where p(c|x) is 0.
            if power == 0.0 || rng.random::<f64>() < (power * log).exp() {
                return x;
            }
        }
    }

    /// Draws `count` independent points, one after the other.
    pub fn sample(&self, rng: &mut (impl Rng + ?Sized), count: usize) -> Vec<[f64; 2]> {
        (0..count).map(|_| self.draw(rng)).collect()
    }
}

impl Cells {
    fn draw(&self, rng: &mut (impl Rng + ?Sized)) -> [f64; 2] {
        let u: f64 = rng.random();
        let last = self.cumulative.len() - 1;
        let cell = self.cumulative.partition_point(|&sum| sum <= u).min(last);
        let place = [cell % self.across, cell / self.across];
        [0, 1].map(|d| self.corner[d] + self.size[d] * (place[d] as f64 + rng.random::<f64>()))
    }
}

/// Places in the middle of equal cells.
struct Grid {
    corner: [f64; 2],
    size: [f64; 2],
    across: Vec<f64>,
    up: Vec<f64>,
}

impl Grid {
    /// Over all of a mixture but what is lost in rounding, as fine as its narrowest Gaussian needs.
    fn over(mixture: &Mixture) -> Self {
        let mut bounds = Bounds { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };
        let mut narrowest = f64::INFINITY;
        for component in mixture.components() {
            let (mean, covariance) = (component.mean(), component.covariance());
            let (low, high) = match component.shape {
                Shape::Box { min, max } => (min, max),
                Shape::Gaussian { .. } => {
                    let (_, [_, smaller]) = covariance.eigen();
                    narrowest = narrowest.min(smaller.sqrt());
                    let reach = [covariance.xx, covariance.yy].map(|v| REACH * v.sqrt());
                    ([0, 1].map(|d| mean[d] - reach[d]), [0, 1].map(|d| mean[d] + reach[d]))
                }
            };
            for d in 0..2 {
                bounds.min[d] = bounds.min[d].min(low[d]);
                bounds.max[d] = bounds.max[d].max(high[d]);
            }
        }
        let sides = [0, 1].map(|d| bounds.max[d] - bounds.min[d]);
        let counts = sides.map(|side| {
            let wanted = PER_DEVIATION * side / narrowest;
            wanted.clamp(LEAST_PLACES, MOST_PLACES).ceil()
        });
        let size = [0, 1].map(|d| sides[d] / counts[d]);
        let [across, up] = [0, 1].map(|d| {
            (0..counts[d] as usize)
                .map(|k| bounds.min[d] + size[d] * (k as f64 + 0.5))
                .collect::<Vec<f64>>()
        });
        Self { corner: bounds.min, size, across, up }
    }
}
