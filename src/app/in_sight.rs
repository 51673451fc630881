//! What a lesson leaves in sight, and what it points at.

use driftscope_study::lesson::{LessonKind, Pointer, Visible, Way};
use driftscope_study::session::{Lecture, Mode};
use eframe::egui::{Align2, FontId, Frame, Margin, Rect, Stroke, StrokeKind, Ui, Vec2, vec2};

use super::state::State;
use super::theme::{TEXT, UNIT};

/// The name of the card of formulas.
const FORMULA: &str = "formula";

/// Whether a lesson, or the list of them, takes the place of the controls.
#[must_use]
pub fn is_lesson(state: &State) -> bool {
    state.mode() == Mode::Lessons
}

/// The lesson that is shown.
#[must_use]
pub fn lecture(state: &State) -> Option<&Lecture> {
    state.lesson().filter(|_| is_lesson(state))
}

/// The lesson that is being written, and not tried.
#[must_use]
pub fn written(state: &State) -> Option<&Lecture> {
    lecture(state).filter(|lecture| lecture.is_draft && !state.trial)
}

/// The lesson that is being written, whose step is shown beside it as the class sees it, where there is
/// room for that.
#[must_use]
pub fn previewed(state: &State) -> Option<&Lecture> {
    written(state).filter(|_| state.recorder().is_none() && !state.is_narrow())
}

/// The names of the graphs that are left; none if all are.
#[must_use]
pub fn graphs(state: &State) -> Option<Vec<&str>> {
    // Whoever records a step sees everything.
    let only = lecture(state).filter(|_| state.recorder().is_none())?.current().only.as_ref()?;
    let named = only.iter().filter_map(|visible| match visible {
        Visible::Plot(name) => Some(name.as_str()),
        Visible::Control(_) => None,
    });
    Some(named.collect())
}

/// The card of the laboratory that a lesson puts beside the stage, by its name.
#[must_use]
pub fn lesson_card(state: &State) -> Option<&str> {
    lecture(state)?.card.as_deref()
}

/// The card of the laboratory that stands beside the stage, by its name.
#[must_use]
pub fn card(state: &State) -> Option<&str> {
    lesson_card(state).or_else(|| state.formula.is_open().then_some(FORMULA))
}

/// Whether the formulas stand beside the stage.
#[must_use]
pub fn shows_formula(state: &State) -> bool {
    card(state) == Some(FORMULA)
}

/// The graph, by its name, that a curve is being drawn into, whose truth is not shown yet.
#[must_use]
pub fn hidden_graph(state: &State) -> Option<&str> {
    let lecture = lecture(state).filter(|lecture| lecture.asks())?;
    match &lecture.current().question.as_ref()?.way {
        Way::Curve { plot } => Some(plot),
        _ => None,
    }
}

/// Whether what the run cost and how good it is would give away what the lesson asks; who measures an
/// answer needs it, and so does whoever works through a laboratory sheet, for any of its questions.
#[must_use]
pub fn withholds(state: &State) -> bool {
    let asking = lecture(state).filter(|lecture| {
        lecture.asks() && !lecture.is_draft && lecture.lesson.kind != LessonKind::Sheet
    });
    let question = asking.and_then(|lecture| lecture.current().question.as_ref());
    question.is_some_and(|question| !matches!(question.way, Way::Number { .. }))
}

/// What the lesson points at.
#[must_use]
pub fn pointer(state: &State) -> Option<&Pointer> {
    lecture(state)?.current().point.as_ref()
}

/// Stands for the graph that a curve is drawn into before it is shown.
pub fn hidden_ui(ui: &Ui, rect: Rect, state: &State, title: &str) {
    let palette = state.palette();
    let stroke = Stroke::new(1.0, palette.line);
    ui.painter().rect(rect, 6.0, palette.ground, stroke, StrokeKind::Inside);
    let words = format!("{title}: what do you expect?");
    let font = FontId::proportional(TEXT);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, font, palette.quiet);
}

/// Room between what is pointed at and the outer edge of the frame around it, in points: beside, where the names of
/// marks at the ends of an axis reach out, and above and below.
const AROUND: Vec2 = vec2(3.0 * UNIT, 2.0 * UNIT);

/// A frame around what is pointed at, as far outside of it as the panel lets it.
pub fn spotlight(ui: &Ui, rect: Rect, state: &State) {
    frame(ui, rect.expand2(AROUND).intersect(ui.clip_rect()), state);
}

/// The same around a control, which makes room for it.
pub fn spotlit(ui: &mut Ui, state: &State, add: impl FnOnce(&mut Ui)) {
    let inside = Frame::new().inner_margin(Margin::symmetric(8, 8)).show(ui, add);
    frame(ui, inside.response.rect, state);
}

fn frame(ui: &Ui, rect: Rect, state: &State) {
    let palette = state.palette();
    let stroke = Stroke::new(2.5 * palette.heavier, palette.accent);
    ui.painter().rect_stroke(rect, 6.0, stroke, StrokeKind::Inside);
}
