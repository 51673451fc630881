//! How the ODE is solved.

use driftscope_solve::grid::Spacing;
use driftscope_solve::{MethodRef, NoiseSetting};
use driftscope_study::scene::Scene;
use eframe::egui::Ui;

use super::row::{Choice, Row, Scale, heading};
use super::step_control;
use crate::app::number;

/// Method, steps and tolerances.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    heading(ui, "Sampler");
    method_ui(ui, scene);
    recipe_ui(ui, scene);
    let idle = scene.idle("sampler.rtol");
    Row::new("rtol", "Relative tolerance: a step is kept when |error| ≤ atol + rtol·|y|. Turning it up takes fewer, longer steps.")
        .disabled(idle)
        .slider(ui, &mut scene.sampler.rtol, &Scale::tolerance());
    let idle = scene.idle("sampler.atol");
    Row::new("atol", "Absolute tolerance: a step is kept when |error| ≤ atol + rtol·|y|. It rules where |y| is small.")
        .disabled(idle)
        .slider(ui, &mut scene.sampler.atol, &Scale::tolerance());
    steps_ui(ui, scene);

    step_control::ui(ui, scene);
}

fn method_ui(ui: &mut Ui, scene: &mut Scene) {
    let method = scene.sampler.method;
    Row::new("Method", method.about).disabled(scene.idle("sampler.method")).choice(
        ui,
        scene,
        method.title,
        MethodRef::all().map(|value| Choice {
            value,
            title: value.get().title,
            about: value.get().about,
        }),
        (|scene| Some(scene.sampler.method), set_method),
    );
}

/// What only some methods have.
fn recipe_ui(ui: &mut Ui, scene: &mut Scene) {
    let plain = |range: std::ops::RangeInclusive<f64>, most: f64| Scale {
        allowed: 0.0..=most,
        range,
        logarithmic: false,
        whole: false,
        format: number::three,
    };
    let [eta, churn, noise, least, most] = ["eta", "s_churn", "s_noise", "s_min", "s_max"]
        .map(|key| scene.idle(&format!("sampler.{key}")));
    match scene.sampler.method.rule.noise_setting() {
        Some(NoiseSetting::Eta) => {
            Row::new("η", "How much fresh noise DDIM mixes in: 0 follows the ODE, 1 is DDPM's ancestral step.")
                .disabled(eta)
                .slider(ui, &mut scene.sampler.eta, &plain(0.0..=1.0, 1.0));
        }
        Some(NoiseSetting::Churn) => {
            Row::new("S_churn", "How far the noise is raised before the steps of a run, all together: 0 follows the ODE. Each step raises σ/α by at most a factor √2.")
                .disabled(churn)
                .slider(ui, &mut scene.sampler.s_churn, &plain(0.0..=80.0, 1e6));
            Row::new("S_noise", "Standard deviation of the churned normals: slightly above 1 makes up for detail the network loses.")
                .disabled(noise)
                .slider(ui, &mut scene.sampler.s_noise, &plain(0.9..=1.1, 10.0));
            Row::new("S_min", "The lowest noise level σ/α that is churned.")
                .disabled(least)
                .number(ui, &mut scene.sampler.s_min, &plain(0.0..=80.0, 1e9));
            // 0 stands for no limit, which is none in a scene file.
            let mut level = scene.sampler.s_max.unwrap_or(0.0);
            let row =
                Row::new("S_max", "The highest noise level σ/α that is churned; 0 for no limit.");
            if row.disabled(most).number(ui, &mut level, &plain(0.0..=80.0, 1e9)) {
                scene.sampler.s_max = (level > 0.0).then_some(level.max(scene.sampler.s_min));
            }
        }
        None => {}
    }
}

fn set_method(scene: &mut Scene, method: MethodRef) {
    let evaluations = scene.sampler.steps * scene.evaluations_per_step();
    scene.sampler.method = method;
    scene.sampler.adaptive = None;
    if scene.view.keep_evaluations {
        let per_step = scene.evaluations_per_step().max(1);
        scene.sampler.steps = (evaluations as f64 / per_step as f64).round().max(1.0) as usize;
        scene.sampler.step_size = None;
    }
}

/// Number and size of fixed steps: two views of one choice.
fn steps_ui(ui: &mut Ui, scene: &mut Scene) {
    let interval = scene.interval(1.0);
    let span = interval.1 - interval.0;
    // A size given in a scene file wins over the number there.
    let mut steps = match scene.sampler.step_size {
        Some(size) => (span / size - 1e-9).ceil().max(1.0),
        None => scene.sampler.steps as f64,
    };
    // Both show the same choice, so whichever is given the other can be moved as well.
    let (number, size) = (scene.idle("sampler.grid"), scene.idle("sampler.step_size"));
    let rows = [
        Row::new("Steps", "Number of fixed steps. More steps: less error, more evaluations."),
        Row::new("Step size", "Size of the fixed steps: the interval over their number."),
    ];
    let most = crate::app::controls::MOST_STEPS;
    if scene.sampler.spacing() == Spacing::List {
        return listed_ui(ui, scene, number);
    }
    let [by_number, by_size] = [rows[0].disabled(number), rows[1].disabled(size)];
    let mut changed = by_number.slider(ui, &mut steps, &Scale::counts(1.0..=1000.0, most));
    let mut length = span / steps;
    let scale = Scale {
        range: span / 1000.0..=span,
        allowed: span / most..=span,
        logarithmic: true,
        whole: false,
        format: number::three,
    };
    if by_size.slider(ui, &mut length, &scale) {
        steps = (span / length).round().clamp(1.0, most);
        changed = true;
    }
    if changed {
        scene.sampler.steps = steps as usize;
        scene.sampler.step_size = None;
    }
}

/// Steps at times given in the scene file, which the sliders cannot move.
fn listed_ui(ui: &mut Ui, scene: &Scene, disabled: Option<&str>) {
    let steps = scene.sampler.times.as_ref().map_or(0, |times| times.len().saturating_sub(1));
    Row::new("Steps", "The steps go from one time in the scene file's list to the next.")
        .disabled(disabled)
        .show(ui, |ui| ui.label(format!("{steps}, as listed")));
}
