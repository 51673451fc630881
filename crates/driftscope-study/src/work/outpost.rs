//! Where the work of a [`RemoteCrew`](super::RemoteCrew) is carried out.

use serde::{Deserialize, Serialize};

use super::kinds::{Course, News, TaskId, Turn, Work, last_news};
use super::parcel::{Partner, Side};
use super::signal::{Signal, Word};
use crate::store::Store;

/// What an outpost is told.
#[derive(Serialize, Deserialize)]
pub(super) enum Order<W> {
    /// To begin a task; it has no other.
    Start(TaskId, W),
    /// A word to the task under way.
    Tell(TaskId, Word),
    /// That nobody waits for that task any more.
    Withdraw(TaskId),
}

/// What an outpost tells.
#[derive(Serialize, Deserialize)]
pub(super) enum Told<P> {
    /// News of a task.
    News(TaskId, News<P>),
    /// It has heard that a task was withdrawn, and waits for another.
    Free,
}

/// Carries out one task at a time, which comes in a parcel; what comes of it goes out in parcels.
pub struct Outpost<W: Work> {
    store: Store,
    crew: Partner,
    under_way: Option<UnderWay<W>>,
    /// Whether it has to tell that it is free.
    heard_withdrawal: bool,
}

struct UnderWay<W: Work> {
    id: TaskId,
    course: W::Course,
    signal: Signal,
    /// Blocks of its recording that were sent.
    sent: usize,
    /// Whether it waits for a word.
    waiting: bool,
}

impl<W: Work> Default for Outpost<W> {
    fn default() -> Self {
        Self {
            store: Store::default(),
            crew: Partner::new(Side::Outpost),
            under_way: None,
            heard_withdrawal: false,
        }
    }
}

impl<W: Work> Outpost<W> {
    /// Takes in a parcel of the crew.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn hear(&mut self, parcel: &[u8]) -> Result<(), String> {
        match self.crew.unpack::<Order<W>>(&self.store, parcel)? {
            Order::Start(id, task) => {
                let (course, signal) = (task.begin(), Signal::default());
                self.under_way = Some(UnderWay { id, course, signal, sent: 0, waiting: false });
            }
            Order::Tell(id, word) => {
                if let Some(task) = self.under_way.as_mut().filter(|task| task.id == id) {
                    task.signal.say(word);
                    task.waiting &= word == Word::Pause;
                }
            }
            Order::Withdraw(id) => {
                self.under_way.take_if(|task| task.id == id);
                self.heard_withdrawal = true;
            }
        }
        Ok(())
    }

    /// Does a turn of the task under way; `post` takes the parcels that go to the crew. Whether there is more
    /// to do before the next parcel comes.
    pub fn go_on(&mut self, post: &mut (dyn FnMut(Vec<u8>) + Send)) -> bool {
        if std::mem::take(&mut self.heard_withdrawal) {
            post(self.crew.pack(&self.store, &Told::<W::Product>::Free));
        }
        let Some(task) = self.under_way.as_mut().filter(|task| !task.waiting) else { return false };
        let UnderWay { id, course, signal, sent, .. } = task;
        let (store, crew) = (&self.store, &mut self.crew);
        let mut tell = |mut news: News<W::Product>| {
            if let News::Made(made) = &mut news
                && let Some(part) = W::recording(made)
            {
                let mut rest = (**part).clone();
                let there = rest.blocks.len();
                rest.blocks.drain(..(*sent).min(there));
                *sent = there;
                *part = rest.into();
            }
            post(crew.pack(store, &Told::News(*id, news)));
        };
        let turn = course.go_on(store, signal, &mut tell);
        let end = match turn {
            Ok(Turn::More) => None,
            Ok(Turn::Waiting) => {
                task.waiting = task.signal.word() == Word::Pause;
                None
            }
            Ok(Turn::Done) => Some(last_news(Ok(()))),
            Err(unfinished) => Some(last_news(Err(unfinished))),
        };
        match end {
            None => !task.waiting,
            Some(last) => {
                last.into_iter().for_each(tell);
                self.under_way = None;
                false
            }
        }
    }
}
