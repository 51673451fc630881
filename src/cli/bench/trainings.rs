//! Trainings whose steps are timed.

use std::fmt;
use std::time::Instant;

use anyhow::Result;
use driftscope_flow::network::Trainer;
use driftscope_study::TrainingRequest;
use driftscope_study::scene::Scene;

/// A training by its settings.
#[derive(Debug)]
pub struct Training {
    /// Name in tables.
    pub title: &'static str,
    settings: &'static [&'static str],
}

const fn training(title: &'static str, settings: &'static [&'static str]) -> Training {
    Training { title, settings }
}

/// The default training, then one of each kind.
pub const TRAININGS: &[Training] = &[
    training("velocity (the default)", &[]),
    training("data", &["training.prediction=data"]),
    training("noise", &["training.prediction=noise"]),
    training("score", &["training.prediction=score"]),
    training(
        "noise, weighted as velocity",
        &["training.prediction=noise", "training.weighting=velocity"],
    ),
    training("logit-normal times", &["training.times=logit-normal"]),
    training("labels", &["training.labels=true"]),
    training("optimal coupling, blocks of 64", &["training.coupling=optimal", "training.block=64"]),
    training(
        "optimal coupling, blocks of 128",
        &["training.coupling=optimal", "training.block=128"],
    ),
    training(
        "Sinkhorn coupling, blocks of 64",
        &["training.coupling=sinkhorn", "training.block=64"],
    ),
    training("source eight gaussians", &["source.name=eight-gaussians"]),
    MEAN_FLOW,
    training("shortcut", &["training.objective=shortcut"]),
    training("consistency", &["training.objective=consistency"]),
    training("Lagrangian self-distillation", &["training.objective=lagrangian"]),
];

/// That of [`TRAININGS`] which other programs do as well, beside the default one.
pub const MEAN_FLOW: Training = training("MeanFlow", &["training.objective=mean-flow"]);

impl Training {
    /// It on the two moons, after its first steps, which find their memory.
    ///
    /// # Errors
    /// If a setting is out of its range.
    pub fn start(&self) -> Result<Course> {
        let data = ["data.name=two-moons", "field.kind=exact"];
        let settings: Vec<String> =
            data.iter().chain(self.settings).map(|&setting| setting.to_owned()).collect();
        let scene = Scene::to_train_on(None, &settings)?;
        let trainer = TrainingRequest::of_scene(&scene)?.trainer()?;
        let mut course = Course { trainer };
        course.seconds_per_step(10)?;
        Ok(course)
    }
}

/// A training that is under way.
pub struct Course {
    trainer: Trainer,
}

impl Course {
    /// Goes on for so many steps; seconds that one took.
    ///
    /// # Errors
    /// If a step fails.
    pub fn seconds_per_step(&mut self, steps: usize) -> Result<f64> {
        let began = Instant::now();
        for _ in 0..steps {
            self.trainer.step()?;
        }
        Ok(began.elapsed().as_secs_f64() / steps as f64)
    }
}

impl fmt::Debug for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Course").finish_non_exhaustive()
    }
}
