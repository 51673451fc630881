//! The traffic with the engine: what is asked of it, and which of its answers is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::Context;

use super::state::{Shown, Solve, State};
use super::traces::Traces;
use crate::engine::{Engine, LoadedModel, Recording, Update};

/// A picture in the making replaces an older one only if that has been shown for this long, so
/// that dragging a slider does not flicker.
const HOLD: Duration = Duration::from_millis(80);
/// A request is not withdrawn for a newer one before it had this much time to show something, so
/// that dragging a slider shows progress.
const CHANCE: Duration = Duration::from_millis(40);

/// The engine and the newest request.
pub struct Solver {
    engine: Engine,
    waiting: bool,
    answered: bool,
    held: Option<Arc<Recording>>,
}

impl Solver {
    /// Starts the engine; it wakes the window when there is news.
    #[must_use]
    pub fn new(ctx: &Context) -> Self {
        let ctx = ctx.clone();
        let engine = Engine::new(move || ctx.request_repaint());
        Self { engine, waiting: false, answered: true, held: None }
    }

    /// Asks for the scene as it is now: at once, or as soon as the newest request had its chance.
    pub fn ask(&mut self) {
        self.waiting = true;
    }

    /// Takes news in and sends the request that waits.
    pub fn update(&mut self, state: &mut State, weights: Option<Arc<LoadedModel>>, ctx: &Context) {
        while let Some(update) = self.engine.poll() {
            self.take(update, state);
        }
        self.show_held(state, ctx);
        if self.waiting {
            self.send(state, weights, ctx);
        }
    }

    fn send(&mut self, state: &mut State, weights: Option<Arc<LoadedModel>>, ctx: &Context) {
        if let Some(solve) = state.solve
            && !self.answered
            && let Some(rest) = CHANCE.checked_sub(solve.since.elapsed())
        {
            ctx.request_repaint_after(rest);
            return;
        }
        self.waiting = false;
        self.answered = false;
        let id = self.engine.request(Arc::clone(&state.scene), weights);
        state.solve = Some(Solve { id, since: Instant::now(), done: false });
    }

    fn take(&mut self, update: Update, state: &mut State) {
        let newest = state.solve.map_or(0, |solve| solve.id);
        match update {
            Update::Recorded(recording) => {
                // A withdrawn solve is still newer than what is shown.
                let shown = state.recording().map_or(0, |shown| shown.id);
                if recording.id < shown || recording.times.is_empty() {
                    return;
                }
                if recording.id == newest {
                    self.answered = true;
                    state.failure = None;
                    if let Some(solve) = state.solve.as_mut().filter(|_| recording.complete) {
                        solve.done = true;
                    }
                }
                self.held = Some(recording);
            }
            Update::Measured { id, distance } => {
                let held = self.held.take_if(|held| held.id == id);
                if let Some(held) = held {
                    show(state, held);
                }
                if let Some(shown) = state.shown.as_mut().filter(|shown| shown.recording.id == id) {
                    shown.distance = Some(distance);
                }
            }
            Update::Failed { id, message } => {
                if id == newest {
                    self.answered = true;
                    state.failure = Some(message);
                    if let Some(solve) = &mut state.solve {
                        solve.done = true;
                    }
                }
            }
        }
    }

    fn show_held(&mut self, state: &mut State, ctx: &Context) {
        let Some(held) = self.held.take() else { return };
        let rest = state
            .shown
            .as_ref()
            .filter(|shown| shown.recording.id != held.id && !held.complete)
            .and_then(|shown| HOLD.checked_sub(shown.since.elapsed()));
        match rest {
            Some(rest) => {
                ctx.request_repaint_after(rest);
                self.held = Some(held);
            }
            None => show(state, held),
        }
    }
}

/// Puts a recording on show; the playback goes on where it is.
fn show(state: &mut State, recording: Arc<Recording>) {
    let before = state.shown.take().filter(|shown| shown.recording.id == recording.id);
    let traces = Traces::of(&recording);
    let (since, distance) =
        before.map_or((Instant::now(), None), |shown| (shown.since, shown.distance));
    state.shown = Some(Shown { recording, traces, distance, since });
}
