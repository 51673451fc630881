//! The keyboard map.

use eframe::egui::{Context, Frame, Grid, Id, Modal, RichText};

use super::command::{Command, Commands};
use super::state::State;
use super::theme::{TEXT, UNIT, semibold};

const KEYS: [(&str, &str); 13] = [
    ("Space", "Play, pause"),
    ("← →", "One solver step back, forward"),
    ("Home", "Restart"),
    ("1, 2", "Explore, Train"),
    ("R", "Reset the view"),
    ("F, F11", "Full screen"),
    ("P", "Presenter mode: larger type"),
    ("Ctrl+Z", "Undo"),
    ("Ctrl+O, Ctrl+S", "Open, save a scene"),
    ("Ctrl+plus, Ctrl+minus", "Larger, smaller"),
    ("Scroll, drag", "Zoom and move the stage"),
    ("Drop a file", "Open a scene or a model"),
    ("?", "This map"),
];

/// Draws the map over everything while it is open.
pub fn ui(ctx: &Context, state: &State, out: &mut Commands) {
    if !state.help {
        return;
    }
    let palette = state.palette();
    let modal = Modal::new(Id::unique("keyboard map"))
        .frame(Frame::popup(&ctx.global_style()).inner_margin(5.0 * UNIT))
        .show(ctx, |ui| {
            ui.set_width(400.0);
            let title = RichText::new("Keyboard").family(semibold()).size(TEXT + 4.0);
            ui.label(title.color(palette.strong));
            ui.add_space(2.0 * UNIT);
            Grid::new("keys").num_columns(2).spacing([6.0 * UNIT, 1.5 * UNIT]).show(ui, |ui| {
                for (keys, what) in KEYS {
                    ui.label(RichText::new(keys).family(semibold()).color(palette.strong));
                    ui.label(what);
                    ui.end_row();
                }
            });
            ui.add_space(2.0 * UNIT);
            ui.button("Close").clicked()
        });
    if modal.inner || modal.should_close() {
        out.push(Command::ToggleHelp);
    }
}
