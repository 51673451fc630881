//! How a model file's network is read.

use driftscope_study::scene::{FieldKind, ModelName, Scene};
use eframe::egui::{Button, Ui, Vec2};

use super::row::Row;
use crate::app::command::{Command, Commands};
use crate::app::state::State;
use crate::app::theme::ROW;

const OURS: &str = "This program trained the network, and its file says itself how it is read.";
const ABOUT: &str = "What the network predicts, which path and time it was trained with, and the scale of its data, where its file does not say so or is wrong. The stage shows each choice at once.";

/// The button that asks how it is read; its tooltip says what the network is.
pub fn ui(ui: &mut Ui, scene: &Scene, (state, out): (&State, &mut Commands)) {
    let file = matches!(scene.field.model, Some(ModelName::File(_)));
    if !file || scene.field.kind != FieldKind::Learned {
        return;
    }
    let pane = state.pane();
    let followed = pane.recording().filter(|shown| shown.scene.field.model == scene.field.model);
    let ours = followed.is_some_and(|shown| shown.network.is_none()).then_some(OURS);
    let words = state.foreign_words().map(|words| format!("{ABOUT}\n{}.", words.about));
    let about = words.as_deref().unwrap_or(ABOUT);
    Row::new("Model", about).disabled(ours).show(ui, |ui| {
        let button = Button::selectable(state.reading.is_open(), "How it is read…")
            .frame_when_inactive(true);
        let size = Vec2::new(ui.available_width(), ROW);
        let response = ui.add_sized(size, button).on_hover_text(about);
        let response = match ours {
            Some(reason) => response.on_disabled_hover_text(reason),
            None => response,
        };
        if response.clicked() {
            out.push(Command::ToggleReading);
        }
    });
}
