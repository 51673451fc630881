//! Symmetric 2×2 matrices and their axes.

use serde::{Deserialize, Serialize};

/// A symmetric 2×2 matrix, in squared data units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covariance {
    /// Variance of the first coordinate.
    pub xx: f64,
    /// Covariance of the two coordinates.
    pub xy: f64,
    /// Variance of the second coordinate.
    pub yy: f64,
}

impl Covariance {
    /// `variance · I`
    pub fn isotropic(variance: f64) -> Self {
        Self { xx: variance, xy: 0.0, yy: variance }
    }

    /// Standard deviations `along` the direction at `angle` (radians, from the
    /// first axis) and `across` it.
    pub fn oriented(angle: f64, along: f64, across: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (along, across) = (along * along, across * across);
        Self {
            xx: along * cos * cos + across * sin * sin,
            xy: (along - across) * sin * cos,
            yy: along * sin * sin + across * cos * cos,
        }
    }

    /// The unit eigenvector of the larger eigenvalue, and both eigenvalues,
    /// larger first.
    pub(super) fn eigen(self) -> ([f64; 2], [f64; 2]) {
        let half_difference = 0.5 * (self.xx - self.yy);
        let radius = half_difference.hypot(self.xy);
        let larger = 0.5 * (self.xx + self.yy) + radius;
        // Kahan's difference of products keeps a small determinant exact.
        let square = self.xy * self.xy;
        let rounding = (-self.xy).mul_add(self.xy, square);
        let determinant = self.xx.mul_add(self.yy, -square) + rounding;
        let angle = 0.5 * self.xy.atan2(half_difference);
        ([angle.cos(), angle.sin()], [larger, determinant / larger])
    }
}
