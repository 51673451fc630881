//! What lies on the stage, and which picture it shows.

use driftscope_study::scene::CLASSIC;
use driftscope_study::scene::{ColourBy, Layer, Projection, Scene};
use eframe::egui::Ui;

use super::row::{Choice, Row, Scale, fold};
use crate::app::number;

const OVER_TIME: &str = "This lies in the plane. Choose Plane as the picture to see it.";

/// The picture and a switch for each layer.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    fold(ui, "Picture", true, |ui| {
        projection_ui(ui, scene);
        colour_ui(ui, scene);
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

fn projection_ui(ui: &mut Ui, scene: &mut Scene) {
    Row::new("View", "The plane at one t, or one direction of it over t: trajectories over the density of all particles.")
        .disabled(scene.idle("view.projection"))
        .segments(
            ui,
            scene,
            &[
                Choice { value: Projection::Plane, title: "Plane", about: "Where the particles are at the current t." },
                Choice { value: Projection::OverTime, title: "Over time", about: "t to the right, one direction of the plane upwards." },
            ],
            (|scene| scene.view.projection, |scene, value| scene.view.projection = value),
        );
    let idle = scene.idle("view.angle");
    let scale = Scale {
        range: 0.0..=180.0,
        allowed: -360.0..=360.0,
        logarithmic: false,
        whole: true,
        format: |value| format!("{value:.0}°"),
    };
    Row::new(
        "Angle",
        "The direction that is shown over time, from the x axis: 0° shows x, 90° shows y.",
    )
    .disabled(idle)
    .slider(ui, &mut scene.view.angle, &scale);
}

fn colour_ui(ui: &mut Ui, scene: &mut Scene) {
    Row::new("Colour", "What the particles are coloured by.").choice(
        ui,
        scene,
        scene.view.colour.title(),
        ColourBy::ALL.into_iter().map(|value| Choice {
            value,
            title: value.title(),
            about: value.about(),
        }),
        (|scene| Some(scene.view.colour), |scene, value| scene.view.colour = value),
    );
    let share = Scale {
        range: 0.0..=1.0,
        allowed: 0.0..=1.0,
        logarithmic: false,
        whole: false,
        format: |value| format!("{:.0}{}%", value * 100.0, number::THIN),
    };
    let idle = scene.idle("view.trail");
    Row::new("Trail length", "Length of the trails, as a share of the whole run.")
        .disabled(idle)
        .slider(ui, &mut scene.view.trail, &share);
}
