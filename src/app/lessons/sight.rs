//! What was just revealed comes into sight, since a speaker's remote cannot scroll.

use driftscope_study::session::Lecture;
use eframe::egui::{Rect, Ui};

use crate::app::theme::UNIT;

/// How much is left beside what comes into sight, in points.
const MARGIN: f32 = 2.0 * UNIT;

/// Follows what is revealed.
#[derive(Default)]
pub struct Sight {
    /// The step whose answer is shown.
    revealed: Option<usize>,
    /// Whether it is held in sight, however much room what is measured takes, until someone scrolls.
    holds: bool,
}

impl Sight {
    /// Scrolls to what was revealed: from its answer, which begins at one height, to what has been drawn last, and
    /// with the question above, which begins at another, where there is room for both.
    pub fn follow(&mut self, ui: &Ui, lecture: &Lecture, question: f32, answer: f32) {
        let revealed = lecture.revealed.then_some(lecture.step);
        let is_new = revealed.is_some() && revealed != self.revealed;
        self.revealed = revealed;
        let by_hand =
            ui.input(|input| input.pointer.any_pressed() || input.smooth_scroll_delta().y != 0.0);
        self.holds = is_new || self.holds && revealed.is_some() && !by_hand;
        if !self.holds {
            return;
        }
        let shown = ui.min_rect();
        let room = ui.clip_rect().height() - 2.0 * MARGIN;
        let top = if shown.bottom() - question <= room { question } else { answer };
        let bottom = shown.bottom().min(top + room);
        ui.scroll_to_rect(Rect::from_x_y_ranges(shown.x_range(), top..=bottom), None);
    }
}
