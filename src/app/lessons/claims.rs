//! What a step claims, measured here and now.

use driftscope_study::lab::{Claim, Figure, FiguresQuestion, Subject};
use driftscope_study::session::Lecture;
use driftscope_study::work::Standing;
use eframe::egui::{Label, ProgressBar, RichText, Ui};

use super::LessonView;
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::UNIT;

impl LessonView {
    /// The figure, if it has been measured for this step.
    pub(super) fn figure(
        &self,
        lecture: &Lecture,
        figure: &Figure,
    ) -> Option<&Result<f64, String>> {
        let (asked, found) = self.figures.answered()?;
        let same = asked.of == Subject::whole(&lecture.scene);
        let place = asked.figures.iter().position(|asked| same && asked == figure)?;
        found.get(place)
    }

    /// Asks for every figure of the step.
    pub(super) fn ask_figures(&mut self, state: &State, lecture: &Lecture) {
        let step = lecture.current();
        let claims = step.claims.iter().flat_map(|claim| [&claim.left, &claim.right]);
        let answer = step.question.iter().filter_map(|question| question.figure());
        let figures: Vec<Figure> = answer.chain(claims).cloned().collect();
        if !figures.is_empty() {
            let of = Subject::whole(&lecture.scene);
            self.figures.ask(state.work(), FiguresQuestion { of, figures });
        }
    }

    /// The claims, once nothing is asked any more.
    pub(super) fn claims_ui(&mut self, ui: &mut Ui, state: &State, lecture: &Lecture) {
        let step = lecture.current();
        if step.claims.is_empty() || lecture.asks() {
            return;
        }
        self.ask_figures(state, lecture);
        let palette = state.palette();
        for claim in &step.claims {
            self.claim_ui(ui, state, lecture, claim);
        }
        match self.figures.standing() {
            Standing::Working(share) => {
                ui.add(ProgressBar::new(*share as f32).desired_height(UNIT));
            }
            Standing::Failed(reason) => {
                ui.add(Label::new(RichText::new(reason).color(palette.alarm)).wrap());
            }
            Standing::Done | Standing::Stopped => {}
        }
        ui.add_space(2.0 * UNIT);
    }

    fn claim_ui(&self, ui: &mut Ui, state: &State, lecture: &Lecture, claim: &Claim) {
        let palette = state.palette();
        let sides = [&claim.left, &claim.right].map(|side| self.figure(lecture, side));
        let shown = |side: &Figure, found: Option<&Result<f64, String>>| match found {
            _ if side.plain().is_some() => side.to_string(),
            Some(Ok(value)) => format!("{side} = {}", number::three(*value)),
            _ => side.to_string(),
        };
        let words = format!(
            "{} {} {}",
            shown(&claim.left, sides[0]),
            claim.relation.symbol(),
            shown(&claim.right, sides[1])
        );
        let (mark, colour) = match sides {
            [Some(Ok(left)), Some(Ok(right))] if claim.relation.holds(*left, *right) => {
                ("✔", palette.strong)
            }
            [Some(Err(_)), _] | [_, Some(Err(_))] | [Some(Ok(_)), Some(Ok(_))] => {
                ("×", palette.alarm)
            }
            _ => ("…", palette.quiet),
        };
        ui.horizontal_top(|ui| {
            ui.label(RichText::new(mark).color(colour));
            ui.add(Label::new(RichText::new(words).color(colour)).wrap());
        });
        for reason in sides.into_iter().flatten().filter_map(|side| side.as_ref().err()) {
            ui.add(Label::new(RichText::new(reason).color(palette.alarm)).wrap());
        }
    }
}
