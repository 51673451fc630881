//! How the ODE is solved.

use driftscope_solve::grid::Spacing;
use driftscope_solve::{Knob, MethodRef};
use driftscope_study::scene::alias::{self, Program};
use driftscope_study::scene::parameters::{Kind, Named, Range, Settings};
use driftscope_study::scene::{MOST_STEPS, Scene, Unscored};
use eframe::egui::{Button, Ui, Vec2};

use super::choose::choose;
use super::row::{Row, Scale, heading};
use super::setting::{Setting, counts};
use super::step_control;
use crate::app::command::{Command, Commands, FileCommand};
use crate::app::commands;
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::ROW;

/// Said of implicit methods where the network was trained elsewhere.
const DIFFERENCES: &str = "The network was trained elsewhere: Newton's iteration takes its Jacobian from central differences.";

/// Method, steps and tolerances.
pub fn ui(ui: &mut Ui, state: &State, scene: &mut Scene, out: &mut Commands) {
    heading(ui, "Sampler");
    method_ui(ui, scene, (state, out));
    recipe_ui(ui, state, scene);
    Setting::of(scene, "sampler.rtol").slider(ui, scene);
    Setting::of(scene, "sampler.atol").slider(ui, scene);
    steps_ui(ui, scene);

    step_control::ui(ui, scene);
    let about = format!(
        "α, σ and log α/σ over t, with the steps as marks that can be dragged, added and removed ({})",
        commands::SCHEDULE.shortcut()
    );
    let shown = ui.selectable_label(state.schedule, commands::SCHEDULE.title);
    if shown.on_hover_text(about).clicked() {
        out.push((commands::SCHEDULE.command)(state));
    }
}

/// The methods of the table, and the tableau of one's own, which gives way to what is chosen here.
fn method_ui(ui: &mut Ui, scene: &mut Scene, (state, out): (&State, &mut Commands)) {
    let current = scene.sampler.method();
    let own = scene.sampler.tableau.is_some().then(|| current.words());
    // A tableau is no reason not to choose a method.
    let noisy = scene.idle("sampler.method").filter(|_| scene.is_sde());
    let differences = state.foreign_words().filter(|_| current.get().rule.iterates());
    let differences = differences.map_or("", |_| DIFFERENCES);
    let names = alias::names_of_method(current.name);
    let names = names.filter(|(program, _)| *program == Program::A1111).map(|(_, name)| name);
    let names: Vec<&str> = names.collect();
    let elsewhere = if names.is_empty() {
        differences.to_owned()
    } else {
        format!("Elsewhere: {}.\n{differences}", names.join(", "))
    };
    let lacks_score = |scene: &Scene| state.lacks_score(scene);
    let method = Setting::of(scene, "sampler.method").only(noisy).saying(&elsewhere);
    method.refusing(&lacks_score).menu_among(
        ui,
        scene,
        Some(current.words()),
        MethodRef::choices().into_iter().chain(own),
        // Its name may be that of a method of the table, but stands in another place.
        |scene, name| match own.filter(|own| std::ptr::eq(own.name, name)) {
            Some(_) => {}
            None => choose(scene, "sampler.method", name),
        },
    );
    let tableau = Scene::parameter("sampler.tableau");
    let row = Row::new(tableau.title, tableau.about).disabled(noisy);
    let (_, open) = row.show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), ROW);
        ui.add_sized(size, Button::new(commands::OPEN_TABLEAU.title))
    });
    if row.explain(open).clicked() {
        out.push(Command::File(FileCommand::AskOpenTableau));
    }
}

/// What only some methods have.
fn recipe_ui(ui: &mut Ui, state: &State, scene: &mut Scene) {
    // What adds noise already can be taken away.
    let unscored = state.unscored(scene).filter(|_| !scene.takes_score());
    let unscored = unscored.map(Unscored::sentence);
    for knob in scene.sampler.method().rule.knobs() {
        let key = match knob {
            Knob::Eta => "sampler.eta",
            Knob::EtaSde => "sampler.eta_sde",
            Knob::Tau => "sampler.tau",
            Knob::Predictor => "sampler.predictor",
            Knob::Corrector => "sampler.corrector",
            Knob::Order => "sampler.order",
            Knob::SolverType => "sampler.solver_type",
            Knob::B => "sampler.b",
            Knob::FinalOrder => "sampler.final_order",
            Knob::Kappa => "sampler.kappa",
            Knob::Variable => "sampler.variable",
            Knob::IntegralPoints => "sampler.integral_points",
            Knob::Churn => {
                churn_ui(ui, scene, unscored);
                continue;
            }
        };
        let noisy = matches!(knob, Knob::Eta | Knob::EtaSde | Knob::Tau);
        Setting::of(scene, key).unless(unscored.filter(|_| noisy)).any(ui, scene);
    }
}

/// EDM's four numbers.
fn churn_ui(ui: &mut Ui, scene: &mut Scene, unscored: Option<&str>) {
    Setting::of(scene, "sampler.s_churn").unless(unscored).slider(ui, scene);
    Setting::of(scene, "sampler.s_noise").slider(ui, scene);
    Setting::of(scene, "sampler.s_min").number(ui, scene);
    if Setting::of(scene, "sampler.s_max").number(ui, scene) {
        let sampler = &mut scene.sampler;
        sampler.s_max = sampler.s_max.map(|level| level.max(sampler.s_min));
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
    if scene.sampler.spacing() == Spacing::List {
        return listed_ui(ui, scene, number);
    }
    let by_number = Setting::of(scene, "sampler.steps").only(number).row();
    let by_size = Setting::of(scene, "sampler.step_size").only(size).row();
    let Kind::Whole(setting) = &Scene::parameter("sampler.steps").kind else { return };
    let counts = counts(setting);
    let mut changed = by_number.slider(ui, &mut steps, &counts);
    let (longest, shortest) = (span, span / MOST_STEPS as f64);
    let scale = Scale {
        slider: span / counts.slider.end()..=longest,
        allowed: Range::from(shortest..=longest),
        logarithmic: true,
        whole: false,
        format: &number::three,
    };
    let mut length = span / steps;
    if by_size.slider(ui, &mut length, &scale) {
        steps = (span / length).round().clamp(1.0, MOST_STEPS as f64);
        changed = true;
    }
    if changed {
        scene.sampler.steps = steps as usize;
        scene.sampler.step_size = None;
    }
}

/// Steps at times given in the scene file, which the sliders cannot move.
fn listed_ui(ui: &mut Ui, scene: &Scene, disabled: Option<&str>) {
    let steps =
        scene.sampler.times.as_ref().map_or(0, |own| own.content().0.len().saturating_sub(1));
    let title = Scene::parameter("sampler.steps").title;
    Row::new(title, "The steps go from one time in the scene file's list to the next.")
        .disabled(disabled)
        .show(ui, |ui| ui.label(format!("{steps}, as listed")));
}
