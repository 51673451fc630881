//! What the laboratory works on: a scene's field in double precision, and its particles.

use std::sync::Arc;

use driftscope_base::cancel::Cancelled;
use driftscope_base::field::{Field, ScoredField};
use driftscope_flow::data::Mixture;
use driftscope_flow::field::{ClassicField, ExactField};
use driftscope_solve::{End, MethodRef, OdeSettings, Tolerances};
use thiserror::Error;

use crate::engine::models::{LoadedModel, model_of, needs_model};
use crate::engine::process::Process;
use crate::engine::run::{RunError, ode_settings};
use crate::engine::starts::start_of;
use crate::scene::{Direction, Scene};

/// Why there is no measurement.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LabError {
    /// Nobody waits for it any more.
    #[error("cancelled")]
    Cancelled,
    /// It cannot be made of this scene; why, in one sentence.
    #[error("{0}")]
    Refused(String),
}

impl From<Cancelled> for LabError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<RunError> for LabError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Cancelled => Self::Cancelled,
            other => Self::Refused(other.to_string()),
        }
    }
}

impl LabError {
    /// A refusal in these words.
    pub(super) fn refused(words: &str) -> Self {
        Self::Refused(words.to_owned())
    }
}

/// A scene, ready to be measured.
#[derive(Clone)]
pub struct Subject {
    /// The scene.
    pub scene: Arc<Scene>,
    /// The data.
    pub mixture: Arc<Mixture>,
    /// The network, if the scene has a learned field.
    pub model: Option<Arc<LoadedModel>>,
    /// First and last t of a solve.
    pub interval: (f64, f64),
    dynamics: Arc<Dynamics>,
}

enum Dynamics {
    Process(Box<dyn ScoredField<f64>>),
    Classic(ClassicField),
}

impl Subject {
    /// Prepares a scene; `model` stands in for its own.
    ///
    /// # Errors
    /// [`LabError::Refused`] if the scene or its model is refused.
    pub fn new(scene: &Arc<Scene>, model: Option<&Arc<LoadedModel>>) -> Result<Self, LabError> {
        scene.check_beside(model.is_some()).map_err(RunError::from)?;
        let mixture = scene.mixture().map_err(|error| LabError::Refused(error.to_string()))?;
        let mixture = Arc::new(mixture);
        let model = match model {
            Some(model) if needs_model(scene) => Some(Arc::clone(model)),
            _ => model_of(scene).map_err(RunError::from)?,
        };
        let (dynamics, last_time) = if let Some(classic) = scene.classic() {
            (Dynamics::Classic(classic), f64::INFINITY)
        } else {
            let Process { field, last_time } = Process::of(scene, &mixture, model.as_deref());
            (Dynamics::Process(field), last_time)
        };
        let interval = scene.interval(last_time);
        let scene = Arc::clone(scene);
        Ok(Self { scene, mixture, model, interval, dynamics: Arc::new(dynamics) })
    }

    /// The same for the scene's probability-flow ODE: without noise, the interval that of the ODE.
    ///
    /// # Errors
    /// [`LabError::Refused`] also where t falls: in the forward direction, which is noise and
    /// nothing else, and where data are encoded, since what is measured is measured over rising t.
    pub fn of_ode(scene: &Arc<Scene>, model: Option<&Arc<LoadedModel>>) -> Result<Self, LabError> {
        match scene.direction {
            Direction::Generate => {}
            Direction::Noise => {
                return Err(LabError::refused(
                    "The forward direction is an SDE: there is no one true path to compare with.",
                ));
            }
            Direction::Encode => {
                return Err(LabError::refused(
                    "This is measured on the way from noise to data: choose the direction generate, which follows the same ODE.",
                ));
            }
        }
        Self::new(&Arc::new(without_noise(scene)), model)
    }

    /// The velocity that is followed.
    #[must_use]
    pub fn field(&self) -> &dyn Field<f64> {
        match &*self.dynamics {
            Dynamics::Process(field) => &**field,
            Dynamics::Classic(field) => field,
        }
    }

    /// The same with its score.
    ///
    /// # Errors
    /// [`LabError::Refused`] for a classic ODE.
    pub fn process(&self) -> Result<&dyn ScoredField<f64>, LabError> {
        match &*self.dynamics {
            Dynamics::Process(field) => Ok(&**field),
            Dynamics::Classic(_) => Err(LabError::refused(
                "A classic ODE has no distribution; choose a learned or exact field.",
            )),
        }
    }

    /// The exact field of the same data on the same path.
    #[must_use]
    pub fn exact(&self) -> ExactField {
        ExactField::new(Arc::clone(&self.mixture), self.scene.interpolant.kind)
    }

    /// The same scene with the exact field.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_exact_field(&self) -> Result<Self, LabError> {
        let mut scene = (*self.scene).clone();
        scene.field.kind = crate::scene::FieldKind::Exact;
        // Asked for its field alone, which need not go on where the scene's own sampler would.
        scene.sampler.end = End::Clamp;
        scene.time.end = Some(self.interval.1.min(Field::<f64>::last_time(&self.exact())));
        Self::new(&Arc::new(scene), None)
    }

    /// Starting points of the first `count` particles: those of a run.
    #[must_use]
    pub fn starts(&self, count: usize) -> Vec<[f64; 2]> {
        (0..count).map(|particle| self.start(particle)).collect()
    }

    /// Starting point of one particle.
    #[must_use]
    pub fn start(&self, particle: usize) -> [f64; 2] {
        start_of(&self.scene, &self.mixture, self.interval.0, particle as u64)
    }

    /// The settings of the scene's solver.
    #[must_use]
    pub fn settings(&self) -> OdeSettings {
        ode_settings(&self.scene, self.interval)
    }

    /// Half the side of the square that holds data and noise.
    #[must_use]
    pub fn extent(&self) -> f64 {
        let bounds = self.mixture.bounds();
        let corners = bounds.min.iter().chain(&bounds.max);
        corners.fold(3.0, |extent: f64, corner| extent.max(corner.abs()))
    }

    /// The distance over which a derivative of the field at t is taken: well below the scale on
    /// which it varies, which near the end of a path is σ.
    #[must_use]
    pub fn derivative_step(&self, t: f64) -> f64 {
        if self.scene.classic().is_some() {
            return 1e-5;
        }
        let sigma = self.scene.interpolant.kind.coefficients(t.min(1.0)).sigma;
        if self.mixture.has_boxes() { (0.01 * sigma).clamp(1e-8, 1e-5) } else { 1e-5 }
    }
}

/// The scene as an ODE.
fn without_noise(scene: &Scene) -> Scene {
    let mut ode = scene.clone();
    ode.diffusion.form = driftscope_flow::diffusion::DiffusionForm::None;
    if ode.is_stochastic() {
        (ode.sampler.eta, ode.sampler.s_churn) = (0.0, 0.0);
    }
    ode
}

/// The settings that count as the truth: DOP853 at 1e-12.
#[must_use]
pub(super) fn tight(interval: (f64, f64)) -> OdeSettings {
    let method = MethodRef::named("dop853").expect("the table has dop853");
    OdeSettings {
        max_attempts: 100_000,
        ..OdeSettings::new(method, Tolerances { atol: 1e-12, rtol: 1e-12 }, interval)
    }
}

#[cfg(test)]
mod tests {
    use driftscope_base::cancel::Cancel;

    use super::*;
    use crate::engine::{RunOptions, run};

    #[test]
    fn the_exact_field_of_a_scene_whose_own_field_goes_on_is_there() {
        // The network of the checkerboard goes on beyond t = 1, its exact field ends there.
        let settings = ["data.name=checkerboard", "sampler.end=overshoot"].map(str::to_owned);
        let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
        let subject = Subject::of_ode(&scene, None).expect("a subject");
        assert!(subject.with_exact_field().is_ok());
    }

    #[test]
    fn particles_and_interval_are_those_of_a_run() {
        for settings in [
            &["data.name=rings", "field.kind=exact", "seed=5"][..],
            &["direction=noise", "data.name=rings"],
            &["direction=noise", "data.name=rings", "time.start=0.3"],
            &["direction=encode", "data.name=checkerboard", "field.kind=exact"],
            &["direction=encode", "data.name=rings", "time.start=0.3"],
            &["data.name=rings", "time.start=0.3"],
            &["data.name=rings", "time.start=0.3", "particles.start=noise"],
            &["data.name=rings", "sampler.method=rk4", "sampler.times=[0.3, 0.6, 1.0]"],
            &["field.kind=classic", "field.system=van-der-pol"],
            &["diffusion.form=sigma", "field.kind=exact"],
        ] {
            let mut all: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
            all.extend(["particles.count=40".into(), "sampler.precision=f64".into()]);
            let scene = Arc::new(Scene::with_settings(None, &all).expect("a scene"));
            let options = RunOptions::for_window(40);
            let recording = run(&scene, 1, &options, &Cancel::default(), |_| {}).expect("runs");
            let subject = Subject::new(&scene, None).expect("a subject");
            assert_eq!(subject.interval, recording.interval);
            for (i, [x, y]) in subject.starts(40).into_iter().enumerate() {
                let first = recording.keyframes(i).expect("there")[0];
                assert_eq!(first.map(f32::to_bits), [x as f32, y as f32].map(f32::to_bits));
            }
        }
    }
}
