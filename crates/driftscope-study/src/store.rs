//! What work names by its identity instead of carrying it along: networks and recordings.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

use crate::networks::Networks;
use crate::recording::Recording;

/// Where work finds what it names. A handle: copies of it know the same networks and recordings.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// The networks that scenes name.
    pub networks: Networks,
    recordings: Arc<Mutex<HashMap<u64, Arc<Recording>>>>,
}

/// A recording that work names is not here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("recording {0} is not here")]
pub struct UnknownRecording(u64);

/// A recording in the question of a task. Written down it is the recording's identity; within one process
/// the recording itself is found through it, as long as somebody else has it: nobody wants to know anything
/// about one that is gone.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordingRef {
    /// [`Recording::id`].
    pub id: u64,
    /// Blocks of particles that are there: a recording in the making grows.
    pub blocks: usize,
    #[serde(skip)]
    here: Weak<Recording>,
}

thread_local! {
    /// What was named since [`naming`] began, while it goes on.
    static NAMED: RefCell<Option<Vec<Arc<Recording>>>> = const { RefCell::new(None) };
}

/// What is written down meanwhile, and the recordings here that it names, which have to be where it is read.
pub(crate) fn naming<R>(write: impl FnOnce() -> R) -> (R, Vec<Arc<Recording>>) {
    NAMED.set(Some(Vec::new()));
    let written = write();
    (written, NAMED.take().unwrap_or_default())
}

impl Serialize for RecordingRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        NAMED.with_borrow_mut(|named| {
            if let Some(named) = named {
                named.extend(self.here.upgrade());
            }
        });
        let mut fields = serializer.serialize_struct("RecordingRef", 2)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("blocks", &self.blocks)?;
        fields.end()
    }
}

impl RecordingRef {
    /// Names a recording.
    #[must_use]
    pub fn new(recording: &Arc<Recording>) -> Self {
        Self { id: recording.id, blocks: recording.blocks.len(), here: Arc::downgrade(recording) }
    }
}

impl PartialEq for RecordingRef {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.blocks) == (other.id, other.blocks)
    }
}

impl Store {
    /// A store whose networks are these.
    #[must_use]
    pub fn new(networks: Networks) -> Self {
        Self { networks, ..Self::default() }
    }

    /// Takes a recording in, in place of an older state of it: for work that comes from another process,
    /// which has only its identity.
    pub fn keep(&self, recording: Arc<Recording>) {
        self.recordings().insert(recording.id, recording);
    }

    /// A recording that was taken in, in its newest state.
    pub(crate) fn kept(&self, id: u64) -> Option<Arc<Recording>> {
        self.recordings().get(&id).cloned()
    }

    /// Forgets a recording.
    pub fn forget(&self, id: u64) {
        self.recordings().remove(&id);
    }

    /// The recording that is meant, with as many blocks as were there when it was named.
    ///
    /// # Errors
    /// If it is gone and not kept here, or not so far.
    pub fn recording(&self, named: &RecordingRef) -> Result<Arc<Recording>, UnknownRecording> {
        if let Some(here) = named.here.upgrade() {
            return Ok(here);
        }
        let kept = self.recordings().get(&named.id).cloned();
        let kept = kept.filter(|kept| kept.blocks.len() >= named.blocks);
        let kept = kept.ok_or(UnknownRecording(named.id))?;
        if kept.blocks.len() == named.blocks {
            return Ok(kept);
        }
        let mut earlier = (*kept).clone();
        earlier.blocks.truncate(named.blocks);
        earlier.complete = false;
        Ok(Arc::new(earlier))
    }

    fn recordings(&self) -> MutexGuard<'_, HashMap<u64, Arc<Recording>>> {
        self.recordings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
