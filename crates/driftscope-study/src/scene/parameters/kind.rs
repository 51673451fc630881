//! What values a setting has, and how they are read and set.

use std::ops::RangeInclusive;

use super::super::problem::Problem;
use super::choice::Choice;
use super::range::{Numeric, Range};

/// Reads a setting of `O` and sets it. None stands for no value given; a setting that is always there
/// then goes back to its default.
pub struct Access<O, T> {
    /// The value, if one is given.
    pub get: fn(&O) -> Option<T>,
    /// Sets it alone, and leaves all others as they are.
    pub set: fn(&mut O, Option<T>),
}

/// What holds where a setting is not given.
pub struct Absent<O, T> {
    /// In a word or two, such as `no limit`.
    pub title: &'static str,
    /// What it means, for a tooltip; may be empty.
    pub about: &'static str,
    /// The value that stands in, where it follows from the other settings.
    pub value: Option<fn(&O) -> T>,
}

/// How far apart the values of a slider lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal ways are equal differences.
    #[default]
    Linear,
    /// Equal ways are equal factors.
    Logarithmic,
}

/// In what a number counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// The number itself.
    #[default]
    One,
    /// The number itself, over so many powers of ten that it is written as `1e-6`.
    Power,
    /// Multiples of the usual.
    Multiple,
    /// Degrees of an angle.
    Degree,
    /// A share of the whole: 1 is all.
    Share,
}

impl Unit {
    /// Its symbol behind a number in a scene file's sense; empty if it has none.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::One | Self::Power | Self::Share => "",
            Self::Multiple => "×",
            Self::Degree => "°",
        }
    }
}

/// A number.
pub struct Number<O, T> {
    /// What is allowed.
    pub range: Range<T>,
    /// Whether the range alone decides what is allowed; if not, a rule about several settings does,
    /// which allows more only where the setting has no effect.
    pub alone: bool,
    /// What a slider spans, where that is less than what is allowed.
    pub slider: Option<RangeInclusive<T>>,
    /// The slider's scale.
    pub scale: Scale,
    /// In what it counts.
    pub unit: Unit,
    /// Whether controls give whole numbers only.
    pub whole: bool,
    /// What holds where none is given, or where 0 is given and the title says what that means.
    pub absent: Option<Absent<O, T>>,
    /// The value.
    pub access: Access<O, T>,
}

/// One of several things with names.
pub struct Choices<O> {
    /// All of them, in menu order.
    pub all: fn() -> Vec<Choice>,
    /// What holds where none is given.
    pub absent: Option<Absent<O, &'static str>>,
    /// Whether a person may choose to give none.
    pub optional: bool,
    /// The name of the one chosen.
    pub access: Access<O, &'static str>,
}

/// Yes or no.
pub struct Switch<O> {
    /// What holds where neither is given.
    pub absent: Option<Absent<O, bool>>,
    /// The value.
    pub access: Access<O, bool>,
}

/// What is written out, and neither a number nor one of several things.
pub struct Written<O> {
    /// What may be written.
    pub form: &'static str,
    /// What a list may hold, if that is one of several things with names.
    pub entries: Option<fn() -> Vec<Choice>>,
    /// What holds where nothing is given; empty if something always is.
    pub absent: &'static str,
    /// As in scene files.
    pub read: fn(&O) -> Option<String>,
}

/// What values a setting has.
pub enum Kind<O> {
    /// A real number.
    Real(Number<O, f64>),
    /// A whole number.
    Whole(Number<O, u64>),
    /// Yes or no.
    Switch(Switch<O>),
    /// One of several things with names.
    Choice(Choices<O>),
    /// Words.
    Text(Written<O>),
    /// A list.
    List(Written<O>),
}

impl<O, T: Numeric> Number<O, T> {
    pub(in crate::scene) fn new(access: Access<O, T>, range: impl Into<Range<T>>) -> Self {
        Self {
            range: range.into(),
            alone: true,
            slider: None,
            scale: Scale::Linear,
            unit: Unit::One,
            whole: false,
            absent: None,
            access,
        }
    }

    /// Leaves what is allowed to a rule about several settings.
    pub(in crate::scene) fn with_others(self) -> Self {
        Self { alone: false, ..self }
    }

    pub(in crate::scene) fn slider(self, slider: RangeInclusive<T>) -> Self {
        Self { slider: Some(slider), ..self }
    }

    pub(in crate::scene) fn logarithmic(self) -> Self {
        Self { scale: Scale::Logarithmic, ..self }
    }

    pub(in crate::scene) fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// Makes controls give whole numbers.
    pub(in crate::scene) fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// Says in a word what none, or 0, stands for.
    pub(in crate::scene) fn or(self, title: &'static str) -> Self {
        Self { absent: Some(Absent { title, about: "", value: None }), ..self }
    }

    /// The same, with the value that stands in.
    pub(in crate::scene) fn or_value(self, title: &'static str, value: fn(&O) -> T) -> Self {
        Self { absent: Some(Absent { title, about: "", value: Some(value) }), ..self }
    }

    /// The value, or what stands in for it.
    #[must_use]
    pub fn in_force(&self, owner: &O) -> Option<T> {
        let stands_in = || self.absent.as_ref()?.value.map(|value| value(owner));
        (self.access.get)(owner).or_else(stands_in)
    }

    /// Checks its value alone.
    pub(in crate::scene) fn check(&self, key: &'static str, owner: &O) -> Result<(), Problem> {
        match (self.access.get)(owner) {
            Some(value) if self.alone => self.range.check(key, value),
            _ => Ok(()),
        }
    }
}

impl<O> Choices<O> {
    pub(in crate::scene) fn new(all: fn() -> Vec<Choice>, access: Access<O, &'static str>) -> Self {
        Self { all, absent: None, optional: false, access }
    }

    /// Says what none stands for.
    pub(in crate::scene) fn or(self, title: &'static str, about: &'static str) -> Self {
        Self { absent: Some(Absent { title, about, value: None }), ..self }
    }

    /// Lets a person choose to give none.
    pub(in crate::scene) fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Says what stands in where none is chosen.
    pub(in crate::scene) fn or_value(
        self,
        title: &'static str,
        value: fn(&O) -> &'static str,
    ) -> Self {
        Self { absent: Some(Absent { title, about: "", value: Some(value) }), ..self }
    }

    /// The choice called `name`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Choice> {
        (self.all)().into_iter().find(|choice| choice.name == name)
    }

    /// The choice made, or what stands in for it.
    #[must_use]
    pub fn in_force(&self, owner: &O) -> Option<Choice> {
        let stands_in = || self.absent.as_ref()?.value.map(|value| value(owner));
        self.named((self.access.get)(owner).or_else(stands_in)?)
    }
}

impl<O> Switch<O> {
    pub(in crate::scene) fn new(access: Access<O, bool>) -> Self {
        Self { absent: None, access }
    }

    /// Says what stands in where neither is given.
    pub(in crate::scene) fn or_value(self, title: &'static str, value: fn(&O) -> bool) -> Self {
        Self { absent: Some(Absent { title, about: "", value: Some(value) }), ..self }
    }
}

impl<O> From<Number<O, f64>> for Kind<O> {
    fn from(number: Number<O, f64>) -> Self {
        Self::Real(number)
    }
}

impl<O> From<Number<O, u64>> for Kind<O> {
    fn from(number: Number<O, u64>) -> Self {
        Self::Whole(number)
    }
}

impl<O> From<Choices<O>> for Kind<O> {
    fn from(choices: Choices<O>) -> Self {
        Self::Choice(choices)
    }
}

impl<O> From<Switch<O>> for Kind<O> {
    fn from(switch: Switch<O>) -> Self {
        Self::Switch(switch)
    }
}

/// A number that TOML reads as one with a point.
pub(super) fn decimal(value: f64) -> String {
    toml::Value::from(value).to_string()
}
