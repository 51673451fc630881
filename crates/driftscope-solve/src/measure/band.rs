//! Many values in three numbers: the median and the 10–90 % band.

use serde::{Deserialize, Serialize};

/// Median and the 10 % and 90 % quantiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// A tenth of the values lie below.
    pub low: f64,
    /// Half of the values lie below.
    pub median: f64,
    /// A tenth of the values lie above.
    pub high: f64,
}

impl Band {
    /// Of those values that are numbers; none if there are none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |share| quantile(&sorted, share);
        (!sorted.is_empty()).then(|| Self { low: at(0.1), median: at(0.5), high: at(0.9) })
    }

    /// The three numbers, each handed to `change`.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        let Self { low, median, high } = self;
        Self { low: change(low), median: change(median), high: change(high) }
    }
}

/// The quantile `share` (0 to 1) of sorted values, on the straight line between its neighbours; NaN
/// if there are none.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last);
    let above = (below + 1).min(last);
    let fraction = place - below as f64;
    if fraction == 0.0 {
        return sorted[below];
    }
    sorted[below] + fraction * (sorted[above] - sorted[below])
}

/// The root of the mean square of the distances between points that belong together; NaN if there
/// are none or one is not finite.
#[must_use]
pub fn rms_distance(a: &[[f64; 2]], b: &[[f64; 2]]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2));
    let mean = squares.sum::<f64>() / a.len().min(b.len()) as f64;
    if mean.is_finite() { mean.sqrt() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_leaves_a_tenth_on_either_side_and_what_is_no_number_out() {
        let values = (0..=100).map(f64::from).chain([f64::NAN]);
        assert_eq!(Band::of(values), Some(Band { low: 10.0, median: 50.0, high: 90.0 }));
        assert_eq!(Band::of([f64::NAN]), None);
        assert!((quantile(&[1.0, 2.0], 0.25) - 1.25).abs() < 1e-15);
        assert!((quantile(&[1.0, f64::INFINITY], 0.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn distances_of_pairs_are_squared_before_the_mean() {
        let (a, b) = ([[0.0, 0.0], [1.0, 1.0]], [[3.0, 4.0], [1.0, 1.0]]);
        assert!((rms_distance(&a, &b) - 12.5_f64.sqrt()).abs() < 1e-15);
        assert!(rms_distance(&a, &[[f64::INFINITY, 0.0]; 2]).is_nan());
    }
}
