//! Which times are learned from.

use crate::network::Word;
use crate::network::words::by_name;

/// The kind of density that the times are drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeDensity {
    /// All alike.
    #[default]
    Uniform,
    /// `t = 1/(1 + e^−(m + s z))`, z normal (Esser et al. 2024, arXiv:2403.03206; their t runs the other way).
    LogitNormal,
    /// Bars of equal width, drawn by hand.
    Drawn,
}

impl TimeDensity {
    /// Every density, the usual one first.
    pub const ALL: [Word<Self>; 3] = [
        Word::new("uniform", "Uniform", "All times alike.", Self::Uniform),
        Word::new(
            "logit-normal",
            "Logit-normal",
            "t = 1/(1 + e^−(m + s·z)) with z normal: most in the middle, none at the ends.",
            Self::LogitNormal,
        ),
        Word::new(
            "drawn",
            "Drawn",
            "A density drawn by hand, in bars of equal width.",
            Self::Drawn,
        ),
    ];
}

by_name!(TimeDensity, "density of times");

/// A density of times on (0, 1) ready to be drawn from.
#[derive(Clone, Debug, PartialEq)]
pub enum TimeLaw {
    /// Uniform.
    Uniform,
    /// Logit-normal.
    LogitNormal {
        /// m, the mean of the logit.
        mean: f64,
        /// s, its standard deviation, above 0.
        std: f64,
    },
    /// Bars of equal width.
    Bars {
        /// Share of the mass below the end of each bar; the last is 1.
        below: Vec<f64>,
    },
}

impl TimeLaw {
    /// Of bars of these heights, none below 0 and not all 0.
    #[must_use]
    pub fn bars(heights: &[f64]) -> Self {
        let total: f64 = heights.iter().sum();
        let mut sum = 0.0;
        let below = heights.iter().map(|height| {
            sum += height;
            sum / total
        });
        Self::Bars { below: below.collect() }
    }

    /// The time below which the share `u` in [0, 1) of the mass lies.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        match self {
            Self::Uniform => u,
            Self::LogitNormal { mean, std } => {
                1.0 / (1.0 + libm::exp(-(mean + std * normal_quantile(u))))
            }
            Self::Bars { below } => {
                let bar = below.partition_point(|&below| below <= u).min(below.len() - 1);
                let low = bar.checked_sub(1).map_or(0.0, |bar| below[bar]);
                let within = ((u - low) / (below[bar] - low)).clamp(0.0, 1.0);
                (bar as f64 + within) / below.len() as f64
            }
        }
    }

    /// The share of the mass below t in [0, 1].
    #[must_use]
    pub fn below(&self, t: f64) -> f64 {
        match self {
            Self::Uniform => t,
            Self::LogitNormal { mean, std } => {
                let z = (libm::log(t / (1.0 - t)) - mean) / std;
                0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
            }
            Self::Bars { below } => {
                let (count, place) = (below.len(), t * below.len() as f64);
                let bar = (place as usize).min(count - 1);
                let low = bar.checked_sub(1).map_or(0.0, |bar| below[bar]);
                low + (below[bar] - low) * (place - bar as f64)
            }
        }
    }

    /// The density at t in (0, 1).
    #[must_use]
    pub fn density(&self, t: f64) -> f64 {
        match self {
            Self::Uniform => 1.0,
            Self::LogitNormal { mean, std } => {
                let z = (libm::log(t / (1.0 - t)) - mean) / std;
                let normal = libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
                normal / (std * t * (1.0 - t))
            }
            Self::Bars { below } => {
                let count = below.len();
                let bar = ((t * count as f64) as usize).min(count - 1);
                let low = bar.checked_sub(1).map_or(0.0, |bar| below[bar]);
                (below[bar] - low) * count as f64
            }
        }
    }
}

/// The standard normal quantile of `u` in [0, 1); beyond 38 standard deviations it stays there.
fn normal_quantile(u: f64) -> f64 {
    let tail = u.min(1.0 - u).max(1e-300);
    // Abramowitz & Stegun 26.2.23, to 4.5e-4, then Halley's steps on the distribution function.
    let root = (-2.0 * libm::log(tail)).sqrt();
    let above = 2.515_517 + root * (0.802_853 + root * 0.010_328);
    let below = 1.0 + root * (1.432_788 + root * (0.189_269 + root * 0.001_308));
    let mut z = above / below - root;
    for _ in 0..3 {
        let excess = 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) - tail;
        let density = libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        let newton = excess / density;
        z -= newton / (1.0 + 0.5 * z * newton);
    }
    if u < 0.5 { z } else { -z }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logit_normal_is_that_of_the_reference() {
        let text = include_str!("../../../../../tests/reference/learning.json");
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        for row in all["logit_normal"]["rows"].as_array().unwrap() {
            let number = |key: &str| row[key].as_f64().unwrap();
            let times = TimeLaw::LogitNormal { mean: number("mean"), std: number("std") };
            let (t, share) = (number("t"), number("cdf"));
            assert!((times.density(t) - number("density")).abs() < 1e-9, "{row}");
            assert!((times.quantile(share) - t).abs() < 1e-9, "{row}");
            assert!((times.below(t) - share).abs() < 1e-9, "{row}");
        }
    }

    #[test]
    fn quantiles_invert_the_mass() {
        let drawn = TimeLaw::bars(&[0.0, 2.0, 1.0, 0.0, 1.0]);
        for times in [TimeLaw::Uniform, TimeLaw::LogitNormal { mean: 0.3, std: 0.8 }, drawn] {
            let (mut sum, cells) = (0.0, 20_000);
            for cell in 0..cells {
                let middle = (f64::from(cell) + 0.5) / f64::from(cells);
                sum += times.density(middle) / f64::from(cells);
                if (0.01..0.99).contains(&sum) && times.density(middle) > 0.0 {
                    let found = times.quantile(sum);
                    assert!((found - middle).abs() < 2e-4, "{times:?}: {found} {middle}");
                }
            }
            assert!((sum - 1.0).abs() < 1e-6, "{times:?}: {sum}");
            for u in [0.0, 0.5, 1.0 - 1e-16] {
                assert!((0.0..=1.0).contains(&times.quantile(u)));
            }
            let ends = [0.0, 1.0].map(|t| times.below(t).to_bits());
            assert_eq!(ends, [0.0_f64, 1.0].map(f64::to_bits), "{times:?}");
            for u in [0.01, 0.3, 0.7, 0.99] {
                assert!((times.below(times.quantile(u)) - u).abs() < 1e-9, "{times:?}: {u}");
            }
        }
    }
}
