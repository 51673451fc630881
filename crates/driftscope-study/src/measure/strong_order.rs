//! Strong order: how fast the paths of an SDE scheme near the true paths of the same noise.

use std::ops::Range;
use std::sync::Arc;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::ScoredField;
use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, normal_start, stream};
use driftscope_flow::data::{Component, Mixture};
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::ExactField;
use driftscope_solve::MethodRef;
use driftscope_solve::brownian::Noise;
use driftscope_solve::grid;
use driftscope_solve::sde::{LastStep, Scheme, SdeProblem};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Particles solved together.
const TOGETHER: usize = 50;

/// The SDE whose strong errors are measured, and how finely.
#[derive(Clone, Debug)]
pub struct StrongSetting {
    /// The data; its field is exact.
    pub mixture: Arc<Mixture>,
    /// The path between noise and data.
    pub interpolant: Interpolant,
    /// D(t), and its factor n.
    pub diffusion: (DiffusionForm, f64),
    /// First and last time of the noisy steps.
    pub interval: (f64, f64),
    /// Numbers of steps: the smallest of them, doubled again and again, so that all share one
    /// Brownian path.
    pub steps: Vec<usize>,
    /// SRA1 makes this many times the most steps for the paths that count as true; a power of 2.
    pub refinement: usize,
    /// Particles over which errors are averaged.
    pub particles: usize,
    /// Starting points, one per particle; those of N(0, I) that the seed gives if none.
    pub starts: Option<Arc<[[f64; 2]]>>,
    /// Decides Brownian paths, and starts if none are given.
    pub seed: u64,
}

/// What steps along a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Walker {
    /// A scheme of SDEs.
    Scheme(Scheme),
    /// A sampler that draws noise of its own.
    Sampler(MethodRef),
}

impl Walker {
    /// Its name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Scheme(scheme) => scheme.title(),
            Self::Sampler(method) => method.get().title,
        }
    }
}

/// What steps along paths came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StrongOrder {
    /// What made them.
    pub walker: Walker,
    /// For each number of steps the distance between the scheme's end points and the true ones,
    /// as a root mean square over particles, in units of the plane.
    pub errors: Vec<f64>,
    /// The slope of log error over log step size, by least squares.
    pub order: f64,
    /// For each number of steps the error of the mean and of the second moments, as a root mean
    /// square; the same Brownian paths keep chance out of the difference.
    pub weak_errors: Vec<f64>,
}

impl Default for StrongSetting {
    /// One Gaussian with mean (2, 0) and standard deviation 0.5 on the linear interpolant, D = 1,
    /// from t = 0.1 to 0.8, where the coarsest steps are stable under every scheme.
    fn default() -> Self {
        let gaussian = Component::isotropic([2.0, 0.0], 0.5);
        Self {
            mixture: Arc::new(Mixture::new([gaussian]).expect("a positive deviation")),
            interpolant: Interpolant::Linear,
            diffusion: (DiffusionForm::Constant, 1.0),
            interval: (0.1, 0.8),
            steps: vec![8, 16, 32, 64, 128, 256],
            refinement: 16,
            particles: 1_000,
            starts: None,
            seed: 0,
        }
    }
}

/// Measures every scheme against much finer steps of SRA1 along the same Brownian paths, on the
/// exact field of the setting's mixture.
///
/// # Panics
/// If the numbers of steps are not one number doubled again and again, so that their grids would
/// not share a path.
#[must_use]
pub fn strong_order(setting: &StrongSetting) -> Vec<StrongOrder> {
    let field = ExactField::new(Arc::clone(&setting.mixture), setting.interpolant);
    strong_errors(&field, setting, &Scheme::ALL, &Cancel::default())
        .expect("nothing raises this flag")
}

/// The same for some schemes on any field; the setting's mixture is not looked at.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised.
///
/// # Panics
/// As [`strong_order`].
pub fn strong_errors(
    field: &dyn ScoredField<f64>,
    setting: &StrongSetting,
    schemes: &[Scheme],
    cancel: &Cancel,
) -> Result<Vec<StrongOrder>, Cancelled> {
    let (form, norm) = setting.diffusion;
    let diffusion = |t: f64| form.coefficient(setting.interpolant, norm, t);
    let walkers: Vec<Walker> = schemes.iter().copied().map(Walker::Scheme).collect();
    let walk = |walker, steps, particles: Range<usize>| match walker {
        Walker::Scheme(scheme) => {
            setting.ends((field, &diffusion), scheme, steps, particles, cancel)
        }
        Walker::Sampler(_) => unreachable!("schemes alone"),
    };
    strong_errors_of(setting, &walkers, walk)
}

/// The same for whatever steps along the paths: `walk` has the end points of some particles for a walker and a
/// number of steps.
///
/// # Errors
/// What `walk` fails with.
///
/// # Panics
/// As [`strong_order`].
pub fn strong_errors_of<E: Send>(
    setting: &StrongSetting,
    walkers: &[Walker],
    walk: impl Fn(Walker, usize, Range<usize>) -> Result<Vec<[f64; 2]>, E> + Sync,
) -> Result<Vec<StrongOrder>, E> {
    let most = setting.steps.iter().copied().max().unwrap_or(1);
    let doubled = |&n: &usize| n > 0 && most % n == 0 && (most / n).is_power_of_two();
    assert!(setting.steps.iter().all(doubled), "steps that double: {:?}", setting.steps);
    assert!(setting.refinement.is_power_of_two(), "a power of 2: {}", setting.refinement);
    let firsts: Vec<usize> = (0..setting.particles).step_by(TOGETHER).collect();
    // Of each group, for each scheme and number of steps: sums of squares, and of what the
    // moments are made of.
    let sums: Vec<Vec<Vec<Sums>>> = firsts
        .par_iter()
        .map(|&first| {
            let particles = first..setting.particles.min(first + TOGETHER);
            let ends = |walker, steps| walk(walker, steps, particles.clone());
            let truth = ends(Walker::Scheme(Scheme::Sra1), most * setting.refinement)?;
            let of_walker = |&walker| {
                let of_steps = |&steps: &usize| Ok(Sums::of(&ends(walker, steps)?, &truth));
                setting.steps.iter().map(of_steps).collect()
            };
            walkers.iter().map(of_walker).collect()
        })
        .collect::<Result<_, E>>()?;
    let (start, end) = setting.interval;
    let sizes: Vec<f64> = setting.steps.iter().map(|&n| (end - start) / n as f64).collect();
    let of_walker = |(which, &walker): (usize, &Walker)| {
        let total = |k: usize| {
            let groups = sums.iter().map(|group| group[which][k]);
            groups.fold(Sums::default(), Sums::plus).over(setting.particles as f64)
        };
        let totals: Vec<Sums> = (0..sizes.len()).map(total).collect();
        let errors: Vec<f64> = totals.iter().map(|sums| sums.square.sqrt()).collect();
        let weak_errors: Vec<f64> = totals.iter().map(Sums::weak_error).collect();
        let order = fitted_order(&sizes, &errors);
        StrongOrder { walker, errors, order, weak_errors }
    };
    Ok(walkers.iter().enumerate().map(of_walker).collect())
}

/// Sums, or means, over particles.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Squared distance to the true end.
    square: f64,
    /// x, y, x², xy, y² less those of the true end.
    moments: [f64; 5],
}

impl Sums {
    fn of(ends: &[[f64; 2]], truth: &[[f64; 2]]) -> Self {
        let moments = |[x, y]: [f64; 2]| [x, y, x * x, x * y, y * y];
        ends.iter().zip(truth).fold(Self::default(), |sums, (&end, &truth)| {
            let (a, b) = (moments(end), moments(truth));
            let square = (end[0] - truth[0]).powi(2) + (end[1] - truth[1]).powi(2);
            sums.plus(Self { square, moments: [0, 1, 2, 3, 4].map(|i| a[i] - b[i]) })
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            square: self.square + other.square,
            moments: [0, 1, 2, 3, 4].map(|i| self.moments[i] + other.moments[i]),
        }
    }

    fn over(self, count: f64) -> Self {
        Self { square: self.square / count, moments: self.moments.map(|sum| sum / count) }
    }

    /// The error of the first and second moments, as the root of their mean square.
    fn weak_error(&self) -> f64 {
        (self.moments.iter().map(|moment| moment * moment).sum::<f64>() / 5.0).sqrt()
    }
}

impl StrongSetting {
    /// End points of some particles under a scheme, with D(t) as given in place of the setting's.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised.
    pub fn ends(
        &self,
        (field, diffusion): (&dyn ScoredField<f64>, &(dyn Fn(f64) -> f64 + Sync)),
        scheme: Scheme,
        steps: usize,
        particles: Range<usize>,
        cancel: &Cancel,
    ) -> Result<Vec<[f64; 2]>, Cancelled> {
        let grid = grid::uniform(self.interval.0, self.interval.1, steps);
        let starts: Vec<[f64; 2]> = match &self.starts {
            Some(starts) => starts[particles.clone()].to_vec(),
            None => particles.clone().map(|i| normal_start(self.seed, i as u64)).collect(),
        };
        let paths = BrownianPaths { interpolant: self.interpolant, seed: self.seed };
        paths.ends((field, diffusion), (scheme, &grid), (particles.start, &starts), cancel)
    }
}

/// The Brownian paths of the particles of a scene.
#[derive(Clone, Copy, Debug)]
pub struct BrownianPaths {
    /// The path between noise and data.
    pub interpolant: Interpolant,
    /// Decides them.
    pub seed: u64,
}

impl BrownianPaths {
    /// End points of particles, counted from `first`, that start at `starts`, under a scheme in the steps of a
    /// grid, with D(t) as given.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised.
    pub fn ends(
        self,
        (field, diffusion): (&dyn ScoredField<f64>, &(dyn Fn(f64) -> f64 + Sync)),
        (scheme, grid): (Scheme, &[f64]),
        (first, starts): (usize, &[[f64; 2]]),
        cancel: &Cancel,
    ) -> Result<Vec<[f64; 2]>, Cancelled> {
        let mut streams: Vec<_> = (first..first + starts.len())
            .map(|i| stream(self.seed, Purpose::Path, i as u64))
            .collect();
        let noise = Noise::of_paths(grid, &mut streams, scheme.needs_area());
        let level = self.interpolant.coefficients(grid[grid.len() - 1]);
        let starts: Vec<f64> =
            [0, 1].iter().flat_map(|&d| starts.iter().map(move |p| p[d])).collect();
        let track = SdeProblem {
            field,
            diffusion,
            level_at_end: (level.alpha, level.sigma),
            scheme,
            last_step: (LastStep::None, 0.0),
            grid,
            keyframes: &[],
        }
        .solve(&starts, &noise, 0, cancel)?;
        Ok(track.ends)
    }
}

/// The slope of log `errors` over log `sizes`, by least squares.
#[must_use]
pub fn fitted_order(sizes: &[f64], errors: &[f64]) -> f64 {
    let count = sizes.len() as f64;
    let mean = |values: &[f64]| values.iter().map(|v| v.ln()).sum::<f64>() / count;
    let (x, y) = (mean(sizes), mean(errors));
    let (mut above, mut below) = (0.0, 0.0);
    for (size, error) in sizes.iter().zip(errors) {
        above += (size.ln() - x) * (error.ln() - y);
        below += (size.ln() - x).powi(2);
    }
    above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_power_is_its_exponent() {
        let sizes = [0.5, 0.25, 0.1, 0.01];
        let errors = sizes.map(|h: f64| 3.0 * h.powf(1.5));
        assert!((fitted_order(&sizes, &errors) - 1.5).abs() < 1e-12);
    }
}
