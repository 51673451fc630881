//! What a step asks before it tells.

use serde::{Deserialize, Serialize};

use crate::lab::Figure;
use crate::scene::Scene;

/// A question to the class, or to a student.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct LessonQuestion {
    /// What is asked, in Markdown.
    pub ask: String,
    /// How it is answered.
    pub way: Way,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// By one of several answers.
    Choices {
        /// They, in Markdown.
        choices: Vec<String>,
        /// The right one, from 0.
        answer: usize,
    },
    /// By a guess on a scale.
    Scale {
        /// Its ends.
        ends: [f64; 2],
        /// Whether it runs through powers.
        logarithmic: bool,
        /// In what it counts; may be empty.
        unit: String,
        /// What it is, measured.
        answer: Figure,
    },
    /// By a number that is measured here.
    Number {
        /// In what it counts; may be empty.
        unit: String,
        /// What it is, measured.
        answer: Figure,
        /// By which share of it an answer may be off.
        within: f64,
    },
    /// By a curve that is drawn by hand into this graph.
    Curve {
        /// The graph.
        plot: String,
    },
}

impl Way {
    /// What cannot be asked so.
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Choices { choices, answer } if *answer >= choices.len() => {
                let count = choices.len();
                Err(format!("answer is the number of the right choice, from 1 to {count}"))
            }
            Self::Scale { ends: [least, greatest], .. }
                if !(least < greatest && least.is_finite() && greatest.is_finite()) =>
            {
                Err("scale is two numbers, the smaller first".to_owned())
            }
            Self::Scale { ends, logarithmic: true, .. } if ends[0] <= 0.0 => {
                Err("a logarithmic scale begins above 0".to_owned())
            }
            Self::Number { within, .. } if !(*within > 0.0 && *within < 1.0) => {
                Err(format!("within = {within} is not allowed: a share between 0 and 1"))
            }
            Self::Curve { plot } if !CURVES.contains(&plot.as_str()) => {
                Err(format!("a curve is drawn into one of {}", CURVES.join(", ")))
            }
            _ => Ok(()),
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guess {
    /// One of the choices, from 0.
    Choice(usize),
    /// A number.
    Number(f64),
    /// A curve: points with t from 0 to 1 and a share of the graph's height from 0 to 1.
    Curve(Vec<[f64; 2]>),
}

/// Graphs that a curve can be drawn into.
pub const CURVES: [&str; 2] = ["step-size-h", "error-estimate-tolerance"];
/// By which share a measured answer may be off if nothing is said.
pub const WITHIN: f64 = 0.05;

/// A question as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    ask: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logarithmic: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    curve: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<toml::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<f64>,
}

impl TryFrom<Written> for LessonQuestion {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { ask, choices, scale, logarithmic, curve, unit, answer, within } = written;
        let unit = unit.unwrap_or_default();
        let figure = |answer: Option<toml::Value>| match answer {
            Some(toml::Value::String(text)) => Figure::read(&text),
            Some(number @ (toml::Value::Integer(_) | toml::Value::Float(_))) => {
                Figure::read(&number.to_string())
            }
            _ => Err("answer is a figure such as \"nfe()\"".to_owned()),
        };
        let way = match (choices, scale, curve) {
            (Some(choices), None, None) => {
                let number = answer.as_ref().and_then(toml::Value::as_integer);
                let place = number.and_then(|number| usize::try_from(number - 1).ok());
                let answer = place.unwrap_or(choices.len());
                Way::Choices { choices, answer }
            }
            (None, Some(ends), None) => {
                let logarithmic = logarithmic.unwrap_or(false);
                Way::Scale { ends, logarithmic, unit, answer: figure(answer)? }
            }
            (None, None, Some(plot)) => Way::Curve { plot },
            (None, None, None) => {
                let within = within.unwrap_or(WITHIN);
                Way::Number { unit, answer: figure(answer)?, within }
            }
            _ => return Err("it has one of choices, scale and curve, or none of them".to_owned()),
        };
        way.check()?;
        Ok(Self { ask, way })
    }
}

impl From<LessonQuestion> for Written {
    fn from(question: LessonQuestion) -> Self {
        let none = Self {
            ask: question.ask,
            choices: None,
            scale: None,
            logarithmic: None,
            curve: None,
            unit: None,
            answer: None,
            within: None,
        };
        let named = |unit: String| Some(unit).filter(|unit| !unit.is_empty());
        match question.way {
            Way::Choices { choices, answer } => {
                Self { choices: Some(choices), answer: Some((answer as i64 + 1).into()), ..none }
            }
            Way::Scale { ends, logarithmic, unit, answer } => Self {
                scale: Some(ends),
                logarithmic: logarithmic.then_some(true),
                unit: named(unit),
                answer: Some(answer.to_string().into()),
                ..none
            },
            Way::Number { unit, answer, within } => Self {
                unit: named(unit),
                answer: Some(answer.to_string().into()),
                within: Some(within),
                ..none
            },
            Way::Curve { plot } => Self { curve: Some(plot), ..none },
        }
    }
}

impl LessonQuestion {
    /// The figure that answers it, if one has to be measured.
    #[must_use]
    pub fn figure(&self) -> Option<&Figure> {
        match &self.way {
            Way::Scale { answer, .. } | Way::Number { answer, .. } => Some(answer),
            Way::Choices { .. } | Way::Curve { .. } => None,
        }
    }

    pub(super) fn check(&self, scene: &Scene) -> Result<(), String> {
        self.way.check()?;
        match self.figure() {
            Some(figure) => {
                figure.check(scene).map_err(|error| format!("answer `{figure}`: {error}"))
            }
            None => Ok(()),
        }
    }
}
