//! Training a network in the window.

use driftscope_flow::network::{LOSSES, LossRef};
use driftscope_study::scene::Direction;
use driftscope_study::{TrainingState, TrainingStatus};
use eframe::egui::{Button, ComboBox, ProgressBar, RichText, Ui, Vec2};

use super::row::{Row, Scale, heading};
use crate::app::command::{Command, Commands, TrainCommand};
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT};

const UNDER_WAY: &str = "A training is under way. Reset it to change how it goes.";

/// Settings, buttons and progress.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    heading(ui, "Training");
    settings_ui(ui, state, out);
    ui.add_space(UNIT);
    buttons_ui(ui, state, out);
    if let Some(status) = &state.training.status {
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
    let mut settings = state.training.settings.clone();
    let locked = state.training.status.is_some().then_some(UNDER_WAY);
    let mut steps = settings.steps as f64;
    Row::new(
        "Training steps",
        "Steps of Adam over the whole training; the learning rate ends at zero there.",
    )
    .disabled(locked)
    .slider(ui, &mut steps, &Scale::counts(10.0..=100_000.0, 1e7));
    settings.steps = steps.max(1.0) as u64;
    let mut batch = settings.batch as f64;
    Row::new("Batch size", "Points drawn for each step. More: a steadier gradient, slower steps.")
        .disabled(locked)
        .slider(ui, &mut batch, &Scale::counts(1.0..=4096.0, 65_536.0));
    settings.batch = batch.max(1.0) as usize;
    let rate = Scale { range: 1e-5..=1e-1, allowed: 1e-8..=1.0, ..Scale::tolerance() };
    Row::new(
        "Learning rate",
        "The highest step length of Adam. Too high, and the loss does not fall.",
    )
    .disabled(locked)
    .slider(ui, &mut settings.learning_rate, &rate);
    let mut seed = settings.seed as f64;
    let scale = Scale { allowed: 0.0..=9_007_199_254_740_991.0, ..Scale::counts(0.0..=1.0, 1.0) };
    Row::new("Training seed", "Decides the first weights and all that is drawn.")
        .disabled(locked)
        .number(ui, &mut seed, &scale);
    settings.seed = seed as u64;
    if LOSSES.len() > 1 {
        loss_ui(ui, &mut settings.loss, locked);
    }
    if settings != state.training.settings {
        out.push(Command::Train(TrainCommand::Settings(Box::new(settings))));
    }
}

/// The menu of losses.
fn loss_ui(ui: &mut Ui, loss: &mut LossRef, locked: Option<&str>) {
    let row = Row::new("Loss", loss.about).disabled(locked);
    let (name, menu) = row.show(ui, |ui| {
        let menu = ComboBox::from_id_salt("Loss").selected_text(loss.title);
        let menu = menu.width(ui.available_width()).show_ui(ui, |ui| {
            for candidate in LossRef::all() {
                ui.selectable_value(loss, candidate, candidate.title)
                    .on_hover_text(candidate.about);
            }
        });
        menu.response
    });
    row.explain(menu.labelled_by(name.id));
}

fn buttons_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let status = state.training.status.as_ref().map(|status| &status.state);
    let running = status == Some(&TrainingState::Running);
    let paused = status == Some(&TrainingState::Paused);
    let forwards = state.scene.direction == Direction::Noise;
    let (first, command, reason) = match status {
        Some(TrainingState::Running) => ("Pause", Some(TrainCommand::Pause), ""),
        Some(TrainingState::Paused) => ("Resume", Some(TrainCommand::Resume), ""),
        Some(_) => ("Start", None, "This training has ended. Reset it to start another."),
        None if state.scene.classic().is_some() => (
            "Start",
            None,
            "Networks are trained on a distribution. Choose another field than Classic to train one.",
        ),
        None if forwards => {
            ("Start", None, "Networks are trained to generate. Choose Generate to train one.")
        }
        None => ("Start", Some(TrainCommand::Start), ""),
    };
    let buttons = [
        (first, command, reason),
        ("Stop", (running || paused).then_some(TrainCommand::Stop), "No training is under way."),
        ("Reset", status.map(|_| TrainCommand::Reset), "There is nothing to reset."),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let width = (ui.available_width() - 2.0 * UNIT) / 3.0;
        for (i, (title, command, reason)) in buttons.into_iter().enumerate() {
            let palette = state.palette();
            let button = if i == 0 && command.is_some() {
                Button::new(RichText::new(title).color(palette.on_accent)).fill(palette.accent)
            } else {
                Button::new(title)
            };
            let response = ui
                .add_enabled_ui(command.is_some(), |ui| {
                    ui.add_sized(Vec2::new(width, ROW + UNIT), button)
                })
                .inner
                .on_disabled_hover_text(reason);
            if let (true, Some(command)) = (response.clicked(), command) {
                out.push(Command::Train(command));
            }
        }
    });
}

fn progress_ui(ui: &mut Ui, state: &State, status: &TrainingStatus) {
    let palette = state.palette();
    ui.add_space(UNIT);
    let share = status.steps_done as f32 / status.steps.max(1) as f32;
    ui.add(ProgressBar::new(share).desired_height(UNIT * 1.5).fill(palette.scene(&state.scene)));
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
