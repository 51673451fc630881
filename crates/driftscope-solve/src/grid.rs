//! Times of fixed steps, and the times at which positions are kept.

use std::f64::consts::PI;

use driftscope_base::interpolant::Interpolant;
use serde::{Deserialize, Serialize};

/// How fixed steps are spread over the interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Equal steps in t.
    #[default]
    Uniform,
    /// Small steps at both ends: `(1 − cos πu)/2`.
    Cosine,
    /// Equal steps in log(α/σ).
    LogSnr,
    /// Equal steps in `(σ/α)^(1/ρ)` (Karras et al. 2022).
    Karras,
    /// Equal steps in t, shifted towards noise: `1 − s(1−u)/(1 + (s−1)(1−u))` (Esser et al. 2024).
    Shifted,
    /// A list of times.
    List,
}

impl Spacing {
    /// Every spacing, in menu order.
    pub const ALL: [Self; 6] =
        [Self::Uniform, Self::Cosine, Self::LogSnr, Self::Karras, Self::Shifted, Self::List];

    /// Highest noise level σ/α of the grids that are even in a function of it, as in EDM.
    pub const HIGHEST_LEVEL: f64 = 80.0;
    /// Lowest, as in EDM.
    pub const LOWEST_LEVEL: f64 = 0.002;

    /// The name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Cosine => "cosine",
            Self::LogSnr => "log-snr",
            Self::Karras => "karras",
            Self::Shifted => "shifted",
            Self::List => "list",
        }
    }

    /// The name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Uniform => "Uniform",
            Self::Cosine => "Cosine",
            Self::LogSnr => "Uniform in log-SNR",
            Self::Karras => "Karras ρ",
            Self::Shifted => "Shifted",
            Self::List => "List of times",
        }
    }

    /// The formula, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Uniform => "Equal steps in t.",
            Self::Cosine => "t = (1 − cos πu)/2: small steps at both ends.",
            Self::LogSnr => {
                "Equal steps in log(α/σ). Noise levels σ/α beyond 80 and below 0.002 are left in one step, which stays as long however many steps there are."
            }
            Self::Karras => {
                "Equal steps in (σ/α)^(1/ρ), ρ = 7 in EDM: small steps where little noise is left (Karras et al. 2022). Noise levels beyond 80 and below 0.002 are left in one step, which stays as long however many steps there are."
            }
            Self::Shifted => {
                "t = 1 − s(1−u)/(1 + (s−1)(1−u)): more steps near the noise, as flow-matching image models use with s = 3 (Esser et al. 2024)."
            }
            Self::List => "The times given in the scene file.",
        }
    }
}

/// `steps` steps from `start` to `end`, spread by `spacing`; the ends are exact.
///
/// Spacings by noise level belong to `path`. `rho` is Karras's ρ, `shift` the s of the shifted
/// grid. [`Spacing::List`] has no formula and counts as uniform.
#[must_use]
pub fn spread(
    spacing: Spacing,
    path: Interpolant,
    (start, end): (f64, f64),
    steps: usize,
    rho: f64,
    shift: f64,
) -> Vec<f64> {
    let in_t = |share: fn(f64, f64) -> f64| {
        let times = (0..=steps).map(|i| {
            let u = i as f64 / steps as f64;
            start + (end - start) * share(u, shift)
        });
        with_ends(times.collect(), start, end)
    };
    match spacing {
        Spacing::Uniform | Spacing::List => uniform(start, end, steps),
        Spacing::Cosine => in_t(|u, _| 0.5 * (1.0 - (PI * u).cos())),
        Spacing::Shifted => in_t(|u, s| 1.0 - s * (1.0 - u) / (1.0 + (s - 1.0) * (1.0 - u))),
        Spacing::LogSnr => by_level(path, (start, end), steps, f64::ln, f64::exp),
        Spacing::Karras => by_level(
            path,
            (start, end),
            steps,
            |level| level.powf(1.0 / rho),
            |root| root.powf(rho),
        ),
    }
}

/// Steps that are equal in `forward(σ/α)`. Where the interval begins above the highest level its
/// first step is longer for it; where it ends below the lowest level, its last step goes there.
fn by_level(
    path: Interpolant,
    (start, end): (f64, f64),
    steps: usize,
    forward: impl Fn(f64) -> f64,
    backward: impl Fn(f64) -> f64,
) -> Vec<f64> {
    let highest = level(path, start).min(Spacing::HIGHEST_LEVEL);
    let lowest = level(path, end).max(Spacing::LOWEST_LEVEL);
    // An interval so short or so far out that no level lies inside has nothing to spread over.
    if highest <= lowest || steps < 2 {
        return uniform(start, end, steps);
    }
    let inner_steps = if goes_on_below(path, end) { steps - 1 } else { steps };
    let (first, last) = (forward(highest), forward(lowest));
    let mut times: Vec<f64> = (0..=inner_steps)
        .map(|i| {
            let u = i as f64 / inner_steps as f64;
            path.time_of_level(1.0, backward(first + (last - first) * u))
        })
        .collect();
    times.resize(steps + 1, end);
    with_ends(times, start, end)
}

/// The noise level σ/α.
fn level(path: Interpolant, t: f64) -> f64 {
    let coefficients = path.coefficients(t);
    coefficients.sigma / coefficients.alpha
}

/// Whether an interval that ends at `end` goes on after the lowest level of the spacings by level.
/// If only rounding put its end below, there would be a step of no length.
fn goes_on_below(path: Interpolant, end: f64) -> bool {
    is_resolved(path.time_of_level(1.0, Spacing::LOWEST_LEVEL), end)
}

/// Whether the first and the last step of [`spread`] keep their length however many steps there
/// are: those that spacings by noise level leave beyond the highest level and below the lowest.
/// What such a step does wrong, more steps do not mend.
#[must_use]
pub fn steps_that_stay(spacing: Spacing, path: Interpolant, (start, end): (f64, f64)) -> [bool; 2] {
    let by_level = matches!(spacing, Spacing::LogSnr | Spacing::Karras);
    // Else no level lies inside, and the steps are equal ones.
    let spread_over =
        level(path, start) > Spacing::LOWEST_LEVEL && level(path, end) < Spacing::HIGHEST_LEVEL;
    let begins_above = is_resolved(start, path.time_of_level(1.0, Spacing::HIGHEST_LEVEL));
    [begins_above, goes_on_below(path, end)].map(|stays| stays && by_level && spread_over)
}

/// A step can be told from none if it is at least this share of the times at its ends: of sixteen
/// digits that double precision keeps of t, four are then left for the step.
pub const RESOLUTION: f64 = 1e-12;

/// Whether a step from `t` to `t1` can be told from none, and goes forwards.
#[must_use]
pub fn is_resolved(t: f64, t1: f64) -> bool {
    t1 > t && t1 - t >= RESOLUTION * t.abs().max(t1.abs())
}

/// The first step of `grid` that cannot be told from none: where it starts and ends.
#[must_use]
pub fn unresolved(grid: &[f64]) -> Option<[f64; 2]> {
    grid.windows(2).map(|ends| [ends[0], ends[1]]).find(|&[t, t1]| !is_resolved(t, t1))
}

fn with_ends(mut times: Vec<f64>, start: f64, end: f64) -> Vec<f64> {
    let last = times.len() - 1;
    times[0] = start;
    times[last] = end;
    times
}

/// Equal steps from `start` to `end` (either direction); the last time is `end` exactly.
#[must_use]
pub fn uniform(start: f64, end: f64, steps: usize) -> Vec<f64> {
    (0..=steps)
        .map(|i| if i == steps { end } else { start + (end - start) * (i as f64 / steps as f64) })
        .collect()
}

/// Steps of `size` from `start`, the last one cut so that it lands on `end`.
#[must_use]
pub fn by_size(start: f64, end: f64, size: f64) -> Vec<f64> {
    // A sliver of a step that only rounding would make is left out.
    let whole = ((end - start) / size - 1e-9).ceil().max(1.0) as usize;
    (0..=whole).map(|i| if i == whole { end } else { start + size * i as f64 }).collect()
}

/// Keyframes for a fixed grid: every step's ends while they fit into `most` keyframes, with inner
/// times added evenly while those fit too; evenly chosen steps where there are more.
#[must_use]
pub fn keyframes_on_grid(grid: &[f64], most: usize, with_inner: bool) -> Vec<f64> {
    let steps = grid.len() - 1;
    if steps >= most {
        let kept = most.saturating_sub(1).max(1);
        return (0..=kept).map(|k| grid[k * steps / kept]).collect();
    }
    let per_step = if with_inner { ((most - 1) / steps).max(1) } else { 1 };
    let mut times = vec![grid[0]];
    for pair in grid.windows(2) {
        for i in 1..per_step {
            times.push(pair[0] + (pair[1] - pair[0]) * (i as f64 / per_step as f64));
        }
        times.push(pair[1]);
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_by_size_land_on_the_end() {
        assert_eq!(by_size(0.0, 1.0, 0.1).len(), 11);
        assert_eq!(by_size(0.0, 1.0, 0.3), vec![0.0, 0.3, 0.6, 0.8999999999999999, 1.0]);
        assert_eq!(by_size(0.0, 1.0, 2.0), vec![0.0, 1.0]);
    }

    #[test]
    fn every_spacing_rises_from_start_to_end() {
        for spacing in Spacing::ALL {
            for path in Interpolant::ALL {
                for (start, end) in [(0.0, 1.0), (0.05, 0.9), (0.0, 0.96)] {
                    for steps in [1, 2, 7, 100] {
                        let times = spread(spacing, path, (start, end), steps, 7.0, 3.0);
                        assert_eq!(times.len(), steps + 1);
                        assert_eq!((times[0], times[steps]), (start, end));
                        assert!(
                            times.windows(2).all(|pair| pair[0] < pair[1]),
                            "{spacing:?} {path:?} {start} {end} {steps}: {times:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn an_end_that_is_below_the_lowest_level_by_rounding_makes_no_step_of_its_own() {
        for path in Interpolant::ALL {
            let end = path.time_of_level(1.0, Spacing::LOWEST_LEVEL);
            for end in [end.next_down(), end, end.next_up(), end + 1e-14] {
                for spacing in [Spacing::LogSnr, Spacing::Karras] {
                    let times = spread(spacing, path, (0.1, end), 10, 7.0, 3.0);
                    assert_eq!(unresolved(&times), None, "{spacing:?} {path:?}: {times:?}");
                    assert_eq!(steps_that_stay(spacing, path, (0.1, end)), [false; 2]);
                }
            }
        }
    }

    #[test]
    fn steps_that_stay_are_those_that_more_steps_do_not_shorten() {
        for path in Interpolant::ALL {
            for spacing in Spacing::ALL {
                for interval in [(0.0, 1.0), (0.0, 0.9), (0.2, 1.0), (0.2, 0.9), (0.9999999, 1.0)] {
                    let ends = |steps| {
                        let times = spread(spacing, path, interval, steps, 7.0, 3.0);
                        [times[1] - times[0], times[steps] - times[steps - 1]]
                    };
                    let (few, many) = (ends(200), ends(20_000));
                    // A hundred times the steps: the others are far shorter.
                    let stays = [0, 1].map(|i| many[i] > 0.5 * few[i]);
                    assert_eq!(
                        steps_that_stay(spacing, path, interval),
                        stays,
                        "{spacing:?} {path:?} {interval:?}: {few:?} {many:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn spacings_are_the_published_ones() {
        let linear = Interpolant::Linear;
        // The sigmas of diffusers' FlowMatchEulerDiscreteScheduler are 1 − t, shifted by s.
        let shifted = spread(Spacing::Shifted, linear, (0.0, 1.0), 4, 7.0, 3.0);
        for (t, u) in shifted.iter().zip([0.0, 0.25, 0.5, 0.75, 1.0_f64]) {
            let sigma = 1.0 - u;
            assert!((1.0 - t - 3.0 * sigma / (1.0 + 2.0 * sigma)).abs() < 1e-15);
        }
        // EDM's: (σ_max^(1/ρ) + i/(n−1)(σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ, then 0.
        let karras = spread(Spacing::Karras, linear, (0.0, 1.0), 18, 7.0, 3.0);
        let root = |level: f64| level.powf(1.0 / 7.0);
        let fifth = (root(80.0) + 5.0 / 17.0 * (root(0.002) - root(80.0))).powi(7);
        assert!(((1.0 - karras[5]) / karras[5] - fifth).abs() < 1e-12 * fifth);
        let even = spread(Spacing::LogSnr, Interpolant::Vp, (0.2, 0.9), 10, 7.0, 3.0);
        let lambda = |t: f64| {
            let level = Interpolant::Vp.coefficients(t);
            (level.alpha / level.sigma).ln()
        };
        let rises: Vec<f64> = even.windows(2).map(|p| lambda(p[1]) - lambda(p[0])).collect();
        assert!(rises.iter().all(|rise| (rise - rises[0]).abs() < 1e-12));
    }

    #[test]
    fn keyframes_hold_steps_and_stay_bounded() {
        let grid = uniform(0.0, 1.0, 10);
        let times = keyframes_on_grid(&grid, 65, true);
        assert_eq!(times.len(), 61);
        assert!(grid.iter().all(|t| times.contains(t)));
        let many = uniform(0.0, 1.0, 10_000);
        let times = keyframes_on_grid(&many, 65, true);
        assert_eq!((times.len(), times[0], times[64]), (65, 0.0, 1.0));
    }
}
