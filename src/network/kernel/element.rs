//! The numbers a kernel computes with.

use bytemuck::Pod;
use pulp::Simd;

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

    /// A vector of equal numbers.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;

    /// The first number of a vector.
    fn first<S: Simd>(simd: S, vector: Self::Vector<S>) -> Self;

    /// `a b + c`, rounded once where the machine has the instruction.
    fn multiply_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// `x / (1 + exp(-x))`.
    fn silu(self) -> Self;

    /// Sine and cosine of a phase in radians.
    fn sin_cos(phase: f64) -> (Self, Self);
}

macro_rules! implement_element {
    ($number:ty, $vector:ident, $as_simd:ident, $as_mut_simd:ident, $splat:ident, $mul_add:ident, $silu:expr, $sin_cos:expr) => {
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
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn first<S: Simd>(_: S, vector: S::$vector) -> Self {
                bytemuck::cast_slice(std::slice::from_ref(&vector))[0]
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
            fn silu(self) -> Self {
                self / (1.0 + $silu(-self))
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
    exp,
    time_features::sin_cos
);
implement_element!(
    f64,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    mul_add_e_f64s,
    libm::exp,
    exact_sin_cos
);

fn exact_sin_cos(phase: f64) -> (f64, f64) {
    (libm::sin(phase), libm::cos(phase))
}

/// The exponential to 2e-7 relative, branch-free, so that loops over it vectorise.
///
/// Arguments beyond ±87 are clamped, where a sigmoid is 0 or 1 to every bit of an f32.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding and subtracting 1.5·2^23 rounds to an integer, found in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first with few bits, so that its multiples are exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // `max` and `min` of std order NaN specially; comparisons vectorise to one instruction.
    let x = if x > 87.0 { 87.0 } else { x };
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // Minimax polynomial on [-ln 2 / 2, ln 2 / 2], from Cephes' expf.c.
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5e-1;
    let p = p * (r * r) + r + 1.0;
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    p * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_is_accurate() {
        for step in -86_999..87_000 {
            let x = step as f32 * 1e-3;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "exp {x}");
        }
    }

    #[test]
    fn silu_stays_finite() {
        for x in [-1e30_f32, -200.0, -87.3, 0.0, 87.3, 200.0, 1e30] {
            let exact = f64::from(x) / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(x.silu()) - exact).abs() <= 1e-6 * f64::from(x).abs(), "silu {x}");
        }
    }
}
