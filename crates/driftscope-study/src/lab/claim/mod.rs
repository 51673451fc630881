//! Claims: what is said of a scene in one comparison of measured figures, which the program can check.

mod arguments;
mod figure;
mod measures;

use std::fmt;
use std::str::FromStr;

use driftscope_base::cancel::Cancel;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::subject::Subject;
use crate::networks::Networks;
use crate::scene::Scene;
use crate::store::Store;

pub use self::figure::Figure;
pub use self::measures::{MEASURES, Measure};

/// What is wrong with a claim as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no claim: {why}")]
pub struct ClaimError {
    /// As it is written.
    pub text: String,
    /// What is wrong, and what is allowed.
    pub why: String,
}

/// How two figures are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The left one is less.
    Less,
    /// The left one is not greater.
    AtMost,
    /// The left one is greater.
    Greater,
    /// The left one is not less.
    AtLeast,
    /// Both are the same number.
    Equal,
}

impl Relation {
    /// Every one; those that begin like another stand before it.
    const ALL: [Self; 5] = [Self::AtMost, Self::AtLeast, Self::Less, Self::Greater, Self::Equal];

    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
        }
    }

    /// Whether it is so. Nothing is so of a figure that is no number.
    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            #[expect(clippy::float_cmp, reason = "counts are compared, which are exact")]
            Self::Equal => left == right,
        }
    }
}

/// Two figures and how they compare, such as `global_error(euler, 64) / global_error(rk4, 16) > 10`.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The left figure.
    pub left: Figure,
    /// How they compare.
    pub relation: Relation,
    /// The right figure.
    pub right: Figure,
}

impl FromStr for Claim {
    type Err = ClaimError;

    fn from_str(text: &str) -> Result<Self, ClaimError> {
        let failed = |why: String| ClaimError { text: text.to_owned(), why };
        let (place, relation) = relation_in(text).ok_or_else(|| {
            failed("it compares two figures by one of <, <=, >, >= and =".to_owned())
        })?;
        let read = |side: &str| Figure::read(side).map_err(failed);
        let left = read(&text[..place])?;
        let right = read(&text[place + relation.symbol().len()..])?;
        Ok(Self { left, relation, right })
    }
}

/// The comparison that stands outside of all brackets, and where.
fn relation_in(text: &str) -> Option<(usize, Relation)> {
    let mut depth = 0_i32;
    for (place, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => {
                let rest = &text[place..];
                let found = Relation::ALL.into_iter().find(|r| rest.starts_with(r.symbol()));
                if let Some(relation) = found {
                    return Some((place, relation));
                }
            }
            _ => {}
        }
    }
    None
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.relation.symbol(), self.right)
    }
}

/// A claim with its figures measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weighed {
    /// The left figure.
    pub left: f64,
    /// The right figure.
    pub right: f64,
    /// Whether they compare as was claimed.
    pub holds: bool,
}

impl Claim {
    /// Measures both sides of a claim about `scene`.
    ///
    /// # Errors
    /// As [`Figure::measure`].
    pub fn weigh(
        &self,
        scene: &Scene,
        networks: &Networks,
        cancel: &Cancel,
    ) -> Result<Weighed, LabError> {
        let left = self.left.measure(scene, networks, cancel)?;
        let right = self.right.measure(scene, networks, cancel)?;
        Ok(Weighed { left, right, holds: self.relation.holds(left, right) })
    }
}

/// What figures of a scene come to, each on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FiguresQuestion {
    /// Its scene.
    pub of: Subject,
    /// The figures, as they are written.
    pub figures: Vec<Figure>,
}

impl Measurement for FiguresQuestion {
    /// One for each figure that is measured so far: its number, or why there is none.
    type Answer = Vec<Result<f64, String>>;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, Self::Answer>,
    ) -> Result<Self::Answer, LabError> {
        let mut found = Vec::new();
        for figure in &self.figures {
            match figure.measure(&self.of.0, &store.networks, report.cancel) {
                Err(LabError::Cancelled) => return Err(LabError::Cancelled),
                other => found.push(other.map_err(|error| error.to_string())),
            }
            report.show(found.clone(), found.len() as f64 / self.figures.len() as f64);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::scene;

    #[test]
    fn claims_are_measured_and_a_false_one_does_not_hold() {
        let exact = scene(&["field.kind=exact"]);
        let (networks, never) = (Networks::default(), Cancel::default());
        let weigh = |text: &str| {
            let claim: Claim = text.parse().expect("a claim");
            claim.weigh(&exact, &networks, &never).expect("measured")
        };
        let weighed = weigh("global_error(euler, 64) / global_error(rk4, 16) > 10");
        assert!(weighed.holds && weighed.left > 10.0, "{weighed:?}");
        assert!(!weigh("global_error(euler, 64) / global_error(rk4, 16) > 1e6").holds);
        assert!(weigh("nfe(euler, 64) = nfe(rk4, 16)").holds);
        assert!(weigh("nfe(rk4, 16) = 4 * 16").holds);
        assert!(weigh("1 + 2 * 3 - 8 / 4 = 5").holds);
    }

    #[test]
    fn a_claim_is_written_as_it_was_read() {
        for text in [
            "global_error(euler, 64) / global_error(rk4, 16) > 10",
            "nfe(rtol=1e-6, atol=1e-6, field.kind=exact) >= 2 * nfe()",
            "step_size(t=0.9) < step_size(t=0.1)",
        ] {
            assert_eq!(text.parse::<Claim>().expect("a claim").to_string(), text);
        }
    }

    #[test]
    fn a_malformed_claim_is_refused_in_one_sentence() {
        for (text, word) in [
            ("", "compares"),
            ("nfe()", "compares"),
            ("nfe() >", "figure"),
            ("> 3", "figure"),
            ("nfe( > 3", "compares"),
            ("nfe(rk4 16) > 3", "rk4 16"),
            ("nfes() > 3", "nfes"),
            ("nfe(rk5) > 3", "rk5"),
            ("nfe(rtoll=3) > 3", "rtoll"),
            ("nfe(kind=exact) > 3", "kind"),
            ("nfe(steps=many) > 3", "many"),
            ("nfe(t=0.5) > 3", "t=0.5"),
            ("step_size() > 3", "t"),
            ("nfe() ! 3", "compares"),
            ("nfe() > 3 > 2", "3 > 2"),
            ("nfe() > 3 4", "3 4"),
            ("nfe() > abc", "abc"),
        ] {
            let message = text.parse::<Claim>().expect_err(text).to_string();
            assert!(message.contains(word) && !message.contains('\n'), "{text}: {message}");
        }
    }
}
