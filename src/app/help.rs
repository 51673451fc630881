//! The keyboard map.

use eframe::egui::{
    Align, Color32, Context, Frame, Id, Label, Layout, Modal, RichText, ScrollArea, Ui, vec2,
};

use super::command::{Command, Commands};
use super::commands::ALL;
use super::state::State;
use super::theme::{TEXT, UNIT, semibold};

/// What the pointer does, and what egui reads itself.
const MORE: [(&str, &str); 5] = [
    ("1 to 9", "while a lesson asks: one more hand for that choice, with Shift one less"),
    ("Ctrl+plus, Ctrl+minus", "larger, smaller"),
    ("Scroll, drag", "zoom and move the stage"),
    ("Click", "pin a particle"),
    ("Drop a file", "open a scene, a lesson, a model, data, a tableau or a schedule"),
];
/// Width of the keys, in points.
const KEYS: f32 = 38.0 * UNIT;

/// Draws the map over everything while it is open.
pub fn ui(ctx: &Context, state: &State, out: &mut Commands) {
    if !state.help.is_open() {
        return;
    }
    let palette = state.palette();
    let modal = Modal::new(Id::unique("keyboard map"))
        .frame(Frame::popup(&ctx.global_style()).inner_margin(5.0 * UNIT))
        .show(ctx, |ui| {
            ui.set_width(ui.ctx().content_rect().width().min(860.0) - 24.0 * UNIT);
            let title = RichText::new("Keyboard").family(semibold()).size(TEXT + 4.0);
            ui.label(title.color(palette.strong));
            ui.add_space(2.0 * UNIT);
            let entries = ALL.iter().map(|entry| (entry.all_keys(), entry.does));
            let more = MORE.iter().map(|(keys, does)| ((*keys).to_owned(), *does));
            let rows: Vec<(String, &str)> = entries.chain(more).collect();
            let height = ui.ctx().content_rect().height() - 44.0 * UNIT;
            ScrollArea::vertical().max_height(height).show(ui, |ui| {
                ui.columns_const(|columns: &mut [Ui; 2]| {
                    let half = rows.len().div_ceil(columns.len());
                    for (ui, rows) in columns.iter_mut().zip(rows.chunks(half)) {
                        column(ui, palette.strong, rows);
                    }
                });
            });
            ui.add_space(2.0 * UNIT);
            ui.button("Close").clicked()
        });
    if modal.inner || modal.should_close() {
        out.push(Command::ToggleHelp);
    }
}

/// Keys and what they do, line by line.
fn column(ui: &mut Ui, colour: Color32, rows: &[(String, &str)]) {
    ui.spacing_mut().item_spacing = vec2(2.0 * UNIT, 1.5 * UNIT);
    for (keys, does) in rows {
        ui.horizontal_top(|ui| {
            let layout = Layout::left_to_right(Align::Min);
            ui.allocate_ui_with_layout(vec2(KEYS, 0.0), layout, |ui| {
                ui.set_min_width(KEYS);
                ui.label(RichText::new(keys).family(semibold()).color(colour));
            });
            ui.add(Label::new(*does).wrap());
        });
    }
}
