//! Threads that run networks for those that ask.
//!
//! rten runs a model in a pool of threads, and whoever waits for it inside another pool of the same kind
//! takes up other work meanwhile: tile upon tile on one stack. Here one waits for an answer instead, and
//! each thread that answers lives in a pool of its own.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Mutex, PoisonError};

use rten::{RunOptions, ThreadPool};

type Work<Q, A> = dyn Fn(&Q, &RunOptions) -> A + Send + Sync;

/// A question, and where the answer goes.
type Question<Q, A> = (Q, SyncSender<A>);

/// Answers questions of type `Q`.
pub struct Workers<Q, A> {
    work: Arc<Work<Q, A>>,
    questions: Option<Mutex<Sender<Question<Q, A>>>>,
}

impl<Q: Send + 'static, A: Send + 'static> Workers<Q, A> {
    /// As many threads as the machine runs at once; none in a browser, where whoever asks does the work.
    pub fn new(work: impl Fn(&Q, &RunOptions) -> A + Send + Sync + 'static) -> Self {
        let work: Arc<Work<Q, A>> = Arc::new(work);
        let (sender, receiver) = mpsc::channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let count = if cfg!(target_arch = "wasm32") {
            0
        } else {
            std::thread::available_parallelism().map_or(1, usize::from)
        };
        let mut running = 0;
        for _ in 0..count {
            let (work, receiver) = (Arc::clone(&work), Arc::clone(&receiver));
            let thread = std::thread::Builder::new().name("network".to_owned());
            running += usize::from(thread.spawn(move || serve(&*work, &receiver)).is_ok());
        }
        let questions = (running > 0).then(|| Mutex::new(sender));
        Self { work, questions }
    }

    /// The answer; none if answering failed.
    pub fn ask(&self, question: Q) -> Option<A> {
        let Some(questions) = &self.questions else {
            return Some((self.work)(&question, &RunOptions::default()));
        };
        let (sender, answer) = mpsc::sync_channel(1);
        questions.lock().unwrap_or_else(PoisonError::into_inner).send((question, sender)).ok()?;
        answer.recv().ok()
    }
}

/// Answers until nobody can ask any more.
fn serve<Q: Send, A: Send>(work: &Work<Q, A>, questions: &Mutex<Receiver<Question<Q, A>>>) {
    let pool = Arc::new(ThreadPool::with_num_threads(1));
    let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&pool)));
    pool.run(|| {
        loop {
            let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((question, answer)) = next else { return };
            let work = std::panic::AssertUnwindSafe(|| work(&question, &options));
            // One who no longer waits, or a failure, which whoever waits sees as no answer.
            if let Ok(done) = std::panic::catch_unwind(work) {
                let _ = answer.send(done);
            }
        }
    });
}
