//! Times of fixed steps, and the times at which positions are kept.

mod beta;
mod schedule;

use driftscope_base::interpolant::Interpolant;
use serde::{Deserialize, Serialize};

pub use self::schedule::{Ays, Schedule};

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
    /// Levels `lo (hi/lo)^((1−u)^ρ)`.
    PolyExponential,
    /// Equal steps in the arc tangent of σ/α (Sabour et al. 2024).
    KlOptimal,
    /// Levels of the VP path at equal steps of its time: "trailing", "simple", "SGM uniform".
    VpUniform,
    /// The same with the first timestep left out.
    Leading,
    /// The same from the first timestep of a table to its last.
    Linspace,
    /// By the quantiles of a beta distribution (Lee et al. 2024).
    Beta,
    /// Even in 1 − t, slow at first (Mochi).
    LinearQuadratic,
    /// A table found for a model (Sabour, Fidler & Kreis 2024).
    Ays,
    /// Levels of the VP path stretched so that the first has no data (Lin et al. 2024).
    ZeroSnr,
    /// A list of times.
    List,
}

impl Spacing {
    /// Every spacing, in menu order.
    pub const ALL: [Self; 15] = [
        Self::Uniform,
        Self::Cosine,
        Self::LogSnr,
        Self::Karras,
        Self::Shifted,
        Self::PolyExponential,
        Self::KlOptimal,
        Self::VpUniform,
        Self::Leading,
        Self::Linspace,
        Self::Beta,
        Self::LinearQuadratic,
        Self::Ays,
        Self::ZeroSnr,
        Self::List,
    ];

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
            Self::PolyExponential => "poly-exponential",
            Self::KlOptimal => "kl-optimal",
            Self::VpUniform => "vp-uniform",
            Self::Leading => "leading",
            Self::Linspace => "linspace",
            Self::Beta => "beta",
            Self::LinearQuadratic => "linear-quadratic",
            Self::Ays => "ays",
            Self::ZeroSnr => "zero-snr",
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
            Self::PolyExponential => "Poly-exponential",
            Self::KlOptimal => "KL optimal",
            Self::VpUniform => "Uniform in VP time",
            Self::Leading => "Leading",
            Self::Linspace => "Linspace",
            Self::Beta => "Beta",
            Self::LinearQuadratic => "Linear-quadratic",
            Self::Ays => "AYS",
            Self::ZeroSnr => "Zero terminal SNR",
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
            Self::PolyExponential => "σ/α = lo·(hi/lo)^((1−u)^ρ): equal steps in log-SNR at ρ = 1.",
            Self::KlOptimal => {
                "Equal steps in arctan(σ/α), which is t on GVP: the least KL divergence for a Gaussian (Sabour et al. 2024, arXiv:2404.14507)."
            }
            Self::VpUniform => {
                "The levels that the VP path has at equal steps of its time: trailing, simple, SGM uniform."
            }
            Self::Leading => {
                "The same, each two of a thousand timesteps later: the noisiest level is never seen (Lin et al. 2024, arXiv:2305.08891)."
            }
            Self::Linspace => {
                "The levels of the VP path from its first to its last of a thousand timesteps: linspace, normal."
            }
            Self::Beta => {
                "t = 1 − F⁻¹(1 − u), F the beta distribution with 0.6 twice; with levels given σ/α = lo + F⁻¹(1 − u)(hi − lo) (Lee et al. 2024, arXiv:2407.12173)."
            }
            Self::LinearQuadratic => {
                "Half of the steps are even and small in 1 − t, the others grow as a parabola (Mochi)."
            }
            Self::Ays => {
                "Align Your Steps: levels found for Stable Diffusion, log-linear between the entries of the table (Sabour, Fidler & Kreis 2024, arXiv:2404.14507)."
            }
            Self::ZeroSnr => {
                "The levels of the VP path with α stretched to begin at 0 (Lin et al. 2024, arXiv:2305.08891)."
            }
            Self::List => "The times given in the scene file.",
        }
    }

    /// Whether it spreads steps between two levels of noise.
    #[must_use]
    pub fn is_by_level(self) -> bool {
        matches!(
            self,
            Self::LogSnr
                | Self::Karras
                | Self::PolyExponential
                | Self::KlOptimal
                | Self::Beta
                | Self::LinearQuadratic
        )
    }

    /// Whether it needs the levels of a noising process.
    #[must_use]
    pub fn needs_levels(self) -> bool {
        let others = [Self::VpUniform, Self::Leading, Self::Linspace, Self::Ays, Self::ZeroSnr];
        self.is_by_level() || others.contains(&self)
    }
}

/// The noise level σ/α.
fn level(path: Interpolant, t: f64) -> f64 {
    let coefficients = path.coefficients(t);
    coefficients.sigma / coefficients.alpha
}

/// Whether an interval that ends at `end` goes on after the lowest level of the spacings by level.
/// If only rounding put its end below, there would be a step of no length.
fn goes_on_below(path: Interpolant, end: f64, lowest: f64) -> bool {
    is_resolved(path.time_of_level(1.0, lowest), end)
}

/// Whether the first and the last step of a schedule keep their length however many steps there
/// are: those that spacings by noise level leave beyond the highest level and below the lowest.
/// What such a step does wrong, more steps do not mend.
#[must_use]
pub fn steps_that_stay(
    schedule: &Schedule,
    path: Interpolant,
    (start, end): (f64, f64),
) -> [bool; 2] {
    let (highest, lowest) = (schedule.highest(), schedule.lowest());
    // Of a level that is the start's own, the time may come out beside it by rounding.
    let begins_above = |highest: f64| {
        level(path, start) > highest * (1.0 + RESOLUTION)
            && is_resolved(start, path.time_of_level(1.0, highest).max(0.0))
    };
    let spread = match schedule.spacing {
        Spacing::Uniform
        | Spacing::Cosine
        | Spacing::Shifted
        | Spacing::ZeroSnr
        | Spacing::List => return [false; 2],
        Spacing::Beta if schedule.levels.is_none() => return [false; 2],
        Spacing::LinearQuadratic => {
            return [path != Interpolant::Linear && begins_above(highest), false];
        }
        // They begin with the noisiest level of VP, and the last timestep of a table has a length of its own.
        Spacing::VpUniform | Spacing::Leading | Spacing::Linspace => {
            let above = begins_above(level(Interpolant::Vp, 0.0));
            return [above, schedule.spacing != Spacing::VpUniform];
        }
        Spacing::LogSnr
        | Spacing::Karras
        | Spacing::PolyExponential
        | Spacing::KlOptimal
        | Spacing::Beta
        | Spacing::Ays => level(path, start) > lowest && level(path, end) < highest,
    };
    // Else no level lies inside, and the steps are equal ones.
    [begins_above(highest), goes_on_below(path, end, lowest)].map(|stays| stays && spread)
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

    fn of(spacing: Spacing) -> Schedule {
        // Karras's ρ would crowd poly-exponential levels beyond all digits.
        let rho = if spacing == Spacing::PolyExponential { 2.0 } else { 7.0 };
        Schedule { spacing, rho, ..Schedule::default() }
    }

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
                        let times = of(spacing).times(path, (start, end), steps);
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
                    let times = of(spacing).times(path, (0.1, end), 10);
                    assert_eq!(unresolved(&times), None, "{spacing:?} {path:?}: {times:?}");
                    assert_eq!(steps_that_stay(&of(spacing), path, (0.1, end)), [false; 2]);
                }
            }
        }
    }

    #[test]
    fn steps_that_stay_are_those_that_more_steps_do_not_shorten() {
        for path in Interpolant::ALL {
            for spacing in Spacing::ALL {
                for interval in [(0.0, 1.0), (0.0, 0.9), (0.2, 1.0), (0.2, 0.9), (0.9999999, 1.0)] {
                    // So near the data VP's time does not tell levels apart.
                    let in_vp = [Spacing::VpUniform, Spacing::Leading, Spacing::Linspace];
                    if interval.0 > 0.9 && (in_vp.contains(&spacing) || spacing == Spacing::ZeroSnr)
                    {
                        continue;
                    }
                    let ends = |steps| {
                        let times = of(spacing).times(path, interval, steps);
                        [times[1] - times[0], times[steps] - times[steps - 1]]
                    };
                    let (few, many) = (ends(200), ends(20_000));
                    // A hundred times the steps: the others are far shorter.
                    let stays = [0, 1].map(|i| many[i] > 0.5 * few[i]);
                    assert_eq!(
                        steps_that_stay(&of(spacing), path, interval),
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
        let shifted = of(Spacing::Shifted).times(linear, (0.0, 1.0), 4);
        for (t, u) in shifted.iter().zip([0.0, 0.25, 0.5, 0.75, 1.0_f64]) {
            let sigma = 1.0 - u;
            assert!((1.0 - t - 3.0 * sigma / (1.0 + 2.0 * sigma)).abs() < 1e-15);
        }
        // EDM's: (σ_max^(1/ρ) + i/(n−1)(σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ, then 0.
        let karras = of(Spacing::Karras).times(linear, (0.0, 1.0), 18);
        let root = |level: f64| level.powf(1.0 / 7.0);
        let fifth = (root(80.0) + 5.0 / 17.0 * (root(0.002) - root(80.0))).powi(7);
        assert!(((1.0 - karras[5]) / karras[5] - fifth).abs() < 1e-12 * fifth);
        let even = of(Spacing::LogSnr).times(Interpolant::Vp, (0.2, 0.9), 10);
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
