//! The list of lessons.

use driftscope_study::lesson::{Lesson, LessonKind, bundled_lessons};
use driftscope_study::session::Action;
use eframe::egui::{Frame, Label, Margin, RichText, ScrollArea, Sense, Ui, UiBuilder};

use crate::app::command::{Command, Commands};
use crate::app::commands;
use crate::app::controls::row::heading;
use crate::app::state::State;
use crate::app::theme::{LESSON_TEXT, UNIT, semibold};

/// Room for the scroll bar, in points.
const GUTTER: f32 = 2.5 * UNIT;

/// Draws the list into all of `ui`.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - GUTTER);
        for (kind, title, about) in [
            (LessonKind::Tour, "First steps", "To be shown around."),
            (LessonKind::Lesson, "Lessons", "To be shown, or read alone. Page Down goes on."),
            (LessonKind::Sheet, "Laboratory sheets", "To be worked through: you measure."),
        ] {
            heading(ui, title);
            ui.add(Label::new(RichText::new(about).color(state.palette().quiet)).wrap());
            ui.add_space(UNIT);
            for lesson in bundled_lessons().iter().filter(|lesson| lesson.kind == kind) {
                if entry_ui(ui, state, lesson) {
                    let lesson = Box::new(lesson.clone());
                    out.push(Command::Act(Action::OpenLesson { lesson }));
                }
            }
            ui.add_space(3.0 * UNIT);
            if kind == LessonKind::Tour {
                own_ui(ui, state, out);
            }
        }
    });
}

/// Lessons of one's own: the one that is being written, or a new one, and those of files.
fn own_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    heading(ui, "Your own");
    if let Some(draft) = state.draft() {
        let about = "Being written";
        let draft = Lesson { about: about.to_owned(), ..(**draft).clone() };
        if entry_ui(ui, state, &draft) {
            out.push(Command::WriteLesson);
        }
    } else {
        let write = &commands::WRITE_LESSON;
        if ui.button(write.title).on_hover_text(write.does).clicked() {
            out.push((write.command)(state));
        }
    }
    let open = &commands::OPEN_LESSON;
    if ui.button(open.title).on_hover_text("A lesson of one's own, from its file").clicked() {
        out.push((open.command)(state));
    }
    ui.add_space(3.0 * UNIT);
}

/// One lesson: a button as wide as the list. Whether it was pressed.
fn entry_ui(ui: &mut Ui, state: &State, lesson: &Lesson) -> bool {
    let palette = state.palette();
    let builder = UiBuilder::new().id_salt(&lesson.title).sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            let lit = ui.response().hovered() || ui.response().has_focus();
            let fill = if lit { palette.hovered } else { palette.raised };
            Frame::new().fill(fill).corner_radius(6).inner_margin(Margin::symmetric(12, 8)).show(
                ui,
                |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = 2.0;
                    let title = RichText::new(&lesson.title).family(semibold()).size(LESSON_TEXT);
                    ui.add(Label::new(title.color(palette.strong)).wrap());
                    ui.add(Label::new(RichText::new(&lesson.about).color(palette.text)).wrap());
                },
            );
        })
        .response;
    response.widget_info(|| {
        eframe::egui::WidgetInfo::labeled(
            eframe::egui::accesskit::Role::Button,
            true,
            &lesson.title,
        )
    });
    ui.add_space(UNIT);
    response.clicked()
}
