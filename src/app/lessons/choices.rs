//! The choices of a question, with the hands that are up for each.

use driftscope_study::lesson::Guess;
use driftscope_study::session::{Action, Lecture};
use eframe::egui::{
    Align2, FontId, Frame, Label, Margin, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{LessonView, text_ui};
use crate::app::command::{Command, Commands};
use crate::app::state::State;
use crate::app::text::Document;
use crate::app::theme::{TEXT, UNIT, semibold};

/// Side of the box around the key of a choice, in points.
const KEY: f32 = 5.0 * UNIT;
/// Around a choice; the hands that are up for it stand at its right.
const AROUND: Margin = Margin { left: 10, right: 24, top: 6, bottom: 6 };

/// What stands before a choice.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    /// The key that counts a hand for it.
    Key,
    /// That it is right.
    Right,
    /// That it was chosen and is not.
    Wrong,
}

/// A choice.
struct Choice<'a> {
    /// Its place, from 0.
    place: usize,
    text: &'a Document,
    /// Size of its words, in points.
    size: f32,
    mark: Mark,
    is_chosen: bool,
    hands: u32,
    /// Of all hands.
    share: f32,
}

impl LessonView {
    /// The choices with the hands that are up for each; where the right one begins.
    pub(super) fn choices_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        answer: usize,
        out: &mut Commands,
    ) -> f32 {
        let mut top = ui.cursor().top();
        let all: u32 = lecture.hands.iter().sum();
        let (own, size) = (own(lecture), self.fit.size());
        let mut words = 0.0;
        for (place, text) in self.texts(lecture).choices.iter().enumerate() {
            if place == answer {
                top = ui.cursor().top();
            }
            let mark = if lecture.revealed && place == answer {
                Mark::Right
            } else if lecture.revealed && own == Some(place) {
                Mark::Wrong
            } else {
                Mark::Key
            };
            let hands = lecture.hands.get(place).copied().unwrap_or(0);
            let choice = Choice {
                place,
                text,
                size,
                mark,
                is_chosen: lecture.guess == Some(Guess::Choice(place)),
                hands,
                share: hands as f32 / all.max(1) as f32,
            };
            words += choice.ui(ui, state, out);
            ui.add_space(UNIT);
        }
        self.fit.words(words);
        let told = match own {
            Some(own) if lecture.revealed && own == answer => "Right.",
            Some(_) if lecture.revealed => "Not this one: the right answer is marked.",
            // Hands are counted for a class, which is told so by whoever counts.
            Some(_) if lecture.guess.is_some() => "“Reveal” tells whether it is right.",
            _ => return top,
        };
        let told = RichText::new(told).family(semibold()).color(state.palette().strong);
        ui.add(Label::new(told).wrap());
        top
    }
}

/// The choice of who reads alone: the one that was pressed, or else the one that the only hand is up for.
fn own(lecture: &Lecture) -> Option<usize> {
    match lecture.guess {
        Some(Guess::Choice(place)) => Some(place),
        _ if lecture.hands.iter().sum::<u32>() == 1 => {
            lecture.hands.iter().position(|&hands| hands == 1)
        }
        _ => None,
    }
}

impl Choice<'_> {
    /// Draws it, equally large whatever is marked; how high its words are.
    fn ui(&self, ui: &mut Ui, state: &State, out: &mut Commands) -> f32 {
        let palette = state.palette();
        let stroke = match self.mark {
            Mark::Right => Stroke::new(2.0, palette.accent),
            _ if self.is_chosen => Stroke::new(1.0, palette.strong),
            _ => Stroke::NONE,
        };
        let builder = UiBuilder::new().id_salt(("choice", self.place)).sense(Sense::click());
        let scope = ui.scope_builder(builder, |ui| {
            let lit = ui.response().hovered() || ui.response().has_focus();
            let fill = if lit || self.is_chosen { palette.hovered } else { palette.raised };
            let frame = Frame::new().fill(fill).corner_radius(6).inner_margin(AROUND);
            let framed = frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                let row = ui.horizontal_top(|ui| {
                    self.mark_ui(ui, state);
                    ui.vertical(|ui| text_ui(ui, self.text, state, self.size)).inner
                });
                row.inner
            });
            let rect = framed.response.rect;
            // A frame of its own would take up room.
            ui.painter().rect_stroke(rect, 6.0, stroke, StrokeKind::Inside);
            self.hands_ui(ui, state, rect);
            framed.inner
        });
        let (response, height) = (scope.response, scope.inner);
        let number = self.place + 1;
        let about = format!("Choose it; {number} counts a hand for it, with Shift one less.");
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::RadioButton, true, self.text.plain());
            info.selected = Some(self.is_chosen);
            info
        });
        if response.on_hover_text(about).clicked() {
            let guess = Some(Guess::Choice(self.place));
            out.push(Command::Act(Action::Guess { guess }));
        }
        height
    }

    /// Its key, or how it stands once the answer is shown, in a box beside its first line.
    fn mark_ui(&self, ui: &mut Ui, state: &State) {
        let palette = state.palette();
        let size = vec2(KEY, (1.3 * self.size).max(KEY));
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let rect = Rect::from_center_size(rect.center(), vec2(KEY, KEY));
        let (words, colour) = match self.mark {
            Mark::Key => ((self.place + 1).to_string(), palette.text),
            Mark::Right => ("✔".to_owned(), palette.on_accent),
            Mark::Wrong => ("×".to_owned(), palette.strong),
        };
        if self.mark == Mark::Right {
            ui.painter().rect_filled(rect, 4.0, palette.accent);
        } else {
            let stroke = Stroke::new(palette.heavier, palette.quiet);
            ui.painter().rect_stroke(rect, 4.0, stroke, StrokeKind::Inside);
        }
        let font = FontId::new(TEXT, semibold());
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, font, colour);
    }

    /// The hands that are up for it, as a number and as a share of all.
    fn hands_ui(&self, ui: &Ui, state: &State, rect: Rect) {
        if self.hands == 0 {
            return;
        }
        let palette = state.palette();
        let at = rect.right_top() + vec2(-UNIT, f32::from(AROUND.top));
        let font = FontId::new(TEXT, semibold());
        ui.painter().text(at, Align2::RIGHT_TOP, self.hands, font, palette.strong);
        let bar = Rect::from_min_max(
            pos2(rect.left(), rect.bottom() - 3.0),
            pos2(rect.left() + self.share * rect.width(), rect.bottom()),
        );
        ui.painter().rect_filled(bar, 1.5, palette.accent);
    }
}
