//! A step: its text, its question, what it claims, and the controls that it leaves in sight.

use driftscope_study::lesson::Pointer;
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::Settings;
use driftscope_study::session::{Action, Lecture};
use eframe::egui::{
    Align, Button, CollapsingHeader, Label, Layout, Rect, RichText, ScrollArea, Sense, Stroke, Ui,
    UiBuilder, Vec2, vec2,
};

use super::{LessonView, text_ui};
use crate::app::command::{Command, Commands};
use crate::app::commands;
use crate::app::controls;
use crate::app::controls::row::heading;
use crate::app::icon::{Icon, icon_button};
use crate::app::in_sight;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT, semibold};

/// Height of the bar with which one goes on.
const BAR: f32 = 10.0 * UNIT;
/// Room for the scroll bar, in points.
const GUTTER: f32 = 2.5 * UNIT;
/// Height of the line behind which controls are folded, with the room around it.
const FOLDED: f32 = ROW + 3.0 * UNIT;
/// Room for the button that leads on, and for the one that leads back to all lessons.
const ON: [f32; 2] = [22.0 * UNIT, 27.0 * UNIT];

impl LessonView {
    /// Draws the step into all of `ui`.
    pub(super) fn step_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        out: &mut Commands,
    ) {
        head_ui(ui, state, lecture, out);
        let all = ui.available_rect_before_wrap();
        // As wide as what stands above it, which leaves room for its scroll bar.
        let end = all.max - vec2(GUTTER, 0.0);
        let bar = Rect::from_min_max(all.left_bottom() - vec2(0.0, BAR), end);
        let body = Rect::from_min_max(all.min, all.right_bottom() - vec2(0.0, BAR + UNIT));
        let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("body"));
        ScrollArea::vertical()
            .id_salt((lecture.step, &lecture.lesson.title))
            .auto_shrink(false)
            .show(&mut child, |ui| {
                ui.set_max_width(ui.available_width() - GUTTER);
                self.body_ui(ui, state, (lecture, body.size()), out);
            });
        let layout = Layout::left_to_right(Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(bar).layout(layout).id_salt("bar"));
        bar_ui(&mut child, state, lecture, out);
        ui.advance_cursor_after_rect(all);
    }

    /// Draws the step as the class sees it, with the button that shows the answer, into all of `ui`.
    pub(super) fn class_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        out: &mut Commands,
    ) {
        ui.horizontal(|ui| {
            let title = RichText::new("As the class sees it").family(semibold());
            ui.label(title.color(state.palette().quiet));
            if lecture.current().question.is_some() {
                let revealed = !lecture.revealed;
                let title = if revealed { "Reveal" } else { "Hide the answer" };
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add_space(GUTTER);
                    if ui.button(title).clicked() {
                        out.push(Command::Act(Action::Reveal { revealed }));
                    }
                });
            }
        });
        ui.separator();
        let room = ui.available_size();
        ScrollArea::vertical().id_salt("preview").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - GUTTER);
            self.body_ui(ui, state, (lecture, room), out);
        });
    }

    /// Draws all of the step but the bar; `room` is how much of it is seen at once.
    fn body_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        (lecture, room): (&Lecture, Vec2),
        out: &mut Commands,
    ) {
        let top = ui.cursor().top();
        self.fit.begin(lecture, room);
        let size = self.fit.size();
        let height = text_ui(ui, &self.texts(lecture).text, state, size);
        self.fit.words(height);
        ui.add_space(2.0 * UNIT);
        let question = ui.cursor().top();
        let answer = self.question_ui(ui, state, lecture, out);
        self.claims_ui(ui, state, lecture);
        self.sight.follow(ui, lecture, question, answer);
        // However much is unfolded, the words keep their size.
        let folded = ui.cursor().top() + FOLDED;
        controls_ui(ui, state, lecture, out);
        let bottom = if lecture.current().only.is_some() { ui.cursor().top() } else { folded };
        self.fit.end(ui, lecture, bottom - top);
    }
}

/// The lesson's name and the button that puts it away.
fn head_ui(ui: &mut Ui, state: &State, lecture: &Lecture, out: &mut Commands) {
    ui.horizontal_top(|ui| {
        let title = RichText::new(&lecture.lesson.title).family(semibold());
        let right = Layout::right_to_left(Align::Min);
        ui.with_layout(right, |ui| {
            let write = if lecture.is_draft {
                ("Write on", commands::TRY_LESSON)
            } else {
                if icon_button(ui, Icon::Close, "All lessons", "", false).clicked() {
                    out.push(Command::Act(Action::CloseLesson));
                }
                (commands::EDIT_LESSON.title, commands::EDIT_LESSON)
            };
            let (name, entry) = write;
            let can = (entry.refused)(state).is_none();
            let write = ui.add_enabled_ui(can, |ui| icon_button(ui, Icon::Write, name, "", false));
            if write.inner.clicked() {
                out.push((entry.command)(state));
            }
            if **state.scene() != *lecture.scene {
                let again = "Begin this step again, as it was";
                if icon_button(ui, Icon::Restart, again, "", false).clicked() {
                    out.push(Command::Act(Action::LessonStep { step: lecture.step }));
                }
            }
            let handout = &commands::LESSON_HANDOUT;
            if icon_button(ui, Icon::Page, handout.title, "", false).clicked() {
                out.push((handout.command)(state));
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.add_space(UNIT / 2.0);
                ui.add(Label::new(title.color(state.palette().quiet)).wrap());
            });
        });
    });
}

/// Back, where one is, and next, or to all lessons at the end.
fn bar_ui(ui: &mut Ui, state: &State, lecture: &Lecture, out: &mut Commands) {
    let palette = state.palette();
    let count = lecture.lesson.steps.len();
    // A lesson that is being written is left by its own button.
    let ends = !lecture.asks() && lecture.step + 1 == count && !lecture.is_draft;
    for (entry, title, right) in [
        (&commands::LESSON_BACK, "Back", false),
        (&commands::LESSON_NEXT, if lecture.asks() { "Reveal" } else { "Next" }, true),
    ] {
        if right && ends {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| end_ui(ui, state, out));
            continue;
        }
        let refused = (entry.refused)(state);
        let mut add = |ui: &mut Ui| {
            let text = RichText::new(title).family(semibold());
            let button = if right && refused.is_none() {
                Button::new(text.color(palette.on_accent)).fill(palette.accent)
            } else {
                Button::new(text)
            };
            let button = button.min_size(vec2(20.0 * UNIT, 8.0 * UNIT));
            let about = format!("{} ({})", entry.title, entry.shortcut());
            let response = ui.add_enabled(refused.is_none(), button).on_hover_text(about);
            if response.clicked() {
                out.push((entry.command)(state));
            }
        };
        if right {
            ui.with_layout(Layout::right_to_left(Align::Center), add);
        } else {
            add(ui);
            dots_ui(ui, state, (lecture.step, count), ON[usize::from(ends)]);
        }
    }
}

/// Back to the list at the end of a lesson.
fn end_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let palette = state.palette();
    let text = RichText::new("All lessons").family(semibold()).color(palette.on_accent);
    let size = vec2(20.0 * UNIT, 8.0 * UNIT);
    let button = Button::new(text).fill(palette.accent).min_size(size);
    let about = "This was the last step: back to the list of lessons";
    if ui.add(button).on_hover_text(about).clicked() {
        out.push(Command::Act(Action::CloseLesson));
    }
}

/// One dot for each step, beside `on` points for the button that leads on; the present one is filled.
fn dots_ui(ui: &mut Ui, state: &State, (step, count): (usize, usize), on: f32) {
    let palette = state.palette();
    let width = (ui.available_width() - on).max(0.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 6.0 * UNIT), Sense::hover());
    let words = format!("Step {} of {count}", step + 1);
    response.widget_info(|| {
        eframe::egui::WidgetInfo::labeled(eframe::egui::accesskit::Role::Label, true, &words)
    });
    response.on_hover_text(words);
    let apart = (3.0 * UNIT).min(width / count as f32);
    let first = rect.center().x - apart * (count as f32 - 1.0) / 2.0;
    for i in 0..count {
        let at = eframe::egui::pos2(first + apart * i as f32, rect.center().y);
        let colour = if i == step { palette.strong } else { palette.quiet };
        if i <= step {
            ui.painter().circle_filled(at, if i == step { 4.0 } else { 3.0 }, colour);
        } else {
            ui.painter().circle_stroke(at, 3.0, Stroke::new(1.0, colour));
        }
    }
}

/// The controls that the step leaves in sight, or all of them, folded.
fn controls_ui(ui: &mut Ui, state: &State, lecture: &Lecture, out: &mut Commands) {
    let step = lecture.current();
    let Some(only) = &step.only else {
        ui.add_space(UNIT);
        CollapsingHeader::new("All controls").id_salt("all controls").show_unindented(ui, |ui| {
            controls::body_ui(ui, state, out);
        });
        return;
    };
    let rows = Scene::parameters().iter().filter(|row| only.iter().any(|v| v.is_control(row.key)));
    let rows: Vec<&str> = rows.map(|row| row.key).collect();
    if rows.is_empty() {
        return;
    }
    ui.add_space(UNIT);
    heading(ui, "Try it");
    controls::edited(state, out, |scene, _| {
        for key in rows {
            let mut row = |ui: &mut Ui| {
                controls::one(ui, state, scene, key);
            };
            if matches!(&step.point, Some(Pointer::Control(pointed)) if pointed == key) {
                in_sight::spotlit(ui, state, row);
            } else {
                row(ui);
            }
        }
    });
}
