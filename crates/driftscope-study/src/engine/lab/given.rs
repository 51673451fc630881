//! What tests of the laboratory measure.

use std::sync::Arc;

use super::subject::Subject;
use crate::scene::Scene;

/// A scene with these settings.
pub fn scene(settings: &[&str]) -> Arc<Scene> {
    let all: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

/// The ODE of such a scene.
pub fn subject(settings: &[&str]) -> Subject {
    Subject::of_ode(&scene(settings), None).expect("a subject")
}
