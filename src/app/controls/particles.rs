//! Who takes part, and how they are drawn.

use eframe::egui::Ui;

use super::data::CLASSIC;
use super::row::{Choice, Row, Scale, fold};
use crate::app::number;
use crate::scene::{ColourBy, Scene};

/// Count, seed and looks.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    fold(ui, "Particles", true, |ui| {
        let mut count = scene.particles.count as f64;
        let most = crate::app::controls::MOST_PARTICLES;
        if Row::new("Count", "Number of particles, 1 to 100 000.").slider(
            ui,
            &mut count,
            &Scale::counts(1.0..=most, most),
        ) {
            scene.particles.count = count as usize;
        }
        let mut seed = scene.seed as f64;
        let scale =
            Scale { allowed: 0.0..=9_007_199_254_740_991.0, ..Scale::counts(0.0..=1.0, 1.0) };
        if Row::new("Seed", "Decides the starting points and the noise. Equal scenes with equal seeds give equal results.")
            .number(ui, &mut seed, &scale)
        {
            scene.seed = seed as u64;
        }
    });
    fold(ui, "Appearance", true, |ui| {
        Row::new("Colour", "What the particles are coloured by.").choice(
            ui,
            scene,
            title(scene.view.colour),
            [ColourBy::Plain, ColourBy::LocalError, ColourBy::Steps]
                .into_iter()
                .map(|value| Choice { value, title: title(value), about: about(value) }),
            (|scene| Some(scene.view.colour), |scene, value| scene.view.colour = value),
        );
        let scale = Scale {
            range: 0.0..=1.0,
            allowed: 0.0..=1.0,
            logarithmic: false,
            whole: false,
            format: |value| format!("{:.0}{}%", value * 100.0, number::THIN),
        };
        Row::new("Trails", "Length of the trails, as a share of the whole run.").slider(
            ui,
            &mut scene.view.trail,
            &scale,
        );
        Row::new(
            "Target density",
            "The distribution that the particles should arrive at, under them.",
        )
        .disabled(scene.classic().map(|_| CLASSIC))
        .tick(ui, &mut scene.view.density);
    });
}

fn title(colour: ColourBy) -> &'static str {
    match colour {
        ColourBy::Plain => "Plain",
        ColourBy::LocalError => "Local error",
        ColourBy::Steps => "Steps",
    }
}

fn about(colour: ColourBy) -> &'static str {
    match colour {
        ColourBy::Plain => "The method's colour.",
        ColourBy::LocalError => "The largest error estimate of a kept step, over the tolerance.",
        ColourBy::Steps => "Steps that were kept.",
    }
}
