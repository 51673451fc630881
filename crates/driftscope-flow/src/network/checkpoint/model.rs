//! A trained network and where it comes from.

use driftscope_base::interpolant::Interpolant;

use crate::network::Weights;

/// What a model was trained on, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// The name of the data, such as `two-moons`, or `custom mixture`.
    pub data: String,
    /// The path it was trained on.
    pub interpolant: Interpolant,
    /// The command line that trains it again.
    pub command: String,
    /// Training steps taken.
    pub steps: u64,
    /// Points in a training batch.
    pub batch: u64,
    /// The highest learning rate of the schedule.
    pub learning_rate: f64,
    /// The seed of the training.
    pub seed: u64,
    /// Decay of the exponential moving average of the weights, per step.
    pub ema_decay: f64,
    /// The loss by name; none for the squared error, which files do not name.
    pub loss: Option<String>,
    /// The loss at the end of the training, averaged over some steps.
    pub final_loss: f64,
}

/// A trained network with its description.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The network.
    pub weights: Weights,
    /// Where it comes from.
    pub description: Description,
}
