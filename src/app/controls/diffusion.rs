//! Noise added on the way.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::sde::{LastStep, Scheme};
use driftscope_study::scene::Scene;
use eframe::egui::Ui;

use super::row::{Choice, Row, Scale, fold, heading};
use crate::app::number;

/// Form, norm, scheme and last step.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    heading(ui, "Diffusion");
    let form = scene.diffusion.form;
    Row::new("Form", form.about()).disabled(scene.idle("diffusion.form")).choice(
        ui,
        scene,
        form.title(),
        DiffusionForm::ALL.into_iter().map(|value| Choice {
            value,
            title: value.title(),
            about: value.about(),
        }),
        (|scene| Some(scene.diffusion.form), |scene, value| scene.diffusion.form = value),
    );
    let idle = scene.idle("diffusion.norm");
    let norm = Scale {
        range: 0.0..=4.0,
        allowed: 0.0..=1000.0,
        logarithmic: false,
        whole: false,
        format: number::three,
    };
    Row::new("Norm", "The factor n in D(t). Turning it up adds noise and takes it away again by the score; the marginals p_t stay what they are, the paths do not.")
        .disabled(idle)
        .slider(ui, &mut scene.diffusion.norm, &norm);
    fold(ui, "Scheme and last step", false, |ui| {
        let scheme = scene.diffusion.scheme;
        Row::new("Scheme", scheme.about()).disabled(scene.idle("diffusion.scheme")).choice(
            ui,
            scene,
            scheme.title(),
            Scheme::ALL.into_iter().map(|value| Choice {
                value,
                title: value.title(),
                about: value.about(),
            }),
            (|scene| Some(scene.diffusion.scheme), |scene, value| scene.diffusion.scheme = value),
        );
        let last = scene.diffusion.last_step;
        Row::new("Last step", last.about()).disabled(scene.idle("diffusion.last_step")).choice(
            ui,
            scene,
            last.title(),
            LastStep::ALL.into_iter().map(|value| Choice {
                value,
                title: value.title(),
                about: value.about(),
            }),
            (
                |scene| Some(scene.diffusion.last_step),
                |scene, value| scene.diffusion.last_step = value,
            ),
        );
        let size = Scale {
            range: 1e-3..=0.5,
            allowed: 1e-6..=0.5,
            logarithmic: true,
            whole: false,
            format: number::three,
        };
        let idle = scene.idle("diffusion.last_step_size");
        Row::new(
            "Its size",
            "Size of the last, noiseless step; the noisy ones end that much before t = 1.",
        )
        .disabled(idle)
        .slider(ui, &mut scene.diffusion.last_step_size, &size);
    });
}
