//! What the first layer is told beside the coordinates: functions of the time, and labels.
//!
//! A network is trained on sines and cosines of the time. Seen through the first layer they are one smooth
//! function of t for each of its outputs, and on [0, 1] a Chebyshev series says the same with a third of
//! the terms and without a sine: `sin(ωt)` and `cos(ωt)` have the coefficients `2 J_k(ω/2)`, which fall
//! faster than any power once `k > ω/2` (Abramowitz and Stegun, 9.1.44 and 9.1.45). The series is cut where
//! what is left out is less than half a unit in the last place of a number in f32.

use std::f64::consts::PI;

use super::element::Element;
use crate::network::Weights;
use crate::network::inputs::Embedding;

/// Lanes of the widest panel: three of the widest machine's vectors of f32, one of points and two of derivatives.
pub(super) const MOST_LANES: usize = 48;
/// What a series may leave out of a sine or a cosine.
const LEFT_OUT: f64 = f32::EPSILON as f64 / 4.0;
/// Coefficients that are looked at beyond the last one that a series may have.
const BEYOND: usize = 32;

/// The functions of the time that a first layer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfTime {
    /// Those that the network was trained on: `sin(ωt)` for every ω, then `cos(ωt)`; those of the duration
    /// after those of the time.
    Waves,
    /// `T_1(2t − 1)` to the Chebyshev polynomial of this degree.
    Chebyshev(usize),
}

impl OfTime {
    /// Whether they stand for the waves at times `at`.
    pub(super) fn holds(self, time: f64) -> bool {
        self == Self::Waves || (0.0..=1.0).contains(&time)
    }

    /// How many there are.
    pub(super) fn count(self, embedding: &Embedding) -> usize {
        match self {
            Self::Waves => embedding.width() - embedding.labels,
            Self::Chebyshev(degree) => degree,
        }
    }

    /// Writes those of one point.
    #[inline(always)]
    pub(super) fn write<T: Element>(self, waves: &[f64], at: [f64; 2], features: &mut [T]) {
        match self {
            Self::Waves => {
                for (time, features) in
                    at.into_iter().zip(features.chunks_exact_mut(2 * waves.len()))
                {
                    let (sines, cosines) = features.split_at_mut(waves.len());
                    for ((sine, cosine), frequency) in sines.iter_mut().zip(cosines).zip(waves) {
                        (*sine, *cosine) = T::sin_cos(frequency * time);
                    }
                }
            }
            Self::Chebyshev(_) => {
                let x = 2.0 * at[0] - 1.0;
                let (mut before, mut value) = (1.0, x);
                for feature in features {
                    *feature = T::from_f64(value);
                    (before, value) = (value, 2.0 * x * value - before);
                }
            }
        }
    }

    /// Writes those of the first `used` of a panel's lanes, `[function][lane]`: to the last bit what
    /// [`Self::write`] does.
    #[inline(always)]
    pub(super) fn write_panel<T: Element>(
        self,
        waves: &[f64],
        at: &[[f64; MOST_LANES]; 2],
        used: usize,
        lanes: usize,
        features: &mut [T],
    ) {
        match self {
            Self::Waves => {
                let of_one = features.chunks_exact_mut(2 * waves.len() * lanes);
                for (times, features) in at.iter().zip(of_one) {
                    let (sines, cosines) = features.split_at_mut(lanes * waves.len());
                    let rows = sines.chunks_exact_mut(lanes).zip(cosines.chunks_exact_mut(lanes));
                    for ((sines, cosines), frequency) in rows.zip(waves) {
                        let points = sines.iter_mut().zip(cosines).zip(&times[..used]);
                        for ((sine, cosine), time) in points {
                            (*sine, *cosine) = T::sin_cos(frequency * time);
                        }
                    }
                }
            }
            Self::Chebyshev(_) => {
                let (mut x, mut before) = ([0.0; MOST_LANES], [1.0; MOST_LANES]);
                for lane in 0..lanes {
                    x[lane] = 2.0 * at[0][lane] - 1.0;
                }
                let mut value = x;
                for row in features.chunks_exact_mut(lanes) {
                    for (feature, value) in row.iter_mut().zip(&value[..used]) {
                        *feature = T::from_f64(*value);
                    }
                    for lane in 0..lanes {
                        let next = 2.0 * x[lane] * value[lane] - before[lane];
                        (before[lane], value[lane]) = (value[lane], next);
                    }
                }
            }
        }
    }
}

/// The sines and cosines of a network as Chebyshev series on [0, 1].
pub(super) struct Series {
    /// Coefficients, `[wave][0 ..= degree]`: the sines, then the cosines.
    coefficients: Vec<Vec<f64>>,
    pub(super) degree: usize,
}

impl Series {
    /// The series of a network's features, where they are fewer than its waves. A flow map has none: its
    /// durations have either sign.
    pub(super) fn of(weights: &Weights) -> Option<Self> {
        let waves = 2 * weights.frequencies.len();
        if weights.architecture.flow_map {
            return None;
        }
        let nodes = waves + BEYOND;
        // Every cosine that is asked for below: of the multiples of half the angle between two nodes.
        let circle: Vec<f64> =
            (0..4 * nodes).map(|part| libm::cos(PI * part as f64 / (2 * nodes) as f64)).collect();
        // `T_k` at a node is the cosine of k times its angle.
        let polynomial = |k: usize, node: usize| circle[k * (2 * node + 1) % circle.len()];
        let coefficient = |values: &[f64], k: usize| {
            let products =
                values.iter().enumerate().map(|(node, value)| value * polynomial(k, node));
            products.sum::<f64>() * if k == 0 { 1.0 } else { 2.0 } / nodes as f64
        };
        let times: Vec<f64> = (0..nodes).map(|node| 0.5 * (1.0 + polynomial(1, node))).collect();
        let sampled = |wave: fn(f64) -> f64, frequency: f64| -> Vec<f64> {
            times.iter().map(|time| wave(frequency * time)).collect()
        };
        let waves_of = [libm::sin as fn(f64) -> f64, libm::cos];
        // The highest frequency has the longest series.
        let highest = weights.frequencies.iter().fold(0.0, |most: f64, ω| most.max(ω.abs()));
        let longest = waves_of.map(|wave| {
            let (values, mut tail) = (sampled(wave, highest), 0.0);
            let left_out = |&k: &usize| {
                tail += coefficient(&values, k).abs();
                tail <= LEFT_OUT
            };
            nodes - (1..nodes).rev().take_while(left_out).count() - 1
        });
        let degree = longest[0].max(longest[1]);
        if degree >= waves {
            return None;
        }
        let series = |values: Vec<f64>| (0..=degree).map(|k| coefficient(&values, k)).collect();
        let [sines, cosines]: [Vec<_>; 2] = waves_of
            .map(|wave| weights.frequencies.iter().map(|&ω| series(sampled(wave, ω))).collect());
        Some(Self { coefficients: [sines, cosines].concat(), degree })
    }

    /// The coefficient of `T_k` in a sum of the waves with these weights.
    pub(super) fn of_sum(&self, weights: &[f32], k: usize) -> f64 {
        self.coefficients.iter().zip(weights).map(|(series, &w)| series[k] * f64::from(w)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Architecture;
    use crate::network::test_support::random_weights;

    #[test]
    fn a_series_is_the_sum_of_the_waves() {
        let weights = random_weights(Architecture::default(), 8);
        let series = Series::of(&weights).expect("shorter than the waves");
        assert_eq!(series.degree, 21);
        let columns = weights.architecture.inputs();
        for step in 0..=1000 {
            let time = f64::from(step) / 1000.0;
            let mut polynomials = vec![0.0; series.degree];
            OfTime::Chebyshev(series.degree).write::<f64>(&[], [time, 0.0], &mut polynomials);
            for row in weights.layers[0].weight.chunks_exact(columns) {
                let row = &row[2..];
                let (sines, cosines) = row.split_at(weights.frequencies.len());
                let waves = weights.frequencies.iter().zip(sines.iter().zip(cosines));
                let direct: f64 = waves
                    .map(|(ω, (s, c))| {
                        f64::from(*s) * (ω * time).sin() + f64::from(*c) * (ω * time).cos()
                    })
                    .sum();
                let terms = polynomials.iter().zip(1..).map(|(t, k)| series.of_sum(row, k) * t);
                let found = series.of_sum(row, 0) + terms.sum::<f64>();
                assert!((found - direct).abs() < 1e-7, "t = {time}: {found}, {direct}");
            }
        }
    }

    #[test]
    fn there_is_no_series_where_it_would_be_longer_or_a_duration_has_either_sign() {
        let default = Architecture::default();
        let of = |architecture| Series::of(&random_weights(architecture, 1)).map(|s| s.degree);
        assert_eq!(of(Architecture { time_features: 128, ..default }), Some(21));
        assert_eq!(of(Architecture { time_features: 8, ..default }), None);
        assert_eq!(of(Architecture { flow_map: true, ..default }), None);
        let mut fast = random_weights(default, 1);
        fast.frequencies[7] = -1e5;
        assert!(Series::of(&fast).is_none());
    }
}
