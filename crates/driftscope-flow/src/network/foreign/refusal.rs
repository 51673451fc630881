//! Why a file of others is refused.

use thiserror::Error;

/// One sentence: which file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{origin}: {reason}")]
pub struct Refusal {
    origin: String,
    reason: String,
    lacks: Option<&'static str>,
}

impl Refusal {
    /// `reason` goes on after the file's name and a colon.
    #[must_use]
    pub fn new(origin: &str, reason: impl Into<String>) -> Self {
        Self { origin: origin.to_owned(), reason: reason.into(), lacks: None }
    }

    /// A file that does not state `key`, which has no safe default.
    #[must_use]
    pub fn lacking(origin: &str, key: &'static str, reason: impl Into<String>) -> Self {
        Self { lacks: Some(key), ..Self::new(origin, reason) }
    }

    /// What the file would have to state, if only that is wrong with it.
    #[must_use]
    pub fn lacks(&self) -> Option<&'static str> {
        self.lacks
    }
}
