//! Formulas with the numbers of a moment, whose terms light up as they are drawn on the stage.

mod ink;
mod line;

use std::collections::HashMap;
use std::sync::Arc;

use driftscope_solve::by_hand::AttemptByHand;
use driftscope_study::formula::{Line, Section, Sheet, Shown, general, of_attempt};
use driftscope_study::scene::Scene;
use driftscope_study::session::InspectedStep;
use eframe::egui::{Label, Rect, RichText, Ui, UiBuilder, pos2, vec2};

pub use self::ink::{Ink, NOISE, stage_colour};
use self::line::LineUi;
use super::state::State;
use super::theme::{UNIT, semibold};
use crate::app::text::Formula;

/// Formulas that stay laid out.
const KEPT: usize = 1000;
/// From this width on there are two columns, in points.
const BESIDE: f32 = 760.0;

/// An attempt that is looked at: all of its particle's, and which.
pub type Inspected<'a> = (&'a [AttemptByHand], InspectedStep);

/// Which formulas are in force in the pane at work: those of an attempt of its recording, or in general.
#[must_use]
pub fn sheet(state: &State, inspected: Option<Inspected<'_>>) -> Sheet {
    let of_recording = inspected.zip(state.recording());
    let shown = of_recording.and_then(|((attempts, place), recording)| {
        let index = place.attempt.min(attempts.len().checked_sub(1)?);
        let scene: &Scene = &recording.scene;
        Some(of_attempt(&Shown { scene, attempts, index, phase: place.phase }))
    });
    shown.unwrap_or_else(|| {
        let scene = &state.pane().scene;
        let (t, h) = step_under_way(state, scene);
        general(scene, t, h)
    })
}

/// t where the step under way of the chosen particle starts, and how long that step is.
fn step_under_way(state: &State, scene: &Scene) -> (f64, f64) {
    let first = scene.time_span().0;
    let t = state.time().unwrap_or(first);
    let own = scene.direction.own_time(t);
    let recording = state.recording();
    if let Some(recording) = recording {
        let logs = || recording.logs().find(|(i, _)| *i == state.chosen());
        let log = match &recording.shared_log {
            Some(log) => &log[..],
            None => logs().map_or(&[][..], |(_, log)| log),
        };
        let kept = || log.iter().filter(|attempt| attempt.accepted);
        let begun = kept().rev().find(|attempt| attempt.t <= own);
        if let Some(attempt) = begun.or_else(|| kept().next()) {
            return (scene.direction.own_time(attempt.t), attempt.h);
        }
    }
    let interval = recording.map_or_else(|| scene.interval(1.0), |recording| recording.interval);
    let grid = scene.grid(interval);
    let step = grid.windows(2).rev().find(|ends| ends[0] <= own).or_else(|| grid.windows(2).next());
    step.map_or((t, 0.0), |ends| (scene.direction.own_time(ends[0]), ends[1] - ends[0]))
}

/// Draws formulas, whose letters stay laid out.
#[derive(Default)]
pub struct FormulaView {
    formulas: HashMap<String, Arc<Formula>>,
    /// The quantity that was at work last.
    at_work: String,
}

impl FormulaView {
    /// Draws all of a card over the width that there is.
    pub fn ui(&mut self, ui: &mut Ui, sheet: &Sheet, ink: Ink) {
        let room = ui.available_rect_before_wrap();
        let (process, step): (Vec<_>, Vec<_>) =
            sheet.sections.iter().partition(|section| section.of_process);
        if room.width() < BESIDE {
            for section in step.into_iter().chain(process) {
                self.section_ui(ui, section, ink);
            }
            return;
        }
        // The step at the left, what it is about at the right.
        let width = 0.5 * room.width() - 2.0 * UNIT;
        for (column, sections) in [step, process].into_iter().enumerate() {
            let left = room.left() + column as f32 * (width + 4.0 * UNIT);
            let place = Rect::from_min_size(pos2(left, room.top()), vec2(width, room.height()));
            let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt(column));
            for section in sections {
                self.section_ui(&mut child, section, ink);
            }
            let used = child.min_rect();
            ui.advance_cursor_after_rect(Rect::from_min_max(room.min, used.max));
        }
    }

    fn section_ui(&mut self, ui: &mut Ui, section: &Section, ink: Ink) {
        let title = RichText::new(&section.title).family(semibold()).color(ink.palette.strong);
        ui.add(Label::new(title).wrap());
        if section.beside {
            let room = ui.available_width();
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                for line in &section.lines {
                    self.line_ui(ui, line, ink, room);
                }
            });
        } else {
            for line in &section.lines {
                let room = ui.available_width();
                let rect = self.line_ui(ui, line, ink, room);
                // What is at work comes into sight when it changes.
                if line.at_work && self.at_work != line.pieces[0].latex {
                    self.at_work.clone_from(&line.pieces[0].latex);
                    ui.scroll_to_rect(rect, None);
                }
            }
        }
        if let Some(remark) = &section.remark {
            ui.add(Label::new(RichText::new(remark).color(ink.palette.quiet)).wrap());
        }
        ui.add_space(3.0 * UNIT);
    }

    /// Draws what is at work and the answer's line, or as much as there is.
    pub fn short_ui(&mut self, ui: &mut Ui, sheet: &Sheet, ink: Ink) {
        let lines = || sheet.sections.iter().flat_map(|section| &section.lines);
        let at_work = lines().filter(|line| line.at_work && !line.is_answer);
        let answer = lines().filter(|line| line.is_answer);
        for line in at_work.chain(answer) {
            let room = ui.available_width();
            self.line_ui(ui, line, ink, room);
        }
    }

    fn line_ui(&mut self, ui: &mut Ui, line: &Line, ink: Ink, room: f32) -> Rect {
        if self.formulas.len() > KEPT {
            self.formulas.clear();
        }
        let formulas = line.pieces.iter().map(|piece| self.formula(&piece.latex)).collect();
        LineUi { line, formulas, ink }.ui(ui, room)
    }

    fn formula(&mut self, latex: &str) -> Arc<Formula> {
        if let Some(known) = self.formulas.get(latex) {
            return Arc::clone(known);
        }
        // What cannot be read is shown as it is; a test reads them all.
        let shown = || Formula::new(r"\text{?}", true).unwrap_or_default();
        let formula = Arc::new(Formula::new(latex, true).unwrap_or_else(|_| shown()));
        self.formulas.insert(latex.to_owned(), Arc::clone(&formula));
        formula
    }
}
