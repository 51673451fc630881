//! The normal tail, scaled so that it neither underflows nor cancels.

use std::f64::consts::FRAC_1_SQRT_2;

/// `√(π/2)`
const SQRT_FRAC_PI_2: f64 = 1.253_314_137_315_500_3;

/// From here on the continued fraction is both faster and more exact than
/// `erfc · exp`.
const CONTINUED_FRACTION_FROM: f64 = 4.0;

/// The Mills ratio of the standard normal and its slope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mills {
    /// `R(z) = (1 − Φ(z)) / φ(z) = √(π/2) erfcx(z/√2) = ∫₀^∞ exp(−zs − s²/2) ds`
    pub ratio: f64,
    /// `T(z) = 1 − z R(z) = −R'(z) = ∫₀^∞ s exp(−zs − s²/2) ds`, without the
    /// cancellation of the first form.
    pub slope: f64,
}

impl Mills {
    /// Evaluates both at `z ≥ 0`, to a relative error of about 1e-15 for the
    /// ratio and 1e-14 for the slope.
    ///
    /// Below [`CONTINUED_FRACTION_FROM`] from `erfc`, above it from Laplace's
    /// continued fraction `R = 1/(z + 1/(z + 2/(z + 3/(z + …))))`, of which the
    /// unevaluated tail `k = z + n/k` is replaced by its fixed point. With
    /// `K = 1/(z + 2/(z + …))` both quantities are sums of positive terms:
    /// `R = 1/(z + K)` and `T = K R`.
    pub fn at(z: f64) -> Self {
        debug_assert!(z >= 0.0, "the Mills ratio is only needed for z ≥ 0");
        if z < CONTINUED_FRACTION_FROM {
            let x = z * FRAC_1_SQRT_2;
            let ratio = SQRT_FRAC_PI_2 * (x * x).exp() * libm::erfc(x);
            return Self { ratio, slope: 1.0 - z * ratio };
        }
        // Enough for the last digit but one in each range
        let terms = match z {
            ..5.0 => 28,
            ..6.5 => 20,
            ..10.0 => 14,
            _ => 12,
        };
        let mut tail = 0.5 * (z + (z * z + 4.0 * f64::from(terms)).sqrt());
        for j in (2..terms).rev() {
            tail = z + f64::from(j) / tail;
        }
        let k = 1.0 / tail;
        let ratio = 1.0 / (z + k);
        Self { ratio, slope: k * ratio }
    }
}

#[cfg(test)]
mod tests {
    use super::Mills;

    #[test]
    fn agrees_with_high_precision() {
        // z, R, T by mpmath with 60 digits
        let rows = [
            [0.0, 1.253_314_137_315_500_3, 1.0],
            [0.5, 0.876_364_456_453_692_3, 0.561_817_771_773_153_8],
            [1.0, 0.655_679_542_418_798_4, 0.344_320_457_581_201_56],
            [2.0, 0.421_369_229_288_054_5, 0.157_261_541_423_891_07],
            [3.0, 0.304_590_298_710_103_3, 0.086_229_103_869_690_11],
            [3.97, 0.238_264_552_971_928_1, 0.054_089_724_701_445_36],
            [4.0, 0.236_652_382_913_560_67, 0.053_390_468_345_757_315],
            [4.97, 0.193_892_774_886_827_07, 0.036_352_908_812_469_46],
            [5.0, 0.192_808_104_715_315_76, 0.035_959_476_423_421_18],
            [6.47, 0.151_104_668_120_407_82, 0.022_352_797_260_961_52],
            [6.5, 0.150_436_988_736_269_1, 0.022_159_573_214_250_952],
            [9.97, 0.099_320_869_702_259_26, 0.009_770_929_068_475_088],
            [10.0, 0.099_028_596_471_731_93, 0.009_714_035_282_680_786],
            [16.0, 0.062_258_665_995_026_2, 0.003_861_344_079_580_867_6],
        ];
        for [z, ratio, slope] in rows {
            let got = Mills::at(z);
            assert!((got.ratio / ratio - 1.0).abs() < 2e-15, "R({z})");
            assert!((got.slope / slope - 1.0).abs() < 2e-14, "T({z})");
        }
    }
}
