//! A trained network and where it comes from.

use driftscope_base::interpolant::Interpolant;

use crate::network::{TrainingSettings, Weights};

/// What a model was trained on, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// The name of the data, such as `two-moons`, or `custom mixture`.
    pub data: String,
    /// The name of the distribution at t = 0; none for N(0, I).
    pub source: Option<String>,
    /// The path it was trained on.
    pub interpolant: Interpolant,
    /// The command line that trains it again.
    pub command: String,
    /// Training steps taken.
    pub steps: u64,
    /// How it was trained. Of a file of an older version the steps are those taken.
    pub settings: TrainingSettings,
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
