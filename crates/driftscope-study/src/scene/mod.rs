//! The Scene: one plain value that says all that is shown. A session file, a demonstration, a
//! preset, a command line and a test are all a Scene.

pub mod alias;
mod applies;
mod change;
mod check;
pub mod data;
mod derived;
mod error;
mod guidance;
mod in_force;
mod in_picture;
mod in_words;
mod keys;
mod known_as;
mod layer;
mod library;
mod link;
mod model;
mod pane;
pub mod parameters;
mod preset;
mod problem;
mod sampler;
mod schedule;
mod score;
mod tableau;
#[cfg(test)]
mod test_support;
mod text;
mod view;

use serde::{Deserialize, Serialize, Serializer};

pub use applies::CLASSIC;
pub use change::Change;
pub use data::{Blob, Data, PointList, data_from_paste, data_from_picture};
pub use error::SceneError;
pub use guidance::Guidance;
pub use in_picture::{PICTURE_ENDINGS, PNG_KEYWORD, SVG_ELEMENT, XMP_ELEMENT};
pub use layer::{Layer, Layers};
pub use library::{Bundled, LIBRARY, bundled, bundled_scenes};
pub use link::LinkError;
pub use model::ModelName;
pub use pane::{MOST_PANES, Pane};
pub use parameters::{MOST_PARTICLES, MOST_STEPS};
pub use preset::{PRESETS, Preset};
pub use problem::Problem;
pub use sampler::Sampler;
pub use schedule::{TimeList, TimesIn};
pub use score::Unscored;
pub use tableau::OwnTableau;
pub use text::Given;
pub use view::{Clock, ColourBy, Overlap, Projection, View};

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::network::TrainingSettings;
use driftscope_flow::network::foreign::Statements;
use driftscope_solve::sde::{LastStep, Scheme};

/// Everything that decides what is shown. Equal scenes give equal recordings, bit for bit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scene {
    /// Name in menus; empty for a scene nobody named.
    pub title: String,
    /// Two sentences of what to watch.
    pub about: String,
    /// Decides starts, noise paths and data draws.
    pub seed: u64,
    /// Which way the process runs.
    pub direction: Direction,
    /// What is sampled.
    pub data: Data,
    /// Where particles come from; N(0, I) if none. Written as data are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Data>,
    /// The path between noise and data.
    pub interpolant: Path,
    /// Whose velocity is followed.
    pub field: Field,
    /// What the field is pushed towards.
    #[serde(skip_serializing_if = "Guidance::is_usual")]
    pub guidance: Guidance,
    /// How the ODE is solved; for SDEs, how many steps are made.
    pub sampler: Sampler,
    /// Noise added on the way.
    pub diffusion: Diffusion,
    /// The interval of the solve.
    pub time: Time,
    /// Who takes part.
    pub particles: Particles,
    /// How the next network is trained on the data; changes no number of what is shown.
    #[serde(skip_serializing_if = "TrainingSettings::is_usual", serialize_with = "unusual")]
    pub training: TrainingSettings,
    /// How it is looked at; changes no number.
    pub view: View,
    /// Samplers side by side with the scene's own, which is the first pane.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub panes: Vec<Pane>,
}

/// Writes the settings of a training that are not the usual ones, which most are.
fn unusual<S: Serializer>(settings: &TrainingSettings, serializer: S) -> Result<S::Ok, S::Error> {
    settings.unusual().serialize(serializer)
}

/// Which way the process runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Noise to data.
    #[default]
    Generate,
    /// Data to noise, by the linear diffusion of the VP-SDE.
    Noise,
    /// Data to noise, by the probability-flow ODE of the field run backwards.
    Encode,
}

impl Direction {
    /// Whether t falls on the way. The solver then counts noising time τ = 1 − t, which rises.
    #[must_use]
    pub fn falls(self) -> bool {
        self != Self::Generate
    }

    /// The solver's own time of t, and the other way round.
    #[must_use]
    pub fn own_time(self, t: f64) -> f64 {
        if self.falls() { 1.0 - t } else { t }
    }
}

/// The path between noise and data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Path {
    /// Which interpolant.
    pub kind: Interpolant,
}

/// Learned, exact or classic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A trained network.
    #[default]
    Learned,
    /// The distribution's own, in closed form.
    Exact,
    /// A classic ODE, which has nothing to do with the distribution.
    Classic,
}

/// Whose velocity is followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Field {
    /// Learned, exact or classic.
    pub kind: FieldKind,
    /// The network: a model file, or one trained here; the bundled one of the distribution if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelName>,
    /// How the file of a network that was trained elsewhere is read, as far as it does not say so itself or
    /// is wrong.
    #[serde(skip_serializing_if = "Statements::is_empty")]
    pub reading: Statements,
    /// Which classic ODE.
    pub system: String,
    /// Van der Pol's μ; the usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mu: Option<f64>,
    /// The ratio of rates of the stiff linear system; the usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The rate λ of the stiff cosine; the usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda: Option<f64>,
}

impl Default for Field {
    fn default() -> Self {
        Self {
            kind: FieldKind::default(),
            model: None,
            reading: Statements::default(),
            system: "harmonic".into(),
            mu: None,
            ratio: None,
            lambda: None,
        }
    }
}

impl Field {
    /// Follows another network; how the one before was read is forgotten.
    pub fn follow(&mut self, model: Option<ModelName>) {
        self.model = model;
        self.reading = Statements::default();
    }

    /// The value given for a classic system's parameter, by its key.
    pub fn parameter_mut(&mut self, key: &str) -> Option<&mut Option<f64>> {
        match key {
            "mu" => Some(&mut self.mu),
            "ratio" => Some(&mut self.ratio),
            "lambda" => Some(&mut self.lambda),
            _ => None,
        }
    }

    /// The same, to read.
    #[must_use]
    pub fn parameter(&self, key: &str) -> Option<f64> {
        self.clone().parameter_mut(key).copied().flatten()
    }
}

/// The floating-point type of the particles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

/// Noise added on the way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Diffusion {
    /// D(t).
    pub form: DiffusionForm,
    /// The factor n of D(t).
    pub norm: f64,
    /// How noisy steps are made.
    pub scheme: Scheme,
    /// The step after them.
    pub last_step: LastStep,
    /// Its size.
    pub last_step_size: f64,
}

/// The interval of the noisy or adaptive part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Time {
    /// First t; see [`Scene::interval`] for what stands in if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
    /// Last t; see [`Scene::interval`] for what stands in if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<f64>,
}

/// Who takes part, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Particles {
    /// How many.
    pub count: usize,
    /// What starting points are drawn from; see [`Scene::start`] for what stands in if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Start>,
}

/// What starting points are drawn from. A classic ODE has starts of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// `p_t` at the first t, `x_t = α(t) x1 + σ(t) x0`.
    Marginal,
    /// The source whatever the first t: N(0, I), unless it is one of its own.
    Noise,
}

impl Default for Diffusion {
    fn default() -> Self {
        Self {
            form: DiffusionForm::None,
            norm: 1.0,
            scheme: Scheme::default(),
            last_step: LastStep::default(),
            last_step_size: 0.04,
        }
    }
}

impl Default for Particles {
    fn default() -> Self {
        Self { count: 2_000, start: None }
    }
}
