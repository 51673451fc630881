//! Who takes part.

use driftscope_study::scene::{Scene, Start};
use eframe::egui::Ui;

use super::row::{Choice, Row, Scale, fold};

/// Count, seed and where they start.
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
        Row::new("Starts", "What starting points are drawn from: p_t at the first t, x_t = α(t)·x1 + σ(t)·x0, or N(0, I) whatever the first t. A scene that gives its first t starts from p_t unless it says otherwise.")
            .disabled(scene.idle("particles.start"))
            .segments(
                ui,
                scene,
                &[
                    Choice { value: Start::Marginal, title: "p_t", about: "A draw of p_t at the first t." },
                    Choice { value: Start::Noise, title: "N(0, I)", about: "A standard normal point, whatever the first t." },
                ],
                (Scene::start, |scene, value| scene.particles.start = Some(value)),
            );
    });
}
