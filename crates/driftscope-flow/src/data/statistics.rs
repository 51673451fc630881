//! Moments, density and draws of the data themselves.

use super::cloud::Accuracy;
use super::covariance::Covariance;
use super::gaussian::Gaussian;
use super::level::Level;
use super::mixture::{Bounds, BoxParts, Mixture, Part, Shape};
use super::truncated::{Interval, log_uniform};
use std::f64::consts::TAU;

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// Standard deviations from its mean within which [`Mixture::bounds`] keeps a
/// Gaussian: all but 6e-5 of it along each axis.
const BOUNDS_DEVIATIONS: f64 = 4.0;

/// A factor of a Gaussian's density on a grid is left out where it is e to less than minus this, 1e-18.
const LEFT_OUT: f64 = 41.5;

/// The level of the data themselves, without noise.
const CLEAN: Level = Level { alpha: 1.0, sigma: 0.0 };

impl Mixture {
    /// The mean of the data.
    pub fn mean(&self) -> [f64; 2] {
        let mut mean = [0.0; 2];
        for component in self.components() {
            let own = component.mean();
            for i in 0..2 {
                mean[i] += component.weight * own[i];
            }
        }
        mean
    }

    /// The covariance of the data.
    pub fn covariance(&self) -> Covariance {
        let mean = self.mean();
        let mut sum = Covariance::isotropic(0.0);
        for component in self.components() {
            let own = component.covariance();
            let at = component.mean();
            let [dx, dy] = [at[0] - mean[0], at[1] - mean[1]];
            sum.xx += component.weight * (own.xx + dx * dx);
            sum.xy += component.weight * (own.xy + dx * dy);
            sum.yy += component.weight * (own.yy + dy * dy);
        }
        sum
    }

    /// A rectangle that holds every box, and every Gaussian up to 4 standard
    /// deviations: nearly all of the mass, for fitting a view.
    pub fn bounds(&self) -> Bounds {
        let mut bounds = Bounds { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };
        for component in self.components() {
            let (low, high) = match component.shape {
                Shape::Box { min, max } => (min, max),
                Shape::Gaussian { mean, covariance } => {
                    let reach = [covariance.xx, covariance.yy]
                        .map(|variance| BOUNDS_DEVIATIONS * variance.sqrt());
                    ([0, 1].map(|i| mean[i] - reach[i]), [0, 1].map(|i| mean[i] + reach[i]))
                }
            };
            for i in 0..2 {
                bounds.min[i] = bounds.min[i].min(low[i]);
                bounds.max[i] = bounds.max[i].max(high[i]);
            }
        }
        bounds
    }

    /// `ln p(x)` of the data, without noise; `−∞` outside every box when there
    /// are only boxes. On the edge of a box its full density counts.
    ///
    /// Single points have no density: `−∞` everywhere.
    pub fn log_density(&self, x: [f64; 2]) -> f64 {
        if self.is_of_points() {
            return f64::NEG_INFINITY;
        }
        if let Some(cloud) = self.cloud() {
            return cloud.posterior(CLEAN, x, Accuracy::Double).log_density;
        }
        let gaussians = self.gaussians().iter().map(|gaussian| log_gaussian(gaussian, x));
        let boxes = self.boxes().iter().map(|part| self.log_box(part, x));
        let (mut largest, mut total) = (f64::NEG_INFINITY, 0.0);
        for log in gaussians.chain(boxes) {
            if log > largest {
                total = total * (largest - log).exp() + 1.0;
                largest = log;
            } else if log > f64::NEG_INFINITY {
                total += (log - largest).exp();
            }
        }
        largest + f64::ln(total)
    }

    /// `p(x)` of the data, without noise, per unit area.
    pub fn density(&self, x: [f64; 2]) -> f64 {
        self.log_density(x).exp()
    }

    /// `p_t` at a noise level on a grid, per unit area: row by row, for each y of `up` every x of `across`.
    ///
    /// `level` must satisfy [`Mixture::check`]. Gaussians that are all alike are products of one factor for
    /// the column and one for the row: two exponentials for each point and line of the grid, and none for
    /// its places. Where a factor is below 1e-18 its Gaussian is left out.
    pub fn density_grid(&self, level: Level, across: &[f64], up: &[f64]) -> Vec<f64> {
        let Some(cloud) = self.cloud() else {
            let prepared = self.prepare(level);
            let at = |&y: &f64| across.iter().map(move |&x| [x, y]);
            let places = up.iter().flat_map(at);
            return places.map(|place| prepared.posterior(place).log_density.exp()).collect();
        };
        let variance = (level.alpha * cloud.kernel()).powi(2) + level.sigma * level.sigma;
        let peak = 1.0 / (TAU * variance * self.components().len() as f64);
        let factor = |x: f64, mean: f64| {
            let exponent = 0.5 * (x - level.alpha * mean).powi(2) / variance;
            if exponent < LEFT_OUT { (-exponent).exp() } else { 0.0 }
        };
        let mut densities = vec![0.0; across.len() * up.len()];
        let mut columns = vec![0.0; across.len()];
        for gaussian in self.gaussians() {
            let [mean_x, mean_y] = gaussian.mean;
            for (column, &x) in columns.iter_mut().zip(across) {
                *column = factor(x, mean_x);
            }
            // Most Gaussians are narrow: only a few columns are theirs.
            let own = |column: &f64| *column > 0.0;
            let Some(first) = columns.iter().position(own) else { continue };
            let last = columns.iter().rposition(own).unwrap_or(first);
            for (row, &y) in densities.chunks_exact_mut(across.len().max(1)).zip(up) {
                let share = peak * factor(y, mean_y);
                if share > 0.0 {
                    let columns = &columns[first..=last];
                    for (density, column) in row[first..=last].iter_mut().zip(columns) {
                        *density += share * column;
                    }
                }
            }
        }
        densities
    }

    /// The index of the component that a data point at `x` most probably came
    /// from; none if only boxes are left and `x` lies outside them all.
    pub fn likeliest_component(&self, x: [f64; 2]) -> Option<usize> {
        if let Some(cloud) = self.cloud() {
            return Some(cloud.nearest(x));
        }
        let logs = self.parts().iter().map(|&part| match part {
            Part::Gaussian(index) => log_gaussian(&self.gaussians()[index], x),
            Part::Box(index) => self.log_box(&self.boxes()[index], x),
        });
        logs.enumerate()
            .filter(|&(_, log)| log > f64::NEG_INFINITY)
            .max_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(index, _)| index)
    }

    fn sides(&self, part: &BoxParts) -> [Interval; 2] {
        [0, 1].map(|axis| self.intervals()[axis][part.intervals[axis]])
    }

    fn log_box(&self, part: &BoxParts, x: [f64; 2]) -> f64 {
        let [across, up] = self.sides(part);
        if across.contains(x[0]) && up.contains(x[1]) {
            part.log_weight + log_uniform(across, up)
        } else {
            f64::NEG_INFINITY
        }
    }

    /// Draws the index of a component, each with the probability of its weight.
    pub fn draw_component(&self, rng: &mut (impl Rng + ?Sized)) -> usize {
        let u: f64 = rng.random();
        // The last running sum is 1 and u < 1, so the index is in range.
        self.cumulative().partition_point(|&sum| sum <= u)
    }

    /// Draws one point of the component with this index.
    ///
    /// # Panics
    /// If `component` is not below the number of components.
    pub fn draw_from(&self, component: usize, rng: &mut (impl Rng + ?Sized)) -> [f64; 2] {
        match self.parts()[component] {
            Part::Gaussian(index) => {
                let standard = [rng.sample(StandardNormal), rng.sample(StandardNormal)];
                self.gaussians()[index].place(standard)
            }
            Part::Box(index) => {
                let u: [f64; 2] = [rng.random(), rng.random()];
                let sides = self.sides(&self.boxes()[index]);
                [0, 1].map(|i| sides[i].min + u[i] * sides[i].width())
            }
        }
    }

    /// Draws one point.
    pub fn draw(&self, rng: &mut (impl Rng + ?Sized)) -> [f64; 2] {
        let component = self.draw_component(rng);
        self.draw_from(component, rng)
    }

    /// Draws `count` independent points, one after the other, so that a longer
    /// sample from the same generator begins with a shorter one.
    pub fn sample(&self, rng: &mut (impl Rng + ?Sized), count: usize) -> Vec<[f64; 2]> {
        (0..count).map(|_| self.draw(rng)).collect()
    }
}

fn log_gaussian(gaussian: &Gaussian, x: [f64; 2]) -> f64 {
    gaussian.at(CLEAN).posterior(x).log_density
}
