//! A figure as it is written: measures and numbers, joined by + − × ÷.

use std::fmt;

use driftscope_base::cancel::Cancel;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::arguments::Arguments;
use super::measures::{Asked, MEASURES, Measure};
use crate::lab::error::LabError;
use crate::networks::Networks;
use crate::scene::Scene;

/// A figure that can be measured, such as `nfe()` or `global_error(euler, 64) / 2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    first: Term,
    rest: Vec<(Operator, Term)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    /// A number, and how it is written.
    Number(f64, String),
    /// Something measured.
    Measured(&'static Measure, Arguments),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

impl Operator {
    fn of(character: char) -> Option<Self> {
        match character {
            '+' => Some(Self::Plus),
            '-' => Some(Self::Minus),
            '*' => Some(Self::Times),
            '/' => Some(Self::Over),
            _ => None,
        }
    }

    fn symbol(self) -> char {
        match self {
            Self::Plus => '+',
            Self::Minus => '-',
            Self::Times => '*',
            Self::Over => '/',
        }
    }
}

impl Figure {
    /// Reads a figure.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        let mut operators = Vec::new();
        let (mut depth, mut from) = (0_i32, 0);
        for (place, character) in text.char_indices() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            let Some(operator) = Operator::of(character).filter(|_| depth == 0) else { continue };
            // A sign, or the sign of an exponent, is part of its number.
            let before = text[from..place].trim();
            let exponent =
                before.ends_with(['e', 'E']) && before.starts_with(|c: char| c.is_ascii_digit());
            if before.is_empty() || exponent {
                continue;
            }
            terms.push(Term::read(before)?);
            operators.push(operator);
            from = place + 1;
        }
        terms.push(Term::read(text[from..].trim())?);
        let mut terms = terms.into_iter();
        let first = terms.next().ok_or("a figure is missing")?;
        Ok(Self { first, rest: operators.into_iter().zip(terms).collect() })
    }

    /// Measures it of `scene`; × and ÷ come before + and −.
    ///
    /// # Errors
    /// [`LabError::Refused`] if a measure cannot be made of the scene, [`LabError::Cancelled`] if `cancel`
    /// was raised.
    pub fn measure(
        &self,
        scene: &Scene,
        networks: &Networks,
        cancel: &Cancel,
    ) -> Result<f64, LabError> {
        let value = |term: &Term| term.measure(scene, networks, cancel);
        let (mut sum, mut product) = (0.0, value(&self.first)?);
        for (operator, term) in &self.rest {
            let value = value(term)?;
            match operator {
                Operator::Times => product *= value,
                Operator::Over => product /= value,
                Operator::Plus => (sum, product) = (sum + product, value),
                Operator::Minus => (sum, product) = (sum + product, -value),
            }
        }
        Ok(sum + product)
    }

    /// The number it is, where nothing has to be measured.
    #[must_use]
    pub fn plain(&self) -> Option<f64> {
        match (&self.first, self.rest.is_empty()) {
            (Term::Number(value, _), true) => Some(*value),
            _ => None,
        }
    }

    /// Checks that its measures can be asked of `scene`, without measuring.
    ///
    /// # Errors
    /// [`LabError::Refused`] if an argument is none the scene can have.
    pub fn check(&self, scene: &Scene) -> Result<(), LabError> {
        let terms = std::iter::once(&self.first).chain(self.rest.iter().map(|(_, term)| term));
        for term in terms {
            if let Term::Measured(_, arguments) = term {
                arguments.over(scene)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.rest.iter().try_for_each(|(operator, term)| write!(f, " {} {term}", operator.symbol()))
    }
}

impl Term {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a figure is missing".to_owned());
        }
        if let Ok(number) = text.parse::<f64>() {
            return Ok(Self::Number(number, text.to_owned()));
        }
        let called = text.strip_suffix(')').and_then(|text| text.split_once('('));
        let Some((name, arguments)) = called else {
            return Err(format!("`{text}` is neither a number nor a measure such as nfe()"));
        };
        let name = name.trim();
        let measure = MEASURES.iter().find(|measure| measure.name == name).ok_or_else(|| {
            let names: Vec<&str> = MEASURES.iter().map(|measure| measure.name).collect();
            format!("no measure is called `{name}`; measures: {}", names.join(", "))
        })?;
        Ok(Self::Measured(measure, Arguments::read(arguments, (name, measure.own))?))
    }

    fn measure(
        &self,
        scene: &Scene,
        networks: &Networks,
        cancel: &Cancel,
    ) -> Result<f64, LabError> {
        match self {
            Self::Number(number, _) => Ok(*number),
            Self::Measured(measure, arguments) => {
                let of = arguments.over(scene)?;
                let asked = Asked { of, plain: scene, arguments, networks, cancel };
                (measure.of)(&asked)
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(_, text) => f.write_str(text),
            Self::Measured(measure, arguments) => write!(f, "{}({arguments})", measure.name),
        }
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).map_err(serde::de::Error::custom)
    }
}
