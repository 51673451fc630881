//! Who takes part.

use eframe::egui::Ui;

use super::row::{Row, Scale, fold};
use crate::scene::Scene;

/// Count and seed.
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
}
