//! The numbers a kernel computes with.

use bytemuck::Pod;
use pulp::Simd;

use crate::exponential::{Exponential, fused_f32, fused_f64};
use crate::network::time_features;

/// f32 for particles, f64 for references.
pub(super) trait Element: Pod {
    const ZERO: Self;

    /// The machine's vector of such numbers.
    type Vector<S: Simd>: Copy;

    fn from_f32(value: f32) -> Self;

    /// A slice as whole vectors; what is left over is not part of the result.
    fn as_vectors<S: Simd>(values: &[Self]) -> &[Self::Vector<S>];

    /// A slice as whole vectors; what is left over is not part of the result.
    fn as_vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [Self::Vector<S>];

    /// The numbers in vectors.
    fn as_numbers<S: Simd>(vectors: &[Self::Vector<S>]) -> &[Self];

    /// The numbers in vectors.
    fn as_numbers_mut<S: Simd>(vectors: &mut [Self::Vector<S>]) -> &mut [Self];

    /// A vector of equal numbers.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;

    /// `a b + c`, rounded once where the machine has the instruction.
    fn multiply_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// `x / (1 + exp(-x))`.
    fn silu<S: Simd>(self) -> Self;

    /// [`Self::silu`] and its derivative.
    fn silu_with_slope<S: Simd>(self) -> (Self, Self);

    /// The product of two numbers.
    fn times(self, other: Self) -> Self;

    /// Sine and cosine of a phase in radians.
    fn sin_cos(phase: f64) -> (Self, Self);
}

macro_rules! implement_element {
    ($number:ty, $vector:ident, $as_simd:ident, $as_mut_simd:ident, $splat:ident, $mul_add:ident, $fused:ident, $sin_cos:expr) => {
        impl Element for $number {
            const ZERO: Self = 0.0;

            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn from_f32(value: f32) -> Self {
                value.into()
            }

            #[inline(always)]
            fn as_vectors<S: Simd>(values: &[Self]) -> &[S::$vector] {
                S::$as_simd(values).0
            }

            #[inline(always)]
            fn as_vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [S::$vector] {
                S::$as_mut_simd(values).0
            }

            #[inline(always)]
            fn as_numbers<S: Simd>(vectors: &[S::$vector]) -> &[Self] {
                bytemuck::cast_slice(vectors)
            }

            #[inline(always)]
            fn as_numbers_mut<S: Simd>(vectors: &mut [S::$vector]) -> &mut [Self] {
                bytemuck::cast_slice_mut(vectors)
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn multiply_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn silu<S: Simd>(self) -> Self {
                self / (1.0 + (-self).exponential::<S>())
            }

            #[inline(always)]
            fn silu_with_slope<S: Simd>(self) -> (Self, Self) {
                let whole = 1.0 + (-self).exponential::<S>();
                // The quotient, and not a product with the sigmoid, so that it is `silu` to the
                // last bit.
                let silu = self / whole;
                let sigmoid = 1.0 / whole;
                (silu, $fused::<S>(silu, 1.0 - sigmoid, sigmoid))
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self * other
            }

            #[inline(always)]
            fn sin_cos(phase: f64) -> (Self, Self) {
                $sin_cos(phase)
            }
        }
    };
}

implement_element!(
    f32,
    f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    splat_f32s,
    mul_add_e_f32s,
    fused_f32,
    time_features::sin_cos
);
implement_element!(
    f64,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    mul_add_e_f64s,
    fused_f64,
    exact_sin_cos
);

fn exact_sin_cos(phase: f64) -> (f64, f64) {
    (libm::sin(phase), libm::cos(phase))
}

#[cfg(test)]
mod tests {
    use pulp::Scalar;

    use super::*;

    #[test]
    fn the_slope_of_silu_is_its_derivative() {
        for step in -400..400 {
            let x = f64::from(step) * 0.05;
            let (value, slope) = x.silu_with_slope::<Scalar>();
            assert!((value - x.silu::<Scalar>()).abs() < 1e-300);
            let h = 1e-5;
            let difference = ((x + h).silu::<Scalar>() - (x - h).silu::<Scalar>()) / (2.0 * h);
            assert!((slope - difference).abs() < 1e-9, "{x}");
        }
    }
}
