//! Why there is no measurement.

use driftscope_base::cancel::Cancelled;
use thiserror::Error;

use crate::experiment::ExperimentError;
use crate::run::RunError;

/// Why there is no measurement.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LabError {
    /// Nobody waits for it any more.
    #[error("cancelled")]
    Cancelled,
    /// It cannot be made of this scene; why, in one sentence.
    #[error("{0}")]
    Refused(String),
}

impl From<Cancelled> for LabError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<ExperimentError> for LabError {
    fn from(error: ExperimentError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<RunError> for LabError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Cancelled => Self::Cancelled,
            other => Self::Refused(other.to_string()),
        }
    }
}

impl LabError {
    /// A refusal in these words.
    pub(super) fn refused(words: &str) -> Self {
        Self::Refused(words.to_owned())
    }
}
