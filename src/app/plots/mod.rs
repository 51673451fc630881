//! The right panel: plots that tell why. Each says one thing.

mod counts;
mod frame;
mod loss;
mod steps;

use eframe::egui::{Rect, Ui, pos2};

use super::state::{Mode, State};
use super::theme::UNIT;

/// Draws the plots into all of `ui`; returns the t under the pointer.
pub fn ui(ui: &mut Ui, state: &State) -> Option<f64> {
    let all = ui.available_rect_before_wrap();
    let gap = 3.0 * UNIT;
    // Shares of the height.
    let shares = [0.3, 0.3, 0.4];
    let room = all.height() - gap * (shares.len() as f32 - 1.0);
    let mut top = all.top();
    let [first, second, third] = shares.map(|share| {
        let rect = Rect::from_min_max(pos2(all.left(), top), pos2(all.right(), top + share * room));
        top = rect.bottom() + gap;
        rect
    });
    let hovered = match state.mode {
        Mode::Explore => {
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
    hovered
}
