//! What work is, and who carries it out.

use std::sync::Arc;

use driftscope_base::cancel::Cancelled;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::signal::{Signal, Word};
use crate::recording::Recording;
use crate::store::{Store, UnknownRecording};

/// A kind of work: a plain value that says all there is to do. What is large, networks and recordings, it
/// names by identity.
pub trait Work: Clone + Send + Serialize + DeserializeOwned + 'static {
    /// What is made on the way and in the end; as plain as the work.
    type Product: Clone + Send + Serialize + DeserializeOwned + 'static;
    /// The work under way.
    type Course: Course<Self::Product>;

    /// Beside what else it is carried out.
    fn lane(&self) -> Lane;

    /// Begins it; nothing is done yet.
    fn begin(self) -> Self::Course;

    /// The same work in shares that can be carried out apart, for at most so many; none where it is of one
    /// piece. Of the recordings of the shares the crew makes one.
    fn shares(&self, _among: usize) -> Vec<Self> {
        Vec::new()
    }

    /// What remains to be done once all shares of it have come to that recording.
    fn after_shares(&self, _whole: &Recording) -> Option<Self> {
        None
    }

    /// Whether its turns are short, so that it can be withdrawn between two of them.
    fn is_brief(&self) -> bool {
        false
    }

    /// The recording that a product is, if it is one: where values have to travel, only the blocks that are new
    /// do.
    fn recording(_made: &mut Self::Product) -> Option<&mut Arc<Recording>> {
        None
    }
}

/// Work under way, done in turns, between which it can wait; it can be withdrawn within one as well.
pub trait Course<P>: Send {
    /// Does one turn, telling of parts and progress through `tell`.
    ///
    /// # Errors
    /// [`Unfinished`] if the work cannot be done or is withdrawn.
    fn go_on(
        &mut self,
        store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, P>,
    ) -> Result<Turn, Unfinished>;
}

/// Takes in what work has to tell.
pub type Tell<'a, P> = dyn FnMut(News<P>) + Send + 'a;

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// There is more to do.
    More,
    /// There is, once it is told to go on: it has heard [`Word::Pause`].
    Waiting,
    /// All is done.
    Done,
}

/// News of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News<P> {
    /// So much is done, 0 to 1.
    Progress(f64),
    /// Something has been made: a part, or all of it.
    Made(P),
    /// It cannot be done; why, in one sentence. The last news.
    Failed(String),
    /// All is done. The last news.
    Done,
}

/// Why work ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Nobody waits for it any more.
    Withdrawn,
    /// It cannot be done; why, in one sentence.
    Failed(String),
}

impl From<Cancelled> for Unfinished {
    fn from(_: Cancelled) -> Self {
        Self::Withdrawn
    }
}

impl From<UnknownRecording> for Unfinished {
    fn from(error: UnknownRecording) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Tells the tasks of a crew apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId(pub u64);

/// Beside what else a task is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// At once, like the window itself.
    Own,
    /// At once, like the window itself, and for long.
    Training,
    /// At once, standing back for the window.
    Solver,
    /// One after the other, standing back for everything else.
    Lab,
    /// The same, when nothing of [`Lane::Lab`] waits.
    PatientLab,
}

/// Who carries work out.
pub trait Crew<W: Work> {
    /// Takes a task on.
    fn start(&mut self, task: W) -> TaskId;

    /// The next news, if there is any. News of one task come in their order; of a withdrawn one there are
    /// none.
    fn poll(&mut self) -> Option<(TaskId, News<W::Product>)>;

    /// Says a word to a task.
    fn tell(&mut self, task: TaskId, word: Word);

    /// Withdraws a task: nobody waits for it any more.
    fn withdraw(&mut self, task: TaskId);
}

/// The last news that the end of a course comes to; none where it was withdrawn.
pub(super) fn last_news<P>(end: Result<(), Unfinished>) -> Option<News<P>> {
    match end {
        Ok(()) => Some(News::Done),
        Err(Unfinished::Failed(reason)) => Some(News::Failed(reason)),
        Err(Unfinished::Withdrawn) => None,
    }
}

/// Performs a task here and now, from beginning to end, its last news included; one that is told to pause
/// goes on.
pub fn perform<W: Work>(task: W, store: &Store, signal: &Signal, tell: &mut Tell<'_, W::Product>) {
    let mut course = task.begin();
    let end = loop {
        match course.go_on(store, signal, tell) {
            Ok(Turn::More) => {}
            Ok(Turn::Waiting) => signal.say(Word::Resume),
            Ok(Turn::Done) => break Ok(()),
            Err(unfinished) => break Err(unfinished),
        }
    };
    if let Some(news) = last_news(end) {
        tell(news);
    }
}
