//! What tests of the laboratory measure.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::networks::Networks;
use crate::scene::Scene;

/// A scene with these settings.
pub fn scene(settings: &[&str]) -> Arc<Scene> {
    let all: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

/// The ODE of such a scene.
pub fn experiment(settings: &[&str]) -> Experiment {
    Experiment::of_ode(&scene(settings), &Networks::default()).expect("an experiment")
}
