//! A few knobs under the stage, where there is no room for all, or only those are wanted.

use driftscope_study::scene::Scene;
use eframe::egui::Ui;

use super::command::Commands;
use super::controls;
use super::state::State;
use super::theme::UNIT;

/// The settings that matter most in a scene, by their keys: the method, how exact it is, the form.
#[must_use]
pub fn most_used(scene: &Scene) -> [&'static str; 3] {
    let exactness = if scene.is_adaptive() { "sampler.rtol" } else { "sampler.steps" };
    ["sampler.method", exactness, "diffusion.form"]
}

/// Draws the knobs of these settings, one below the other.
pub fn ui(ui: &mut Ui, keys: &[&str], state: &State, out: &mut Commands) {
    ui.spacing_mut().item_spacing.y = UNIT;
    controls::edited(state, out, |scene, _| {
        for key in keys {
            controls::one(ui, state, scene, key);
        }
    });
}
