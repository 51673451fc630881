//! The drawing tools on the stage: what the pointer does with them, and their strip. Put away they leave
//! nothing.

mod field;
mod holding;
mod pointer;
mod readout;
mod strip;
mod stroking;
mod weight;

use eframe::egui::{Rect, Response, Ui};

use self::holding::Holding;
use self::stroking::Stroking;
use self::weight::Weight;
use super::canvas::Canvas;
use crate::app::command::Commands;
use crate::app::drawing::Tool;
use crate::app::state::State;

pub use self::pointer::Pointer;
pub use self::strip::HEIGHT;

/// What a pointer is doing with a tool.
#[derive(Default)]
pub struct Tools {
    stroking: Stroking,
    holding: Holding,
    weight: Weight,
}

impl Tools {
    /// Does with one pane's plot what the pointer asks for, and draws over it.
    pub fn pane_ui(
        &mut self,
        ui: &mut Ui,
        (response, canvas): (&Response, &Canvas<'_>),
        (state, index, tool): (&State, usize, Tool),
        out: &mut Commands,
    ) {
        let pointer = Pointer::read(ui, response, canvas);
        let painter = ui.painter_at(response.rect);
        let seen = (&painter, canvas);
        match tool {
            Tool::Brush | Tool::Eraser => {
                self.holding = Holding::default();
                self.stroking.update(&pointer, (state, index, tool), out);
                self.stroking.paint(seen, &pointer, (state, index, tool));
            }
            Tool::Gaussians => {
                self.stroking = Stroking::default();
                self.holding.update(&pointer, canvas, (state, index), out);
                self.holding.paint(seen, &pointer, state);
                self.weight.ui(ui, (response.rect, canvas), state, out);
            }
        }
    }

    /// Draws the strip over the first plot, which is `frame`; forgets what was begun where the tools are away.
    pub fn ui(&mut self, ui: &mut Ui, frame: Rect, state: &State, out: &mut Commands) {
        match state.tool() {
            Some(tool) => strip::ui(ui, frame, (state, tool), out),
            None => *self = Self::default(),
        }
    }
}
