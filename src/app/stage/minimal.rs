//! The one line below a stage that has the window for itself.

use eframe::egui::{Align, Layout, Rect, RichText, Ui, UiBuilder};

use crate::app::command::{Command, Commands};
use crate::app::commands;
use crate::app::icon::{Icon, icon_button};
use crate::app::scrubber;
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

/// Height of the line.
pub const HEIGHT: f32 = 10.0 * UNIT;
/// Theme for t and the button on the right.
const RIGHT: f32 = 36.0 * UNIT;

/// Draws the line into `rect`.
pub fn ui(ui: &mut Ui, rect: Rect, state: &State, out: &mut Commands) {
    let layout = Layout::left_to_right(Align::Center);
    let place = rect.shrink2(eframe::egui::vec2(2.0 * UNIT, 0.0));
    let mut line = ui.new_child(UiBuilder::new().max_rect(place).layout(layout));
    let playing = state.playback().playing;
    let (icon, name) = if playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    if icon_button(&mut line, icon, name, "Space", false).clicked() {
        out.push((commands::PLAY.command)(state));
    }
    let width = (line.available_width() - RIGHT).max(20.0 * UNIT);
    scrubber::ui(&mut line, width, state, out);
    let time = state.time().map_or_else(|| "–".to_owned(), |t| format!("t {t:.3}"));
    line.label(RichText::new(time).family(semibold()).color(state.palette().strong));
    line.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if icon_button(ui, Icon::Close, "Leave full screen", "F", false).clicked() {
            out.push(Command::ToggleStageAlone);
        }
    });
}
