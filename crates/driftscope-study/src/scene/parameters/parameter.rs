//! What is known of one setting.

use std::fmt;

use super::super::Scene;
use super::super::problem::Problem;
use super::choice::Choice;
use super::kind::{Kind, Number};

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
    pub(in crate::scene) fn new(
        key: &'static str,
        title: &'static str,
        about: &'static str,
        kind: impl Into<Kind<O>>,
    ) -> Self {
        Self { key, title, about, symbol: "", kind: kind.into(), idle: |_| None }
    }

    /// With a symbol.
    pub(in crate::scene) fn symbol(self, symbol: &'static str) -> Self {
        Self { symbol, ..self }
    }

    /// With the reason for which it may have no effect.
    pub(in crate::scene) fn when(self, idle: fn(&O) -> Option<&'static str>) -> Self {
        Self { idle, ..self }
    }

    /// Why it has no effect as the others stand; none if it has one.
    #[must_use]
    pub fn idle(&self, owner: &O) -> Option<&'static str> {
        (self.idle)(owner)
    }

    /// Whether its key is `key` or lies below it.
    #[must_use]
    pub fn belongs_to(&self, key: &str) -> bool {
        let rest = self.key.strip_prefix(key);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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
        let stands_in = || match &self.kind {
            Kind::Real(number) => number.in_force(&usual).map(written),
            Kind::Whole(number) => number.in_force(&usual).map(|value| value.to_string()),
            _ => None,
        };
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

impl Parameter<Scene> {
    /// Whether it is about how a scene is looked at, and changes no number.
    #[must_use]
    pub fn is_of_the_picture(&self) -> bool {
        self.belongs_to("view")
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
