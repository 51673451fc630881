//! Why a run was not made.

use driftscope_base::cancel::Cancelled;
use driftscope_base::memory::TooLarge;
use thiserror::Error;

use crate::experiment::ExperimentError;
use crate::given_noise::GivenNoiseError;

/// Why a scene could not be run.
#[derive(Debug, Error)]
pub enum RunError {
    /// It is no experiment.
    #[error(transparent)]
    Refused(#[from] ExperimentError),
    /// Noise that does not serve the scene.
    #[error(transparent)]
    Noise(#[from] GivenNoiseError),
    /// More than there is memory for.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// Withdrawn by whoever asked.
    #[error("cancelled")]
    Cancelled,
}

impl From<Cancelled> for RunError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
