//! One step being made: stages where they were evaluated, both answers, the error against the
//! tolerance, and the verdict.

mod card;
mod inset;
mod labels;
mod phase;
mod picture;

use std::sync::Arc;

use driftscope_solve::by_hand::AttemptByHand;
use driftscope_study::scene::Projection;
use driftscope_study::work::{Dispatcher, Standing, Wish};
use driftscope_study::{Recording, RecordingRef};
use eframe::egui::{Rect, Ui};

use self::phase::Phase;
use super::canvas::Draw;
use super::drawings::attempts::AttemptsWanted;
use super::moment::attempt_under_way;
use super::viewport::Viewport;
use super::work::ViewTask;
use crate::app::command::Commands;
use crate::app::formula::{self, FormulaView, Inspected};
use crate::app::in_sight;
use crate::app::state::State;
use driftscope_study::session::InspectedStep;
use driftscope_study::session::progress_of;

/// The attempts of the pinned particle, one of them being looked at.
#[derive(Default)]
pub struct StepInspector {
    wish: Wish<AttemptsWanted>,
    /// The recording, particle and attempt that the view was moved to.
    looked_at: Option<(u64, usize, usize)>,
    formulas: FormulaView,
}

impl StepInspector {
    /// Starts and collects the attempts, and looks where the present one plays.
    pub fn update(&mut self, work: &Dispatcher<ViewTask>, state: &State, viewport: &mut Viewport) {
        self.wish.take_news(work);
        let wanted = Self::wanted(state);
        if let (None, Some(wanted)) = (state.inspected(), &wanted) {
            self.wish.ask_when_free(work, wanted.1.clone());
        }
        let Some((place, wanted)) = wanted.filter(|_| state.inspected().is_some()) else {
            if self.looked_at.take().is_some() {
                viewport.reset();
            }
            return;
        };
        let goal = (wanted.recording.id, wanted.particle, place.attempt);
        self.wish.ask_when_free(work, wanted);
        if self.looked_at != Some(goal)
            // Not at an attempt of what was looked at before.
            && self.inspected(state).is_some()
            && let Some(window) = self.attempt(place).map(picture::window)
        {
            self.looked_at = Some(goal);
            viewport.look_at(window);
        }
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.wish.is_busy()
    }

    fn wanted(state: &State) -> Option<(InspectedStep, AttemptsWanted)> {
        let (particle, under_way) = (state.pinned()?, in_sight::shows_formula(state));
        let whole = InspectedStep { phase: usize::MAX, ..attempt_under_way(state) };
        let place = state.inspected().or_else(|| under_way.then_some(whole))?;
        let recording = RecordingRef::new(state.recording()?);
        Some((place, AttemptsWanted { recording, particle }))
    }

    /// The attempts of the pinned particle and the one that is looked at; none as long as they are made.
    #[must_use]
    pub fn inspected(&self, state: &State) -> Option<Inspected<'_>> {
        let (place, wanted) = Self::wanted(state)?;
        let (of, attempts) = self.wish.answered()?;
        // Those of what was looked at before are no longer its own.
        (*of == wanted && !attempts.is_empty()).then_some((&attempts[..], place))
    }

    fn attempts(&self) -> Option<&Arc<Vec<AttemptByHand>>> {
        // Of what cannot be taken apart there are none, whatever was there before.
        let failed = matches!(self.wish.standing(), Standing::Failed(_));
        self.wish.latest().filter(|_| !failed)
    }

    fn attempt(&self, place: InspectedStep) -> Option<&AttemptByHand> {
        let attempts = self.attempts()?;
        attempts.get(place.attempt.min(attempts.len().checked_sub(1)?))
    }

    /// One phase further or back, across attempts; none at either end.
    #[must_use]
    pub fn step(&self, place: InspectedStep, by: i32) -> Option<InspectedStep> {
        let attempts = self.attempts()?;
        let attempt = self.attempt(place)?;
        let InspectedStep { attempt: index, phase } = place;
        if by > 0 {
            if phase + 1 < Phase::count(attempt) {
                return Some(InspectedStep { attempt: index, phase: phase + 1 });
            }
            return (index + 1 < attempts.len())
                .then(|| InspectedStep { attempt: index + 1, phase: 0 });
        }
        if phase > 0 {
            return Some(InspectedStep { attempt: index, phase: phase - 1 });
        }
        let before = index.checked_sub(1)?;
        Some(InspectedStep { attempt: before, phase: Phase::count(&attempts[before]) - 1 })
    }

    /// The share of the run at which the present attempt stands.
    #[must_use]
    pub fn progress(&self, place: InspectedStep, recording: &Recording) -> Option<f64> {
        let attempt = self.attempt(place)?;
        let arrived = Phase::of(attempt, place.phase) == Phase::Verdict && attempt.accepted;
        let t = if arrived { attempt.t + attempt.h } else { attempt.t };
        Some(progress_of(recording, recording.scene.direction.own_time(t)))
    }

    /// What is drawn of the present attempt.
    pub fn item<'a>(&self, state: &State, projection: Projection) -> Option<Draw<'a>> {
        let place = state.inspected()?;
        if projection != Projection::Plane {
            return None;
        }
        let attempt = self.attempt(place)?.clone();
        let phase = Phase::of(&attempt, place.phase);
        let palette = state.palette();
        let colour = palette.scene(&state.pane().scene);
        let width = state.scene().view.line_width as f32 * palette.heavier;
        let with_formulas = !in_sight::shows_formula(state);
        Some(Box::new(move |ui, canvas, shapes| {
            let room = card::above(ui.clip_rect(), with_formulas);
            picture::draw(&attempt, phase, palette, (colour, width), (ui, room), canvas, shapes);
        }))
    }

    /// The card that says what is seen, with the buttons that go on and back.
    pub fn ui(&mut self, ui: &mut Ui, rect: Rect, state: &State, out: &mut Commands) {
        let Some(place) = state.inspected() else { return };
        if let Standing::Failed(message) = self.wish.standing() {
            return card::say(ui, rect, state, message, out);
        }
        match self.attempts().cloned() {
            Some(attempts) if attempts.is_empty() => {
                card::say(ui, rect, state, "This particle makes no steps.", out);
            }
            Some(attempts) => {
                let index = place.attempt.min(attempts.len() - 1);
                let place = InspectedStep { attempt: index, ..place };
                let neighbours = [-1, 1].map(|by| self.step(place, by));
                // The card of formulas has all of it, where that is shown.
                let here = self.inspected(state).filter(|_| !in_sight::shows_formula(state));
                let sheet = here.map(|of| formula::sheet(state, Some(of)));
                let view = (state, &mut self.formulas, sheet.as_ref());
                card::ui(ui, rect, view, (place, &attempts[..]), neighbours, out);
            }
            None => card::say(ui, rect, state, "Making the steps again…", out),
        }
    }
}
