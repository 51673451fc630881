//! Lessons in the window: the list of them, and the step of the one that is open, beside the stage.

mod choices;
mod claims;
mod contents;
mod curve;
mod editor;
mod fit;
mod panel;
mod question;
mod scale;
mod sight;

use std::sync::Arc;

use driftscope_study::lab::FiguresQuestion;
use driftscope_study::lesson::{Lesson, Way};
use driftscope_study::session::Lecture;
use driftscope_study::work::Wish;
use eframe::egui::{Frame, Margin, Panel, Ui};

use self::editor::LessonEditor;
use self::fit::Fit;
use self::sight::Sight;
use super::command::Commands;
use super::in_sight;
use super::state::State;
use crate::app::text::{self, Document};

/// The texts of a step, read once.
struct Texts {
    of: Arc<Lesson>,
    step: usize,
    text: Document,
    ask: Option<Document>,
    choices: Vec<Document>,
}

impl Texts {
    fn of(lecture: &Lecture) -> Self {
        let step = lecture.current();
        let choices = match step.question.as_ref().map(|question| &question.way) {
            Some(Way::Choices { choices, .. }) => choices.as_slice(),
            _ => &[],
        };
        Self {
            of: Arc::clone(&lecture.lesson),
            step: lecture.step,
            text: Document::parse(&step.text),
            ask: step.question.as_ref().map(|question| Document::parse(&question.ask)),
            choices: choices.iter().map(|choice| Document::parse(choice)).collect(),
        }
    }

    fn are_of(&self, lecture: &Lecture) -> bool {
        Arc::ptr_eq(&self.of, &lecture.lesson) && self.step == lecture.step
    }
}

/// What the views of lessons keep from frame to frame.
#[derive(Default)]
pub struct LessonView {
    texts: Option<Texts>,
    figures: Wish<FiguresQuestion>,
    /// The number that is being typed.
    typed: String,
    /// The curve that is being drawn.
    drawn: Vec<[f64; 2]>,
    /// What was revealed last.
    sight: Sight,
    /// How large the words are.
    fit: Fit,
    /// What is kept of the lesson that is being written.
    editor: LessonEditor,
}

impl LessonView {
    /// Draws the lesson, or the list of them, at the left of `ui`, or where that is narrow, below.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let size = ui.available_size();
        let frame = Frame::new().fill(state.palette().panel);
        let panel = if state.is_pocket() {
            Panel::bottom("lesson").exact_size(POCKET_SHARE * size.y)
        } else {
            Panel::left("lesson").exact_size(panel_width(size.x))
        };
        panel
            .frame(frame.inner_margin(Margin { left: 14, right: 6, top: 8, bottom: 8 }))
            .resizable(false)
            .show(ui, |ui| match (in_sight::written(state), state.lesson()) {
                (Some(lecture), _) => self.editor.ui(ui, state, lecture, out),
                (None, Some(lecture)) => self.step_ui(ui, state, lecture, out),
                (None, None) => contents::ui(ui, state, out),
            });
    }

    /// Draws the step that is being written as the class sees it in a window of this width, at the right
    /// of `ui`.
    pub fn preview_ui(
        &mut self,
        ui: &mut Ui,
        (state, lecture): (&State, &Lecture),
        width: f32,
        out: &mut Commands,
    ) {
        let frame = Frame::new().fill(state.palette().panel);
        Panel::right("preview")
            .frame(frame.inner_margin(Margin { left: 14, right: 6, top: 8, bottom: 8 }))
            .resizable(false)
            .exact_size(panel_width(width))
            .show(ui, |ui| self.class_ui(ui, state, lecture, out));
    }

    /// The texts of the step that is shown.
    fn texts(&mut self, lecture: &Lecture) -> &Texts {
        let known = self.texts.take().filter(|texts| texts.are_of(lecture));
        if known.is_none() {
            self.typed.clear();
            self.drawn.clear();
        }
        self.texts.insert(known.unwrap_or_else(|| Texts::of(lecture)))
    }
}

/// Share of a narrow window's height that a lesson's words take.
const POCKET_SHARE: f32 = 0.5;

/// Width of a lesson's panel in a window of this width, in points.
fn panel_width(width: f32) -> f32 {
    (0.28 * width).clamp(280.0, 560.0)
}

/// Shows a text over the width that there is, with words of so many points; how high it is.
fn text_ui(ui: &mut Ui, document: &Document, state: &State, size: f32) -> f32 {
    text::ui(ui, document, &state.palette().text_style(size)).rect.height()
}
