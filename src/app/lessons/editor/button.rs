//! Buttons for what the table of commands has.

use eframe::egui::{Button, Ui, vec2};

use super::draft::DraftEdit;
use crate::app::commands::Entry;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT};

/// A button for an entry of the table of commands.
pub fn entry_button(ui: &mut Ui, state: &State, entry: &Entry, edit: &mut DraftEdit<'_>) {
    let refused = (entry.refused)(state);
    let button = Button::new(entry.title).min_size(vec2(0.0, ROW + UNIT));
    let response = ui.add_enabled(refused.is_none(), button);
    let response = match refused {
        Some(why) => response.on_disabled_hover_text(why),
        None => response.on_hover_text(entry.does),
    };
    if response.clicked() {
        edit.ask((entry.command)(state));
    }
}
