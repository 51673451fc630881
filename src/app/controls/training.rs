//! Training a network in the window.

use driftscope_flow::network::LossRef;
use driftscope_study::scene::Direction;
use driftscope_study::scene::parameters::Named;
use driftscope_study::session::{Action, TrainingOrder};
use driftscope_study::{TrainingState, TrainingStatus};
use eframe::egui::{Button, ProgressBar, RichText, Ui, Vec2};

use super::row::heading;
use super::setting::Setting;
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT};

/// Why a training is not changed.
pub const UNDER_WAY: &str = "A training is under way. Reset it to change how it goes.";

/// Settings, buttons and progress.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    heading(ui, "Training");
    settings_ui(ui, state, out);
    ui.add_space(UNIT);
    buttons_ui(ui, state, out);
    if let Some(status) = state.training() {
        progress_ui(ui, state, status);
    } else {
        ui.add_space(UNIT);
        ui.label(
            RichText::new("Trains a network from scratch on the chosen data and interpolant. The particles follow its weights as they improve.")
                .color(state.palette().quiet),
        );
    }
}

fn settings_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let mut scene = state.session.scene().as_ref().clone();
    let locked = state.training().is_some().then_some(UNDER_WAY);
    for key in ["training.steps", "training.batch", "training.learning_rate"] {
        Setting::of(&scene, key).unless(locked).slider(ui, &mut scene);
    }
    Setting::of(&scene, "training.seed").unless(locked).number(ui, &mut scene);
    for key in ["training.objective", "training.prediction"] {
        Setting::of(&scene, key).unless(locked).menu(ui, &mut scene);
    }
    // Of one there is nothing to choose.
    if LossRef::choices().len() > 1 {
        Setting::of(&scene, "training.loss").unless(locked).menu(ui, &mut scene);
    }
    if scene.training != state.session.scene().training {
        out.push(Command::set(0, state.session.scene(), &scene));
    }
}

fn buttons_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let status = state.training().map(|status| &status.state);
    let running = status == Some(&TrainingState::Running);
    let paused = status == Some(&TrainingState::Paused);
    let forwards = state.scene().direction == Direction::Noise;
    let (first, next, reason) = match status {
        Some(TrainingState::Running) => ("Pause", Some(TrainingOrder::Pause), ""),
        Some(TrainingState::Paused) => ("Resume", Some(TrainingOrder::Resume), ""),
        Some(_) => ("Start", None, "This training has ended. Reset it to start another."),
        None if state.scene().classic().is_some() => (
            "Start",
            None,
            "Networks are trained on a distribution. Choose another field than Classic to train one.",
        ),
        None if forwards => {
            ("Start", None, "Networks are trained to generate. Choose Generate to train one.")
        }
        None => ("Start", Some(TrainingOrder::Start), ""),
    };
    let buttons = [
        (first, next, reason),
        ("Stop", (running || paused).then_some(TrainingOrder::Stop), "No training is under way."),
        ("Reset", status.map(|_| TrainingOrder::Reset), "There is nothing to reset."),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let width = (ui.available_width() - 2.0 * UNIT) / 3.0;
        for (i, (title, training, reason)) in buttons.into_iter().enumerate() {
            let palette = state.palette();
            let button = if i == 0 && training.is_some() {
                Button::new(RichText::new(title).color(palette.on_accent)).fill(palette.accent)
            } else {
                Button::new(title)
            };
            let response = ui
                .add_enabled_ui(training.is_some(), |ui| {
                    ui.add_sized(Vec2::new(width, ROW + UNIT), button)
                })
                .inner
                .on_disabled_hover_text(reason);
            if let (true, Some(training)) = (response.clicked(), training) {
                out.push(Command::Act(Action::Train { training }));
            }
        }
    });
}

fn progress_ui(ui: &mut Ui, state: &State, status: &TrainingStatus) {
    let palette = state.palette();
    ui.add_space(UNIT);
    let share = status.steps_done as f32 / status.steps.max(1) as f32;
    ui.add(ProgressBar::new(share).desired_height(UNIT * 1.5).fill(palette.scene(state.scene())));
    let done = number::count(status.steps_done);
    let all = number::count(status.steps);
    ui.label(format!("{done} of {all} training steps"));
    match status.loss {
        Some(loss) => ui.label(
            RichText::new(format!("loss {}", number::three(loss.into()))).color(palette.strong),
        ),
        None => ui.label("loss not measured yet"),
    };
    let words = match &status.state {
        TrainingState::Running if status.steps_done > 0 => {
            let left = status.elapsed.as_secs_f64() / f64::from(share.max(1e-6))
                - status.elapsed.as_secs_f64();
            format!(
                "about {} left",
                number::duration(std::time::Duration::from_secs_f64(left.max(0.0)))
            )
        }
        TrainingState::Running => "starting".to_owned(),
        TrainingState::Paused => "paused".to_owned(),
        TrainingState::Finished if status.steps_done < status.steps => {
            "stopped; the network stays in use until reset".to_owned()
        }
        TrainingState::Finished => format!(
            "finished in {}; the network stays in use until reset",
            number::duration(status.elapsed)
        ),
        TrainingState::Failed(reason) => reason.clone(),
    };
    let failed = matches!(status.state, TrainingState::Failed(_));
    ui.label(RichText::new(words).color(if failed { palette.alarm } else { palette.quiet }));
}
