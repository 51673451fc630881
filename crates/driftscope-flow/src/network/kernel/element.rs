//! The numbers a kernel computes with.

use bytemuck::Pod;
use driftscope_base::exponential::{exponential, fused_f64, one_plus_power};
use pulp::Simd;

use crate::network::activation::Differentiate;
use crate::network::time_features;

/// f32 for particles, f64 for references.
///
/// The activation is `SiLU` in other units: for `u = -x / ln 2`, that is `x / (1 + exp(-x))` in the
/// same units as `u`. [`TO_UNITS`] leads there and [`FROM_UNITS`] back; the packed weights hold both,
/// so neither costs anything.
pub(super) trait Element: Pod + Differentiate {
    /// The machine's vector of such numbers.
    type Vector<S: Simd>: Copy;

    /// The input of a label: 1 where it is given.
    fn label(given: bool) -> Self;

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

    /// The products of two vectors' numbers.
    fn multiply<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;

    /// `a b + c`, rounded once where the machine has the instruction.
    fn multiply_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// `u / (1 + 2^u)` of a few vectors at a time, which hides how long each takes.
    fn activate<S: Simd, const N: usize>(simd: S, u: [Self::Vector<S>; N]) -> [Self::Vector<S>; N];

    /// The slope of [`Self::activate`] at `u`, whose value it is given.
    fn slope<S: Simd>(simd: S, u: Self::Vector<S>, value: Self::Vector<S>) -> Self::Vector<S>;

    /// Sine and cosine of a phase in radians.
    fn sin_cos(phase: f64) -> (Self, Self);
}

/// From the sums of a layer to the units of the activation.
pub(super) const TO_UNITS: f64 = -std::f64::consts::LOG2_E;
/// Back to the units of the network.
pub(super) const FROM_UNITS: f64 = -std::f64::consts::LN_2;

macro_rules! implement_element {
    (
        $number:ty, $vector:ident, $as_simd:ident, $as_mut_simd:ident, $splat:ident, $mul:ident,
        $mul_add:ident, $activate:ident, $slope:ident, $sin_cos:expr
    ) => {
        impl Element for $number {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn label(given: bool) -> Self {
                if given { 1.0 } else { 0.0 }
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
            fn multiply<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
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
            fn activate<S: Simd, const N: usize>(simd: S, u: [S::$vector; N]) -> [S::$vector; N] {
                $activate(simd, u)
            }

            #[inline(always)]
            fn slope<S: Simd>(simd: S, u: S::$vector, value: S::$vector) -> S::$vector {
                $slope(simd, u, value)
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
    mul_f32s,
    mul_add_e_f32s,
    activate_f32,
    slope_f32,
    time_features::sin_cos
);
implement_element!(
    f64,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    mul_f64s,
    mul_add_e_f64s,
    activate_f64,
    slope_f64,
    exact_sin_cos
);

#[inline(always)]
fn activate_f32<S: Simd, const N: usize>(simd: S, u: [S::f32s; N]) -> [S::f32s; N] {
    let mut values = one_plus_power(simd, u);
    for i in 0..N {
        values[i] = simd.div_f32s(u[i], values[i]);
    }
    values
}

/// With the sigmoid `s = 1 / (1 + 2^u)`: `s + FROM_UNITS value (1 - s)`.
#[inline(always)]
fn slope_f32<S: Simd>(simd: S, u: S::f32s, value: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let [whole] = one_plus_power(simd, [u]);
    let sigmoid = simd.div_f32s(one, whole);
    let value = simd.mul_f32s(value, simd.splat_f32s(FROM_UNITS as f32));
    simd.mul_add_e_f32s(value, simd.sub_f32s(one, sigmoid), sigmoid)
}

#[inline(always)]
fn activate_f64<S: Simd, const N: usize>(_: S, mut u: [S::f64s; N]) -> [S::f64s; N] {
    for u in bytemuck::cast_slice_mut::<S::f64s, f64>(&mut u) {
        *u /= 1.0 + exponential::<S>(*u * std::f64::consts::LN_2);
    }
    u
}

#[inline(always)]
fn slope_f64<S: Simd>(_: S, u: S::f64s, value: S::f64s) -> S::f64s {
    let mut slopes = [u];
    let values = [value];
    let values = bytemuck::cast_slice::<S::f64s, f64>(&values);
    for (slope, value) in
        bytemuck::cast_slice_mut::<S::f64s, f64>(&mut slopes).iter_mut().zip(values)
    {
        let sigmoid = 1.0 / (1.0 + exponential::<S>(*slope * std::f64::consts::LN_2));
        *slope = fused_f64::<S>(FROM_UNITS * value, 1.0 - sigmoid, sigmoid);
    }
    slopes[0]
}

fn exact_sin_cos(phase: f64) -> (f64, f64) {
    (libm::sin(phase), libm::cos(phase))
}

#[cfg(test)]
mod tests {
    use pulp::Scalar;

    use super::*;

    #[test]
    fn the_activation_is_silu_and_the_slope_its_derivative() {
        let simd = Scalar::new();
        for step in -400..400 {
            let x = f64::from(step) * 0.05;
            let of = |x: f64| FROM_UNITS * f64::activate(simd, [x * TO_UNITS])[0];
            assert!((of(x) - x / (1.0 + (-x).exp())).abs() < 1e-14, "{x}");
            let h = 1e-5;
            let difference = (of(x + h) - of(x - h)) / (2.0 * h);
            let u = x * TO_UNITS;
            let slope = f64::slope(simd, u, f64::activate(simd, [u])[0]);
            assert!((slope - difference).abs() < 1e-9, "{x}");
            let single = f32::slope(simd, u as f32, f32::activate(simd, [u as f32])[0]);
            assert!((f64::from(single) - slope).abs() < 1e-6, "{x}");
        }
        assert!(f32::activate(simd, [f32::NAN])[0].is_nan());
        assert!(f64::activate(simd, [f64::NAN])[0].is_nan());
    }
}
