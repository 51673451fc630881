//! What formulas come to.

use super::{Expr, Function};

/// A number, or one for each coordinate of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Scalar(f64),
    /// A point or a direction.
    Vector([f64; 2]),
}

impl Value {
    /// In both coordinates, whether they differ or not.
    #[must_use]
    pub fn coordinates(self) -> [f64; 2] {
        match self {
            Self::Scalar(value) => [value; 2],
            Self::Vector(values) => values,
        }
    }

    /// Whether it is a number, not infinite, in both coordinates.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.coordinates().iter().all(|value| value.is_finite())
    }

    fn with(self, other: Self, join: impl Fn(f64, f64) -> f64) -> Self {
        if let (Self::Scalar(one), Self::Scalar(two)) = (self, other) {
            return Self::Scalar(join(one, two));
        }
        let (one, two) = (self.coordinates(), other.coordinates());
        Self::Vector([0, 1].map(|d| join(one[d], two[d])))
    }

    fn map(self, with: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Scalar(value) => Self::Scalar(with(value)),
            Self::Vector(values) => Self::Vector(values.map(with)),
        }
    }
}

impl Function {
    fn join(self, one: f64, two: f64) -> f64 {
        match self {
            Self::Min => one.min(two),
            _ => one.max(two),
        }
    }

    fn of(self, value: f64) -> f64 {
        match self {
            Self::Sin => value.sin(),
            Self::Cos => value.cos(),
            Self::Ln => value.ln(),
            Self::Abs => value.abs(),
            Self::Max | Self::Min => value,
        }
    }
}

impl Expr {
    /// What it comes to; none if a name in it has no value. `\pi` and `e` have theirs.
    #[must_use]
    pub fn value(&self, known: &dyn Fn(&str) -> Option<Value>) -> Option<Value> {
        Some(match self {
            Self::Number(value) | Self::Decimal(value) => Value::Scalar(*value),
            Self::Name(name) => match known(name) {
                None if name == r"\pi" => Value::Scalar(std::f64::consts::PI),
                None if name == "e" => Value::Scalar(std::f64::consts::E),
                value => value?,
            },
            Self::Sum(terms) => Self::joined(terms, known, Value::Scalar(0.0), |a, b| a + b)?,
            Self::Product(factors) => {
                Self::joined(factors, known, Value::Scalar(1.0), |a, b| a * b)?
            }
            Self::Quotient(pair) => pair[0].value(known)?.with(pair[1].value(known)?, |a, b| a / b),
            Self::Power(pair) => pair[0].value(known)?.with(pair[1].value(known)?, f64::powf),
            Self::Root(inner) => inner.value(known)?.map(f64::sqrt),
            Self::Call(function, arguments) => {
                let (first, rest) = arguments.split_first()?;
                let first = first.value(known)?.map(|value| function.of(value));
                Self::joined(rest, known, first, |a, b| function.join(a, b))?
            }
        })
    }

    fn joined(
        parts: &[Self],
        known: &dyn Fn(&str) -> Option<Value>,
        start: Value,
        join: impl Fn(f64, f64) -> f64,
    ) -> Option<Value> {
        parts.iter().try_fold(start, |sum, part| Some(sum.with(part.value(known)?, &join)))
    }
}
