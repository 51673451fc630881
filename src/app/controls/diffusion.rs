//! Noise added on the way.

use driftscope_study::scene::Scene;
use eframe::egui::Ui;

use super::row::{fold, heading};
use super::setting::Setting;
use crate::app::state::State;

/// Said where the form is none and the sampler draws all the same.
const OWN_NOISE: &str = "The sampler draws noise of its own. What it means stands under Formula.";

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
    let own = if scene.sampler_draws() { OWN_NOISE } else { "" };
    Setting::of(scene, "diffusion.form").refusing(&lacks_score).saying(own).menu(ui, scene);
}
