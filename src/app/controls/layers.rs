//! What lies on the stage, and which picture it shows.

use driftscope_study::scene::{CLASSIC, Layer, Projection, Scene};
use eframe::egui::Ui;

use super::row::{Row, fold};
use super::setting::Setting;

const OVER_TIME: &str = "This lies in the plane. Choose Plane as the picture to see it.";

/// Why a layer shows nothing as things stand; none if it may show something.
pub fn idle(scene: &Scene, layer: Layer) -> Option<&'static str> {
    let classic = scene.classic().map(|_| CLASSIC).filter(|_| layer.needs_process());
    let over_time = scene.view.projection == Projection::OverTime && layer.needs_plane();
    classic.or(over_time.then_some(OVER_TIME))
}

/// The picture and a switch for each layer.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    fold(ui, "Picture", true, |ui| {
        Setting::of(scene, "view.projection").segments(ui, scene);
        Setting::of(scene, "view.angle").slider(ui, scene);
        Setting::of(scene, "view.colour").menu(ui, scene);
        Setting::of(scene, "view.trail").slider(ui, scene);
    });
    fold(ui, "Layers", true, |ui| {
        // From the topmost down, as they lie.
        for layer in Layer::ALL.into_iter().rev() {
            let mut on = scene.view.layers.has(layer);
            if Row::new(layer.title(), layer.about()).disabled(idle(scene, layer)).tick(ui, &mut on)
            {
                scene.view.layers.set(layer, on);
            }
        }
    });
}
