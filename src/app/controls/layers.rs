//! What lies on the stage, and which picture it shows.

use driftscope_study::scene::{CLASSIC, Layer, Projection, Scene};
use eframe::egui::Ui;

use super::row::{Row, fold};
use super::setting::Setting;

const OVER_TIME: &str = "This lies in the plane. Choose Plane as the picture to see it.";

/// The picture and a switch for each layer.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    fold(ui, "Picture", true, |ui| {
        Setting::of(scene, "view.projection").segments(ui, scene);
        Setting::of(scene, "view.angle").slider(ui, scene);
        Setting::of(scene, "view.colour").menu(ui, scene);
        Setting::of(scene, "view.trail").slider(ui, scene);
    });
    fold(ui, "Layers", true, |ui| {
        let classic = scene.classic().map(|_| CLASSIC);
        let over_time = (scene.view.projection == Projection::OverTime).then_some(OVER_TIME);
        // From the topmost down, as they lie.
        for layer in Layer::ALL.into_iter().rev() {
            let disabled = classic
                .filter(|_| layer.needs_process())
                .or(over_time.filter(|_| layer.needs_plane()));
            let mut on = scene.view.layers.has(layer);
            if Row::new(layer.title(), layer.about()).disabled(disabled).tick(ui, &mut on) {
                scene.view.layers.set(layer, on);
            }
        }
    });
}
