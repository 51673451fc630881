//! Error norms: how the scaled errors of many coordinates become one number.

use serde::{Deserialize, Serialize};

/// A norm over coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Norm {
    /// Root of the mean square (Hairer, SciPy, torchdiffeq, diffrax).
    #[default]
    Rms,
    /// The largest (stricter: no coordinate may exceed its tolerance).
    Max,
}

impl Norm {
    /// Adds a coordinate's scaled error to the squares `gathered` so far.
    #[must_use]
    pub fn gather(self, gathered: f64, scaled: f64) -> f64 {
        self.join(gathered, scaled * scaled)
    }

    /// Joins squares gathered over two sets of coordinates. NaN in either stays.
    #[must_use]
    pub fn join(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Rms => a + b,
            Self::Max if a.is_nan() || a > b => a,
            Self::Max => b,
        }
    }

    /// The norm of `coordinates` coordinates whose squares were gathered.
    #[must_use]
    pub fn of(self, gathered: f64, coordinates: usize) -> f64 {
        (gathered / self.count(coordinates)).sqrt()
    }

    fn count(self, coordinates: usize) -> f64 {
        match self {
            Self::Rms => coordinates as f64,
            Self::Max => 1.0,
        }
    }
}

/// The squares of an attempt's error estimates in units of the tolerance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScaledError {
    /// Of the method's estimate.
    pub estimate: f64,
    /// Of its second estimate of order three, where it has one.
    pub third_order: Option<f64>,
}

impl ScaledError {
    /// Of a method that has no estimate: not a number.
    pub const NONE: Self = Self { estimate: f64::NAN, third_order: None };

    /// Of both sets of coordinates together.
    #[must_use]
    pub fn join(self, other: Self, norm: Norm) -> Self {
        let third_order = match (self.third_order, other.third_order) {
            (Some(a), Some(b)) => Some(norm.join(a, b)),
            (one, another) => one.or(another),
        };
        Self { estimate: norm.join(self.estimate, other.estimate), third_order }
    }

    /// The error ratio of `coordinates` coordinates. Two estimates are combined as in DOP853:
    /// `‖e5‖²/√(‖e5‖² + 0.01‖e3‖²)` (Hairer, Nørsett & Wanner II.10).
    #[must_use]
    pub fn ratio(self, norm: Norm, coordinates: usize) -> f64 {
        match self.third_order {
            None => norm.of(self.estimate, coordinates),
            Some(third) if self.estimate == 0.0 && third == 0.0 => 0.0,
            Some(third) => {
                let whole = self.estimate + 0.01 * third;
                self.estimate / (whole * norm.count(coordinates)).sqrt()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_gather_and_keep_what_is_not_a_number() {
        let of = |norm: Norm, values: &[f64]| {
            norm.of(values.iter().fold(0.0, |sum, &v| norm.gather(sum, v)), values.len())
        };
        assert!((of(Norm::Rms, &[3.0, -4.0]) - 12.5_f64.sqrt()).abs() < 1e-15);
        assert!((of(Norm::Max, &[3.0, -4.0]) - 4.0).abs() < 1e-15);
        for norm in [Norm::Rms, Norm::Max] {
            assert!(of(norm, &[1.0, f64::NAN]).is_nan());
            assert!(of(norm, &[f64::NAN, 1.0]).is_nan());
        }
    }
}
