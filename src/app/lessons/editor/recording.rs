//! While a step is recorded: what it sets so far, and the controls.

use driftscope_study::lesson::{Instruction, Stand};
use driftscope_study::session::Action;
use eframe::egui::{Button, ComboBox, Label, RichText, Sense, Ui, vec2};

use super::draft::DraftEdit;
use crate::app::command::Command;
use crate::app::commands;
use crate::app::controls::row::Row;
use crate::app::icon::paint_dot;
use crate::app::lab;
use crate::app::numbers::name_of;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT, semibold};

/// What is recorded, for how things stood when it was found.
#[derive(Default)]
pub struct Recorded(Option<(Stand, Result<Vec<Instruction>, String>)>);

impl Recorded {
    fn of(&mut self, state: &State) -> &Result<Vec<Instruction>, String> {
        let now = state.stand();
        let known = self.0.take().filter(|(stand, _)| *stand == now);
        &self.0.insert(known.unwrap_or_else(|| (now, state.recorded()))).1
    }
}

/// What is set so far, and what ends it.
pub fn ui(
    ui: &mut Ui,
    state: &State,
    edit: &mut DraftEdit<'_>,
    (step, recorded): (usize, &mut Recorded),
) {
    let palette = state.palette();
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(4.0 * UNIT, ROW), Sense::hover());
        paint_dot(ui.painter(), rect.center(), palette.alarm);
        let title = RichText::new(format!("Recording step {}", step + 1)).family(semibold());
        ui.label(title.color(palette.strong));
    });
    ui.add(Label::new("Set what the step should show. It keeps how things stand at the end, whatever led there.").wrap());
    ui.add_space(UNIT);
    match recorded.of(state) {
        Ok(set) if set.is_empty() => {
            ui.label(RichText::new("Nothing is set yet.").color(palette.quiet));
        }
        Ok(set) => {
            for instruction in set {
                let words = RichText::new(instruction.to_string()).monospace();
                ui.add(Label::new(words.color(palette.text)).truncate());
            }
        }
        Err(why) => super::steps::refused_ui(ui, state, why),
    }
    ui.add_space(UNIT);
    card_ui(ui, state, edit);
    ui.add_space(UNIT);
    ui.horizontal(|ui| {
        for (entry, main) in [(&commands::KEEP_STEP, true), (&commands::DISCARD_STEP, false)] {
            let title = RichText::new(entry.title).family(semibold());
            let button = if main {
                Button::new(title.color(palette.on_accent)).fill(palette.accent)
            } else {
                Button::new(title)
            };
            if ui.add(button.min_size(vec2(0.0, 8.0 * UNIT))).clicked() {
                edit.ask((entry.command)(state));
            }
        }
    });
    ui.add_space(UNIT);
    ui.separator();
}

/// Which card stands beside the stage.
fn card_ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>) {
    let now = state.lesson().and_then(|lecture| lecture.card.clone());
    let titled = |name: &str| lab::cards().find(|(title, _)| name_of(title) == name);
    let shown = now.as_deref().map_or("none", |name| titled(name).map_or("", |(title, _)| title));
    Row::new("Card", "A card of the error laboratory beside the stage.").show(ui, |ui| {
        let menu = ComboBox::from_id_salt("card").width(ui.available_width());
        menu.selected_text(shown).show_ui(ui, |ui| {
            let none = ("none", None);
            let cards = lab::cards().map(|(title, _)| (title, Some(name_of(title))));
            for (title, card) in std::iter::once(none).chain(cards) {
                if ui.selectable_label(card == now, title).clicked() {
                    edit.ask(Command::Act(Action::Card { card }));
                }
            }
        });
    });
}
