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

    /// Variances along the unit vector `axis` and across it.
    pub(super) fn along_axes(axis: [f64; 2], [along, across]: [f64; 2]) -> Self {
        let [cos, sin] = axis;
        Self {
            xx: along * cos * cos + across * sin * sin,
            xy: (along - across) * sin * cos,
            yy: along * sin * sin + across * cos * cos,
        }
    }

    /// The sum of both variances.
    #[must_use]
    pub fn trace(self) -> f64 {
        self.xx + self.yy
    }

    /// Standard deviations `along` the direction at `angle` (radians, from the
    /// first axis) and `across` it.
    pub fn oriented(angle: f64, along: f64, across: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self::along_axes([cos, sin], [along * along, across * across])
    }

    /// The matrix times a number.
    pub(super) fn times(self, factor: f64) -> Self {
        Self { xx: factor * self.xx, xy: factor * self.xy, yy: factor * self.yy }
    }

    /// The sum of two.
    pub(super) fn plus(self, other: Self) -> Self {
        Self { xx: self.xx + other.xx, xy: self.xy + other.xy, yy: self.yy + other.yy }
    }

    /// The matrix times a vector.
    pub(super) fn of(self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.xx * x + self.xy * y, self.xy * x + self.yy * y]
    }

    /// `A B A` of this matrix A and `inner` B: symmetric again.
    pub(super) fn around(self, inner: Self) -> Self {
        let column = |unit: [f64; 2]| self.of(inner.of(self.of(unit)));
        let ([xx, xy], [_, yy]) = (column([1.0, 0.0]), column([0.0, 1.0]));
        Self { xx, xy, yy }
    }

    /// Its inverse and its determinant.
    pub(super) fn inverse(self) -> (Self, f64) {
        let determinant = self.determinant();
        let Self { xx, xy, yy } = self;
        (Self { xx: yy / determinant, xy: -xy / determinant, yy: xx / determinant }, determinant)
    }

    /// Kahan's difference of products keeps a small determinant exact.
    fn determinant(self) -> f64 {
        let square = self.xy * self.xy;
        let rounding = (-self.xy).mul_add(self.xy, square);
        self.xx.mul_add(self.yy, -square) + rounding
    }

    /// The unit eigenvector of the larger eigenvalue, and both eigenvalues,
    /// larger first.
    pub(super) fn eigen(self) -> ([f64; 2], [f64; 2]) {
        let half_difference = 0.5 * (self.xx - self.yy);
        let radius = half_difference.hypot(self.xy);
        let larger = 0.5 * (self.xx + self.yy) + radius;
        let angle = 0.5 * self.xy.atan2(half_difference);
        ([angle.cos(), angle.sin()], [larger, self.determinant() / larger])
    }
}
