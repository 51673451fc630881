//! Noise levels as a network of others knows them.

use std::sync::LazyLock;

use driftscope_base::interpolant::{Coefficients, Interpolant};

use super::convention::{Convention, ForeignOutput, Noising, TimeInput};

/// Times that are infinite at both ends are held at this ratio.
const HELD_INFINITE: f64 = 999.0;
/// Noise levels of DDPM (Ho et al. 2020): β from 1e-4 to 0.02 in 1000 even steps.
const LEVELS: usize = 1000;

/// One noise level: where the network is evaluated for it, and what its output says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The share of data, α.
    pub alpha: f64,
    /// The share of noise, σ.
    pub sigma: f64,
    /// What the network takes as its time.
    pub time: f64,
    /// The network's point is `α x1 + σ x0` times this.
    pub input: f64,
    /// The weights of the point (before `input`) and of the output in `E[x1|x]`.
    pub data: [f64; 2],
    /// The same in `E[x0|x]`.
    pub noise: [f64; 2],
}

/// `ln(σ/α)` of DDPM's levels, rising.
static DDPM: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let mut log_signal = 0.0;
    (0..LEVELS)
        .map(|index| {
            let beta = 1e-4 + (0.02 - 1e-4) * index as f64 / (LEVELS - 1) as f64;
            log_signal += (-beta).ln_1p();
            // ᾱ = e^s: σ²/α² = e^−s − 1.
            0.5 * (-log_signal).exp_m1().ln()
        })
        .collect()
});

/// The index, not necessarily whole, of the level `ln(σ/α)` in DDPM's table.
fn index_of(log_ratio: f64) -> f64 {
    let table = &*DDPM;
    let above = table.partition_point(|&level| level < log_ratio).clamp(1, LEVELS - 1);
    let (low, high) = (table[above - 1], table[above]);
    (above as f64 - 1.0 + (log_ratio - low) / (high - low)).clamp(0.0, (LEVELS - 1) as f64)
}

impl Convention {
    /// Whether the network's times are indices of DDPM's table.
    #[must_use]
    pub fn tabulated(&self) -> bool {
        self.time == TimeInput::Index && self.noising == Noising::Path(Interpolant::Vp)
    }

    /// The least and the largest t at which the network is evaluated on its path.
    fn held(&self, path: Interpolant) -> (f64, f64) {
        let own = self.prediction.prediction();
        let (mut first, mut last) = own.map_or((0.0, 1.0), |(own, _)| own.times(path));
        if matches!(self.time, TimeInput::Sigma | TimeInput::LogSnr | TimeInput::QuarterLogSigma) {
            first = f64::max(first, path.time_of_level(1.0, HELD_INFINITE));
            last = f64::min(last, path.time_of_level(HELD_INFINITE, 1.0));
        }
        (first, last)
    }

    /// The least and the largest t of its path at which the network is evaluated; none on variance
    /// exploding, which has no t.
    #[must_use]
    pub fn times(&self) -> Option<(f64, f64)> {
        let Noising::Path(path) = self.noising else { return None };
        let (first, last) = self.held(path);
        if !self.tabulated() {
            return Some((first, last));
        }
        let at = |log_ratio: f64| path.time_of_level(1.0, log_ratio.exp());
        Some((first.max(at(DDPM[LEVELS - 1])), last.min(at(DDPM[0]))))
    }

    /// The network's level whose ratio σ/α is nearest to that of `α : σ`, in the network's own data.
    #[must_use]
    pub fn level(&self, alpha: f64, sigma: f64) -> Level {
        let sigma = sigma.max(0.0);
        match self.noising {
            Noising::Path(path) => {
                let (first, last) = self.held(path);
                // Where there is no data at all, the formula of VP is ∞/∞.
                let t = path.time_of_level(alpha, sigma);
                let mut t = if t.is_nan() { first } else { t.clamp(first, last) };
                let mut index = 1000.0 * (1.0 - t);
                if self.tabulated() {
                    let at = path.coefficients(t);
                    let table = &*DDPM;
                    let log_ratio = (at.sigma / at.alpha).ln().clamp(table[0], table[LEVELS - 1]);
                    index = index_of(log_ratio);
                    t = path.time_of_level(1.0, log_ratio.exp()).clamp(0.0, 1.0);
                }
                let Coefficients { alpha, sigma, .. } = path.coefficients(t);
                let ratio = sigma / alpha;
                let time = match self.time {
                    TimeInput::T => t,
                    TimeInput::Reversed => 1.0 - t,
                    TimeInput::Index => index,
                    TimeInput::Sigma => ratio,
                    TimeInput::LogSnr => -2.0 * ratio.ln(),
                    TimeInput::QuarterLogSigma => 0.25 * ratio.ln(),
                };
                self.read(alpha, sigma, time, || path.mean_weights(t))
            }
            Noising::Exploding { sigma_min, sigma_max } => {
                let sigma = (sigma / alpha).clamp(sigma_min, sigma_max);
                let time = match self.time {
                    TimeInput::LogSnr => -2.0 * sigma.ln(),
                    TimeInput::QuarterLogSigma => 0.25 * sigma.ln(),
                    _ => sigma,
                };
                self.read(1.0, sigma, time, || [[0.0; 2]; 2])
            }
        }
    }

    /// What the output says of the means at a level.
    fn read(
        &self,
        alpha: f64,
        sigma: f64,
        time: f64,
        of_velocity: impl FnOnce() -> [[f64; 2]; 2],
    ) -> Level {
        let mut input = 1.0;
        let [data, noise] = if let ForeignOutput::Edm { sigma_data } = self.prediction {
            let total = sigma * sigma + sigma_data * sigma_data;
            let root = total.sqrt();
            input = 1.0 / root;
            [
                [sigma_data * sigma_data / total, sigma * sigma_data / root],
                [sigma / total, -sigma_data / root],
            ]
        } else {
            let (prediction, factor) = self.prediction.prediction().expect("all but EDM's F");
            let weights = prediction.mean_weights_of_level(alpha, sigma);
            weights.unwrap_or_else(of_velocity).map(|[point, output]| [point, factor * output])
        };
        Level { alpha, sigma, time: self.time_scale * time, input, data, noise }
    }
}

#[cfg(test)]
mod tests {
    use super::super::convention::Towards;
    use super::*;
    use crate::network::words::Word;

    #[test]
    fn levels_at_both_ends_are_those_of_the_first_and_the_last_time() {
        for prediction in
            [ForeignOutput::Velocity(Towards::Data), ForeignOutput::Data, ForeignOutput::Noise]
        {
            for path in [Interpolant::Linear, Interpolant::Gvp, Interpolant::Vp] {
                for Word { value: time, .. } in TimeInput::ALL {
                    let convention = Convention {
                        prediction,
                        noising: Noising::Path(path),
                        time,
                        time_scale: 1.0,
                        scale: 1.0,
                        shift: [0.0; 2],
                    };
                    let (first, last) = convention.times().expect("a path");
                    for (t, level) in
                        [(first, convention.level(0.0, 1.0)), (last, convention.level(1.0, 0.0))]
                    {
                        let at = path.coefficients(t);
                        let apart = (level.alpha - at.alpha).abs() + (level.sigma - at.sigma).abs();
                        assert!(apart < 1e-9, "{convention:?} at {t}: {level:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn indices_are_those_of_ddpm() {
        for index in [0, 1, 17, 500, 998, 999] {
            assert!((index_of(DDPM[index]) - index as f64).abs() < 1e-9);
        }
        // The last level of DDPM has ᾱ = 4.0358e-5.
        let signal = 1.0 / (1.0 + (2.0 * DDPM[LEVELS - 1]).exp());
        assert!((signal - 4.0358e-5).abs() < 1e-8, "{signal:e}");
    }
}
