//! How the ODE is solved.

use eframe::egui::Ui;

use super::row::{Choice, Row, Scale, fold, heading};
use crate::app::number;
use crate::scene::{Direction, Scene};
use crate::solver::{End, ErrorWeights, MethodRef, Scope};

const NOISY: &str = "The SDE scheme makes the steps while there is noise. Set the diffusion form to None to choose an ODE method.";
const NOISY_FORWARDS: &str = "The SDE scheme makes the steps in the forward direction. Choose Generate to use an ODE method.";
const NOISY_TOLERANCE: &str =
    "SDE steps are fixed: there is no error estimate to hold against a tolerance.";
const FIXED: &str = "The steps are fixed, so no tolerance is asked. Turn Adaptive on, or choose a method with an error estimate.";
const ADAPTIVE: &str = "The error sets the steps. Turn Adaptive off to choose them yourself.";
const NO_PAIR: &str = "This method has no embedded error estimate to set its steps by.";
const NOT_DOPRI5: &str = "Only DOPRI5 comes with two sets of error weights.";

/// Method, steps and tolerances.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    heading(ui, "Sampler");
    let noisy = scene.is_sde().then_some(if scene.direction == Direction::Noise {
        NOISY_FORWARDS
    } else {
        NOISY
    });
    method_ui(ui, scene, noisy);
    let adaptive = scene.is_adaptive();
    let fixed = if noisy.is_some() { Some(NOISY_TOLERANCE) } else { (!adaptive).then_some(FIXED) };

    Row::new("rtol", "Relative tolerance: a step is kept when |error| ≤ atol + rtol·|y|. Turning it up takes fewer, longer steps.")
        .disabled(fixed)
        .slider(ui, &mut scene.sampler.rtol, &Scale::tolerance());
    Row::new("atol", "Absolute tolerance: a step is kept when |error| ≤ atol + rtol·|y|. It rules where |y| is small.")
        .disabled(fixed)
        .slider(ui, &mut scene.sampler.atol, &Scale::tolerance());
    steps_ui(ui, scene, adaptive.then_some(ADAPTIVE));

    fold(ui, "Step control", false, |ui| {
        let cannot = noisy.or((!scene.sampler.method.can_adapt()).then_some(NO_PAIR));
        let mut on = adaptive;
        let tick =
            Row::new("Adaptive", "Whether the error estimate sets the step size.").disabled(cannot);
        if tick.tick(ui, &mut on) {
            let habit = scene.sampler.method.adaptive_by_default;
            scene.sampler.adaptive = (on != habit).then_some(on);
        }
        Row::new("Error norm", "Whose error the step size follows. The same tolerance buys different accuracy.")
            .disabled(fixed)
            .segments(
                ui,
                scene,
                &[
                    Choice { value: Scope::PerParticle, title: "Particle", about: "Each particle takes its own steps, as diffrax under vmap or torchode." },
                    Choice { value: Scope::WholeBatch, title: "Batch", about: "One step size for the whole batch, by the RMS over every coordinate, as torchdiffeq." },
                ],
                (|scene| scene.sampler.scope, |scene, value| scene.sampler.scope = value),
            );
        Row::new("At the end", "How an adaptive solve meets t = 1.").disabled(fixed).segments(
            ui,
            scene,
            &[
                Choice {
                    value: End::Clamp,
                    title: "Clamp",
                    about: "The last step is cut to land on the end (SciPy, diffrax).",
                },
                Choice {
                    value: End::Overshoot,
                    title: "Overshoot",
                    about: "The last step goes beyond and is interpolated (torchdiffeq).",
                },
            ],
            (|scene| scene.sampler.end, |scene, value| scene.sampler.end = value),
        );
        let weights = noisy.or((scene.sampler.method.name != "dopri5").then_some(NOT_DOPRI5));
        Row::new(
            "Error weights",
            "DOPRI5's error estimate comes in two sizes; step counts differ.",
        )
        .disabled(weights)
        .segments(
            ui,
            scene,
            &[
                Choice {
                    value: ErrorWeights::Classical,
                    title: "Classical",
                    about: "Dormand and Prince's own (SciPy, Hairer).",
                },
                Choice {
                    value: ErrorWeights::Torchdiffeq,
                    title: "Torch",
                    about: "Two thirds of them (torchdiffeq, diffrax).",
                },
            ],
            (
                |scene| scene.sampler.error_weights,
                |scene, value| scene.sampler.error_weights = value,
            ),
        );
        Row::new("Same evaluations", "Changing the method keeps the number of evaluations instead of the number of steps, so that methods are compared at equal cost.")
            .disabled(adaptive.then_some(ADAPTIVE))
            .tick(ui, &mut scene.view.keep_evaluations);
    });
}

fn method_ui(ui: &mut Ui, scene: &mut Scene, noisy: Option<&str>) {
    let method = scene.sampler.method;
    Row::new("Method", method.about).disabled(noisy).choice(
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
fn steps_ui(ui: &mut Ui, scene: &mut Scene, disabled: Option<&str>) {
    let interval = scene.interval(1.0);
    let span = interval.1 - interval.0;
    // A size given in a scene file wins over the number there.
    let mut steps = match scene.sampler.step_size {
        Some(size) => (span / size - 1e-9).ceil().max(1.0),
        None => scene.sampler.steps as f64,
    };
    let rows = [
        Row::new("Steps", "Number of fixed steps. More steps: less error, more evaluations."),
        Row::new("Step size", "Size of the fixed steps: the interval over their number."),
    ]
    .map(|row| row.disabled(disabled));
    let most = crate::app::controls::MOST_STEPS;
    let mut changed = rows[0].slider(ui, &mut steps, &Scale::counts(1.0..=1000.0, most));
    let mut size = span / steps;
    let scale = Scale {
        range: span / 1000.0..=span,
        allowed: span / most..=span,
        logarithmic: true,
        whole: false,
        format: number::three,
    };
    if rows[1].slider(ui, &mut size, &scale) {
        steps = (span / size).round().clamp(1.0, most);
        changed = true;
    }
    if changed {
        scene.sampler.steps = steps as usize;
        scene.sampler.step_size = None;
    }
}
