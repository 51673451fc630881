//! Noise added on the way.

use eframe::egui::Ui;

use super::data::no_process;
use super::row::{Choice, Row, Scale, fold, heading};
use crate::app::number;
use crate::diffusion::DiffusionForm;
use crate::scene::Scene;
use crate::solver::sde::{LastStep, Scheme};

const NO_NOISE: &str =
    "There is no noise: the diffusion form is None. Choose another form to use this.";
const NO_LAST_STEP: &str = "There is no last step. Choose one to set its size.";

/// Form, norm, scheme and last step.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    heading(ui, "Diffusion");
    let forwards = no_process(scene);
    let form = scene.diffusion.form;
    Row::new("Form", form.about()).disabled(forwards).choice(
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
    let no_noise = forwards.or((form == DiffusionForm::None).then_some(NO_NOISE));
    let norm = Scale {
        range: 0.0..=4.0,
        allowed: 0.0..=1000.0,
        logarithmic: false,
        whole: false,
        format: number::three,
    };
    Row::new("Norm", "The factor n in D(t). Turning it up adds noise and takes it away again by the score; the marginals p_t stay what they are, the paths do not.")
        .disabled(no_noise)
        .slider(ui, &mut scene.diffusion.norm, &norm);
    fold(ui, "Scheme and last step", false, |ui| {
        let scheme = scene.diffusion.scheme;
        let no_steps = (!scene.is_sde()).then_some(NO_NOISE);
        Row::new("Scheme", scheme.about()).disabled(no_steps).choice(
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
        Row::new("Last step", last.about()).disabled(no_noise).choice(
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
        Row::new(
            "Its size",
            "Size of the last, noiseless step; the noisy ones end that much before t = 1.",
        )
        .disabled(no_noise.or((last == LastStep::None).then_some(NO_LAST_STEP)))
        .slider(ui, &mut scene.diffusion.last_step_size, &size);
    });
}
