//! The button that saves what a plot or a card shows as numbers.

use eframe::egui::{Align, Button, Layout, Rect, RichText, Ui, UiBuilder};

use super::command::{Command, Commands, FileCommand};
use super::numbers::{Table, name_of};
use super::theme::UNIT;

/// Room for it at the right of a title, in points.
pub const WIDTH: f32 = 10.0 * UNIT;

/// Draws the button at the right of the title in `head`; `numbers` are asked for when it is pressed.
pub fn save_button(
    ui: &mut Ui,
    head: Rect,
    title: &str,
    numbers: impl FnOnce() -> Option<Table>,
    out: &mut Commands,
) {
    let layout = Layout::right_to_left(Align::Center);
    let place = UiBuilder::new().max_rect(head).layout(layout).id_salt(("csv", title));
    let mut line = ui.new_child(place);
    let quiet = line.visuals().weak_text_color.unwrap_or_default();
    let button = Button::new(RichText::new("CSV").color(quiet)).small().frame_when_inactive(false);
    let response = line.add(button).on_hover_text("Save the numbers as a table");
    let name = format!("Save the numbers of {title}");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    if response.clicked() {
        let csv = numbers().filter(|table| !table.is_empty()).map(|table| table.to_csv());
        out.push(Command::File(FileCommand::AskSaveNumbers { name: name_of(title), csv }));
    }
}
