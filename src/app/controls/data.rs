//! What is sampled, which way, along which path, and whose velocity is followed.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::field::SYSTEMS;
use driftscope_study::scene::{Data, Direction, FieldKind, ModelName, Scene, Time};
use eframe::egui::Ui;

use super::row::{Choice, Row, Scale};
use crate::app::number;

/// Why the distribution cannot be changed beside a training.
const TRAINED_ON: &str =
    "The network beside is trained on this distribution. Reset the training to choose another.";

/// Distribution, direction, interpolant and field.
pub fn ui(ui: &mut Ui, scene: &mut Scene, training: bool) {
    let (shown, about) = (scene.data.title(), scene.data.about());
    // Data of one's own give way to what is chosen here.
    let kept = scene.idle("data.mixture").or(training.then_some(TRAINED_ON));
    Row::new("Data", about).disabled(kept).choice(
        ui,
        scene,
        shown,
        Data::choices().into_iter().map(|choice| Choice {
            value: choice.name,
            title: choice.title,
            about: choice.about,
        }),
        (
            |scene| scene.data.choice(),
            |scene, name| {
                scene.data.choose(name);
                // A model file belongs to the distribution it was trained on.
                scene.field.model = None;
            },
        ),
    );
    numbers_ui(ui, scene, kept);
    let directions = [
        Choice { value: Direction::Generate, title: "Generate", about: "From noise to data." },
        Choice {
            value: Direction::Noise,
            title: "Noise",
            about: "From data to noise: the linear diffusion of the VP-SDE run forwards.",
        },
        Choice {
            value: Direction::Encode,
            title: "Encode",
            about: "From data to noise by the probability-flow ODE: the field run backwards, without noise.",
        },
    ];
    let shown = directions.iter().find(|choice| choice.value == scene.direction);
    let shown = shown.map_or("", |choice| choice.title);
    Row::new("Direction", "Generate runs from noise (t = 0) to data (t = 1). Noise runs the linear diffusion of the VP-SDE the other way: dx = −½β·x dt + √β dW, from data to noise. Encode goes there by the ODE: dx = v(x, t) dt with t falling from 1 to 0.")
        .disabled(scene.idle("direction"))
        .choice(
            ui,
            scene,
            shown,
            directions.into_iter(),
            (|scene| Some(scene.direction), |scene, value| scene.direction = value),
        );
    let path = scene.interpolant.kind;
    Row::new("Interpolant", path.about()).disabled(scene.idle("interpolant.kind")).choice(
        ui,
        scene,
        path.title(),
        Interpolant::ALL.into_iter().map(|value| Choice {
            value,
            title: value.title(),
            about: value.about(),
        }),
        (|scene| Some(scene.interpolant.kind), |scene, value| scene.interpolant.kind = value),
    );
    let learned = match &scene.field.model {
        Some(ModelName::Trained(_)) => "The network trained here.",
        Some(ModelName::File(_)) => "The network in a model file.",
        None => "A network trained on this distribution: solver error and model error together.",
    };
    let kinds = [
        Choice { value: FieldKind::Learned, title: "Learned", about: learned },
        Choice {
            value: FieldKind::Exact,
            title: "Exact",
            about: "The distribution's own velocity in closed form: the only error left is the solver's.",
        },
        Choice {
            value: FieldKind::Classic,
            title: "Classic ODE",
            about: "An ODE from the textbooks instead of a distribution: decay, the oscillator, Van der Pol and others.",
        },
    ];
    let kind = scene.field.kind;
    let shown = kinds.iter().find(|choice| choice.value == kind).map_or("", |choice| choice.title);
    Row::new("Field", "Whose velocity the particles follow.")
        .disabled(scene.idle("field.kind"))
        .choice(ui, scene, shown, kinds.into_iter(), (|scene| Some(scene.field.kind), set_kind));
    system_ui(ui, scene);
}

/// The numbers of data of one's own.
fn numbers_ui(ui: &mut Ui, scene: &mut Scene, kept: Option<&str>) {
    for number in scene.data.numbers() {
        let mut value = number.value;
        let scale = Scale {
            range: number.range.clone(),
            allowed: number.range,
            logarithmic: false,
            whole: number.whole,
            format: number::three,
        };
        let row = Row::new(number.title, number.about).disabled(kept);
        if row.slider(ui, &mut value, &scale) {
            scene.data.set_number(number.key, value);
        }
    }
}

/// Changes the field; what belongs to the other world goes back to its usual.
fn set_kind(scene: &mut Scene, kind: FieldKind) {
    let crosses = (kind == FieldKind::Classic) != (scene.field.kind == FieldKind::Classic);
    scene.field.kind = kind;
    if !crosses {
        return;
    }
    // Times of one mean nothing to the other.
    scene.time = Time::default();
    scene.suit_field();
}

/// Which classic system, and its parameter.
fn system_ui(ui: &mut Ui, scene: &mut Scene) {
    let Some(classic) = scene.classic() else { return };
    let system = classic.system();
    Row::new("System", system.about).choice(
        ui,
        scene,
        system.title,
        SYSTEMS.iter().map(|system| Choice {
            value: system.name,
            title: system.title,
            about: system.about,
        }),
        (
            |scene| scene.classic().map(|classic| classic.system().name),
            |scene, name| {
                name.clone_into(&mut scene.field.system);
                scene.time = Time::default();
                scene.sampler.step_size = None;
            },
        ),
    );
    let Some(parameter) = &system.parameter else { return };
    let Some(chosen) = scene.field.parameter_mut(parameter.key) else { return };
    let mut value = chosen.unwrap_or(parameter.usual);
    let scale = Scale {
        // Three powers of ten are enough for a slider; more can be typed.
        range: parameter.range.start().max(0.1)..=parameter.range.end().min(1e3),
        allowed: parameter.range.clone(),
        logarithmic: true,
        whole: false,
        format: number::three,
    };
    if Row::new(parameter.symbol, parameter.about).slider(ui, &mut value, &scale) {
        *chosen = Some(value);
    }
}
