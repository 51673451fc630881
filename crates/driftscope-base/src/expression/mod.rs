//! Formulas as values: what one writes down and what one computes are made of the same thing.
//!
//! An [`Expr`] is written as `LaTeX` ([`Expr::latex`], [`Expr::pieces`]) and has a [`Value`] once its names
//! have some ([`Expr::value`]).

mod pieces;
mod value;

use std::ops::{Add, Div, Mul, Neg, Sub};

pub use pieces::{Piece, PieceKind};
pub use value::Value;

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number, written as a fraction where it is one of small numbers.
    Number(f64),
    /// A number, written in decimals.
    Decimal(f64),
    /// A quantity by its name, which is `LaTeX`.
    Name(String),
    /// Terms that are added; those with a negative factor are subtracted.
    Sum(Vec<Expr>),
    /// Factors.
    Product(Vec<Expr>),
    /// One over another.
    Quotient(Box<[Expr; 2]>),
    /// One to the power of another.
    Power(Box<[Expr; 2]>),
    /// A square root.
    Root(Box<Expr>),
    /// A function of one or more arguments.
    Call(Function, Vec<Expr>),
}

/// A function of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The natural logarithm.
    Ln,
    /// The size of a number.
    Abs,
    /// The largest of some numbers.
    Max,
    /// The smallest of some numbers.
    Min,
}

/// A quantity by its name.
#[must_use]
pub fn name(latex: impl Into<String>) -> Expr {
    Expr::Name(latex.into())
}

/// A number, written as a fraction where it is one of small numbers.
#[must_use]
pub fn number(value: f64) -> Expr {
    Expr::Number(value)
}

/// A number, written in decimals.
#[must_use]
pub fn decimal(value: f64) -> Expr {
    Expr::Decimal(value)
}

/// `Σ weight·quantity`, without the quantities whose weight is zero.
#[must_use]
pub fn weighted<'a>(weights: impl IntoIterator<Item = (f64, &'a str)>) -> Expr {
    let terms = weights.into_iter().filter(|(weight, _)| *weight != 0.0);
    Expr::Sum(terms.map(|(weight, of)| number(weight) * name(of)).collect())
}

impl Expr {
    /// Its square root.
    #[must_use]
    pub fn root(self) -> Self {
        Self::Root(Box::new(self))
    }

    /// It to a power.
    #[must_use]
    pub fn power(self, exponent: Self) -> Self {
        Self::Power(Box::new([self, exponent]))
    }

    /// Its square.
    #[must_use]
    pub fn squared(self) -> Self {
        self.power(number(2.0))
    }

    /// Euler's number to this power.
    #[must_use]
    pub fn exp(self) -> Self {
        name("e").power(self)
    }

    /// A function of it.
    #[must_use]
    pub fn of(self, function: Function) -> Self {
        Self::Call(function, vec![self])
    }

    /// Whether there is nothing to add, or a factor is such a sum.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Sum(terms) => terms.iter().all(Self::is_nothing),
            Self::Product(factors) => factors.iter().any(Self::is_nothing),
            _ => false,
        }
    }

    /// Calls `with` for every name in it, in order.
    pub fn each_name<'a>(&'a self, with: &mut dyn FnMut(&'a str)) {
        match self {
            Self::Number(_) | Self::Decimal(_) => {}
            Self::Name(name) => with(name),
            Self::Sum(parts) | Self::Product(parts) | Self::Call(_, parts) => {
                for part in parts {
                    part.each_name(with);
                }
            }
            Self::Quotient(pair) | Self::Power(pair) => {
                for part in &**pair {
                    part.each_name(with);
                }
            }
            Self::Root(inner) => inner.each_name(with),
        }
    }

    /// The same with other names; those for which `other` has none stay.
    #[must_use]
    pub fn renamed(&self, other: &dyn Fn(&str) -> Option<String>) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.renamed(other)).collect();
        let both = |[one, two]: &[Self; 2]| Box::new([one.renamed(other), two.renamed(other)]);
        match self {
            Self::Number(_) | Self::Decimal(_) => self.clone(),
            Self::Name(name) => Self::Name(other(name).unwrap_or_else(|| name.clone())),
            Self::Sum(parts) => Self::Sum(all(parts)),
            Self::Product(parts) => Self::Product(all(parts)),
            Self::Call(function, parts) => Self::Call(*function, all(parts)),
            Self::Quotient(pair) => Self::Quotient(both(pair)),
            Self::Power(pair) => Self::Power(both(pair)),
            Self::Root(inner) => Self::Root(Box::new(inner.renamed(other))),
        }
    }
}

impl Add for Expr {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        // Nothing is added without a sign of it.
        let mut terms = match self {
            Self::Sum(terms) => terms,
            one => vec![one],
        };
        match other {
            Self::Sum(more) => terms.extend(more),
            nothing if nothing.is_nothing() => {}
            one => terms.push(one),
        }
        if terms.len() == 1 { terms.remove(0) } else { Self::Sum(terms) }
    }
}

impl Neg for Expr {
    type Output = Self;

    fn neg(self) -> Self {
        match self {
            Self::Number(value) => Self::Number(-value),
            Self::Decimal(value) => Self::Decimal(-value),
            other => number(-1.0) * other,
        }
    }
}

impl Sub for Expr {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Expr {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut factors = match self {
            Self::Product(factors) => factors,
            one => vec![one],
        };
        match other {
            // A sum of one term needs no brackets, and its number stands first.
            Self::Sum(mut terms) if terms.len() == 1 => {
                return Self::Product(factors) * terms.remove(0);
            }
            Self::Product(more) => {
                for factor in more {
                    match factor {
                        Self::Number(_) => factors.insert(0, factor),
                        factor => factors.push(factor),
                    }
                }
            }
            one => factors.push(one),
        }
        Self::Product(factors)
    }
}

impl Div for Expr {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        Self::Quotient(Box::new([self, other]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(weights: &[f64]) -> Expr {
        let names = ["k_{1}", "k_{2}", "k_{3}"];
        name("x") + name("h") * weighted(weights.iter().copied().zip(names))
    }

    #[test]
    fn formulas_are_written_as_one_writes_them() {
        let t = || name("t");
        for (formula, wanted) in [
            (update(&[1.0]), "x + h k_{1}"),
            (update(&[0.0, 1.0]), "x + h k_{2}"),
            (update(&[0.5]), r"x + \tfrac{1}{2} h k_{1}"),
            (update(&[]), "x"),
            (
                update(&[-0.5, 0.5]),
                r"x + h \bigl( - \tfrac{1}{2} k_{1} + \tfrac{1}{2} k_{2} \bigr)",
            ),
            (update(&[1.5, -0.5]), r"x + h \bigl( \tfrac{3}{2} k_{1} - \tfrac{1}{2} k_{2} \bigr)"),
            (number(1.0) - t(), "1 - t"),
            ((number(1.0) - t()).squared(), r"\bigl(1 - t\bigr)^{2}"),
            (t().of(Function::Cos).squared(), r"\cos^{2} t"),
            ((name(r"\pi") * t()).of(Function::Cos), r"\cos \pi t"),
            ((number(1.0) - (number(2.0) * name("L")).exp()).root(), r"\sqrt{1 - e^{2 L}}"),
            (decimal(19.9) * t() / number(4.0), r"\frac{19.9 t}{4}"),
            (number(1.0 / 3.0 + 1e-9) * t(), "0.3333 t"),
            (number(-2187.0 / 6784.0), r"- \tfrac{2187}{6784}"),
        ] {
            assert_eq!(formula.latex(), wanted);
        }
    }

    #[test]
    fn values_are_those_of_what_is_written() {
        let known = |name: &str| match name {
            "x" => Some(Value::Vector([1.0, 2.0])),
            "k_{1}" => Some(Value::Vector([3.0, -1.0])),
            "k_{2}" => Some(Value::Vector([0.5, 0.25])),
            "h" => Some(Value::Scalar(0.5)),
            _ => None,
        };
        let found = update(&[1.5, -0.5]).value(&known).expect("all are known").coordinates();
        let wanted = [1.0 + 0.5 * (4.5 - 0.25), 2.0 + 0.5 * (-1.5 - 0.125)];
        for (found, wanted) in found.into_iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-15);
        }
        assert_eq!(update(&[0.0, 0.0, 1.0]).value(&known), None);
        let e = name("h").exp().value(&known);
        assert!(matches!(e, Some(Value::Scalar(e)) if (e - 0.5_f64.exp()).abs() < 1e-15));
        let largest = Expr::Call(Function::Max, vec![name("h"), number(0.75)]).value(&known);
        assert_eq!(largest, Some(Value::Scalar(0.75)));
    }

    #[test]
    fn other_names_take_the_place_of_names() {
        let other = |name: &str| (name == "h").then(|| r"\tfrac{h}{2}".to_owned());
        assert_eq!(update(&[1.0]).renamed(&other).latex(), r"x + \tfrac{h}{2} k_{1}");
    }
}
