//! What stands between the linear layers of a chain.

use driftscope_base::field::Real;

use super::words::Word;

/// An activation as `PyTorch` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x / (1 + e^−x)`.
    Silu,
    /// `x Φ(x)`, the form with the error function (`nn.GELU()`).
    Gelu,
    /// `½x (1 + tanh(√(2/π)(x + 0.044715 x³)))` (`nn.GELU(approximate="tanh")`).
    GeluTanh,
    /// `max(x, 0)`.
    Relu,
    /// `tanh x`.
    Tanh,
    /// `log(1 + e^x)`, and x itself above 20 (`nn.Softplus()`).
    Softplus,
}

impl Activation {
    /// Every activation.
    pub const ALL: [Word<Self>; 6] = [
        Word::new("silu", "SiLU", "x/(1 + e^−x).", Self::Silu),
        Word::new(
            "gelu",
            "GELU",
            "x·Φ(x), with the error function (PyTorch's usual form).",
            Self::Gelu,
        ),
        Word::new(
            "gelu-tanh",
            "GELU (tanh)",
            "½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), GELU's approximate form.",
            Self::GeluTanh,
        ),
        Word::new("relu", "ReLU", "max(x, 0).", Self::Relu),
        Word::new("tanh", "tanh", "tanh x.", Self::Tanh),
        Word::new("softplus", "Softplus", "log(1 + e^x).", Self::Softplus),
    ];

    /// Applies it to every number.
    pub fn apply<S: Arithmetic>(self, values: &mut [S]) {
        match self {
            Self::Silu => S::each(values, |x| x / (1.0 + (-x).exp()), |x| x / (1.0 + (-x).exp())),
            Self::Gelu => S::each(
                values,
                |x| 0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2)),
                |x| 0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2)),
            ),
            Self::GeluTanh => S::each(
                values,
                |x| 0.5 * x * (1.0 + (0.797_884_56 * (x + 0.044_715 * x * x * x)).tanh()),
                |x| {
                    0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044_715 * x.powi(3))).tanh())
                },
            ),
            Self::Relu => S::each(values, |x| x.max(0.0), |x| x.max(0.0)),
            Self::Tanh => S::each(values, f32::tanh, f64::tanh),
            Self::Softplus => S::each(
                values,
                |x| if x > 20.0 { x } else { x.exp().ln_1p() },
                |x| if x > 20.0 { x } else { x.exp().ln_1p() },
            ),
        }
    }
}

/// A number type with a function of its own for each.
pub trait Arithmetic: Real {
    /// Applies the function of this type.
    fn each(values: &mut [Self], single: impl Fn(f32) -> f32, double: impl Fn(f64) -> f64);
}

impl Arithmetic for f32 {
    fn each(values: &mut [Self], single: impl Fn(f32) -> f32, _: impl Fn(f64) -> f64) {
        for x in values {
            *x = single(*x);
        }
    }
}

impl Arithmetic for f64 {
    fn each(values: &mut [Self], _: impl Fn(f32) -> f32, double: impl Fn(f64) -> f64) {
        for x in values {
            *x = double(*x);
        }
    }
}
