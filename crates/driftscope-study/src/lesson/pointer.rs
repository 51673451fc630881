//! What a step points at, and what it leaves in sight.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::scene::Scene;
use crate::scene::parameters::Settings;

/// What a step points at, written as a word and a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Pointer {
    /// `control sampler.rtol`: the control of a setting.
    Control(String),
    /// `plot step-size-h`: a graph.
    Plot(String),
    /// `card`: the card of the laboratory beside the stage.
    Card,
    /// `particle 3`: a particle, as it moves.
    Particle(usize),
    /// `place 1 -0.5`: a place on the stage, in units of the plane.
    Place([f64; 2]),
    /// `playback`: the bar below.
    Playback,
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (kind, rest): (_, Vec<&str>) = (words.next().unwrap_or_default(), words.collect());
        let refused = |why: &str| Err(format!("point = \"{text}\": {why}"));
        match (kind, &rest[..]) {
            ("control", [key]) => match Scene::find(key) {
                Some(row) => Ok(Self::Control(row.key.to_owned())),
                None => refused(&format!("no scene has the key {key}")),
            },
            ("plot", [name]) => Ok(Self::Plot((*name).to_owned())),
            ("card", []) => Ok(Self::Card),
            ("playback", []) => Ok(Self::Playback),
            ("particle", [number]) => match number.parse() {
                Ok(particle) => Ok(Self::Particle(particle)),
                Err(_) => refused("particles are counted from 0"),
            },
            ("place", [x, y]) => match (x.parse(), y.parse()) {
                (Ok(x), Ok(y)) => Ok(Self::Place([x, y])),
                _ => refused("a place is two numbers"),
            },
            _ => refused(
                "write control KEY, plot NAME, card, particle NUMBER, place X Y or playback",
            ),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control(key) => write!(f, "control {key}"),
            Self::Plot(name) => write!(f, "plot {name}"),
            Self::Card => f.write_str("card"),
            Self::Particle(particle) => write!(f, "particle {particle}"),
            Self::Place([x, y]) => write!(f, "place {x} {y}"),
            Self::Playback => f.write_str("playback"),
        }
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.to_string()
    }
}

/// Something that a step leaves in sight while all else is put away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Visible {
    /// The control of a setting, by its key, or those of a group of settings.
    Control(String),
    /// A graph, written `plot NAME`.
    Plot(String),
}

impl Visible {
    /// Whether the control of the setting `key` is meant.
    #[must_use]
    pub fn is_control(&self, key: &str) -> bool {
        let Self::Control(named) = self else { return false };
        key.strip_prefix(named.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl TryFrom<String> for Visible {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("plot ") {
            return Ok(Self::Plot(name.trim().to_owned()));
        }
        let control = Self::Control(text.clone());
        if Scene::parameters().iter().any(|row| control.is_control(row.key)) {
            return Ok(control);
        }
        Err(format!(
            "only names `{text}`, which is neither a setting, a group of settings nor `plot NAME`"
        ))
    }
}

impl From<Visible> for String {
    fn from(visible: Visible) -> Self {
        match visible {
            Visible::Control(key) => key,
            Visible::Plot(name) => format!("plot {name}"),
        }
    }
}
