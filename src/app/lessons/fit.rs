//! How large the words of a step are: as large as lets all of it be seen without scrolling.

use std::sync::Arc;

use driftscope_study::lesson::{Lesson, Way};
use driftscope_study::session::Lecture;
use eframe::egui::{Ui, Vec2};

use crate::app::theme::{LESSON_TEXT, ROW, UNIT};

/// Sizes that are tried, in points, from the largest; the last one is taken whether or not it fits.
const SIZES: [f32; 5] = [21.0, 19.5, 18.0, 16.5, LESSON_TEXT];
/// Passes after which a step keeps its size, whatever is unfolded in it.
const SETTLED: usize = 3;
/// Height of a line of the size of one point.
const LINE: f32 = 1.3;

/// What a size was chosen for.
struct Chosen {
    lesson: Arc<Lesson>,
    step: usize,
    /// The room that there is, in points.
    room: Vec2,
    size: f32,
    /// How often the step was drawn since.
    passes: usize,
}

impl Chosen {
    fn is_for(&self, lecture: &Lecture, room: Vec2) -> bool {
        Arc::ptr_eq(&self.lesson, &lecture.lesson)
            && self.step == lecture.step
            && (self.room - room).abs().max_elem() < 1.0
    }
}

/// Chooses the size of a step's words. A step is drawn with the smallest words first, in a pass that is not shown,
/// from which follows how high it is with larger ones.
#[derive(Default)]
pub struct Fit {
    chosen: Option<Chosen>,
    /// Height of the words that have been drawn in this pass.
    words: f32,
}

impl Fit {
    /// The size of words, in points.
    pub fn size(&self) -> f32 {
        self.chosen.as_ref().map_or(LESSON_TEXT, |chosen| chosen.size)
    }

    /// A pass begins, with so much room.
    pub fn begin(&mut self, lecture: &Lecture, room: Vec2) {
        self.words = 0.0;
        let known = self.chosen.take().filter(|chosen| chosen.is_for(lecture, room));
        let new = || Chosen {
            lesson: Arc::clone(&lecture.lesson),
            step: lecture.step,
            room,
            size: LESSON_TEXT,
            passes: 0,
        };
        self.chosen = Some(known.unwrap_or_else(new));
    }

    /// Words of that size were drawn, which are so high.
    pub fn words(&mut self, height: f32) {
        self.words += height;
    }

    /// A pass ends in which all of the step was so high.
    pub fn end(&mut self, ui: &Ui, lecture: &Lecture, height: f32) {
        let Some(chosen) = &mut self.chosen else { return };
        if chosen.passes >= SETTLED {
            return;
        }
        chosen.passes += 1;
        let (before, most) = (chosen.size, chosen.room.y - to_come(lecture));
        if chosen.passes == 1 {
            let words = self.words;
            // Twice as large words take four times the room; lines that break elsewhere may need one line more.
            let fits = |size: &f32| {
                let larger = size / before;
                height + words * (larger * larger - 1.0) + LINE * size <= most
            };
            chosen.size = SIZES.into_iter().find(fits).unwrap_or(LESSON_TEXT);
        } else if height > most {
            chosen.size = SIZES.into_iter().find(|size| *size < before).unwrap_or(before);
        }
        if chosen.size.to_bits() != before.to_bits() {
            ui.ctx().request_discard("the words of a lesson's step have another size");
            if !ui.ctx().will_discard() {
                ui.ctx().request_repaint();
            }
        }
    }
}

/// Room for what joins the step when its answer is shown, so that the words keep their size then.
fn to_come(lecture: &Lecture) -> f32 {
    if !lecture.asks() {
        return 0.0;
    }
    let step = lecture.current();
    let claims = if step.claims.is_empty() { 0.0 } else { ROW + 2.0 * UNIT };
    let answer = match step.question.as_ref().map(|question| &question.way) {
        Some(Way::Choices { .. } | Way::Scale { .. }) => ROW,
        Some(Way::Number { .. }) => 2.0 * ROW,
        Some(Way::Curve { .. }) | None => 0.0,
    };
    claims + answer
}
