//! Schedules of image generators: which levels of noise the steps go through.

use driftscope_base::interpolant::Interpolant;
use serde::{Deserialize, Serialize};

use super::beta::quantile;
use super::{Spacing, level, uniform, with_ends};

/// How fixed steps are spread, and the numbers that belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// The formula.
    pub spacing: Spacing,
    /// ρ of the grids of Karras and of poly-exponential ones.
    pub rho: f64,
    /// s of the shifted grid.
    pub shift: f64,
    /// Highest and lowest noise level σ/α of grids by level; EDM's 80 and 0.002 if none are given.
    pub levels: Option<[f64; 2]>,
    /// Whose table AYS takes.
    pub ays: Ays,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            spacing: Spacing::default(),
            rho: 7.0,
            shift: 3.0,
            levels: None,
            ays: Ays::default(),
        }
    }
}

/// A table of AYS, by the model that it was found for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ays {
    /// Stable Diffusion 1.5.
    #[default]
    Sd15,
    /// Stable Diffusion XL.
    Sdxl,
    /// Stable Video Diffusion.
    Svd,
}

impl Ays {
    /// Its levels σ/α, falling (Sabour, Fidler & Kreis 2024, arXiv:2404.14507).
    #[must_use]
    pub fn levels(self) -> &'static [f64; 11] {
        match self {
            Self::Sd15 => {
                &[14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029]
            }
            Self::Sdxl => {
                &[14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029]
            }
            Self::Svd => {
                &[700.0, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002]
            }
        }
    }
}

/// The last time of `linspace` in units of the interval: a table of 1000 timesteps ends one before the data.
const LAST_OF_TABLE: f64 = 0.999;
/// How far `leading` lies before even times: two of 1000 timesteps.
const LEADING: f64 = 0.002;
/// The slope of the first half of `linear-quadratic` (Mochi).
const SLOPE: f64 = 0.025;

impl Schedule {
    /// The highest level at which a run of so many steps begins, where the schedule says so; infinite for one that
    /// begins with noise alone.
    #[must_use]
    pub fn first_level(&self, steps: usize) -> Option<f64> {
        let vp = |t: f64| level(Interpolant::Vp, t);
        match self.spacing {
            Spacing::Ays => Some(self.ays.levels()[0]),
            Spacing::VpUniform | Spacing::Linspace => Some(vp(0.0)),
            Spacing::Leading => Some(vp((1.0 / steps.max(1) as f64 - LEADING).max(0.0))),
            Spacing::ZeroSnr => Some(f64::INFINITY),
            spacing if spacing.is_by_level() => self.levels.map(|[highest, _]| highest),
            _ => None,
        }
    }

    /// Highest and lowest level of grids by level on an interval.
    fn ends(&self, path: Interpolant, (start, end): (f64, f64)) -> [f64; 2] {
        [level(path, start).min(self.highest()), level(path, end).max(self.lowest())]
    }

    /// `steps` steps from `start` to `end` on `path`; the ends are exact. [`Spacing::List`] has no formula and
    /// counts as uniform.
    #[must_use]
    pub fn times(&self, path: Interpolant, (start, end): (f64, f64), steps: usize) -> Vec<f64> {
        let interval = (start, end);
        let share = |i: usize| i as f64 / steps as f64;
        let in_t = |of: &dyn Fn(usize) -> f64| {
            let times = (0..=steps).map(|i| start + (end - start) * of(i)).collect();
            with_ends(times, start, end)
        };
        let s = self.shift;
        match self.spacing {
            Spacing::Uniform | Spacing::List => uniform(start, end, steps),
            Spacing::Cosine => in_t(&|i| 0.5 * (1.0 - (std::f64::consts::PI * share(i)).cos())),
            Spacing::Shifted => in_t(&|i| {
                let left = 1.0 - share(i);
                1.0 - s * left / (1.0 + (s - 1.0) * left)
            }),
            Spacing::Beta if self.levels.is_none() => in_t(&|i| 1.0 - quantile(1.0 - share(i))),
            Spacing::LinearQuadratic => self.linear_quadratic(path, interval, steps),
            Spacing::VpUniform => in_vp(path, interval, (steps, false), &share),
            Spacing::Linspace => {
                let of = |i: usize| LAST_OF_TABLE * i as f64 / (steps.max(2) - 1) as f64;
                in_vp(path, interval, (steps, false), &|i| if i == steps { 1.0 } else { of(i) })
            }
            Spacing::Leading => in_vp(path, interval, (steps, false), &|i| match i {
                i if i == steps => 1.0,
                i => ((i + 1) as f64 / steps as f64 - LEADING).max(0.5 * share(i)),
            }),
            Spacing::ZeroSnr => in_vp(path, interval, (steps, true), &share),
            Spacing::LogSnr
            | Spacing::Karras
            | Spacing::PolyExponential
            | Spacing::KlOptimal
            | Spacing::Beta
            | Spacing::Ays => self.by_level(path, interval, steps),
        }
    }

    /// The level a share u of the way from the highest to the lowest.
    fn level_at(&self, u: f64, [highest, lowest]: [f64; 2]) -> f64 {
        let between = |forward: &dyn Fn(f64) -> f64| {
            let (first, last) = (forward(highest), forward(lowest));
            first + (last - first) * u
        };
        match self.spacing {
            Spacing::Karras => between(&|level| level.powf(1.0 / self.rho)).powf(self.rho),
            Spacing::PolyExponential => lowest * (highest / lowest).powf((1.0 - u).powf(self.rho)),
            Spacing::KlOptimal => between(&f64::atan).tan(),
            Spacing::Beta => lowest + quantile(1.0 - u) * (highest - lowest),
            Spacing::Ays => {
                let table = self.ays.levels();
                in_table(table, place_in(table, highest) * (1.0 - u) + place_in(table, lowest) * u)
            }
            _ => between(&f64::ln).exp(),
        }
    }

    /// Where the interval begins above the highest level its first step is longer for it; where it ends below the
    /// lowest level, its last step goes there.
    fn by_level(&self, path: Interpolant, interval: (f64, f64), steps: usize) -> Vec<f64> {
        let (start, end) = interval;
        let ends = self.ends(path, interval);
        // An interval so short or so far out that no level lies inside has nothing to spread over.
        if ends[0] <= ends[1] || steps < 2 {
            return uniform(start, end, steps);
        }
        let goes_on = super::goes_on_below(path, end, self.lowest());
        let inner_steps = if goes_on { steps - 1 } else { steps };
        let mut times: Vec<f64> = (0..=inner_steps)
            .map(|i| path.time_of_level(1.0, self.level_at(i as f64 / inner_steps as f64, ends)))
            .collect();
        times.resize(steps + 1, end);
        with_ends(times, start, end)
    }

    /// The lowest level of grids by level.
    pub(super) fn lowest(&self) -> f64 {
        match self.spacing {
            Spacing::Ays => self.ays.levels()[10],
            _ => self.levels.map_or(Spacing::LOWEST_LEVEL, |[_, lowest]| lowest),
        }
    }

    /// The highest.
    pub(super) fn highest(&self) -> f64 {
        match self.spacing {
            Spacing::Ays => self.ays.levels()[0],
            _ => self.levels.map_or(Spacing::HIGHEST_LEVEL, |[highest, _]| highest),
        }
    }

    /// Even steps in 1 − t on Linear, elsewhere in the level, so small in the first half that the second has to
    /// grow as a parabola to arrive.
    fn linear_quadratic(&self, path: Interpolant, interval: (f64, f64), steps: usize) -> Vec<f64> {
        let (start, end) = interval;
        let (n, half) = (steps as f64, (steps / 2) as f64);
        let left = half - SLOPE * n;
        let rest = n - half;
        let (square, linear) =
            (left / (half * rest * rest), SLOPE / half - 2.0 * left / (rest * rest));
        let constant = square * half * half;
        let share = |i: usize| {
            let i = i as f64;
            if half == 0.0 {
                i / n
            } else if i < half {
                i * SLOPE / half
            } else {
                square * i * i + linear * i + constant
            }
        };
        if path == Interpolant::Linear {
            let times = (0..=steps).map(|i| start + (end - start) * share(i)).collect();
            return with_ends(times, start, end);
        }
        let highest = level(path, start).min(self.highest());
        let lowest = level(path, end);
        let times =
            (0..=steps).map(|i| path.time_of_level(1.0, highest + (lowest - highest) * share(i)));
        with_ends(times.collect(), start, end)
    }
}

/// Levels of the VP path at the shares `of` of its time between the levels of the interval. Stretched, α begins at
/// 0: `α' = (α − α(0))/(1 − α(0))` (Lin et al. 2024, arXiv:2305.08891).
fn in_vp(
    path: Interpolant,
    (start, end): (f64, f64),
    (steps, stretched): (usize, bool),
    of: &dyn Fn(usize) -> f64,
) -> Vec<f64> {
    let vp = Interpolant::Vp;
    let least = if stretched { vp.coefficients(0.0).alpha } else { 0.0 };
    let [first, last] = [start, end].map(|t| {
        let ratio = level(path, t);
        let alpha = (1.0 - least) / (1.0 + ratio * ratio).sqrt() + least;
        vp.time_of_level(alpha, (1.0 - alpha * alpha).max(0.0).sqrt()).max(0.0)
    });
    let times = (0..=steps).map(|i| {
        let at = vp.coefficients(first + (last - first) * of(i));
        if stretched {
            let alpha = ((at.alpha - least) / (1.0 - least)).max(0.0);
            path.time_of_level(alpha, (1.0 - alpha * alpha).max(0.0).sqrt())
        } else {
            path.time_of_level(at.alpha, at.sigma)
        }
    });
    with_ends(times.collect(), start, end)
}

/// The level at a place of a table, log-linear between its entries.
fn in_table(table: &[f64], place: f64) -> f64 {
    let below = (place.floor().max(0.0) as usize).min(table.len() - 2);
    let share = place - below as f64;
    (table[below].ln() * (1.0 - share) + table[below + 1].ln() * share).exp()
}

/// The place of a level in a table; its ends for levels beyond.
fn place_in(table: &[f64], level: f64) -> f64 {
    let above = table.iter().position(|&entry| entry <= level).unwrap_or(table.len());
    match above {
        0 => 0.0,
        above if above == table.len() => (table.len() - 1) as f64,
        above => {
            let (upper, lower) = (table[above - 1].ln(), table[above].ln());
            above as f64 - 1.0 + (upper - level.ln()) / (upper - lower)
        }
    }
}
