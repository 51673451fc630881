//! The pointer over a plot, with the primary button.

use eframe::egui::{CursorIcon, Event, Pos2, Response, Ui};

use crate::app::stage::canvas::Canvas;

/// What the pointer does in this frame.
pub struct Pointer {
    /// Where it is on the screen, over the plot or while it holds something of it.
    pub at: Option<Pos2>,
    /// Where in the plane it was pressed, if it was in this frame.
    pub pressed: Option<[f64; 2]>,
    /// The places in the plane that it has come through since it was pressed or since the last frame.
    pub way: Vec<[f64; 2]>,
    /// Whether it is still down.
    pub down: bool,
    /// Whether Shift is down.
    pub shift: bool,
}

impl Pointer {
    /// Reads it.
    pub fn read(ui: &Ui, response: &Response, canvas: &Canvas<'_>) -> Self {
        let on_plot = response.is_pointer_button_down_on() || response.clicked();
        let hovered = response.hovered() || on_plot;
        if hovered && !response.dragged_by(eframe::egui::PointerButton::Middle) {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
        ui.input(|input| {
            let pressed = input.pointer.primary_pressed() && on_plot;
            let moved = input.events.iter().filter_map(|event| match event {
                Event::PointerMoved(at) => Some(canvas.under(*at)),
                _ => None,
            });
            let origin = input.pointer.press_origin().or(input.pointer.interact_pos());
            Self {
                at: input.pointer.latest_pos().filter(|_| hovered),
                pressed: origin.filter(|_| pressed).map(|at| canvas.under(at)),
                // What lies before the press belongs to no stroke.
                way: if pressed { Vec::new() } else { moved.collect() },
                down: on_plot && input.pointer.primary_down(),
                shift: input.modifiers.shift,
            }
        })
    }
}
