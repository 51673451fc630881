//! The bench: one queue, worked through by threads that yield to everything else.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use driftscope_base::cancel::Cancel;

use super::error::LabError;
use crate::priority;
use crate::priority::stand_back;

type Work = Box<dyn FnOnce() + Send>;

/// Works through jobs one after the other, in the background.
///
/// Its threads stand back for all others, and there are half as many as the computer has
/// processors, so that neither the window nor the engine notices them.
pub struct Lab {
    queue: Arc<Queue>,
    worker: Option<JoinHandle<()>>,
    notify: Arc<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Queue {
    desk: Mutex<Desk>,
    news: Condvar,
}

#[derive(Default)]
struct Desk {
    waiting: VecDeque<(Cancel, Work)>,
    /// Those that let all others go first.
    patient: VecDeque<(Cancel, Work)>,
    current: Option<Cancel>,
    closing: bool,
}

impl Desk {
    fn pop(&mut self) -> Option<(Cancel, Work)> {
        self.waiting.pop_front().or_else(|| self.patient.pop_front())
    }
}

impl Queue {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job that still has somebody waiting for it; none when the lab closes.
    fn next(&self) -> Option<Work> {
        let mut desk = self.desk();
        loop {
            desk.current = None;
            if desk.closing {
                return None;
            }
            while let Some((cancel, work)) = desk.pop() {
                if cancel.check().is_ok() {
                    desk.current = Some(cancel);
                    return Some(work);
                }
            }
            desk = self.news.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Lab {
    /// Opens a lab; `notify` is called from its threads whenever a job has news.
    ///
    /// # Panics
    /// If the system has no threads to give.
    #[must_use]
    pub fn new(notify: impl Fn() + Send + Sync + 'static) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads((processors / 2).max(1))
            .thread_name(|i| format!("driftscope-lab-{i}"))
            .start_handler(|_| stand_back(priority::LAB))
            .build()
            .expect("the system has threads for the lab");
        let queue = Arc::new(Queue::default());
        let worker = std::thread::Builder::new()
            .name("driftscope-lab".into())
            .spawn({
                let queue = Arc::clone(&queue);
                move || {
                    while let Some(work) = queue.next() {
                        pool.install(work);
                    }
                }
            })
            .expect("the system has a thread for the lab");
        Self { queue, worker: Some(worker), notify: Arc::new(notify) }
    }

    /// Puts a job into the queue. It is withdrawn when the returned handle is dropped.
    #[must_use]
    pub fn start<T: Send + Sync + 'static>(
        &self,
        work: impl FnOnce(&Report<T>) -> Result<T, LabError> + Send + 'static,
    ) -> Job<T> {
        self.queued(work, |desk| &mut desk.waiting)
    }

    /// The same for a job that takes long: it begins when no other waits.
    #[must_use]
    pub fn start_long<T: Send + Sync + 'static>(
        &self,
        work: impl FnOnce(&Report<T>) -> Result<T, LabError> + Send + 'static,
    ) -> Job<T> {
        self.queued(work, |desk| &mut desk.patient)
    }

    fn queued<T: Send + Sync + 'static>(
        &self,
        work: impl FnOnce(&Report<T>) -> Result<T, LabError> + Send + 'static,
        queue: impl FnOnce(&mut Desk) -> &mut VecDeque<(Cancel, Work)>,
    ) -> Job<T> {
        let cancel = Cancel::default();
        let board = Arc::new(Mutex::new(Board { share: 0.0, latest: None, outcome: None }));
        let report = Report {
            cancel: cancel.clone(),
            board: Arc::clone(&board),
            notify: Arc::clone(&self.notify),
        };
        let work = Box::new(move || {
            let outcome = work(&report);
            {
                let mut board = report.board();
                board.outcome = Some(match outcome {
                    Ok(value) => {
                        board.latest = Some(Arc::new(value));
                        board.share = 1.0;
                        Ok(())
                    }
                    Err(error) => Err(error),
                });
            }
            (report.notify)();
        });
        let mut desk = self.queue.desk();
        queue(&mut desk).push_back((cancel.clone(), work));
        self.queue.news.notify_one();
        Job { cancel, board }
    }

    /// Whether nothing is being measured and nothing waits.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let desk = self.queue.desk();
        desk.current.is_none()
            && desk.waiting.iter().chain(&desk.patient).all(|(cancel, _)| cancel.check().is_err())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        {
            let mut desk = self.queue.desk();
            desk.closing = true;
            desk.waiting.clear();
            desk.patient.clear();
            if let Some(current) = &desk.current {
                current.raise();
            }
        }
        self.queue.news.notify_one();
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has said so already.
            let _ = worker.join();
        }
    }
}

/// What a job has to say for itself.
struct Board<T> {
    share: f64,
    latest: Option<Arc<T>>,
    outcome: Option<Result<(), LabError>>,
}

/// A job's own side: through it the work tells how far it is.
pub struct Report<T> {
    /// Raised when nobody waits for the job any more.
    pub cancel: Cancel,
    board: Arc<Mutex<Board<T>>>,
    notify: Arc<dyn Fn() + Send + Sync>,
}

impl<T> Report<T> {
    fn board(&self) -> MutexGuard<'_, Board<T>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how much of the work is done, 0 to 1.
    pub fn progress(&self, share: f64) {
        self.board().share = share;
        (self.notify)();
    }

    /// Shows what there is so far.
    pub fn show(&self, value: T, share: f64) {
        let value = Arc::new(value);
        {
            let mut board = self.board();
            board.share = share;
            board.latest = Some(value);
        }
        (self.notify)();
    }
}

/// A job as whoever asked for it sees it. Dropping it withdraws it.
pub struct Job<T> {
    cancel: Cancel,
    board: Arc<Mutex<Board<T>>>,
}

impl<T> Job<T> {
    fn board(&self) -> MutexGuard<'_, Board<T>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much is done, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.board().share
    }

    /// The newest value, part or whole.
    #[must_use]
    pub fn latest(&self) -> Option<Arc<T>> {
        self.board().latest.clone()
    }

    /// Whether it has ended, one way or the other.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.board().outcome.is_some()
    }

    /// Why it failed, if it did for another reason than being withdrawn.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        match &self.board().outcome {
            Some(Err(LabError::Refused(reason))) => Some(reason.clone()),
            _ => None,
        }
    }

    /// Withdraws it; what has been shown stays.
    pub fn withdraw(&self) {
        self.cancel.raise();
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancel.raise();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    fn wait(done: impl Fn() -> bool) {
        let began = Instant::now();
        while !done() {
            assert!(began.elapsed() < Duration::from_secs(30), "waited in vain");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn jobs_run_in_order_and_dropped_ones_not_at_all() {
        let news = Arc::new(AtomicUsize::new(0));
        let lab = Lab::new({
            let news = Arc::clone(&news);
            move || {
                news.fetch_add(1, Ordering::Relaxed);
            }
        });
        let long: Job<()> = lab.start(|report| {
            loop {
                report.cancel.check()?;
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let ran = Arc::new(AtomicUsize::new(0));
        let start = |n: usize| {
            let ran = Arc::clone(&ran);
            lab.start(move |report| {
                ran.fetch_add(n, Ordering::Relaxed);
                report.show(n, 0.5);
                Ok(n + 1)
            })
        };
        let (dropped, kept) = (start(1), start(10));
        drop(dropped);
        assert!(!kept.is_over() && !lab.is_idle());
        drop(long);
        wait(|| kept.is_over());
        assert_eq!(ran.load(Ordering::Relaxed), 10);
        assert_eq!(kept.latest().as_deref(), Some(&11));
        wait(|| lab.is_idle());
        assert!(news.load(Ordering::Relaxed) >= 2);
    }

    #[test]
    fn long_jobs_let_the_others_go_first() {
        let lab = Lab::new(|| {});
        let first: Job<()> = lab.start(|report| {
            loop {
                report.cancel.check()?;
            }
        });
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |name: &'static str| {
            let order = Arc::clone(&order);
            move |_: &Report<()>| {
                order.lock().expect("not poisoned").push(name);
                Ok(())
            }
        };
        let long = lab.start_long(note("long"));
        let quick = lab.start(note("quick"));
        drop(first);
        wait(|| long.is_over() && quick.is_over());
        assert_eq!(*order.lock().expect("not poisoned"), ["quick", "long"]);
    }

    #[test]
    fn a_refusal_is_told() {
        let lab = Lab::new(|| {});
        let job: Job<()> = lab.start(|_| Err(LabError::Refused("not on a Tuesday".into())));
        wait(|| job.is_over());
        assert_eq!(job.failure().as_deref(), Some("not on a Tuesday"));
        assert!(job.latest().is_none());
    }
}
