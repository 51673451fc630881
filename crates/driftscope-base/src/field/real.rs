//! The two floating-point types a solve can run in.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// What there is one of for each of the two types: a function, say, for tables that cannot hold
/// generic ones.
pub trait PerReal {
    /// That of `S`.
    type Of<S: Real>;
}

/// f32 (particles) or f64 (references).
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Sum
{
    /// Zero.
    const ZERO: Self;
    /// Distance from 1 to the next larger number.
    const EPSILON: f64;
    /// Rounds an f64 to this type.
    fn from_f64(value: f64) -> Self;
    /// The same value as an f64, exactly.
    fn to_f64(self) -> f64;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Of two things, the one for this type.
    fn choose<P: PerReal>(single: P::Of<f32>, double: P::Of<f64>) -> P::Of<Self>;
}

macro_rules! real {
    ($kind:ty, |$single:ident, $double:ident| $own:expr) => {
        impl Real for $kind {
            const ZERO: Self = 0.0;
            const EPSILON: f64 = <$kind>::EPSILON as f64;
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            fn to_f64(self) -> f64 {
                self.into()
            }
            fn is_finite(self) -> bool {
                self.is_finite()
            }
            fn choose<P: PerReal>($single: P::Of<f32>, $double: P::Of<f64>) -> P::Of<Self> {
                $own
            }
        }
    };
}
real!(f32, |single, _double| single);
real!(f64, |_single, double| double);
