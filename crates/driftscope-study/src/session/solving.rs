//! What is asked to be solved for the panes, and which of the answers is shown.

use std::sync::Arc;
use std::time::Duration;

use super::pane::{PaneState, Shown, Solve};
use super::references::References;
use super::soon::Soon;
use super::traces::Traces;
use crate::clock::Instant;
use crate::recording::{Recording, fresh_id};
use crate::scene::Scene;
use crate::task::{Product, Task};
use crate::work::{Dispatcher, News, Ticket};

/// A picture in the making replaces an older one only if that has been shown for this long, so
/// that dragging a slider does not flicker.
const HOLD: Duration = Duration::from_millis(80);
/// A request is not withdrawn for a newer one before it had this much time to show something, so
/// that dragging a slider shows progress.
const CHANCE: Duration = Duration::from_millis(40);

/// The solves of all panes, and the references they are held against.
#[derive(Default)]
pub struct Solvers {
    by_pane: Vec<Solver>,
    references: References,
    next_key: u64,
}

impl Solvers {
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
                self.by_pane.push(Solver::default());
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
            self.by_pane.remove(index);
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
    pub fn update(
        &mut self,
        work: &Dispatcher<Task>,
        scene: &Scene,
        visible: &mut [PaneState],
        soon: &mut Soon,
    ) {
        for (solver, pane) in self.by_pane.iter_mut().zip(&mut *visible) {
            solver.update(work, pane, soon);
        }
        self.references.update(work, scene, visible);
    }
}

/// The newest solve of a pane.
#[derive(Default)]
struct Solver {
    asked: bool,
    /// Whether the scene as it is now is still to be asked for.
    waiting: bool,
    /// The solve under way; dropping it withdraws it.
    ticket: Option<Ticket>,
    /// Whether it has shown something, or ended.
    answered: bool,
    held: Option<Arc<Recording>>,
}

impl Solver {
    /// Asks for the scene as it is now: at once, or as soon as the newest request had its chance.
    fn ask(&mut self) {
        self.asked = true;
        self.waiting = true;
    }

    /// Takes news in and sends the request that waits.
    fn update(&mut self, work: &Dispatcher<Task>, pane: &mut PaneState, soon: &mut Soon) {
        while let Some(news) = self.ticket.as_ref().and_then(|ticket| work.news(ticket)) {
            self.take(news, pane, soon.now);
        }
        self.show_held(pane, soon);
        if self.waiting {
            self.send(work, pane, soon);
        }
    }

    fn send(&mut self, work: &Dispatcher<Task>, pane: &mut PaneState, soon: &mut Soon) {
        if let Some(solve) = pane.solve
            && self.ticket.is_some()
            && !self.answered
            && soon.waits(solve.since, CHANCE)
        {
            return;
        }
        self.waiting = false;
        self.answered = false;
        let id = fresh_id();
        // First the older one is withdrawn, so that threads are free.
        self.ticket = None;
        self.ticket = Some(work.start(Task::solve(Arc::clone(&pane.scene), id)));
        pane.solve = Some(Solve { id, since: soon.now, done: false });
    }

    fn take(&mut self, news: News<Product>, pane: &mut PaneState, now: Instant) {
        match news {
            News::Made(Product::Part(recording)) if !recording.times.is_empty() => {
                self.answered = true;
                pane.failure = None;
                if let Some(solve) = pane.solve.as_mut().filter(|_| recording.complete) {
                    solve.done = true;
                }
                self.held = Some(recording);
            }
            News::Made(Product::Measured { id, distance }) => {
                let held = self.held.take_if(|held| held.id == id);
                if let Some(held) = held {
                    show(pane, held, now);
                }
                if let Some(shown) = pane.shown.as_mut().filter(|shown| shown.recording.id == id) {
                    shown.distance = Some(distance);
                }
            }
            News::Failed(message) => {
                self.ticket = None;
                pane.failure = Some(message);
                if let Some(solve) = &mut pane.solve {
                    solve.done = true;
                }
            }
            News::Done => self.ticket = None,
            News::Made(_) | News::Progress(_) => {}
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
