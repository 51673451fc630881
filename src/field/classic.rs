//! Classic ODEs in the plane, with which lecturers begin.

use super::{Field, Real, Times};

/// A classic test problem. One-dimensional ones use x and leave y at 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClassicField {
    /// `x' = −x`.
    Decay,
    /// `x' = y, y' = −x`.
    Harmonic,
    /// `x' = y, y' = μ(1 − x²)y − x`.
    VanDerPol {
        /// Stiffness, at least 0.
        mu: f64,
    },
    /// `x' = 1.5x − xy, y' = xy − 3y`.
    LotkaVolterra,
    /// `x' = −x, y' = −ratio·y`.
    StiffLinear {
        /// Ratio of the two rates.
        ratio: f64,
    },
    /// `x' = −λ(x − cos t)`.
    StiffCosine {
        /// Rate at which the solution is pulled towards cos t.
        lambda: f64,
    },
}

impl ClassicField {
    /// The velocity at `(x, y)` and `t`.
    #[must_use]
    pub fn at(&self, t: f64, [x, y]: [f64; 2]) -> [f64; 2] {
        match *self {
            Self::Decay => [-x, 0.0],
            Self::Harmonic => [y, -x],
            Self::VanDerPol { mu } => [y, mu * (1.0 - x * x) * y - x],
            Self::LotkaVolterra => [1.5 * x - x * y, x * y - 3.0 * y],
            Self::StiffLinear { ratio } => [-x, -ratio * y],
            Self::StiffCosine { lambda } => [-lambda * (x - t.cos()), 0.0],
        }
    }
}

impl<S: Real> Field<S> for ClassicField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        let count = points.len() / 2;
        for i in 0..count {
            let point = [points[i].to_f64(), points[count + i].to_f64()];
            let [vx, vy] = self.at(times.at(i), point);
            velocities[i] = S::from_f64(vx);
            velocities[count + i] = S::from_f64(vy);
        }
    }

    fn dimension(&self) -> usize {
        match self {
            Self::Decay | Self::StiffCosine { .. } => 1,
            _ => 2,
        }
    }
}
