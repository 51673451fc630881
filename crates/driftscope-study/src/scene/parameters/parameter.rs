//! What is known of one setting.

use std::fmt;
use std::ops::RangeInclusive;

use super::super::problem::{Problem, refuse};
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
    /// which never allows more.
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

/// One setting of `O`.
pub struct Parameter<O> {
    /// Its name in scene files, such as `sampler.rtol`.
    pub key: &'static str,
    /// Its name on controls.
    pub title: &'static str,
    /// The formula or the meaning, and what turning it up does.
    pub about: &'static str,
    /// Its symbol in formulas; empty if it has none.
    pub symbol: &'static str,
    /// What values it has.
    pub kind: Kind<O>,
    idle: fn(&O) -> Option<&'static str>,
}

impl<O> fmt::Debug for Parameter<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)
    }
}

impl<O> Parameter<O> {
    /// A setting that always has an effect.
    pub(super) fn new(
        key: &'static str,
        title: &'static str,
        about: &'static str,
        kind: impl Into<Kind<O>>,
    ) -> Self {
        Self { key, title, about, symbol: "", kind: kind.into(), idle: |_| None }
    }

    /// With a symbol.
    pub(super) fn symbol(self, symbol: &'static str) -> Self {
        Self { symbol, ..self }
    }

    /// With the reason for which it may have no effect.
    pub(super) fn when(self, idle: fn(&O) -> Option<&'static str>) -> Self {
        Self { idle, ..self }
    }

    /// Why it has no effect as the others stand; none if it has one.
    #[must_use]
    pub fn idle(&self, owner: &O) -> Option<&'static str> {
        (self.idle)(owner)
    }

    /// The real number that it is, if it is one.
    #[must_use]
    pub fn real(&self) -> Option<&Number<O, f64>> {
        if let Kind::Real(number) = &self.kind { Some(number) } else { None }
    }

    /// Checks its value alone.
    ///
    /// # Errors
    /// If it is out of its range, and the range alone decides.
    pub fn check(&self, owner: &O) -> Result<(), Problem> {
        match &self.kind {
            Kind::Real(number) => number.check(self.key, owner),
            Kind::Whole(number) => number.check(self.key, owner),
            _ => Ok(()),
        }
    }

    /// The value given, as in scene files.
    #[must_use]
    pub fn written(&self, owner: &O) -> Option<String> {
        match &self.kind {
            Kind::Real(number) => (number.access.get)(owner).map(written),
            Kind::Whole(number) => (number.access.get)(owner).map(|value| value.to_string()),
            Kind::Switch(switch) => (switch.access.get)(owner).map(|value| value.to_string()),
            Kind::Choice(choices) => (choices.access.get)(owner).map(str::to_owned),
            Kind::Text(text) | Kind::List(text) => (text.read)(owner),
        }
    }

    /// In a word or two, what holds where it is not given; none if it always is.
    #[must_use]
    pub fn absent(&self) -> Option<&'static str> {
        match &self.kind {
            Kind::Real(number) => number.absent.as_ref().map(|absent| absent.title),
            Kind::Whole(number) => number.absent.as_ref().map(|absent| absent.title),
            Kind::Switch(switch) => switch.absent.as_ref().map(|absent| absent.title),
            Kind::Choice(choices) => choices.absent.as_ref().map(|absent| absent.title),
            Kind::Text(text) | Kind::List(text) => {
                Some(text.absent).filter(|title| !title.is_empty())
            }
        }
    }

    /// The default, as in scene files, or what holds where there is none in a word or two.
    #[must_use]
    pub fn default_in_words(&self) -> String
    where
        O: Default,
    {
        let usual = O::default();
        let stands_in = || self.real().and_then(|number| number.in_force(&usual)).map(written);
        let title = || self.absent().filter(|title| !title.is_empty()).map(str::to_owned);
        self.written(&usual).or_else(title).or_else(stands_in).unwrap_or_default()
    }

    /// All it can be or hold, if that is one of several things with names.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        match &self.kind {
            Kind::Choice(choices) => (choices.all)(),
            Kind::List(list) => list.entries.map(|entries| entries()).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Gives what stands in where none is given, if that is a number.
    pub(in crate::scene) fn spell_out(&self, owner: &mut O) {
        if let Kind::Real(Number { absent: Some(absent), access, .. }) = &self.kind
            && let (None, Some(usual)) = ((access.get)(owner), absent.value)
        {
            let usual = usual(owner);
            (access.set)(owner, Some(usual));
        }
    }
}

impl Parameter<super::super::Scene> {
    /// Whether it is about how a scene is looked at, and changes no number.
    #[must_use]
    pub fn is_of_the_picture(&self) -> bool {
        self.key.starts_with("view.")
    }
}

/// A real number as one writes it: `1e-6`, `0.12`, `7`.
#[must_use]
pub fn written(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e7).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

impl<O, T: Numeric> Number<O, T> {
    pub(super) fn new(access: Access<O, T>, range: impl Into<Range<T>>) -> Self {
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
    pub(super) fn with_others(self) -> Self {
        Self { alone: false, ..self }
    }

    pub(super) fn slider(self, slider: RangeInclusive<T>) -> Self {
        Self { slider: Some(slider), ..self }
    }

    pub(super) fn logarithmic(self) -> Self {
        Self { scale: Scale::Logarithmic, ..self }
    }

    pub(super) fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// Makes controls give whole numbers.
    pub(super) fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// Says in a word what none, or 0, stands for.
    pub(super) fn or(self, title: &'static str) -> Self {
        Self { absent: Some(Absent { title, about: "", value: None }), ..self }
    }

    /// The same, with the value that stands in.
    pub(super) fn or_value(self, title: &'static str, value: fn(&O) -> T) -> Self {
        Self { absent: Some(Absent { title, about: "", value: Some(value) }), ..self }
    }

    /// The value, or what stands in for it.
    #[must_use]
    pub fn in_force(&self, owner: &O) -> Option<T> {
        let stands_in = || self.absent.as_ref()?.value.map(|value| value(owner));
        (self.access.get)(owner).or_else(stands_in)
    }

    fn check(&self, key: &'static str, owner: &O) -> Result<(), Problem> {
        match (self.access.get)(owner) {
            Some(value) if self.alone && !self.range.contains(value) => {
                refuse(key, value, self.range.instead_of(value))
            }
            _ => Ok(()),
        }
    }
}

impl<O> Choices<O> {
    pub(super) fn new(all: fn() -> Vec<Choice>, access: Access<O, &'static str>) -> Self {
        Self { all, absent: None, optional: false, access }
    }

    /// Says what none stands for.
    pub(super) fn or(self, title: &'static str, about: &'static str) -> Self {
        Self { absent: Some(Absent { title, about, value: None }), ..self }
    }

    /// Lets a person choose to give none.
    pub(super) fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Says what stands in where none is chosen.
    pub(super) fn or_value(self, title: &'static str, value: fn(&O) -> &'static str) -> Self {
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
    pub(super) fn new(access: Access<O, bool>) -> Self {
        Self { absent: None, access }
    }

    /// Says what stands in where neither is given.
    pub(super) fn or_value(self, title: &'static str, value: fn(&O) -> bool) -> Self {
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
