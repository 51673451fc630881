//! What a step claims, measured here and now.

use driftscope_study::lab::{Claim, Figure, FiguresQuestion, Subject};
use driftscope_study::session::Lecture;
use driftscope_study::work::Standing;
use eframe::egui::{CollapsingHeader, Color32, Label, RichText, Ui};

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

    /// What was measured; while nothing was, words that stand in its place, and their colour.
    pub(super) fn measured(
        &mut self,
        state: &State,
        lecture: &Lecture,
        figure: &Figure,
    ) -> Result<f64, (String, Color32)> {
        self.ask_figures(state, lecture);
        let palette = state.palette();
        match (self.figure(lecture, figure), self.figures.standing()) {
            (Some(found), _) => found.clone().map_err(|reason| (reason, palette.alarm)),
            (None, Standing::Failed(reason)) => Err((reason.clone(), palette.alarm)),
            (None, _) => Err(("Measuring…".to_owned(), palette.quiet)),
        }
    }

    /// The claims in one line, once nothing is asked any more: as they are written they are read by few, so they are
    /// folded behind it, but for those that fail.
    pub(super) fn claims_ui(&mut self, ui: &mut Ui, state: &State, lecture: &Lecture) {
        let step = lecture.current();
        if step.claims.is_empty() || lecture.asks() {
            return;
        }
        self.ask_figures(state, lecture);
        let palette = state.palette();
        let verdicts: Vec<Verdict> =
            step.claims.iter().map(|claim| self.verdict(lecture, claim)).collect();
        let fails = verdicts.contains(&Verdict::Fails);
        let colour = if fails { palette.alarm } else { palette.quiet };
        let words = RichText::new(in_words(&verdicts, self.figures.standing())).color(colour);
        // Whoever writes a lesson wants to see what it claims.
        let header = CollapsingHeader::new(words)
            .id_salt(("claims", lecture.is_draft))
            .default_open(lecture.is_draft);
        let width = ui.available_width();
        let unfolded = header.show_unindented(ui, |ui| {
            ui.set_max_width(width);
            for (claim, verdict) in step.claims.iter().zip(&verdicts) {
                self.claim_ui(ui, state, lecture, (claim, *verdict));
            }
        });
        if unfolded.body_returned.is_none() {
            for (claim, verdict) in step.claims.iter().zip(&verdicts) {
                if *verdict == Verdict::Fails {
                    self.claim_ui(ui, state, lecture, (claim, *verdict));
                }
            }
        }
        // Where a figure is asked for, the reason stands there.
        let is_said = step.question.iter().any(|question| question.figure().is_some());
        if let (Standing::Failed(reason), false) = (self.figures.standing(), is_said) {
            ui.add(Label::new(RichText::new(reason).color(palette.alarm)).wrap());
        }
        ui.add_space(UNIT);
    }

    /// Whether a claim holds, as far as it has been measured.
    fn verdict(&self, lecture: &Lecture, claim: &Claim) -> Verdict {
        match [&claim.left, &claim.right].map(|side| self.figure(lecture, side)) {
            [Some(Ok(left)), Some(Ok(right))] if claim.relation.holds(*left, *right) => {
                Verdict::Holds
            }
            [Some(Err(_)), _] | [_, Some(Err(_))] | [Some(Ok(_)), Some(Ok(_))] => Verdict::Fails,
            _ => Verdict::Open,
        }
    }

    fn claim_ui(
        &self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        (claim, verdict): (&Claim, Verdict),
    ) {
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
        let (mark, colour) = match verdict {
            Verdict::Holds => ("✔", palette.strong),
            Verdict::Fails => ("×", palette.alarm),
            Verdict::Open => ("…", palette.quiet),
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

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It was measured, and is so.
    Holds,
    /// It was measured, and is not so, or cannot be measured.
    Fails,
    /// It has not been measured.
    Open,
}

/// How all claims of a step stand.
fn in_words(verdicts: &[Verdict], standing: &Standing) -> String {
    let all = verdicts.len();
    let failing = verdicts.iter().filter(|verdict| **verdict == Verdict::Fails).count();
    let claims = number::plural(all as f64, "claim", "claims");
    if failing > 0 {
        let fail = number::plural(failing as f64, "fails", "fail");
        return if all == 1 {
            "Checked here: the claim fails".to_owned()
        } else {
            format!("Checked here: {failing} of {all} {claims} {fail}")
        };
    }
    if verdicts.contains(&Verdict::Open) {
        return match standing {
            Standing::Failed(_) | Standing::Stopped => format!("{all} {claims}, not checked"),
            Standing::Working(share) => format!("Checking {all} {claims}: {:.0} %", 100.0 * share),
            Standing::Done => format!("Checking {all} {claims}"),
        };
    }
    let hold = number::plural(all as f64, "holds", "hold");
    format!("Checked here: {all} {claims} {hold}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_told_in_one_line() {
        use Verdict::{Fails, Holds, Open};
        for (verdicts, words) in [
            (&[Holds, Holds, Holds][..], "Checked here: 3 claims hold"),
            (&[Holds][..], "Checked here: 1 claim holds"),
            (&[Holds, Fails, Open][..], "Checked here: 1 of 3 claims fails"),
            (&[Fails, Fails][..], "Checked here: 2 of 2 claims fail"),
            (&[Fails][..], "Checked here: the claim fails"),
            (&[Holds, Open][..], "Checking 2 claims: 40 %"),
        ] {
            assert_eq!(in_words(verdicts, &Standing::Working(0.4)), words);
        }
        let failed = Standing::Failed("no memory".to_owned());
        assert_eq!(in_words(&[Open], &failed), "1 claim, not checked");
    }
}
