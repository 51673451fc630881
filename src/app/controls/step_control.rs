//! How steps are spread, and how the error sets them.

use driftscope_solve::grid::Spacing;
use driftscope_solve::{ControllerKind, End, ErrorWeights, MinStepPolicy, Norm, Scope};
use driftscope_study::scene::{Precision, Scene};
use eframe::egui::Ui;

use super::row::{Choice, Row, Scale, fold};
use crate::app::number;

/// As [`driftscope_study::scene::Scene::check`] has it: classic ODEs may be followed that far.
const LONGEST_STEP: f64 = 1e4;

/// The group.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    let adaptive = scene.is_adaptive();
    fold(ui, "Step control", false, |ui| {
        tick_ui(ui, scene, adaptive);
        adaptive_ui(ui, scene);
        Row::new(
            "Error weights",
            "DOPRI5's error estimate comes in two sizes; step counts differ. With Torch, Overshoot and torchdiffeq's controller, bosh3 interpolates as torchdiffeq does.",
        )
        .disabled(scene.idle("sampler.error_weights"))
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
        precision_ui(ui, scene);
        grid_ui(ui, scene);
        Row::new("Same evaluations", "Changing the method keeps the number of evaluations instead of the number of steps, so that methods are compared at equal cost.")
            .disabled(scene.idle("view.keep_evaluations"))
            .tick(ui, &mut scene.view.keep_evaluations);
    });
}

/// Whether the error sets the steps; not where the scene would be impossible so.
fn tick_ui(ui: &mut Ui, scene: &mut Scene, adaptive: bool) {
    let mut other = scene.clone();
    let habit = scene.sampler.method.adaptive_by_default;
    other.sampler.adaptive = (adaptive == habit).then_some(!adaptive);
    let problem = other.check().err().map(|problem| problem.to_string());
    let idle = scene.idle("sampler.adaptive").or(problem.as_deref());
    let row = Row::new("Adaptive", "Whether the error estimate sets the step size.");
    let mut on = adaptive;
    if row.disabled(idle).tick(ui, &mut on) {
        scene.sampler.adaptive = other.sampler.adaptive;
    }
}

/// What only adaptive solves look at.
fn adaptive_ui(ui: &mut Ui, scene: &mut Scene) {
    Row::new("Scope", "Whose error the step size follows. The same tolerance buys different accuracy.")
        .disabled(scene.idle("sampler.scope"))
        .segments(
            ui,
            scene,
            &[
                Choice { value: Scope::PerParticle, title: "Particle", about: "Each particle takes its own steps, as diffrax under vmap or torchode." },
                Choice { value: Scope::WholeBatch, title: "Batch", about: "One step size for the whole batch, by the norm over every coordinate, as torchdiffeq." },
            ],
            (|scene| scene.sampler.scope, |scene, value| scene.sampler.scope = value),
        );
    Row::new("Error norm", "How the errors of the coordinates become one number.")
        .disabled(scene.idle("sampler.norm"))
        .segments(
            ui,
            scene,
            &[
                Choice {
                    value: Norm::Rms,
                    title: "RMS",
                    about: "Root of the mean square (SciPy, torchdiffeq, diffrax).",
                },
                Choice {
                    value: Norm::Max,
                    title: "Max",
                    about: "The largest: no coordinate may exceed its tolerance.",
                },
            ],
            (|scene| scene.sampler.norm, |scene, value| scene.sampler.norm = value),
        );
    Row::new("At the end", "How an adaptive solve meets its end.")
        .disabled(scene.idle("sampler.end"))
        .segments(
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
    controller_ui(ui, scene);
    limits_ui(ui, scene);
    policy_ui(ui, scene);
}

/// What becomes of a least step whose error is too large.
fn policy_ui(ui: &mut Ui, scene: &mut Scene) {
    Row::new("At least step", "What becomes of a least step whose error is too large.")
        .disabled(scene.idle("sampler.min_step_policy"))
        .segments(
            ui,
            scene,
            &[
                Choice {
                    value: MinStepPolicy::Stop,
                    title: "Stop",
                    about: "It is rejected; the particle stops there and says so.",
                },
                Choice {
                    value: MinStepPolicy::Accept,
                    title: "Accept",
                    about: "It is kept whatever its error (torchdiffeq, diffrax).",
                },
            ],
            (
                |scene| scene.sampler.min_step_policy,
                |scene, value| scene.sampler.min_step_policy = value,
            ),
        );
}

/// Where an adaptive solve begins and gives up.
fn limits_ui(ui: &mut Ui, scene: &mut Scene) {
    let keys =
        ["sampler.first_step", "sampler.min_step", "sampler.max_step", "sampler.max_attempts"];
    let [first_idle, least_idle, greatest_idle, most_idle] = keys.map(|key| scene.idle(key));
    let whole = |allowed: std::ops::RangeInclusive<f64>, whole, format| Scale {
        range: allowed.clone(),
        allowed,
        logarithmic: false,
        whole,
        format,
    };
    let automatic: fn(f64) -> String =
        |value| if value > 0.0 { number::three(value) } else { "automatic".into() };
    let sampler = &mut scene.sampler;
    let mut first = sampler.first_step.unwrap_or(0.0);
    let about =
        "The first step attempted; 0 leaves it to the rule of Hairer, Nørsett & Wanner (II.4).";
    let row = Row::new("First step", about).disabled(first_idle);
    if row.number(ui, &mut first, &whole(0.0..=LONGEST_STEP, false, automatic)) {
        sampler.first_step = (first > 0.0).then_some(first);
    }
    let none: fn(f64) -> String =
        |value| if value > 0.0 { number::three(value) } else { "no limit".into() };
    let row = Row::new(
        "Least step",
        "Shorter steps are made this long; only the end may cut one below it.",
    )
    .disabled(least_idle);
    if row.number(ui, &mut sampler.min_step, &whole(0.0..=LONGEST_STEP, false, none)) {
        sampler.max_step = sampler.max_step.map(|greatest| greatest.max(sampler.min_step));
    }
    // 0 stands for no limit, which is none in a scene file.
    let mut greatest = sampler.max_step.unwrap_or(0.0);
    let row = Row::new("Greatest step", "Longer steps are made this long; 0 for no limit.");
    if row.disabled(greatest_idle).number(
        ui,
        &mut greatest,
        &whole(0.0..=LONGEST_STEP, false, none),
    ) {
        sampler.max_step = (greatest > 0.0).then_some(greatest.max(sampler.min_step));
    }
    let mut most = sampler.max_attempts as f64;
    let count: fn(f64) -> String = |value| number::count(value as u64);
    let row = Row::new(
        "Most attempts",
        "A particle that has attempted so many steps stops there and says so.",
    );
    if row.disabled(most_idle).number(ui, &mut most, &whole(1.0..=1e7, true, count)) {
        sampler.max_attempts = most as usize;
    }
}

/// In which floating-point type the particles are solved.
fn precision_ui(ui: &mut Ui, scene: &mut Scene) {
    Row::new("Precision", "The floating-point type of the particles. Automatic: single for a network, double for formulas and for tolerances that single precision cannot hold.")
        .segments(
            ui,
            scene,
            &[
                Choice { value: None, title: "Auto", about: "As the field and the tolerance ask." },
                Choice { value: Some(Precision::F32), title: "f32", about: "Single precision." },
                Choice { value: Some(Precision::F64), title: "f64", about: "Double precision." },
            ],
            (|scene| scene.sampler.precision, |scene, value| scene.sampler.precision = value),
        );
}

fn controller_ui(ui: &mut Ui, scene: &mut Scene) {
    let constants = ["sampler.safety", "sampler.min_factor", "sampler.max_factor"];
    let constants = constants.map(|key| scene.idle(key));
    let coefficients = ["sampler.pcoeff", "sampler.icoeff", "sampler.dcoeff"];
    let coefficients = coefficients.map(|key| scene.idle(key));
    let kind = scene.sampler.controller;
    Row::new("Controller", kind.about()).disabled(scene.idle("sampler.controller")).choice(
        ui,
        scene,
        kind.title(),
        ControllerKind::ALL.into_iter().map(|value| Choice {
            value,
            title: value.title(),
            about: value.about(),
        }),
        (
            |scene| Some(scene.sampler.controller),
            |scene, value| {
                scene.sampler.controller = value;
                // Coefficients belong to the controller they were chosen for.
                (scene.sampler.pcoeff, scene.sampler.icoeff, scene.sampler.dcoeff) =
                    (None, None, None);
            },
        ),
    );
    let sampler = &mut scene.sampler;
    let factor = |allowed: std::ops::RangeInclusive<f64>| Scale {
        range: allowed.clone(),
        allowed,
        logarithmic: false,
        whole: false,
        format: number::three,
    };
    let rows = [
        (
            "Safety",
            "Multiplies the step that the error asks for, so that the next attempt is likely to pass.",
            &mut sampler.safety,
            0.01..=1.0,
        ),
        (
            "Least factor",
            "No step is shorter than this times the one before.",
            &mut sampler.min_factor,
            1e-3..=1.0,
        ),
        (
            "Most factor",
            "No step is longer than this times the one before.",
            &mut sampler.max_factor,
            1.0..=1e3,
        ),
    ];
    for ((name, about, value, allowed), idle) in rows.into_iter().zip(constants) {
        Row::new(name, about).disabled(idle).number(ui, value, &factor(allowed));
    }
    if !kind.takes_coefficients() {
        return;
    }
    let usual = kind.usual_coefficients();
    let rows = [
        (
            "p",
            "Proportional coefficient: how much the change of the error counts.",
            &mut sampler.pcoeff,
        ),
        ("i", "Integral coefficient: how much the error itself counts.", &mut sampler.icoeff),
        (
            "d",
            "Derivative coefficient: how much the change of the change counts.",
            &mut sampler.dcoeff,
        ),
    ];
    for (((name, about, chosen), usual), idle) in rows.into_iter().zip(usual).zip(coefficients) {
        if name == "d" && kind == ControllerKind::Pi {
            continue;
        }
        let mut value = chosen.unwrap_or(usual);
        if Row::new(name, about).disabled(idle).number(ui, &mut value, &factor(-10.0..=10.0)) {
            *chosen = Some(value);
        }
    }
}

/// How fixed steps are spread.
fn grid_ui(ui: &mut Ui, scene: &mut Scene) {
    let (rho, shift) = (scene.idle("sampler.rho"), scene.idle("sampler.shift"));
    let spacing = scene.sampler.spacing();
    let listed = scene.sampler.times.is_some();
    Row::new("Grid", spacing.about()).disabled(scene.idle("sampler.grid")).choice(
        ui,
        scene,
        spacing.title(),
        Spacing::ALL
            .into_iter()
            .filter(|&value| listed || value != Spacing::List)
            .map(|value| Choice { value, title: value.title(), about: value.about() }),
        (
            |scene| Some(scene.sampler.spacing()),
            |scene, value| {
                scene.sampler.grid = (value != Spacing::Uniform).then_some(value);
                if value != Spacing::List {
                    scene.sampler.times = None;
                }
                if value != Spacing::Uniform {
                    scene.sampler.step_size = None;
                }
            },
        ),
    );
    let (name, about, value, range, idle) = match spacing {
        Spacing::Karras => {
            let about = "Turning it up makes the steps shorter where little noise is left.";
            ("ρ", about, &mut scene.sampler.rho, 1.0..=15.0, rho)
        }
        Spacing::Shifted => {
            let about = "Above 1 there are more steps near the noise, below 1 near the data.";
            ("Shift", about, &mut scene.sampler.shift, 0.1..=10.0, shift)
        }
        _ => return,
    };
    let scale = Scale {
        allowed: if spacing == Spacing::Karras { 1.0..=100.0 } else { 0.01..=100.0 },
        range,
        logarithmic: true,
        whole: false,
        format: number::three,
    };
    Row::new(name, about).disabled(idle).slider(ui, value, &scale);
}
