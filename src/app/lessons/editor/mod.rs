//! The lesson that is being written, in place of the controls: its steps, and all of the one that is shown.

mod button;
mod draft;
mod fields;
mod question;
mod recording;
mod steps;
mod typed;

use std::sync::Arc;

use driftscope_study::lesson::{Lesson, LessonKind};
use driftscope_study::session::Lecture;
use eframe::egui::{
    Align, ComboBox, Layout, Rect, RichText, ScrollArea, TextEdit, Ui, UiBuilder, vec2,
};

use self::button::entry_button;
use self::draft::DraftEdit;
use self::recording::Recorded;
use self::typed::Typed;
use crate::app::command::Commands;
use crate::app::commands;
use crate::app::controls;
use crate::app::controls::row::{Row, heading};
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

/// Height of the bar below, in points.
const BAR: f32 = 10.0 * UNIT;
/// Room for the scroll bar, in points.
const GUTTER: f32 = 2.5 * UNIT;

/// What the editor keeps from frame to frame.
#[derive(Default)]
pub struct LessonEditor {
    typed: Typed,
    /// The lesson as it was drawn last.
    of: Option<Arc<Lesson>>,
    /// The step that is typed into.
    step: usize,
    /// What is recorded, found once for each way that things stand.
    recorded: Recorded,
    /// Why the last change of the order was not made.
    refused: Option<String>,
}

impl LessonEditor {
    /// Draws it into all of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lecture: &Lecture, out: &mut Commands) {
        if let Some(recorder) = state.recorder() {
            let edit = &mut DraftEdit::new(lecture, out);
            recording::ui(ui, state, edit, (recorder.step, &mut self.recorded));
            controls::ui(ui, state, out);
            return;
        }
        if self.of.as_ref().is_none_or(|of| !Arc::ptr_eq(of, &lecture.lesson)) {
            self.of = Some(Arc::clone(&lecture.lesson));
            self.refused = None;
        }
        if self.step != lecture.step {
            self.step = lecture.step;
            self.typed.forget();
        }
        let edit = &mut DraftEdit::new(lecture, out);
        let all = ui.available_rect_before_wrap();
        let bar =
            Rect::from_min_max(all.left_bottom() - vec2(0.0, BAR), all.max - vec2(GUTTER, 0.0));
        let body = Rect::from_min_max(all.min, all.right_bottom() - vec2(0.0, BAR + UNIT));
        let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("writing"));
        ScrollArea::vertical().id_salt(lecture.step).auto_shrink(false).show(&mut child, |ui| {
            ui.set_max_width(ui.available_width() - GUTTER);
            self.body_ui(ui, state, edit);
        });
        let layout = Layout::left_to_right(Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(bar).layout(layout).id_salt("bar"));
        for entry in [&commands::TRY_LESSON, &commands::SAVE_LESSON, &commands::END_WRITING] {
            entry_button(&mut child, state, entry, edit);
        }
        ui.advance_cursor_after_rect(all);
    }

    fn body_ui(&mut self, ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>) {
        lesson_ui(ui, edit);
        heading(ui, "Steps");
        let order = steps::ui(ui, state, edit);
        let more = steps::more_ui(ui, state, edit);
        self.refused = order.or(more).or(self.refused.take());
        if let Some(why) = &self.refused {
            steps::refused_ui(ui, state, why);
        }
        ui.add_space(2.0 * UNIT);
        ui.separator();
        let title = format!("Step {} of {}", edit.step + 1, edit.lesson.steps.len());
        ui.label(RichText::new(title).family(semibold()).color(state.palette().strong));
        fields::words_ui(ui, edit);
        fields::set_ui(ui, state, edit, &mut self.typed);
        heading(ui, "Question");
        question::ui(ui, state, edit, &mut self.typed);
        fields::claims_ui(ui, state, edit, &mut self.typed);
        fields::sight_ui(ui, state, edit, &mut self.typed);
        ui.add_space(4.0 * UNIT);
        self.refused = edit.refused.take().or(self.refused.take());
    }
}

/// What the lesson is called and for.
fn lesson_ui(ui: &mut Ui, edit: &mut DraftEdit<'_>) {
    let mut lesson = edit.lesson.clone();
    for (name, about, text) in [
        ("Title", "What the lesson is called in the list.", &mut lesson.title),
        ("About", "One sentence of what it shows.", &mut lesson.about),
    ] {
        Row::new(name, about).show(ui, |ui| {
            let field = ui.add(TextEdit::singleline(text).desired_width(ui.available_width()));
            ui.ctx().accesskit_node_builder(field.id, |node| node.set_label(name));
        });
    }
    Row::new(
        "Kind",
        "Whether it is shown in front of a class, worked through by students, or taken alone.",
    )
    .show(ui, |ui| {
        let menu = ComboBox::from_id_salt("kind").width(ui.available_width());
        menu.selected_text(lesson.kind.title()).show_ui(ui, |ui| {
            for kind in LessonKind::ALL {
                ui.selectable_value(&mut lesson.kind, kind, kind.title());
            }
        });
    });
    let step = edit.step;
    edit.refused = edit.become_lesson(lesson, step).err();
}
