//! The exponential as loops over many numbers want it.

#![allow(
    clippy::inline_always,
    reason = "vector code is only as wide as its caller if it is inlined"
)]
#![allow(clippy::needless_range_loop, reason = "loops over registers that are kept in step")]
#![allow(clippy::approx_constant, reason = "a minimax coefficient that is close to ln 2, not ln 2")]

use pulp::Simd;

/// Whether the instructions of `S` have `a b + c` in one. Without it, it would be a slow call of a library.
const fn fuses<S: Simd>() -> bool {
    !S::IS_SCALAR && !cfg!(target_arch = "wasm32")
}

/// `a b + c`, rounded once where the machine has the instruction.
#[inline(always)]
pub fn fused_f64<S: Simd>(a: f64, b: f64, c: f64) -> f64 {
    if fuses::<S>() { a.mul_add(b, c) } else { a * b + c }
}

/// `exp` to 4e-16 relative, branch-free, so that loops over it vectorise if they are compiled for
/// the instructions of `S`. Clamped at ±700, where a sigmoid is 0 or 1 to every bit; NaN stays NaN.
#[inline(always)]
pub fn exponential<S: Simd>(x: f64) -> f64 {
    // Adding and subtracting 1.5·2^52 rounds to an integer, found in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    // ln 2 in two parts, the first with few bits, so that its multiples are exact.
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // 1/k! from k = 13 down to 2: Taylor's remainder is 4e-18 on [-ln 2 / 2, ln 2 / 2].
    const COEFFICIENTS: [f64; 12] = [
        1.605_904_383_682_161_3e-10,
        2.087_675_698_786_81e-9,
        2.505_210_838_544_172e-8,
        2.755_731_922_398_589_3e-7,
        2.755_731_922_398_589_3e-6,
        2.480_158_730_158_73e-5,
        1.984_126_984_126_984e-4,
        1.388_888_888_888_889e-3,
        8.333_333_333_333_333e-3,
        4.166_666_666_666_666_4e-2,
        0.166_666_666_666_666_66,
        0.5,
    ];
    // `max` and `min` of std order NaN specially; comparisons vectorise to one instruction.
    let x = if x > 700.0 { 700.0 } else { x };
    let x = if x < -700.0 { -700.0 } else { x };
    let shifted = fused_f64::<S>(x, std::f64::consts::LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let r = fused_f64::<S>(whole, -LN_2_HIGH, x);
    let r = fused_f64::<S>(whole, -LN_2_LOW, r);
    let [first, rest @ ..] = COEFFICIENTS;
    let mut sum = first;
    for coefficient in rest {
        sum = fused_f64::<S>(sum, r, coefficient);
    }
    sum = fused_f64::<S>(sum, r, 1.0);
    sum = fused_f64::<S>(sum, r, 1.0);
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    sum * scale
}

/// `a b + c`, rounded once where the machine has the instruction.
#[inline(always)]
pub fn fused_f32<S: Simd>(a: f32, b: f32, c: f32) -> f32 {
    if fuses::<S>() { a.mul_add(b, c) } else { a * b + c }
}

// Minimax on [-1/2, 1/2] with the last one kept at 1, by Lawson's algorithm; 9e-8 relative
// before rounding.
const POWER: [f32; 6] =
    [1.326_472_7e-3, 9.671_513e-3, 5.550_733_6e-2, 2.402_224_2e-1, 6.931_47e-1, 1.0];

/// `2^x` to 2e-7 relative, branch-free as [`exponential`]. Clamped at ±126; NaN stays NaN.
#[inline(always)]
pub fn power_of_two<S: Simd>(x: f32) -> f32 {
    // Adding 1.5·2^23 rounds to an integer, found in the low bits; 127 is the exponent of 1.
    const ROUND: f32 = 12_582_912.0 + 127.0;
    let x = if x > 126.0 { 126.0 } else { x };
    let x = if x < -126.0 { -126.0 } else { x };
    let shifted = x + ROUND;
    let rest = x - (shifted - ROUND);
    let [first, others @ ..] = POWER;
    let mut power = first;
    for coefficient in others {
        power = fused_f32::<S>(power, rest, coefficient);
    }
    power * f32::from_bits(shifted.to_bits() << 23)
}

/// `1 + 2^u` of a few vectors, to 2e-7 relative: the denominator of a sigmoid of `-u ln 2`.
///
/// Each step is taken for all the vectors before the next, since every one of them waits for the
/// one before. Clamped at ±126, where a sigmoid is 0 or 1 to every bit. What comes of NaN depends on
/// the machine; divide what is NaN by it.
#[inline(always)]
pub fn one_plus_power<S: Simd, const N: usize>(simd: S, u: [S::f32s; N]) -> [S::f32s; N] {
    // Adding 1.5·2^23 rounds to an integer, found in the low bits; 127 is the exponent of 1.
    const ROUND: f32 = 12_582_912.0 + 127.0;
    let one = simd.splat_f32s(1.0);
    let round = simd.splat_f32s(ROUND);
    let [lowest, highest] = [simd.splat_f32s(-126.0), simd.splat_f32s(126.0)];
    let mantissa_bits = simd.splat_u32s(23);
    let (mut rest, mut scale) = (u, u);
    for i in 0..N {
        rest[i] = simd.min_f32s(highest, rest[i]);
    }
    for i in 0..N {
        rest[i] = simd.max_f32s(lowest, rest[i]);
    }
    for i in 0..N {
        scale[i] = simd.add_f32s(rest[i], round);
    }
    for i in 0..N {
        rest[i] = simd.sub_f32s(rest[i], simd.sub_f32s(scale[i], round));
    }
    let [first, others @ ..] = POWER;
    let mut power = [simd.splat_f32s(first); N];
    for coefficient in others {
        let coefficient = simd.splat_f32s(coefficient);
        for i in 0..N {
            power[i] = simd.mul_add_e_f32s(power[i], rest[i], coefficient);
        }
    }
    for i in 0..N {
        let bits = simd.transmute_u32s_f32s(scale[i]);
        let bits = simd.wrapping_dyn_shl_u32s(bits, mantissa_bits);
        scale[i] = simd.transmute_f32s_u32s(bits);
    }
    for i in 0..N {
        power[i] = simd.mul_add_e_f32s(power[i], scale[i], one);
    }
    power
}

#[cfg(test)]
#[expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]
mod tests {
    use pulp::{Arch, Scalar, WithSimd};

    use super::*;

    /// Largest relative errors over many arguments: of `1 + 2^u` in f32, and of `exp` in f64.
    struct Errors;

    impl WithSimd for Errors {
        type Output = [f64; 2];

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> [f64; 2] {
            let mut worst = [0.0_f64; 2];
            for step in -126_000..126_000 {
                let u = step as f32 * 1e-3;
                let exact = 1.0 + f64::from(u).exp2();
                let [found] = one_plus_power(simd, [simd.splat_f32s(u)]);
                for found in bytemuck::cast_slice::<_, f32>(&[found]) {
                    worst[0] = worst[0].max((f64::from(*found) / exact - 1.0).abs());
                }
                // Beyond lies the clamp, which a rounded u can cross.
                if u.abs() <= 126.0 {
                    let single = f64::from(power_of_two::<S>(u)) / f64::from(u).exp2();
                    worst[0] = worst[0].max((single - 1.0).abs());
                }
                let x = f64::from(step) * 5e-3;
                let error = (exponential::<S>(x) / libm::exp(x) - 1.0).abs();
                worst[1] = worst[1].max(error);
            }
            worst
        }
    }

    #[test]
    fn exponentials_are_accurate() {
        for [single, double] in [Arch::new().dispatch(Errors), Scalar.vectorize(Errors)] {
            assert!(single < 2e-7 && double < 6e-16, "{single:e} {double:e}");
        }
    }

    #[test]
    fn extremes_are_clamped_and_nan_stays() {
        let single = |u: f32| one_plus_power(Scalar::new(), [u])[0];
        assert!(single(f32::INFINITY).is_finite() && single(f32::INFINITY) > 1e37);
        assert!((single(f32::NEG_INFINITY) - 1.0).abs() < 1e-7);
        assert!(power_of_two::<Scalar>(f32::NEG_INFINITY) < 1e-37);
        assert!(power_of_two::<Scalar>(f32::NAN).is_nan());
        assert!(exponential::<Scalar>(f64::NEG_INFINITY) < 1e-300);
        assert!(exponential::<Scalar>(f64::NAN).is_nan());
    }
}
