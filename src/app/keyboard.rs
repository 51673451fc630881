//! The keyboard: see the map in `help`.

use eframe::egui::{Context, Event, Popup};

use super::command::{Command, Commands};
use super::commands::ALL;
use super::state::State;

/// Reads the keys of this frame.
pub fn read(ctx: &Context, state: &State, out: &mut Commands) {
    // Someone who types a number means the number, and keys in an open menu are the menu's.
    if ctx.egui_wants_keyboard_input() || Popup::is_any_open(ctx) || state.finder.is_open() {
        return;
    }
    ctx.input(|input| {
        out.extend(input.events.iter().filter_map(|event| match event {
            Event::Paste(text) => Some(Command::Paste(text.clone())),
            Event::PasteImage(picture) => Some(Command::PastePicture(picture.clone())),
            _ => None,
        }));
    });
    out.extend(
        ALL.iter().filter(|entry| entry.is_pressed(ctx)).map(|entry| (entry.command)(state)),
    );
}
