//! The Scene: one plain value that says all that is shown. A session file, a demonstration, a
//! preset, a command line and a test are all a Scene.

mod check;
mod layer;
mod library;
mod pane;
mod preset;
mod text;
mod view;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use check::{MOST_PARTICLES, MOST_STEPS, Problem};
pub use layer::{Layer, Layers};
pub use library::{Bundled, LIBRARY, bundled};
pub use pane::{MOST_PANES, Pane};
pub use preset::{PRESETS, Preset};
pub use text::SceneError;
pub use view::{Clock, ColourBy, Overlap, Projection, View};

use crate::data::{Component, Mixture, MixtureError, Toy, toy};
use crate::diffusion::DiffusionForm;
use crate::field::ClassicField;
use crate::interpolant::Interpolant;
use crate::solver::grid::{self, Spacing};
use crate::solver::sde::{LastStep, Scheme};
use crate::solver::{
    ControllerKind, End, ErrorWeights, MethodRef, Norm, SamplerNoise, Scope, StepControl,
};

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
    /// The path between noise and data.
    pub interpolant: Path,
    /// Whose velocity is followed.
    pub field: Field,
    /// How the ODE is solved; for SDEs, how many steps are made.
    pub sampler: Sampler,
    /// Noise added on the way.
    pub diffusion: Diffusion,
    /// The interval of the solve.
    pub time: Time,
    /// Who takes part.
    pub particles: Particles,
    /// How it is looked at; changes no number.
    pub view: View,
    /// Samplers side by side with the scene's own, which is the first pane.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub panes: Vec<Pane>,
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
}

/// The distribution: a built-in one by name, or a mixture of Gaussians.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// A built-in distribution; ignored where a mixture is given.
    pub name: String,
    /// A mixture of one's own, instead of a built-in distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mixture: Option<Vec<Blob>>,
}

/// One round Gaussian of a mixture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// Its centre.
    pub mean: [f64; 2],
    /// Its standard deviation, larger than 0.
    pub std: f64,
    /// Its share, larger than 0; shares need not add up to 1.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
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
    /// A model file; the bundled model of the distribution if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<PathBuf>,
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
            system: "harmonic".into(),
            mu: None,
            ratio: None,
            lambda: None,
        }
    }
}

impl Field {
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

/// How the ODE is solved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sampler {
    /// The method.
    pub method: MethodRef,
    /// Whether the error sets the step size; the method's own habit if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<bool>,
    /// Number of fixed steps (noisy steps of an SDE, the last step not counted).
    pub steps: usize,
    /// Size of the fixed steps, instead of their number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_size: Option<f64>,
    /// How fixed steps are spread; `list` where times are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Spacing>,
    /// Times of the fixed steps for `grid = "list"`; they set the interval too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<Vec<f64>>,
    /// Karras's ρ.
    pub rho: f64,
    /// How far the shifted grid leans towards noise.
    pub shift: f64,
    /// Absolute tolerance.
    pub atol: f64,
    /// Relative tolerance.
    pub rtol: f64,
    /// Whose error the step size follows.
    pub scope: Scope,
    /// How the end is met.
    pub end: End,
    /// DOPRI5's error weights.
    pub error_weights: ErrorWeights,
    /// Whose step-size rules.
    pub controller: ControllerKind,
    /// How the errors of the coordinates become one number.
    pub norm: Norm,
    /// Multiplies the step that the error estimate asks for.
    pub safety: f64,
    /// Smallest factor between two steps.
    pub min_factor: f64,
    /// Largest factor between two steps.
    pub max_factor: f64,
    /// Proportional coefficient of `pi` and `pid`; the controller's usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pcoeff: Option<f64>,
    /// Integral coefficient of `pi` and `pid`; the controller's usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icoeff: Option<f64>,
    /// Derivative coefficient of `pid`; the controller's usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dcoeff: Option<f64>,
    /// First step of an adaptive solve; automatic if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_step: Option<f64>,
    /// Steps smaller than this end an adaptive solve.
    pub min_step: f64,
    /// Attempts after which an adaptive solve gives up.
    pub max_attempts: usize,
    /// DDIM's η: 0 draws no noise, 1 is DDPM's ancestral step.
    pub eta: f64,
    /// EDM's churn, spread over the steps of the run.
    pub s_churn: f64,
    /// Lowest noise level σ/α that is churned.
    pub s_min: f64,
    /// Highest noise level σ/α that is churned; no limit if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s_max: Option<f64>,
    /// Standard deviation of churn's normals.
    pub s_noise: f64,
    /// Precision of the particles; single, or double where the tolerance asks for it, if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
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

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Particles {
    /// How many.
    pub count: usize,
}

impl Default for Data {
    fn default() -> Self {
        Self { name: "two-moons".into(), mixture: None }
    }
}

impl Default for Sampler {
    fn default() -> Self {
        let (control, noise) = (StepControl::default(), SamplerNoise::default());
        Self {
            method: MethodRef::default(),
            adaptive: None,
            steps: 50,
            step_size: None,
            grid: None,
            times: None,
            rho: 7.0,
            shift: 3.0,
            atol: 1e-6,
            rtol: 1e-5,
            scope: Scope::default(),
            end: End::default(),
            error_weights: ErrorWeights::default(),
            controller: ControllerKind::default(),
            norm: Norm::default(),
            safety: control.safety,
            min_factor: control.min_factor,
            max_factor: control.max_factor,
            pcoeff: None,
            icoeff: None,
            dcoeff: None,
            first_step: None,
            min_step: 0.0,
            max_attempts: 10_000,
            eta: noise.eta,
            s_churn: noise.s_churn,
            s_min: noise.s_min,
            s_max: None,
            s_noise: noise.s_noise,
            precision: None,
        }
    }
}

impl Sampler {
    /// How fixed steps are spread.
    #[must_use]
    pub fn spacing(&self) -> Spacing {
        let habit = if self.times.is_some() { Spacing::List } else { Spacing::Uniform };
        self.grid.unwrap_or(habit)
    }

    /// Step-size control.
    #[must_use]
    pub fn control(&self) -> StepControl {
        let [p, i, d] = self.controller.usual_coefficients();
        StepControl {
            kind: self.controller,
            safety: self.safety,
            min_factor: self.min_factor,
            max_factor: self.max_factor,
            coefficients: [
                self.pcoeff.unwrap_or(p),
                self.icoeff.unwrap_or(i),
                self.dcoeff.unwrap_or(d),
            ],
            norm: self.norm,
        }
    }

    /// Noise of the methods that draw some.
    #[must_use]
    pub fn noise(&self) -> SamplerNoise {
        SamplerNoise {
            eta: self.eta,
            s_churn: self.s_churn,
            s_min: self.s_min,
            s_max: self.s_max.unwrap_or(f64::INFINITY),
            s_noise: self.s_noise,
        }
    }
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
        Self { count: 2_000 }
    }
}

impl Scene {
    /// SBDM starts here on paths where its D is infinite at t = 0.
    pub const SBDM_START: f64 = 1e-3;
    /// An SDE without a last step ends this much before t = 1 on a learned field, whose score is
    /// 0/0 there; as in SiT.
    pub const UNSCORED_MARGIN: f64 = 1e-3;
    /// f32 cannot hold tolerances below this; such solves run in f64.
    pub const F32_TOLERANCE: f64 = 1e-6;

    /// The distribution.
    ///
    /// # Errors
    /// If a mixture of one's own is not one. An unknown name is refused by [`Scene::check`].
    pub fn mixture(&self) -> Result<Mixture, MixtureError> {
        match &self.data.mixture {
            Some(blobs) => Mixture::new(
                blobs
                    .iter()
                    .map(|blob| Component {
                        weight: blob.weight,
                        ..Component::isotropic(blob.mean, blob.std)
                    })
                    .collect::<Vec<_>>(),
            ),
            None => Ok(self.toy().map_or_else(|| crate::data::TOYS[0].mixture(), Toy::mixture)),
        }
    }

    /// The built-in distribution, unless the scene has a mixture of its own.
    #[must_use]
    pub fn toy(&self) -> Option<&'static Toy> {
        if self.data.mixture.is_some() { None } else { toy(&self.data.name).ok() }
    }

    /// The classic ODE that is shown instead of a noising process, if one is. An unknown name is
    /// refused by [`Scene::check`].
    #[must_use]
    pub fn classic(&self) -> Option<ClassicField> {
        if self.field.kind != FieldKind::Classic {
            return None;
        }
        let plain = ClassicField::named(&self.field.system, None)?;
        let key = plain.system().parameter.as_ref().map_or("", |parameter| parameter.key);
        ClassicField::named(&self.field.system, self.field.parameter(key))
    }

    /// Whether noise is added on the way.
    #[must_use]
    pub fn is_sde(&self) -> bool {
        self.direction == Direction::Noise || self.diffusion.form != DiffusionForm::None
    }

    /// Whether particles draw noise on their way, by the SDE or by the method.
    #[must_use]
    pub fn is_stochastic(&self) -> bool {
        self.is_sde() || self.sampler.method.draws_noise(&self.sampler.noise())
    }

    /// Whether the error sets the step size.
    #[must_use]
    pub fn is_adaptive(&self) -> bool {
        !self.is_sde()
            && self.sampler.method.can_adapt()
            && self.sampler.adaptive.unwrap_or(self.sampler.method.adaptive_by_default)
    }

    /// The last step's kind and size; none in the forward direction.
    #[must_use]
    pub fn last_step(&self) -> (LastStep, f64) {
        match (self.direction, self.diffusion.last_step) {
            (Direction::Noise, _) | (_, LastStep::None) => (LastStep::None, 0.0),
            (Direction::Generate, kind) => (kind, self.diffusion.last_step_size),
        }
    }

    /// The precision of the particles: as set, or single for a network, which knows no more, unless
    /// the tolerance asks for more than single precision holds; double for formulas.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.sampler.precision.unwrap_or({
            let learned =
                self.field.kind == FieldKind::Learned && self.direction == Direction::Generate;
            let fine = self.sampler.atol + self.sampler.rtol < Self::F32_TOLERANCE;
            if learned && !(fine && self.is_adaptive()) { Precision::F32 } else { Precision::F64 }
        })
    }

    /// First and last t of the noisy or adaptive part. Without given times: from 0 (1e-3 for SBDM
    /// on Linear and GVP) to 1, less the last step of an SDE (or, on a learned field without one,
    /// [`Self::UNSCORED_MARGIN`]), and no later than `last_time`, where
    /// the field ends. In the forward direction these are noising times τ = 1 − t.
    #[must_use]
    pub fn interval(&self, last_time: f64) -> (f64, f64) {
        if let (Spacing::List, Some([first, .., last])) =
            (self.sampler.spacing(), self.sampler.times.as_deref())
        {
            return (*first, *last);
        }
        if let Some(classic) = self.classic() {
            let end = self.time.end.unwrap_or(classic.system().end_time);
            return (self.time.start.unwrap_or(0.0), end);
        }
        let generating_sde = self.is_sde() && self.direction == Direction::Generate;
        let start = self.time.start.unwrap_or(
            if generating_sde && self.diffusion.form.diverges_at_start(self.interpolant.kind) {
                Self::SBDM_START
            } else {
                0.0
            },
        );
        let end = self.time.end.unwrap_or_else(|| {
            let unscored = self.field.kind == FieldKind::Learned && self.last_step().1 == 0.0;
            let room = match (generating_sde, unscored) {
                (false, _) => 0.0,
                (true, true) => Self::UNSCORED_MARGIN,
                (true, false) => self.last_step().1,
            };
            (1.0 - room).min(last_time)
        });
        (start, end)
    }

    /// First and last t of what is shown: 0 to 1, or the interval of a classic system.
    #[must_use]
    pub fn time_span(&self) -> (f64, f64) {
        if self.classic().is_some() { self.interval(f64::INFINITY) } else { (0.0, 1.0) }
    }

    /// The times of fixed steps over `interval`.
    #[must_use]
    pub fn grid(&self, interval: (f64, f64)) -> Vec<f64> {
        let sampler = &self.sampler;
        match (sampler.spacing(), &sampler.times, sampler.step_size) {
            (Spacing::List, Some(times), _) => times.clone(),
            (Spacing::Uniform, _, Some(size)) => grid::by_size(interval.0, interval.1, size),
            (spacing, ..) => {
                let spread = |path, interval| {
                    let Sampler { steps, rho, shift, .. } = *sampler;
                    grid::spread(spacing, path, interval, steps, rho, shift)
                };
                match self.direction {
                    Direction::Generate => spread(self.interpolant.kind, interval),
                    // Spread in t, on the path of the linear diffusion; noising time runs against it.
                    Direction::Noise => {
                        let times = spread(Interpolant::Vp, (1.0 - interval.1, 1.0 - interval.0));
                        let mut times: Vec<f64> = times.iter().rev().map(|t| 1.0 - t).collect();
                        // Exactly, whatever the subtractions round to.
                        let last = times.len() - 1;
                        (times[0], times[last]) = interval;
                        times
                    }
                }
            }
        }
    }

    /// The step size that goes with the number of steps over `interval`.
    #[must_use]
    pub fn step_size(&self, (start, end): (f64, f64)) -> f64 {
        self.sampler.step_size.unwrap_or((end - start) / self.sampler.steps as f64)
    }

    /// Evaluations of the field in one step as the scene stands.
    #[must_use]
    pub fn evaluations_per_step(&self) -> usize {
        if self.is_sde() {
            self.diffusion.scheme.evaluations_per_step() as usize
        } else {
            self.sampler.method.evaluations_per_step()
        }
    }

    /// State-sized arrays the solver keeps per particle.
    #[must_use]
    pub fn arrays_kept(&self) -> usize {
        if self.is_sde() {
            self.diffusion.scheme.arrays_kept()
        } else {
            self.sampler.method.arrays_kept()
        }
    }

    /// The same scene with what stood in for absent values spelt out; `interval` is that of the
    /// solve. It gives the same recording.
    #[must_use]
    pub fn resolved(&self, interval: (f64, f64)) -> Self {
        let mut scene = self.clone();
        scene.time = Time { start: Some(interval.0), end: Some(interval.1) };
        scene.sampler.precision = Some(self.precision());
        scene.sampler.grid = Some(self.sampler.spacing());
        if !self.is_sde() {
            scene.sampler.adaptive = Some(self.is_adaptive());
        }
        scene
    }

    /// Whether both scenes give the same recording: all but title, words, view and the other panes
    /// are equal.
    #[must_use]
    pub fn records_like(&self, other: &Self) -> bool {
        let stripped = |scene: &Self| Self {
            title: String::new(),
            about: String::new(),
            view: View::default(),
            panes: Vec::new(),
            ..scene.clone()
        };
        stripped(self) == stripped(other)
    }
}
