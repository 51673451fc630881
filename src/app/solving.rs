//! The traffic with the engine: what is asked of it, and which of its answers is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope_study::{Engine, Networks, Recording, Update};
use eframe::egui::Context;

use super::references::References;
use super::state::{PaneState, Shown, Solve, State};
use super::traces::Traces;

/// A picture in the making replaces an older one only if that has been shown for this long, so
/// that dragging a slider does not flicker.
const HOLD: Duration = Duration::from_millis(80);
/// A request is not withdrawn for a newer one before it had this much time to show something, so
/// that dragging a slider shows progress.
const CHANCE: Duration = Duration::from_millis(40);

/// The engines of all panes, and the references they are held against.
pub struct Solvers {
    ctx: Context,
    desks: Vec<Solver>,
    references: References,
    next_key: u64,
}

impl Solvers {
    /// No engine yet; [`Self::sync`] starts one per pane that is shown.
    #[must_use]
    pub fn new(ctx: &Context, networks: &Networks) -> Self {
        let references = References::new(ctx, networks);
        Self { ctx: ctx.clone(), desks: Vec::new(), references, next_key: 1 }
    }

    /// Gives every pane of the scene its place and asks for what records differently than before.
    pub fn sync(&mut self, state: &mut State) {
        let count = state.scene.pane_count();
        state.panes.truncate(count);
        self.desks.truncate(count);
        while state.panes.len() < count {
            let scene = state.scene.pane(state.panes.len());
            state.panes.push(PaneState::new(self.next_key, scene));
            self.next_key += 1;
        }
        for index in 0..state.visible().len() {
            if self.desks.len() == index {
                self.desks.push(Solver::new(&self.ctx, &state.networks));
            }
            let scene = state.scene.pane(index);
            let (solver, pane) = (&mut self.desks[index], &mut state.panes[index]);
            if !solver.asked || !scene.records_like(&pane.scene) {
                solver.ask();
            }
            pane.scene = Arc::new(scene);
        }
    }

    /// Takes the pane at `index` away; the others keep their recordings.
    pub fn remove(&mut self, state: &mut State, index: usize) {
        if index < state.panes.len() {
            state.panes.remove(index);
        }
        if index < self.desks.len() {
            let solver = self.desks.remove(index);
            // It ends after the step in progress; the window does not wait for that.
            std::thread::spawn(move || drop(solver));
        }
    }

    /// Whether a request or a reference that is wanted is still being solved.
    #[must_use]
    pub fn is_busy(&self, state: &State) -> bool {
        let waits = |solver: &Solver| solver.waiting || solver.held.is_some();
        self.desks.iter().take(state.visible().len()).any(waits)
            || state.visible().iter().any(|pane| pane.solving().is_some())
            || self.references.is_busy()
    }

    /// Takes news in and sends what waits.
    pub fn update(&mut self, state: &mut State, ctx: &Context) {
        let count = state.visible().len();
        for (solver, pane) in self.desks.iter_mut().zip(&mut state.panes).take(count) {
            solver.update(pane, ctx);
        }
        self.references.update(state);
    }
}

/// An engine and the newest request to it.
struct Solver {
    engine: Engine,
    asked: bool,
    waiting: bool,
    answered: bool,
    held: Option<Arc<Recording>>,
}

impl Solver {
    /// Starts the engine; it wakes the window when there is news.
    fn new(ctx: &Context, networks: &Networks) -> Self {
        let ctx = ctx.clone();
        let engine = Engine::new(networks.clone(), move || ctx.request_repaint());
        Self { engine, asked: false, waiting: false, answered: true, held: None }
    }

    /// Asks for the scene as it is now: at once, or as soon as the newest request had its chance.
    fn ask(&mut self) {
        self.asked = true;
        self.waiting = true;
    }

    /// Takes news in and sends the request that waits.
    fn update(&mut self, pane: &mut PaneState, ctx: &Context) {
        while let Some(update) = self.engine.poll() {
            self.take(update, pane);
        }
        self.show_held(pane, ctx);
        if self.waiting {
            self.send(pane, ctx);
        }
    }

    fn send(&mut self, pane: &mut PaneState, ctx: &Context) {
        if let Some(solve) = pane.solve
            && !self.answered
            && let Some(rest) = CHANCE.checked_sub(solve.since.elapsed())
        {
            ctx.request_repaint_after(rest);
            return;
        }
        self.waiting = false;
        self.answered = false;
        let id = self.engine.request(Arc::clone(&pane.scene));
        pane.solve = Some(Solve { id, since: Instant::now(), done: false });
    }

    fn take(&mut self, update: Update, pane: &mut PaneState) {
        let newest = pane.solve.map_or(0, |solve| solve.id);
        match update {
            Update::Recorded(recording) => {
                // A withdrawn solve is still newer than what is shown.
                let shown = pane.recording().map_or(0, |shown| shown.id);
                if recording.id < shown || recording.times.is_empty() {
                    return;
                }
                if recording.id == newest {
                    self.answered = true;
                    pane.failure = None;
                    if let Some(solve) = pane.solve.as_mut().filter(|_| recording.complete) {
                        solve.done = true;
                    }
                }
                self.held = Some(recording);
            }
            Update::Measured { id, distance } => {
                let held = self.held.take_if(|held| held.id == id);
                if let Some(held) = held {
                    show(pane, held);
                }
                if let Some(shown) = pane.shown.as_mut().filter(|shown| shown.recording.id == id) {
                    shown.distance = Some(distance);
                }
            }
            Update::Failed { id, message } => {
                if id == newest {
                    self.answered = true;
                    pane.failure = Some(message);
                    if let Some(solve) = &mut pane.solve {
                        solve.done = true;
                    }
                }
            }
        }
    }

    fn show_held(&mut self, pane: &mut PaneState, ctx: &Context) {
        let Some(held) = self.held.take() else { return };
        let rest = pane
            .shown
            .as_ref()
            .filter(|shown| shown.recording.id != held.id && !held.complete)
            .and_then(|shown| HOLD.checked_sub(shown.since.elapsed()));
        match rest {
            Some(rest) => {
                ctx.request_repaint_after(rest);
                self.held = Some(held);
            }
            None => show(pane, held),
        }
    }
}

/// Puts a recording on show; the playback goes on where it is.
fn show(pane: &mut PaneState, recording: Arc<Recording>) {
    let before = pane.shown.take().filter(|shown| shown.recording.id == recording.id);
    let traces = Traces::of(&recording);
    let (since, distance) =
        before.map_or((Instant::now(), None), |shown| (shown.since, shown.distance));
    pane.shown = Some(Shown { recording, traces, distance, since });
}
