//! A crew of threads.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

use rayon::ThreadPoolBuilder;

use super::kinds::{Course, Crew, Lane, News, TaskId, Turn, Unfinished, Work, last_news};
use super::signal::{Signal, Word};
use crate::priority::{self, give_memory_back, solvers_stand_back, stand_back};
use crate::store::Store;

/// Solves under way at once: more than there are panes, so that others wait for those alone that were withdrawn and
/// are about to end.
const SOLVES: usize = 16;

/// Carries work out on threads; values pass as they are.
///
/// A task of [`Lane::Own`], [`Lane::Training`] or [`Lane::Solver`] has a thread of its own at once, but for solves beyond
/// the [`SOLVES`]th, which take the thread of the first that ends. Those of the laboratory's
/// lanes are worked through one after the other by threads that stand back for all others, half as many as
/// the computer has processors, so that neither the window nor a solve notices them. Dropping the crew
/// withdraws everything and waits for nothing.
pub struct ThreadCrew<W: Work> {
    common: Arc<Common<W>>,
    news: Receiver<(TaskId, News<W::Product>)>,
    /// Those that have not ended, as far as is known.
    tasks: HashMap<TaskId, Told>,
    lab: Option<Arc<Queue<W>>>,
    /// Whether work of [`Lane::Own`] makes do with half of the processors.
    frugal: bool,
    next: u64,
}

/// How a task is told something.
struct Told {
    signal: Signal,
    /// Who may be waiting between two turns.
    thread: Option<Thread>,
}

/// What all threads know.
struct Common<W: Work> {
    store: Store,
    sender: Sender<(TaskId, News<W::Product>)>,
    wake: Box<dyn Fn() + Send + Sync>,
    solves: Mutex<Solves<W>>,
}

/// The tasks of [`Lane::Solver`].
struct Solves<W> {
    /// Threads that are at one of them.
    threads: usize,
    waiting: VecDeque<Taken<W>>,
}

/// A task taken on.
struct Taken<W> {
    id: TaskId,
    task: W,
    signal: Signal,
}

impl<W: Work> ThreadCrew<W> {
    /// A crew that finds in `store` what tasks name. `wake` is called after every news, from the thread
    /// that has it.
    #[must_use]
    pub fn new(store: Store, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (sender, news) = channel();
        let solves = Mutex::new(Solves { threads: 0, waiting: VecDeque::new() });
        let common = Arc::new(Common { store, sender, wake: Box::new(wake), solves });
        Self { common, news, tasks: HashMap::new(), lab: None, frugal: false, next: 1 }
    }

    /// The same where the processors draw the frames as well: work of [`Lane::Own`] is done on half of them,
    /// with the same right to them as frames have. Threads that wait for one another would get little done
    /// where each is interrupted by frames.
    #[must_use]
    pub fn beside_frames(mut self) -> Self {
        self.frugal = true;
        self
    }

    /// Carries a task out on a thread of its own.
    fn spawn(&self, taken: Taken<W>) -> Option<Thread> {
        let common = Arc::clone(&self.common);
        let frugal = self.frugal;
        self.thread(taken.id, "driftscope-work", move || {
            // This thread is one of the pool's, so that no turn waits to be taken over by another.
            let pool = frugal.then(|| half_of_the_processors().use_current_thread().build());
            if let Some(Err(error)) = &pool {
                log::warn!("work is done on all processors: {error}");
            }
            common.carry_out(taken, |turn| turn());
        })
    }

    /// Carries a solve out on a thread of its own, or on that of one that ends.
    fn solve(&self, taken: Taken<W>) -> Option<Thread> {
        solvers_stand_back();
        let (common, id) = (Arc::clone(&self.common), taken.id);
        let mut solves = self.common.solves();
        if solves.threads == SOLVES {
            solves.waiting.retain(|waiting| !waiting.is_withdrawn());
            solves.waiting.push_back(taken);
            return None;
        }
        solves.threads += 1;
        let thread = self.thread(id, "driftscope-engine", move || {
            stand_back(priority::SOLVER);
            let mut next = Some(taken);
            while let Some(taken) = next {
                common.carry_out(taken, |turn| turn());
                next = common.next_solve();
            }
            if common.solves().threads == 0 {
                give_memory_back();
            }
        });
        if thread.is_none() {
            solves.threads -= 1;
        }
        thread
    }

    /// A thread for a task, which fails where there is none.
    fn thread(
        &self,
        task: TaskId,
        name: &str,
        work: impl FnOnce() + Send + 'static,
    ) -> Option<Thread> {
        match thread::Builder::new().name(name.into()).spawn(work) {
            Ok(handle) => Some(handle.thread().clone()),
            Err(error) => {
                let why = format!("There is no thread for it: {error}.");
                self.common.tell(task, News::Failed(why));
                None
            }
        }
    }

    /// Puts a task into the laboratory's queue, whose threads start with the first.
    fn queue(&mut self, taken: Taken<W>, lane: Lane) -> Option<Thread> {
        if self.lab.is_none() {
            match Queue::open(&self.common) {
                Ok(queue) => self.lab = Some(queue),
                Err(error) => {
                    let why = format!("There are no threads to measure on: {error}.");
                    self.common.tell(taken.id, News::Failed(why));
                }
            }
        }
        let queue = self.lab.as_ref()?;
        let mut waiting = queue.waiting();
        match lane {
            Lane::PatientLab => waiting.patient.push_back(taken),
            _ => waiting.quick.push_back(taken),
        }
        queue.changed.notify_one();
        waiting.worker.clone()
    }
}

impl<W: Work> Crew<W> for ThreadCrew<W> {
    fn start(&mut self, task: W) -> TaskId {
        let id = TaskId(self.next);
        self.next += 1;
        let (lane, signal) = (task.lane(), Signal::default());
        let taken = Taken { id, task, signal: signal.clone() };
        let thread = match lane {
            Lane::Own | Lane::Training => self.spawn(taken),
            Lane::Solver => self.solve(taken),
            Lane::Lab | Lane::PatientLab => self.queue(taken, lane),
        };
        self.tasks.insert(id, Told { signal, thread });
        id
    }

    fn poll(&mut self) -> Option<(TaskId, News<W::Product>)> {
        loop {
            let (id, news) = self.news.try_recv().ok()?;
            if !self.tasks.contains_key(&id) {
                // Withdrawn since.
                continue;
            }
            if matches!(news, News::Done | News::Failed(_)) {
                self.tasks.remove(&id);
            }
            return Some((id, news));
        }
    }

    fn tell(&mut self, task: TaskId, word: Word) {
        if let Some(told) = self.tasks.get(&task) {
            told.signal.say(word);
            told.wake();
        }
    }

    fn withdraw(&mut self, task: TaskId) {
        if let Some(told) = self.tasks.remove(&task) {
            told.withdraw();
        }
    }
}

impl<W: Work> Drop for ThreadCrew<W> {
    fn drop(&mut self) {
        for told in self.tasks.values() {
            told.withdraw();
        }
        if let Some(queue) = &self.lab {
            queue.waiting().closing = true;
            queue.changed.notify_one();
        }
    }
}

impl<W> Taken<W> {
    fn is_withdrawn(&self) -> bool {
        self.signal.cancel().check().is_err()
    }
}

impl Told {
    fn withdraw(&self) {
        self.signal.cancel().raise();
        self.wake();
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}

impl<W: Work> Common<W> {
    /// Hands news over, unless the crew is gone.
    fn tell(&self, id: TaskId, news: News<W::Product>) {
        if self.sender.send((id, news)).is_ok() {
            (self.wake)();
        }
    }

    fn solves(&self) -> MutexGuard<'_, Solves<W>> {
        self.solves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next solve for a thread that has done its own; none where the thread ends.
    fn next_solve(&self) -> Option<Taken<W>> {
        let mut solves = self.solves();
        solves.waiting.retain(|waiting| !waiting.is_withdrawn());
        let next = solves.waiting.pop_front();
        solves.threads -= usize::from(next.is_none());
        next
    }

    /// Carries a task out on this thread, its turns where `place` makes them.
    fn carry_out(&self, taken: Taken<W>, place: impl Fn(&mut (dyn FnMut() + Send))) {
        let Taken { id, task, signal } = taken;
        let mut course = task.begin();
        let end = loop {
            if signal.cancel().check().is_err() {
                return;
            }
            let mut turn = Ok(Turn::Done);
            place(&mut || {
                let mut send = |news| self.tell(id, news);
                let go_on = || course.go_on(&self.store, &signal, &mut send);
                turn = catch_unwind(AssertUnwindSafe(go_on)).unwrap_or_else(|_| {
                    let why = "Something is wrong with the program: this work broke off.";
                    Err(Unfinished::Failed(why.to_owned()))
                });
            });
            match turn {
                Ok(Turn::More) => {}
                Ok(Turn::Waiting) => {
                    while signal.word() == Word::Pause && signal.cancel().check().is_ok() {
                        // Whoever says a word or withdraws the task unparks.
                        thread::park();
                    }
                }
                Ok(Turn::Done) => break Ok(()),
                Err(unfinished) => break Err(unfinished),
            }
        };
        if let Some(news) = last_news(end) {
            self.tell(id, news);
        }
    }
}

/// Half as many threads as the computer has processors.
fn half_of_the_processors() -> ThreadPoolBuilder {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    ThreadPoolBuilder::new().num_threads((processors / 2).max(1))
}

/// The tasks that are worked through one after the other.
struct Queue<W> {
    waiting: Mutex<Waiting<W>>,
    changed: Condvar,
}

struct Waiting<W> {
    quick: VecDeque<Taken<W>>,
    /// Those that let all others go first.
    patient: VecDeque<Taken<W>>,
    worker: Option<Thread>,
    closing: bool,
}

impl<W: Work> Queue<W> {
    /// Starts the threads that work through it.
    fn open(common: &Arc<Common<W>>) -> std::io::Result<Arc<Self>> {
        let pool = half_of_the_processors()
            .thread_name(|i| format!("driftscope-lab-{i}"))
            .start_handler(|_| stand_back(priority::LAB))
            .build()
            .map_err(std::io::Error::other)?;
        let queue = Arc::new(Self {
            waiting: Mutex::new(Waiting {
                quick: VecDeque::new(),
                patient: VecDeque::new(),
                worker: None,
                closing: false,
            }),
            changed: Condvar::new(),
        });
        let worker = thread::Builder::new().name("driftscope-lab".into()).spawn({
            let (queue, common) = (Arc::clone(&queue), Arc::clone(common));
            move || {
                while let Some(taken) = queue.next() {
                    common.carry_out(taken, |turn| pool.install(turn));
                }
            }
        })?;
        queue.waiting().worker = Some(worker.thread().clone());
        Ok(queue)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<W>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task that still has somebody waiting for it; none when the crew is gone.
    fn next(&self) -> Option<Taken<W>> {
        let mut waiting = self.waiting();
        loop {
            if waiting.closing {
                return None;
            }
            while let Some(taken) =
                waiting.quick.pop_front().or_else(|| waiting.patient.pop_front())
            {
                if !taken.is_withdrawn() {
                    return Some(taken);
                }
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
