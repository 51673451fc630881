//! The steps of the lesson that is being written, in their order.

use driftscope_study::lesson::LessonStep;
use driftscope_study::session::Action;
use eframe::egui::{Align, Button, Label, Layout, RichText, Ui, vec2};

use super::button::entry_button;
use super::draft::DraftEdit;
use crate::app::command::Command;
use crate::app::icon::{Icon, icon_button};
use crate::app::state::State;
use crate::app::text::Document;
use crate::app::theme::{ROW, UNIT};

/// A step in a few words: its heading, or how it begins.
fn words(step: &LessonStep) -> String {
    let line = step.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line = Document::parse(line).plain();
    match (line.trim(), &step.question) {
        ("", Some(question)) => Document::parse(&question.ask).plain().trim().to_owned(),
        ("", None) => "Nothing is said yet".to_owned(),
        (line, _) => line.to_owned(),
    }
}

/// The list of steps. Why the last change to it was not made, if it was not.
pub fn ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>) -> Option<String> {
    let count = edit.lesson.steps.len();
    let mut refused = None;
    ui.spacing_mut().item_spacing.y = 2.0;
    for (place, step) in edit.lesson.steps.iter().enumerate() {
        let shown = place == edit.step;
        ui.horizontal(|ui| {
            ui.set_min_height(ROW + 4.0);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                if shown {
                    refused = buttons_ui(ui, edit, place, count).or(refused.take());
                }
                let title = format!("{}  {}", place + 1, words(step));
                let left = Layout::left_to_right(Align::Center).with_main_justify(true);
                ui.with_layout(left.with_main_align(Align::Min), |ui| {
                    let colour = if shown { state.palette().strong } else { state.palette().text };
                    let button = Button::selectable(shown, RichText::new(&title).color(colour));
                    let response = ui.add(button.truncate()).on_hover_text(&title);
                    if response.clicked() && !shown {
                        edit.ask(Command::Act(Action::LessonStep { step: place }));
                    }
                });
            });
        });
    }
    refused
}

/// What can be done with a step: from the right, remove, double, further down, further up.
fn buttons_ui(ui: &mut Ui, edit: &mut DraftEdit<'_>, place: usize, count: usize) -> Option<String> {
    let (lesson, step) = (edit.lesson, edit.shown().clone());
    let mut refused = None;
    let mut button = |ui: &mut Ui, icon, name: &str, can: bool, to: &mut dyn FnMut() -> _| {
        let clicked = ui.add_enabled_ui(can, |ui| icon_button(ui, icon, name, "", false).clicked());
        if clicked.inner {
            let (lesson, step) = to();
            refused = edit.become_lesson(lesson, step).err();
        }
    };
    button(ui, Icon::Close, "Remove the step", count > 1, &mut || {
        let lesson = lesson.clone().without_step(place);
        let step = place.min(lesson.steps.len() - 1);
        (lesson, step)
    });
    button(ui, Icon::Double, "Double the step", true, &mut || {
        (lesson.clone().with_step(place + 1, step.clone()), place + 1)
    });
    button(ui, Icon::Down, "Move the step down", place + 1 < count, &mut || {
        (lesson.clone().with_step_moved(place, place + 1), place + 1)
    });
    button(ui, Icon::Up, "Move the step up", place > 0, &mut || {
        (lesson.clone().with_step_moved(place, place.saturating_sub(1)), place.saturating_sub(1))
    });
    refused
}

/// Buttons that add a step. Why none was added, if so.
pub fn more_ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>) -> Option<String> {
    let mut refused = None;
    ui.add_space(UNIT);
    ui.horizontal_wrapped(|ui| {
        entry_button(ui, state, &crate::app::commands::RECORD_STEP, edit);
        let empty = Button::new("Add an empty step").min_size(vec2(0.0, ROW));
        if ui.add(empty).on_hover_text("A step that sets nothing, behind the one shown").clicked() {
            let place = edit.step + 1;
            let lesson = edit.lesson.clone().with_step(place, LessonStep::default());
            refused = edit.become_lesson(lesson, place).err();
        }
    });
    refused
}

/// Says why something was not done.
pub fn refused_ui(ui: &mut Ui, state: &State, why: &str) {
    ui.add(Label::new(RichText::new(why).color(state.palette().alarm)).wrap());
}
