//! The keyboard map.

use eframe::egui::{Context, Frame, Grid, Id, Modal, RichText};

use super::command::{Command, Commands};
use super::state::{Mode, State};
use super::theme::{TEXT, UNIT, semibold};

const KEYS: [(&str, &str); 16] = [
    ("Space", "Play, pause"),
    ("← →", "One solver step back, forward"),
    ("Home", "Restart"),
    ("R", "Reset the view"),
    ("F", "The stage alone, full screen"),
    ("F11", "Full screen"),
    ("C, G", "Hide or show controls, graphs"),
    ("T", "Next theme"),
    ("P", "Presenter mode: larger type"),
    ("Ctrl+Z", "Undo"),
    ("Ctrl+O, Ctrl+S", "Open, save a scene"),
    ("Ctrl+plus, Ctrl+minus", "Larger, smaller"),
    ("Scroll, drag", "Zoom and move the stage"),
    ("Click, Esc", "Pin a particle, let it go"),
    ("Drop a file", "Open a scene or a model"),
    ("?", "This map"),
];

/// The keys of the modes and their names.
fn modes() -> (String, String) {
    let keys = (1..=Mode::ALL.len()).map(|number| number.to_string()).collect::<Vec<_>>();
    (keys.join(" "), Mode::ALL.map(Mode::title).join(", "))
}

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
                let modes = modes();
                let modes = (modes.0.as_str(), modes.1.as_str());
                for (keys, what) in KEYS.into_iter().chain([modes]) {
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
