//! The question of a step, and what was answered.

use driftscope_study::lab::Figure;
use driftscope_study::lesson::{Guess, Way};
use driftscope_study::session::{Action, Lecture};
use eframe::egui::{Frame, Label, Margin, RichText, Stroke, StrokeKind, TextEdit, Ui};

use super::scale::{GuessScale, with_unit};
use super::{LessonView, text_ui};
use crate::app::command::{Command, Commands};
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

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
            let size = self.fit.size();
            if let Some(ask) = &self.texts(lecture).ask {
                let height = text_ui(ui, ask, state, size);
                self.fit.words(height);
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
            // The ground of a field alone is not seen from the back row.
            let line = Stroke::new(palette.heavier, palette.quiet);
            ui.painter().rect_stroke(response.rect, 4.0, line, StrokeKind::Inside);
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
        let (words, colour) = match (self.measured(state, lecture, answer), &lecture.guess) {
            (Err(instead), _) => instead,
            (Ok(truth), Some(Guess::Number(number))) => {
                let off = (number - truth).abs() / truth.abs().max(f64::MIN_POSITIVE);
                let verdict = if off <= within { "Right" } else { "Not yet" };
                let truth = with_unit(truth, unit);
                (format!("{verdict}: the program measures {truth}."), palette.strong)
            }
            (Ok(truth), _) => {
                (format!("The program measures {}.", with_unit(truth, unit)), palette.strong)
            }
        };
        ui.add(Label::new(RichText::new(words).family(semibold()).color(colour)).wrap());
    }
}
