//! Why a file of others is refused.

use thiserror::Error;

/// One sentence: which file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{origin}: {reason}")]
pub struct Refusal {
    origin: String,
    reason: String,
}

impl Refusal {
    /// `reason` goes on after the file's name and a colon.
    #[must_use]
    pub fn new(origin: &str, reason: impl Into<String>) -> Self {
        Self { origin: origin.to_owned(), reason: reason.into() }
    }
}
