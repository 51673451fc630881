//! What a step changes: settings of the scene, and a few words about how it is shown.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::scene::parameters::Settings;
use crate::scene::{Change, Scene, bundled};

/// One thing that a step sets, written `KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Instruction {
    /// `scene=NAME`: another scene, bundled, a file or a link.
    Scene(String),
    /// `at=0.5`: this share of the run is shown, standing.
    At(f64),
    /// `pin=3`: a particle is lit; `pin=none`: none is.
    Pin(Option<usize>),
    /// `pane=1`: controls and graphs are about this pane.
    Pane(usize),
    /// `inspect=0`: a step of the lit particle is taken apart.
    Inspect(usize),
    /// `lens=[0.5, -0.2]`: the conditional paths through a place are shown; `lens=none`: none are.
    Lens(Option<[f64; 2]>),
    /// `card=NAME`: a card of the laboratory stands beside the stage; `card=none`: none does.
    Card(Option<String>),
    /// A setting of the scene.
    Setting(Change),
}

/// The keys that are no settings of a scene.
const OWN: [&str; 7] = ["scene", "at", "pin", "pane", "inspect", "lens", "card"];

/// A place of the plane, written `[x, y]`.
fn place(text: &str) -> Option<[f64; 2]> {
    let (x, y) = text.strip_prefix('[')?.strip_suffix(']')?.split_once(',')?;
    let number = |text: &str| text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    Some([number(x)?, number(y)?])
}

impl Instruction {
    /// Reads `KEY=VALUE`.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn read(line: &str) -> Result<Self, String> {
        let change = Change::written(line).map_err(|error| error.to_string())?;
        let (_, value) = line.split_once('=').unwrap_or_default();
        let value = value.trim();
        let number = |what: &str| {
            value.parse::<usize>().map_err(|_| format!("`{line}`: {what}, counted from 0"))
        };
        Ok(match change.key.as_str() {
            "scene" => Self::Scene(value.to_owned()),
            "at" => {
                let share = value.parse().ok().filter(|share| (0.0..=1.0).contains(share));
                Self::At(share.ok_or_else(|| format!("`{line}`: a share of the run from 0 to 1"))?)
            }
            "pin" if value == "none" => Self::Pin(None),
            "pin" => Self::Pin(Some(number("a particle or none")?)),
            "pane" => Self::Pane(number("a pane")?),
            "inspect" => Self::Inspect(number("a step")?),
            "lens" if value == "none" => Self::Lens(None),
            "lens" => Self::Lens(Some(place(value).ok_or_else(|| {
                format!("`{line}`: a place of the plane such as [0.5, -0.2], or none")
            })?)),
            "card" => Self::Card(Some(value.to_owned()).filter(|name| name != "none")),
            key => {
                let known = |row: &&_| {
                    let row: &crate::scene::parameters::Parameter<Scene> = row;
                    key == row.key || key.starts_with(&format!("{}.", row.key))
                };
                if key != "panes" && !Scene::parameters().iter().any(|row| known(&row)) {
                    let own = OWN.join(", ");
                    return Err(format!(
                        "`{line}`: no scene has the key {key}; a step may also set {own}"
                    ));
                }
                Self::Setting(change)
            }
        })
    }

    /// Looks in `folder` for the file that it names.
    pub(super) fn seen_from(&mut self, folder: &Path) {
        match self {
            Self::Scene(name) => {
                let file = bundled(name).is_none() && !crate::link::is_link(name);
                if file && Path::new(name).is_relative() {
                    *name = folder.join(&*name).to_string_lossy().into_owned();
                }
            }
            Self::Setting(change) => change.seen_from(folder),
            _ => {}
        }
    }
}

impl Instruction {
    /// Names a file in `folder` as seen from there.
    pub(super) fn named_from(&mut self, folder: &Path) {
        let (Self::Scene(name)
        | Self::Setting(Change { value: Some(toml::Value::String(name)), .. })) = self
        else {
            return;
        };
        if let Ok(inside) = Path::new(&*name).strip_prefix(folder) {
            *name = inside.display().to_string();
        }
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scene(name) => write!(f, "scene={name}"),
            Self::At(share) => write!(f, "at={share}"),
            Self::Pin(Some(particle)) => write!(f, "pin={particle}"),
            Self::Pin(None) => f.write_str("pin=none"),
            Self::Pane(pane) => write!(f, "pane={pane}"),
            Self::Inspect(step) => write!(f, "inspect={step}"),
            Self::Lens(Some([x, y])) => write!(f, "lens=[{x}, {y}]"),
            Self::Lens(None) => f.write_str("lens=none"),
            Self::Card(name) => write!(f, "card={}", name.as_deref().unwrap_or("none")),
            Self::Setting(change) => write!(f, "{change}"),
        }
    }
}

impl TryFrom<String> for Instruction {
    type Error = String;

    fn try_from(line: String) -> Result<Self, String> {
        Self::read(&line)
    }
}

impl From<Instruction> for String {
    fn from(instruction: Instruction) -> Self {
        instruction.to_string()
    }
}
