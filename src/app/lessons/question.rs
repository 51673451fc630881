//! The question of a step, and what was answered.

use driftscope_study::lab::Figure;
use driftscope_study::lesson::{Guess, Way};
use driftscope_study::session::{Action, Lecture};
use eframe::egui::{
    Align, Frame, Label, Layout, Margin, Rect, RichText, Sense, Slider, Stroke, TextEdit, Ui,
    UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{LessonView, text_ui};
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::{LESSON_TEXT, UNIT, semibold};

/// Height of a line on which a guess and the truth are marked.
const LINE: f32 = 11.0 * UNIT;

fn guess(guess: Guess) -> Command {
    Command::Act(Action::Guess { guess: Some(guess) })
}

impl LessonView {
    /// Draws the question, if the step has one; where its answer begins once it is shown.
    pub(super) fn question_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        out: &mut Commands,
    ) -> f32 {
        let mut top = ui.cursor().top();
        let Some(question) = &lecture.current().question else { return top };
        let palette = state.palette();
        let frame = Frame::new().fill(palette.ground).stroke(Stroke::new(1.0, palette.line));
        frame.corner_radius(8).inner_margin(Margin::same(12)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            if let Some(ask) = &self.texts(lecture).ask {
                text_ui(ui, ask, state);
            }
            ui.add_space(UNIT);
            match &question.way {
                Way::Choices { answer, .. } => {
                    top = self.choices_ui(ui, state, lecture, *answer, out);
                }
                Way::Scale { ends, logarithmic, unit, answer } => {
                    let scale = GuessScale { ends: *ends, logarithmic: *logarithmic, unit };
                    self.scale_ui(ui, state, lecture, (&scale, answer), out);
                }
                Way::Number { unit, answer, within } => {
                    self.number_ui(ui, state, lecture, (unit, answer, *within), out);
                }
                Way::Curve { plot } => self.curve_ui(ui, state, lecture, plot, out),
            }
        });
        ui.add_space(2.0 * UNIT);
        top
    }

    /// The choices with the hands that are up for each; where the right one begins.
    fn choices_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        answer: usize,
        out: &mut Commands,
    ) -> f32 {
        let palette = state.palette();
        let mut top = ui.cursor().top();
        let all: u32 = lecture.hands.iter().sum();
        for (i, choice) in self.texts(lecture).choices.iter().enumerate() {
            let right = lecture.revealed && i == answer;
            if i == answer {
                top = ui.cursor().top();
            }
            let chosen = lecture.guess == Some(Guess::Choice(i));
            let hands = lecture.hands.get(i).copied().unwrap_or(0);
            let builder = UiBuilder::new().id_salt(("choice", i)).sense(Sense::click());
            let response = ui.scope_builder(builder, |ui| {
                let lit = ui.response().hovered() || ui.response().has_focus();
                let fill = if lit || chosen { palette.hovered } else { palette.raised };
                let stroke = if right {
                    Stroke::new(2.0, palette.accent)
                } else if chosen {
                    Stroke::new(1.0, palette.strong)
                } else {
                    Stroke::NONE
                };
                let frame = Frame::new().fill(fill).stroke(stroke).corner_radius(6);
                let framed = frame.inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.horizontal_top(|ui| {
                        let mark = if right { "✔".to_owned() } else { format!("{}", i + 1) };
                        let mark = RichText::new(mark).family(semibold()).size(LESSON_TEXT);
                        ui.label(mark.color(palette.quiet));
                        if hands > 0 {
                            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                                ui.label(RichText::new(format!("{hands}")).family(semibold()));
                                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                                    text_ui(ui, choice, state);
                                });
                            });
                        } else {
                            ui.vertical(|ui| text_ui(ui, choice, state));
                        }
                    });
                });
                if hands > 0 {
                    let rect = framed.response.rect;
                    let share = hands as f32 / all.max(1) as f32;
                    let bar = Rect::from_min_max(
                        pos2(rect.left(), rect.bottom() - 3.0),
                        pos2(rect.left() + share * rect.width(), rect.bottom()),
                    );
                    ui.painter().rect_filled(bar, 1.5, palette.accent);
                }
            });
            let response = response.response;
            let about = format!("Choose it; {} counts a hand for it, with Shift one less.", i + 1);
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(Role::RadioButton, true, choice.plain());
                info.selected = Some(chosen);
                info
            });
            if response.on_hover_text(about).clicked() {
                out.push(guess(Guess::Choice(i)));
            }
            ui.add_space(UNIT);
        }
        top
    }

    /// A guess on a scale.
    fn scale_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        (scale, answer): (&GuessScale<'_>, &Figure),
        out: &mut Commands,
    ) {
        let palette = state.palette();
        let [least, greatest] = scale.ends;
        let guessed = match lecture.guess {
            Some(Guess::Number(number)) => Some(number),
            _ => None,
        };
        if !lecture.revealed {
            let middle = if scale.logarithmic {
                (least * greatest).sqrt()
            } else {
                f64::midpoint(least, greatest)
            };
            let mut value = guessed.unwrap_or(middle);
            ui.spacing_mut().slider_width = ui.available_width() - 2.0 * UNIT;
            let slider = Slider::new(&mut value, least..=greatest).logarithmic(scale.logarithmic);
            let response = ui.add(slider.show_value(false));
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Your guess"));
            ui.label(match guessed {
                Some(number) => scale.in_words("Your guess", number),
                None => "Drag to guess.".to_owned(),
            });
            if response.changed() {
                out.push(guess(Guess::Number(value)));
            }
            return;
        }
        self.ask_figures(state, lecture);
        let truth = self.figure(lecture, answer).and_then(|found| found.as_ref().ok()).copied();
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
        let y = rect.center().y;
        let line = Stroke::new(2.0, palette.line);
        ui.painter().line_segment([pos2(rect.left(), y), pos2(rect.right(), y)], line);
        for (value, colour, radius) in [(guessed, palette.quiet, 5.0), (truth, palette.accent, 7.0)]
        {
            if let Some(value) = value {
                let x = rect.left() + scale.share(value) as f32 * rect.width();
                ui.painter().circle_filled(pos2(x, y), radius, colour);
            }
        }
        let told = |title: &str, value: Option<f64>| value.map(|v| scale.in_words(title, v));
        for words in [told("Measured", truth), told("Your guess", guessed)].into_iter().flatten() {
            ui.label(RichText::new(words).family(semibold()).color(palette.strong));
        }
    }

    /// A number that is measured and typed.
    fn number_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        (unit, answer, within): (&str, &Figure, f64),
        out: &mut Commands,
    ) {
        let palette = state.palette();
        let typed = ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.typed)
                .hint_text("your number")
                .desired_width(24.0 * UNIT);
            let response = ui.add(field);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Your answer"));
            ui.label(RichText::new(unit).color(palette.quiet));
            ui.button("Check").clicked()
                || (response.lost_focus()
                    && ui.input(|input| input.key_pressed(eframe::egui::Key::Enter)))
        });
        if typed.inner {
            match self.typed.trim().replace(',', ".").parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    out.push(guess(Guess::Number(number)));
                    out.push(Command::Act(Action::Reveal { revealed: true }));
                }
                _ => out.push(Command::Act(Action::Guess { guess: None })),
            }
        }
        if !lecture.revealed {
            return;
        }
        self.ask_figures(state, lecture);
        let found = self.figure(lecture, answer).cloned();
        let (words, colour) = match (lecture.guess.as_ref(), found) {
            (_, None) => ("Measuring…".to_owned(), palette.quiet),
            (_, Some(Err(reason))) => (reason, palette.alarm),
            (Some(Guess::Number(number)), Some(Ok(truth))) => {
                let off = (number - truth).abs() / truth.abs().max(f64::MIN_POSITIVE);
                let near = off <= within;
                let verdict = if near { "Right" } else { "Not yet" };
                let truth = number::three(truth);
                (format!("{verdict}: the program measures {truth} {unit}."), palette.strong)
            }
            (_, Some(Ok(truth))) => {
                (format!("The program measures {} {unit}.", number::three(truth)), palette.strong)
            }
        };
        ui.add(Label::new(RichText::new(words).family(semibold()).color(colour)).wrap());
    }
}

/// The scale of a guess.
struct GuessScale<'a> {
    ends: [f64; 2],
    logarithmic: bool,
    unit: &'a str,
}

impl GuessScale<'_> {
    /// Where a value lies, 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let [least, greatest] = self.ends;
        let share = if self.logarithmic {
            (value / least).ln() / (greatest / least).ln()
        } else {
            (value - least) / (greatest - least)
        };
        share.clamp(0.0, 1.0)
    }

    fn in_words(&self, title: &str, value: f64) -> String {
        format!("{title}: {} {}", number::three(value), self.unit)
    }
}
