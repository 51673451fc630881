//! What can go wrong with a training.

use driftscope_base::memory::TooLarge;
use thiserror::Error;

use crate::network::{Architecture, WeightsError};

/// Why a training could not start or go on.
#[derive(Debug, Error)]
pub enum TrainingError {
    /// There is no such device in this build.
    #[error("device \"{name}\": this build has {allowed}")]
    Device {
        /// The name asked for.
        name: String,
        /// The names there are.
        allowed: String,
    },
    /// A setting is out of its range.
    #[error("training {name} = {value}: allowed is {allowed}")]
    Setting {
        /// The field of [`super::TrainingSettings`].
        name: &'static str,
        /// The refused value.
        value: String,
        /// The allowed values.
        allowed: String,
    },
    /// The sizes, or the weights to start from.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The weights to start from have another size.
    #[error("the weights to start from have {found:?}, but the training has {expected:?}")]
    Start {
        /// The size of the weights.
        found: Architecture,
        /// The size in the settings.
        expected: Architecture,
    },
    /// The state to go on from is of another network.
    #[error("the training to go on from has a network of another size than its settings say")]
    State,
    /// More than there is memory for.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The loss or its gradient is not finite any more.
    #[error("the training diverged at step {step}: the loss is {loss}; try a lower learning rate")]
    Diverged {
        /// Steps done before.
        step: u64,
        /// The loss.
        loss: f32,
    },
}
