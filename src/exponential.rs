//! The exponential as loops over many numbers want it.

use pulp::Simd;

/// `exp` of the machine's own precision, branch-free, so that loops over it vectorise.
pub(crate) trait Exponential: Sized {
    /// The exponential. Arguments far beyond those at which a sigmoid is 0 or 1 to every bit are
    /// clamped; NaN stays NaN. A loop over it must be compiled for the instructions of `S`.
    fn exponential<S: Simd>(self) -> Self;
}

macro_rules! implement_fused {
    ($name:ident, $number:ty) => {
        /// `a b + c`, rounded once where the machine has the instruction.
        #[inline(always)]
        pub(crate) fn $name<S: Simd>(a: $number, b: $number, c: $number) -> $number {
            // Without the instruction it would be a slow call of a library.
            if S::IS_SCALAR { a * b + c } else { a.mul_add(b, c) }
        }
    };
}
implement_fused!(fused_f32, f32);
implement_fused!(fused_f64, f64);

impl Exponential for f32 {
    /// To 2e-7 relative within ±20, where a sigmoid is not yet 0 or 1 to every bit, and 4e-7 beyond;
    /// clamped at ±87.
    #[inline(always)]
    fn exponential<S: Simd>(self) -> Self {
        // Adding and subtracting 1.5·2^23 rounds to an integer, found in the low bits.
        const ROUND: f32 = 12_582_912.0;
        // Near-minimax on [-ln 2 / 2, ln 2 / 2] with the first two kept at 1, by Lawson's
        // algorithm; 3e-9 relative before rounding.
        const COEFFICIENTS: [f32; 5] =
            [1.381_459_9e-3, 8.368_717e-3, 4.166_839e-2, 1.666_652_1e-1, 0.499_999_94];
        // `max` and `min` of std order NaN specially; comparisons vectorise to one instruction.
        let x = if self > 87.0 { 87.0 } else { self };
        let x = if x < -87.0 { -87.0 } else { x };
        let shifted = fused_f32::<S>(x, std::f32::consts::LOG2_E, ROUND);
        let whole = shifted - ROUND;
        let r = if S::IS_SCALAR {
            // ln 2 in two parts, the first with few bits, so that its multiples are exact.
            (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4
        } else {
            // Rounded once, one constant is enough: f32 holds ln 2 to 2e-9, and 29 of it are 20.
            fused_f32::<S>(whole, -std::f32::consts::LN_2, x)
        };
        let [first, rest @ ..] = COEFFICIENTS;
        let mut sum = first;
        for coefficient in rest {
            sum = fused_f32::<S>(sum, r, coefficient);
        }
        sum = fused_f32::<S>(sum, r, 1.0);
        sum = fused_f32::<S>(sum, r, 1.0);
        let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
        sum * scale
    }
}

impl Exponential for f64 {
    /// To 4e-16 relative, clamped at ±700.
    #[inline(always)]
    fn exponential<S: Simd>(self) -> Self {
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
        let x = if self > 700.0 { 700.0 } else { self };
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
}

#[cfg(test)]
#[expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]
mod tests {
    use pulp::{Arch, Scalar, WithSimd};

    use super::*;

    /// Largest relative errors over many arguments: of f32 within ±20 and within ±87, and of f64.
    struct Errors;

    impl WithSimd for Errors {
        type Output = [f64; 3];

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> [f64; 3] {
            let mut worst = [0.0_f64; 3];
            for step in -86_999..87_000 {
                let single = step as f32 * 1e-3;
                let exact = f64::from(single).exp();
                let error = (f64::from(single.exponential::<S>()) / exact - 1.0).abs();
                let near = usize::from(single.abs() > 20.0);
                worst[near] = worst[near].max(error);
                let double = f64::from(step) * 8e-3;
                let error = (double.exponential::<S>() / libm::exp(double) - 1.0).abs();
                worst[2] = worst[2].max(error);
            }
            worst
        }
    }

    #[test]
    fn exponentials_are_accurate() {
        for [near, far, double] in [Arch::new().dispatch(Errors), Scalar.vectorize(Errors)] {
            assert!(near < 2e-7 && far < 4e-7 && double < 6e-16, "{near:e} {far:e} {double:e}");
        }
    }

    #[test]
    fn extremes_are_clamped_and_nan_stays() {
        assert!(f32::INFINITY.exponential::<Scalar>().is_finite());
        assert!(f32::NEG_INFINITY.exponential::<Scalar>() < 1e-37);
        assert!(f64::NEG_INFINITY.exponential::<Scalar>() < 1e-300);
        assert!(
            f32::NAN.exponential::<Scalar>().is_nan() && f64::NAN.exponential::<Scalar>().is_nan()
        );
    }
}
