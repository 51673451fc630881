//! What work under way is told from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use driftscope_base::cancel::Cancel;
use serde::{Deserialize, Serialize};

/// What a task is told while it is carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// Go on; what holds from the start.
    #[default]
    Resume,
    /// Wait after the turn in progress; what is done in one turn does not.
    Pause,
    /// Come to an end after the turn in progress; what there is stays.
    Stop,
}

impl Word {
    /// In the order of their numbers.
    const ALL: [Self; 3] = [Self::Resume, Self::Pause, Self::Stop];
}

/// A task's ear: whether it is withdrawn, and the last word to it. A handle.
#[derive(Clone, Debug, Default)]
pub struct Signal {
    cancel: Cancel,
    word: Arc<AtomicU8>,
}

impl Signal {
    /// Raised when nobody waits for the task any more.
    #[must_use]
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// The last word.
    #[must_use]
    pub fn word(&self) -> Word {
        Word::ALL[usize::from(self.word.load(Ordering::Relaxed))]
    }

    /// Says a word.
    pub fn say(&self, word: Word) {
        self.word.store(word as u8, Ordering::Relaxed);
    }
}
