//! Floating-point numbers as bytes.

/// A type of numbers in which weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    Half,
    Brain,
    Single,
    Double,
}

impl Stored {
    /// The numbers, little-endian.
    pub fn decode(self, bytes: &[u8]) -> Vec<f64> {
        match self {
            Self::Half => {
                let (numbers, _) = bytes.as_chunks::<2>();
                numbers.iter().map(|&bytes| half(u16::from_le_bytes(bytes))).collect()
            }
            Self::Brain => {
                let (numbers, _) = bytes.as_chunks::<2>();
                let widened = |bytes| u32::from(u16::from_le_bytes(bytes)) << 16;
                numbers.iter().map(|&bytes| f64::from(f32::from_bits(widened(bytes)))).collect()
            }
            Self::Single => {
                let (numbers, _) = bytes.as_chunks::<4>();
                numbers.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes))).collect()
            }
            Self::Double => {
                let (numbers, _) = bytes.as_chunks::<8>();
                numbers.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
            }
        }
    }
}

/// IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2.0_f64.powi(-24),
        31 if fraction > 0.0 => f64::NAN,
        31 => f64::INFINITY,
        _ => (1024.0 + fraction) * 2.0_f64.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_those_of_the_standard() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2.0_f64.powi(-24)),
            (0x3555, 0.333_251_953_125),
            (0x7c00, f64::INFINITY),
        ] {
            assert_eq!(half(bits).to_bits(), value.to_bits());
        }
        assert!(half(0x7e00).is_nan());
        assert_eq!(Stored::Brain.decode(&[0x80, 0x3f, 0x40, 0xc0]), [1.0, -3.0]);
    }
}
