//! Between a crew and those who ask something of it.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::kinds::{Crew, News, TaskId, Work};
use super::signal::Word;

/// Hands each asker the news of its own task.
pub struct Dispatcher<W: Work> {
    tasks: RefCell<Tasks<W>>,
    /// Tasks whose tickets are gone.
    left: Arc<Mutex<Vec<TaskId>>>,
}

struct Tasks<W: Work> {
    crew: Box<dyn Crew<W>>,
    inboxes: HashMap<TaskId, Inbox<W::Product>>,
}

struct Inbox<P> {
    news: VecDeque<News<P>>,
    ended: bool,
}

/// A task that was started. Dropping it withdraws the task.
#[derive(Debug)]
pub struct Ticket {
    id: TaskId,
    left: Arc<Mutex<Vec<TaskId>>>,
}

impl Ticket {
    /// The task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.id
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).push(self.id);
    }
}

impl<W: Work> Dispatcher<W> {
    /// Between `crew` and whoever asks.
    #[must_use]
    pub fn new(crew: impl Crew<W> + 'static) -> Self {
        let tasks = Tasks { crew: Box::new(crew), inboxes: HashMap::new() };
        Self { tasks: RefCell::new(tasks), left: Arc::default() }
    }

    /// Starts a task.
    #[must_use]
    pub fn start(&self, task: W) -> Ticket {
        self.sweep();
        let mut tasks = self.tasks.borrow_mut();
        let id = tasks.crew.start(task);
        tasks.inboxes.insert(id, Inbox { news: VecDeque::new(), ended: false });
        Ticket { id, left: Arc::clone(&self.left) }
    }

    /// The next news of a task, if there is any.
    #[must_use]
    pub fn news(&self, of: &Ticket) -> Option<News<W::Product>> {
        self.collect();
        self.tasks.borrow_mut().inboxes.get_mut(&of.id)?.news.pop_front()
    }

    /// Says a word to a task.
    pub fn tell(&self, to: &Ticket, word: Word) {
        self.tasks.borrow_mut().crew.tell(to.id, word);
    }

    /// Withdraws the tasks that nobody waits for any more.
    pub fn sweep(&self) {
        let left = std::mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        if left.is_empty() {
            return;
        }
        let mut tasks = self.tasks.borrow_mut();
        for id in left {
            tasks.crew.withdraw(id);
            tasks.inboxes.remove(&id);
        }
    }

    /// Lays what has come into the inboxes.
    fn collect(&self) {
        self.sweep();
        let mut tasks = self.tasks.borrow_mut();
        let Tasks { crew, inboxes } = &mut *tasks;
        while let Some((id, news)) = crew.poll() {
            let Some(inbox) = inboxes.get_mut(&id) else { continue };
            inbox.ended = matches!(news, News::Done | News::Failed(_));
            inbox.news.push_back(news);
        }
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.collect();
        self.tasks.borrow().inboxes.values().all(|inbox| inbox.ended)
    }
}
