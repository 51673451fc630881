//! Noise added on the way.

use driftscope_study::scene::Scene;
use eframe::egui::Ui;

use super::row::{fold, heading};
use super::setting::Setting;
use crate::app::state::State;

/// Form, norm, scheme and last step.
pub fn ui(ui: &mut Ui, state: &State, scene: &mut Scene) {
    heading(ui, "Diffusion");
    form_ui(ui, state, scene);
    Setting::of(scene, "diffusion.norm").slider(ui, scene);
    fold(ui, "Scheme and last step", false, |ui| {
        Setting::of(scene, "diffusion.scheme").menu(ui, scene);
        Setting::of(scene, "diffusion.last_step").menu(ui, scene);
        Setting::of(scene, "diffusion.last_step_size").slider(ui, scene);
    });
}

/// The form of D(t), of which all but none take a score.
pub fn form_ui(ui: &mut Ui, state: &State, scene: &mut Scene) {
    let lacks_score = |scene: &Scene| state.lacks_score(scene);
    Setting::of(scene, "diffusion.form").refusing(&lacks_score).menu(ui, scene);
}
