//! What lies on the stage, and which picture it shows.

use driftscope_study::scene::{CLASSIC, Layer, Projection, Scene, Unscored};
use eframe::egui::Ui;

use super::row::{Row, fold};
use super::setting::Setting;
use crate::app::state::State;

const OVER_TIME: &str = "This lies in the plane. Choose Plane as the picture to see it.";

/// Why a layer of `scene`, the pane's at work, shows nothing as things stand; none if it may show something.
pub fn idle(state: &State, scene: &Scene, layer: Layer) -> Option<&'static str> {
    let classic = scene.classic().map(|_| CLASSIC).filter(|_| layer.needs_process());
    let over_time = scene.view.projection == Projection::OverTime && layer.needs_plane();
    let unscored = state.unscored(scene).filter(|_| layer.needs_score());
    classic.or(over_time.then_some(OVER_TIME)).or(unscored.map(Unscored::sentence))
}

/// The picture and a switch for each layer.
pub fn ui(ui: &mut Ui, state: &State, scene: &mut Scene) {
    fold(ui, "Picture", true, |ui| {
        Setting::of(scene, "view.projection").segments(ui, scene);
        Setting::of(scene, "view.angle").slider(ui, scene);
        Setting::of(scene, "view.colour").menu(ui, scene);
        Setting::of(scene, "view.trail").slider(ui, scene);
    });
    fold(ui, "Layers", true, |ui| {
        // From the topmost down, as they lie.
        for layer in Layer::ALL.into_iter().rev() {
            switch(ui, state, scene, (layer, layer.title()));
        }
    });
}

/// The switch of one layer, under a name.
pub fn switch(ui: &mut Ui, state: &State, scene: &mut Scene, (layer, name): (Layer, &str)) {
    let mut on = scene.view.layers.has(layer);
    let row = Row::new(name, layer.about()).disabled(idle(state, scene, layer));
    if row.tick(ui, &mut on) {
        scene.view.layers.set(layer, on);
    }
}
