//! Sine and cosine features of the time.
//!
//! The features are `sin(ω t)` and `cos(ω t)` for frequencies in a geometric
//! sequence. The highest frequency bounds how fast the field can wiggle in t, which
//! adaptive solvers would pay for with small steps; the lowest keeps a slow,
//! nearly linear trend.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

/// Lowest angular frequency of a new network, in radians per unit of time.
pub const LOWEST_FREQUENCY: f64 = 0.5;
/// Highest angular frequency of a new network, in radians per unit of time.
pub const HIGHEST_FREQUENCY: f64 = 16.0;

/// The geometric sequence of `features / 2` angular frequencies of a new network.
#[must_use]
pub fn frequencies(features: usize) -> Vec<f64> {
    let count = features / 2;
    let ratio = HIGHEST_FREQUENCY / LOWEST_FREQUENCY;
    let exponent = |index: usize| index as f64 / (count.max(2) - 1) as f64;
    (0..count).map(|index| LOWEST_FREQUENCY * ratio.powf(exponent(index))).collect()
}

/// Writes the sines, then the cosines, of `time` at every frequency.
///
/// `features` has twice the length of `frequencies`; surplus on either side is left alone.
#[inline(always)]
pub fn embed(time: f64, frequencies: &[f64], features: &mut [f32]) {
    let (sines, cosines) = features.split_at_mut(frequencies.len());
    for ((sine, cosine), frequency) in sines.iter_mut().zip(cosines).zip(frequencies) {
        (*sine, *cosine) = sin_cos(frequency * time);
    }
}

/// Sine and cosine of a phase in radians, `|phase| < 1e6`, to about 1e-7.
///
/// Branch-free, so that loops over it vectorise, and without a library call, so that
/// the result is the same on every machine. The phase is reduced in f64, because
/// f32 phases would make the field rough in t at the scale of 1e-6.
#[inline(always)]
pub(crate) fn sin_cos(phase: f64) -> (f32, f32) {
    // Adding and subtracting 1.5·2^52 rounds to an integer, found in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = phase * std::f64::consts::FRAC_2_PI + ROUND;
    let quadrant = shifted.to_bits() as u32;
    let x = (phase - (shifted - ROUND) * std::f64::consts::FRAC_PI_2) as f32;
    let z = x * x;
    // Minimax polynomials on [-π/4, π/4], from Cephes' sinf.c and cosf.c.
    let sine = ((-1.951_529_6e-4 * z + 8.332_161e-3) * z - 1.666_665_5e-1) * z * x + x;
    let cosine =
        ((2.443_315_7e-5 * z - 1.388_731_6e-3) * z + 4.166_664_6e-2) * z * z - 0.5 * z + 1.0;
    let (first, second) = if quadrant & 1 == 0 { (sine, cosine) } else { (cosine, sine) };
    let flip = |value: f32, bit: u32| f32::from_bits(value.to_bits() ^ ((bit & 2) << 30));
    (flip(first, quadrant), flip(second, quadrant.wrapping_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_are_accurate() {
        for step in -20_000..20_000 {
            let phase = f64::from(step) * 0.01;
            let (sine, cosine) = sin_cos(phase);
            assert!((f64::from(sine) - phase.sin()).abs() < 1.5e-7, "sin {phase}");
            assert!((f64::from(cosine) - phase.cos()).abs() < 1.5e-7, "cos {phase}");
        }
    }

    #[test]
    fn frequencies_span_their_range() {
        let frequencies = frequencies(64);
        assert_eq!(frequencies.len(), 32);
        assert!((frequencies[0] - LOWEST_FREQUENCY).abs() < 1e-12);
        assert!((frequencies[31] - HIGHEST_FREQUENCY).abs() < 1e-12);
        assert_eq!(super::frequencies(2), [LOWEST_FREQUENCY]);
    }
}
