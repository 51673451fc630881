//! The right panel: plots that tell why. Each says one thing.

mod counts;
pub(super) mod frame;
mod loss;
mod steps;

use eframe::egui::{Rect, Ui, pos2};

use super::state::State;
use super::theme::UNIT;
use driftscope_study::session::Mode;

/// The counts need this much for their table and a histogram that can be read.
const COUNTS_HEIGHT: f32 = 56.0 * UNIT;

/// Draws the plots into all of `ui`; returns the t under the pointer.
pub fn ui(ui: &mut Ui, state: &State) -> Option<f64> {
    let all = ui.available_rect_before_wrap();
    let gap = 3.0 * UNIT;
    let room = all.height() - 2.0 * gap;
    let counts_height = (0.4 * room).max(COUNTS_HEIGHT.min(0.54 * room));
    let over_time = (room - counts_height) / 2.0;
    let mut top = all.top();
    let [first, second, third] = [over_time, over_time, counts_height].map(|height| {
        let rect = Rect::from_min_max(pos2(all.left(), top), pos2(all.right(), top + height));
        top = rect.bottom() + gap;
        rect
    });
    let hovered = match state.mode() {
        Mode::Explore | Mode::Compare | Mode::Errors => {
            let a = steps::step_size_ui(ui, first, state);
            let b = steps::error_ui(ui, second, state);
            a.or(b)
        }
        Mode::Train => {
            loss::ui(ui, first, state);
            steps::step_size_ui(ui, second, state)
        }
    };
    counts::ui(ui, third, state);
    ui.advance_cursor_after_rect(all);
    hovered
}
