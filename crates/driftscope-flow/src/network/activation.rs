//! What stands between the linear layers of a network.

use driftscope_base::field::Real;

use super::words::Word;

/// An activation as `PyTorch` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `x / (1 + e^−x)`.
    #[default]
    Silu,
    /// `x Φ(x)`, the form with the error function (`nn.GELU()`).
    Gelu,
    /// `½x (1 + tanh(√(2/π)(x + 0.044715 x³)))` (`nn.GELU(approximate="tanh")`).
    GeluTanh,
    /// `max(x, 0)`; its slope at 0 is 0.
    Relu,
    /// `tanh x`.
    Tanh,
    /// `log(1 + e^x)`, and x itself above 20 (`nn.Softplus()`).
    Softplus,
}

/// √(2/π).
const ROOT: f64 = 0.797_884_560_802_865_4;
/// The cubic part of GELU's approximate form.
const CUBIC: f64 = 0.044_715;
/// Above it `PyTorch`'s softplus is x itself.
const STRAIGHT: f64 = 20.0;

impl Activation {
    /// Every activation, the usual one first.
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

    /// The activation called `name` in files.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name == name).map(|word| word.value)
    }

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        super::words::name(&self, &Self::ALL)
    }

    /// Whether it is the usual one, which need not be named.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Value and slope at `x`.
    #[must_use]
    pub fn at(self, x: f64) -> [f64; 2] {
        match self {
            Self::Silu => {
                let sigmoid = sigmoid(x);
                [x * sigmoid, sigmoid * (1.0 + x * (1.0 - sigmoid))]
            }
            Self::Gelu => {
                let below = 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
                let density = 0.5 * ROOT * libm::exp(-0.5 * x * x);
                [x * below, below + x * density]
            }
            Self::GeluTanh => {
                let tanh = libm::tanh(ROOT * (x + CUBIC * x * x * x));
                let inner = ROOT * (1.0 + 3.0 * CUBIC * x * x);
                [0.5 * x * (1.0 + tanh), 0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * inner]
            }
            Self::Relu => [x.max(0.0), if x > 0.0 { 1.0 } else { 0.0 }],
            Self::Tanh => {
                let tanh = libm::tanh(x);
                [tanh, 1.0 - tanh * tanh]
            }
            Self::Softplus if x > STRAIGHT => [x, 1.0],
            Self::Softplus => [libm::log1p(libm::exp(x)), sigmoid(x)],
        }
    }

    /// The same in single precision.
    #[must_use]
    pub fn at_single(self, x: f32) -> [f32; 2] {
        let (root, cubic) = (ROOT as f32, CUBIC as f32);
        match self {
            Self::Silu => {
                let sigmoid = sigmoid_single(x);
                [x * sigmoid, sigmoid * (1.0 + x * (1.0 - sigmoid))]
            }
            Self::Gelu => {
                let below = 0.5 * libm::erfcf(-x * std::f32::consts::FRAC_1_SQRT_2);
                let density = 0.5 * root * libm::expf(-0.5 * x * x);
                [x * below, below + x * density]
            }
            Self::GeluTanh => {
                let tanh = libm::tanhf(root * (x + cubic * x * x * x));
                let inner = root * (1.0 + 3.0 * cubic * x * x);
                [0.5 * x * (1.0 + tanh), 0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * inner]
            }
            Self::Relu => [x.max(0.0), if x > 0.0 { 1.0 } else { 0.0 }],
            Self::Tanh => {
                let tanh = libm::tanhf(x);
                [tanh, 1.0 - tanh * tanh]
            }
            Self::Softplus if x > STRAIGHT as f32 => [x, 1.0],
            Self::Softplus => [libm::log1pf(libm::expf(x)), sigmoid_single(x)],
        }
    }

    /// Applies it to every number.
    pub fn apply<S: Differentiate>(self, values: &mut [S]) {
        for x in values {
            [*x, _] = S::at(self, *x);
        }
    }

    /// Applies it to every number, and gives the slopes there.
    pub fn differentiate<S: Differentiate>(self, values: &mut [S], slopes: &mut [S]) {
        for (x, slope) in values.iter_mut().zip(slopes) {
            [*x, *slope] = S::at(self, *x);
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

fn sigmoid_single(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

/// A number type with activations of its own.
pub trait Differentiate: Real {
    /// Value and slope.
    fn at(activation: Activation, x: Self) -> [Self; 2];
}

impl Differentiate for f32 {
    fn at(activation: Activation, x: Self) -> [Self; 2] {
        activation.at_single(x)
    }
}

impl Differentiate for f64 {
    fn at(activation: Activation, x: Self) -> [Self; 2] {
        activation.at(x)
    }
}

super::words::by_name!(Activation, "activation");

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = include_str!("../../../../tests/reference/learning.json");

    #[test]
    fn values_and_slopes_are_those_of_the_reference() {
        let all: serde_json::Value = serde_json::from_str(REFERENCE).unwrap();
        let all = &all["activations"];
        let numbers = |value: &serde_json::Value| -> Vec<f64> {
            value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        let points = numbers(&all["x"]);
        for Word { name, value: activation, .. } in Activation::ALL {
            let function = &all["functions"][name.replace('-', "_")];
            let values = numbers(&function["value"]);
            let slopes = numbers(&function["derivative"]);
            let curvatures = numbers(&function["second_derivative"]);
            for (i, &x) in points.iter().enumerate() {
                let [value, slope] = activation.at(x);
                assert!((value - values[i]).abs() < 1e-14, "{name} at {x}: {value}");
                assert!((slope - slopes[i]).abs() < 1e-14, "{name} at {x}: {slope}");
                let [single, single_slope] = activation.at_single(x as f32);
                assert!((f64::from(single) - values[i]).abs() < 1e-6, "{name} at {x}");
                assert!((f64::from(single_slope) - slopes[i]).abs() < 1e-6, "{name} at {x}");
                if activation == Activation::Relu {
                    continue;
                }
                // Differences of sixth order: their error is below that of the digits.
                let h = 1e-2;
                let at = |k: f64| activation.at(x + k * h)[1];
                let second = (45.0 * (at(1.0) - at(-1.0)) - 9.0 * (at(2.0) - at(-2.0)) + at(3.0)
                    - at(-3.0))
                    / (60.0 * h);
                assert!((second - curvatures[i]).abs() < 1e-9, "{name} at {x}: {second}");
            }
        }
    }
}
