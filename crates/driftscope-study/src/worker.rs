//! The thread that solves scenes for the window.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use driftscope_base::cancel::Cancel;

use crate::experiment::Experiment;
use crate::measure::{DataDistance, distance_to_data};
use crate::networks::Networks;
use crate::priority::{self, solvers_stand_back, stand_back};
use crate::recording::{Recording, fresh_id};
use crate::run::{RunError, RunOptions, run};
use crate::scene::Scene;

/// Updates waiting to be taken; a full queue only makes the worker wait.
const QUEUE: usize = 64;

/// Attempts of fixed steps that are logged at most.
const MOST_LOGGED: usize = 1 << 20;

/// News from the worker.
#[derive(Clone, Debug)]
pub enum Update {
    /// A recording, in the making or complete.
    Recorded(Arc<Recording>),
    /// The distance of a complete recording's end points to the data.
    Measured {
        /// Which recording.
        id: u64,
        /// The distance and its floor.
        distance: DataDistance,
    },
    /// A scene that could not be run.
    Failed {
        /// Which request.
        id: u64,
        /// Why, in one sentence.
        message: String,
    },
}

/// Solves the newest scene asked for, on threads of its own.
pub struct Engine {
    shared: Arc<Shared>,
    updates: Receiver<Update>,
    worker: Option<JoinHandle<()>>,
}

struct Shared {
    desk: Mutex<Desk>,
    news: Condvar,
}

#[derive(Default)]
struct Desk {
    request: Option<Request>,
    /// Withdraws the solve in progress.
    current: Cancel,
    closing: bool,
}

struct Request {
    id: u64,
    scene: Arc<Scene>,
    cancel: Cancel,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Starts the worker, which with the threads that solve stands back for the window. Networks that
    /// scenes name are looked for among `networks`; `notify` is called from its thread after every update.
    ///
    /// # Panics
    /// If the system has no thread to give.
    #[must_use]
    pub fn new(networks: Networks, notify: impl Fn() + Send + 'static) -> Self {
        solvers_stand_back();
        let shared = Arc::new(Shared { desk: Mutex::default(), news: Condvar::new() });
        let (sender, updates) = sync_channel(QUEUE);
        let worker = std::thread::Builder::new()
            .name("driftscope-engine".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || {
                    stand_back(priority::SOLVER);
                    work(&shared, &networks, &sender, &notify);
                }
            })
            .expect("the system has a thread for the engine");
        Self { shared, updates, worker: Some(worker) }
    }

    /// Asks for `scene`, withdrawing whatever was asked for before; returns the id its recording
    /// will have.
    pub fn request(&mut self, scene: Arc<Scene>) -> u64 {
        let id = fresh_id();
        let cancel = Cancel::default();
        let mut desk = self.shared.desk();
        desk.current.raise();
        desk.current = cancel.clone();
        desk.request = Some(Request { id, scene, cancel });
        self.shared.news.notify_one();
        id
    }

    /// The next update, if one has come. Updates of withdrawn requests may still be among them.
    pub fn poll(&mut self) -> Option<Update> {
        self.updates.try_recv().ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        {
            let mut desk = self.shared.desk();
            desk.closing = true;
            desk.current.raise();
        }
        self.shared.news.notify_one();
        // Unblock a worker that waits for room in the queue.
        while self.updates.try_recv().is_ok() {}
        let (_, closed) = sync_channel(0);
        self.updates = closed;
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has said so already.
            let _ = worker.join();
        }
    }
}

fn work(shared: &Shared, networks: &Networks, sender: &SyncSender<Update>, notify: &dyn Fn()) {
    let send = |update| {
        let sent = sender.send(update).is_ok();
        notify();
        sent
    };
    while let Some(request) = next_request(shared) {
        let Request { id, scene, cancel } = request;
        let mut options = RunOptions::for_window(scene.particles.count);
        // Many fixed steps are logged for fewer particles, so that memory stays bounded.
        options.logged = options.logged.min(MOST_LOGGED / scene.sampler.steps).max(1);
        let publish = |recording: &Recording| {
            send(Update::Recorded(Arc::new(recording.clone())));
        };
        let outcome = Experiment::new(&scene, networks)
            .map_err(RunError::from)
            .and_then(|experiment| run(&experiment, id, &options, &cancel, publish));
        match outcome {
            Ok(recording) => {
                let ends: Vec<[f64; 2]> = recording.ends().collect();
                if scene.classic().is_some() {
                    // There is no distribution to compare with.
                    continue;
                }
                if let Ok(distance) = distance_to_data(&scene, &ends, &cancel) {
                    send(Update::Measured { id, distance });
                }
            }
            Err(RunError::Cancelled) => {}
            Err(error) => {
                send(Update::Failed { id, message: error.to_string() });
            }
        }
    }
}

/// Waits for a request; none when the engine closes.
fn next_request(shared: &Shared) -> Option<Request> {
    let mut desk = shared.desk();
    loop {
        if desk.closing {
            return None;
        }
        if let Some(request) = desk.request.take() {
            return Some(request);
        }
        desk = shared.news.wait(desk).unwrap_or_else(PoisonError::into_inner);
    }
}
