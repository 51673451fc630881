//! Who takes part.

use driftscope_study::scene::Scene;
use eframe::egui::Ui;

use super::row::fold;
use super::setting::Setting;

/// Count, seed and where they start.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    fold(ui, "Particles", true, |ui| {
        Setting::of(scene, "particles.count").slider(ui, scene);
        Setting::of(scene, "seed").number(ui, scene);
        Setting::of(scene, "particles.start").segments(ui, scene);
    });
}
