//! The traffic with the engines: what is asked of them, and which of their answers is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pane::{PaneState, Shown, Solve};
use super::references::References;
use super::soon::{Soon, Wake};
use super::traces::Traces;
use crate::networks::Networks;
use crate::recording::Recording;
use crate::scene::Scene;
use crate::worker::{Engine, Update};

/// A picture in the making replaces an older one only if that has been shown for this long, so
/// that dragging a slider does not flicker.
const HOLD: Duration = Duration::from_millis(80);
/// A request is not withdrawn for a newer one before it had this much time to show something, so
/// that dragging a slider shows progress.
const CHANCE: Duration = Duration::from_millis(40);

/// The engines of all panes, and the references they are held against.
pub struct Solvers {
    wake: Wake,
    networks: Networks,
    by_pane: Vec<Solver>,
    references: References,
    next_key: u64,
}

impl Solvers {
    /// No engine yet; [`Self::sync`] starts one per pane that is shown.
    #[must_use]
    pub fn new(wake: &Wake, networks: &Networks) -> Self {
        Self {
            wake: Arc::clone(wake),
            networks: networks.clone(),
            by_pane: Vec::new(),
            references: References::new(wake, networks),
            next_key: 0,
        }
    }

    /// Gives every pane of the scene its place and asks for what records differently than before, in
    /// the first `visible` panes.
    pub fn sync(&mut self, scene: &Scene, panes: &mut Vec<PaneState>, visible: usize) {
        let count = scene.pane_count();
        panes.truncate(count);
        self.by_pane.truncate(count);
        while panes.len() < count {
            panes.push(PaneState::new(self.next_key, scene.pane(panes.len())));
            self.next_key += 1;
        }
        for (index, pane) in panes.iter_mut().enumerate().take(visible) {
            if self.by_pane.len() == index {
                self.by_pane.push(Solver::new(&self.wake, &self.networks));
            }
            let scene = scene.pane(index);
            let solver = &mut self.by_pane[index];
            if !solver.asked || !scene.records_like(&pane.scene) {
                solver.ask();
            }
            pane.scene = Arc::new(scene);
        }
    }

    /// Takes the pane at `index` away; the others keep their recordings.
    pub fn remove(&mut self, panes: &mut Vec<PaneState>, index: usize) {
        if index < panes.len() {
            panes.remove(index);
        }
        if index < self.by_pane.len() {
            let solver = self.by_pane.remove(index);
            // It ends after the step in progress; nobody waits for that.
            std::thread::spawn(move || drop(solver));
        }
    }

    /// Whether a request or a reference that is wanted by the visible panes is still being solved.
    #[must_use]
    pub fn is_busy(&self, visible: &[PaneState]) -> bool {
        let waits = |solver: &Solver| solver.waiting || solver.held.is_some();
        self.by_pane.iter().take(visible.len()).any(waits)
            || visible.iter().any(|pane| pane.under_way().is_some())
            || self.references.is_busy()
    }

    /// Takes news of the visible panes in and sends what waits.
    pub fn update(&mut self, scene: &Scene, visible: &mut [PaneState], soon: &mut Soon) {
        for (solver, pane) in self.by_pane.iter_mut().zip(&mut *visible) {
            solver.update(pane, soon);
        }
        self.references.update(scene, visible);
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
    /// Starts the engine; it wakes whoever draws when there is news.
    fn new(wake: &Wake, networks: &Networks) -> Self {
        let wake = Arc::clone(wake);
        let engine = Engine::new(networks.clone(), move || wake());
        Self { engine, asked: false, waiting: false, answered: true, held: None }
    }

    /// Asks for the scene as it is now: at once, or as soon as the newest request had its chance.
    fn ask(&mut self) {
        self.asked = true;
        self.waiting = true;
    }

    /// Takes news in and sends the request that waits.
    fn update(&mut self, pane: &mut PaneState, soon: &mut Soon) {
        while let Some(update) = self.engine.poll() {
            self.take(update, pane, soon.now);
        }
        self.show_held(pane, soon);
        if self.waiting {
            self.send(pane, soon);
        }
    }

    fn send(&mut self, pane: &mut PaneState, soon: &mut Soon) {
        if let Some(solve) = pane.solve
            && !self.answered
            && soon.waits(solve.since, CHANCE)
        {
            return;
        }
        self.waiting = false;
        self.answered = false;
        let id = self.engine.request(Arc::clone(&pane.scene));
        pane.solve = Some(Solve { id, since: soon.now, done: false });
    }

    fn take(&mut self, update: Update, pane: &mut PaneState, now: Instant) {
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
                    show(pane, held, now);
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

    fn show_held(&mut self, pane: &mut PaneState, soon: &mut Soon) {
        let Some(held) = self.held.take() else { return };
        let other = |shown: &&Shown| shown.recording.id != held.id && !held.complete;
        if let Some(shown) = pane.shown.as_ref().filter(other)
            && soon.waits(shown.since, HOLD)
        {
            self.held = Some(held);
            return;
        }
        show(pane, held, soon.now);
    }
}

/// Puts a recording on show; the playback goes on where it is.
fn show(pane: &mut PaneState, recording: Arc<Recording>, now: Instant) {
    let before = pane.shown.take().filter(|shown| shown.recording.id == recording.id);
    let traces = Traces::of(&recording);
    let (since, distance) = before.map_or((now, None), |shown| (shown.since, shown.distance));
    pane.shown = Some(Shown { recording, traces, distance, since });
}
