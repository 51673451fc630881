//! The conditional lens: wherever the pointer is, the paths from noise to data that pass there, and the mean
//! of their velocities, which is the field's. A click lets it stay at a place.

mod card;
mod picture;

use std::collections::HashMap;
use std::sync::Arc;

use driftscope_study::lab::Lens;
use driftscope_study::session::{Action, LensPlace};
use driftscope_study::work::{Dispatcher, Wish};
use eframe::egui::{Pos2, Rect, Response, Sense, Ui};

use super::canvas::{Canvas, Draw};
use super::drawings::lens::LensWanted;
use super::work::ViewTask;
use crate::app::command::{Command, Commands};
use crate::app::lens;
use crate::app::state::State;

/// Where it looks before a pointer has been on the stage.
const FIRST: [f64; 2] = [0.5, 0.5];
/// A click so near, in points of the screen, to where it stays lets it go.
const NEAR: f32 = 14.0;

/// The lens and what it keeps from frame to frame.
pub struct StageLens {
    /// Where the pointer was last over a plot.
    pointer: [f64; 2],
    /// What is seen in each pane, by its key.
    seen: HashMap<u64, Wish<LensWanted>>,
    /// Where the card was in the last frame.
    card: Rect,
}

impl Default for StageLens {
    fn default() -> Self {
        Self { pointer: FIRST, seen: HashMap::new(), card: Rect::NOTHING }
    }
}

impl StageLens {
    /// Asks for what passes the place in every pane.
    pub fn update(&mut self, work: &Dispatcher<ViewTask>, state: &State) {
        if !state.shows_lens() {
            self.seen.clear();
            return;
        }
        let at = self.place(state);
        self.seen.retain(|key, _| state.visible().iter().any(|pane| pane.key == *key));
        for pane in state.visible() {
            let t = state.time().unwrap_or(pane.scene.time_span().0);
            let wanted = LensWanted::new(&pane.scene, t, at);
            self.seen.entry(pane.key).or_default().ask_when_free(work, wanted);
        }
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.seen.values().any(Wish::is_busy)
    }

    /// Where it looks.
    pub fn place(&self, state: &State) -> [f64; 2] {
        match state.lens() {
            Some(LensPlace::At(place)) => place,
            Some(LensPlace::Pointer) | None => self.pointer,
        }
    }

    /// What is seen in a pane, or why nothing is.
    fn seen(&self, key: u64) -> Option<&Arc<Result<Lens, String>>> {
        self.seen.get(&key)?.latest()
    }

    /// Follows the pointer over a pane's plot.
    pub fn follow(&mut self, response: &Response, canvas: &Canvas<'_>) {
        if let Some(pointer) = response.hover_pos() {
            self.pointer = canvas.under(pointer);
        }
    }

    /// Stays where the plot was clicked; where it stayed already, follows the pointer again.
    pub fn clicked(response: &Response, canvas: &Canvas<'_>, state: &State, out: &mut Commands) {
        let Some(pointer) = response.interact_pointer_pos() else { return };
        let lets_go = match state.lens() {
            Some(LensPlace::At(place)) => canvas.at(place).distance(pointer) < NEAR,
            Some(LensPlace::Pointer) | None => false,
        };
        let place = if lets_go {
            LensPlace::Pointer
        } else {
            // The screen shows no more digits.
            LensPlace::At(canvas.under(pointer).map(|x| (x * 1e3).round() / 1e3))
        };
        out.push(Command::Act(Action::Lens { lens: Some(place) }));
    }

    /// What is drawn in a pane.
    pub fn item<'a>(&self, state: &State, index: usize) -> Option<Draw<'a>> {
        if !state.shows_lens() {
            return None;
        }
        let pane = &state.panes()[index];
        let seen = Arc::clone(self.seen(pane.key)?);
        let differs = picture::differs(&pane.scene);
        let palette = state.palette();
        let width = state.scene().view.line_width as f32 * palette.heavier;
        Some(Box::new(move |ui, canvas, shapes| {
            if let Ok(seen) = &*seen {
                picture::draw(seen, differs, (palette, width), ui, canvas, shapes);
            }
        }))
    }

    /// The card about the pane at work, whose plot is `frame`, with the place that is looked at at `at` on the
    /// screen.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        (frame, at): (Rect, Option<Pos2>),
        state: &State,
        out: &mut Commands,
    ) {
        if !state.uses_lens() {
            return;
        }
        // What lies behind the card is not pointed at through it.
        ui.interact(self.card, ui.scope_id().with("behind the lens"), Sense::click_and_drag());
        let seen = self.seen(state.pane().key).cloned();
        let said = match (lens::refused(state), seen.as_deref()) {
            (Some(why), _) => Err(why),
            (None, Some(Err(why))) => Err(why.as_str()),
            (None, Some(Ok(seen))) => Ok(Some(seen)),
            (None, None) => Ok(None),
        };
        let place = card::place(frame, at);
        self.card = card::ui(ui, place, state, (self.place(state), said), out);
    }
}
