//! The learned field: a small multilayer perceptron of a point, a time and what else is asked
//! ([`Inputs`]).
//!
//! Here live the plain host tensors ([`Weights`]) that everything else converts
//! from and to: the burn module (`mlp`), its training ([`training`]), the files
//! ([`checkpoint`]) and the fused evaluation ([`kernel`]).

mod activation;
pub mod checkpoint;
pub mod foreign;
mod identity;
mod inputs;
pub mod kernel;
#[cfg(feature = "burn")]
pub mod mlp;
mod opened;
pub mod time_features;
pub mod training;
mod words;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use activation::Activation;
pub use checkpoint::{CheckpointError, Description, Model};
pub use foreign::{ForeignModel, ForeignNetwork};
pub use identity::{NetworkId, NotAnIdentity};
pub use inputs::Inputs;
pub use kernel::Kernel;
#[cfg(feature = "burn")]
pub use mlp::Mlp;
pub use opened::{ONNX_ENDING, Opened, beside, copy_foreign, foreign_bytes};
pub use training::{
    ComputeDevice, Decay, GradientMethod, LOSSES, Loss, LossRef, Objective, Pairing, Samples,
    Start, StepReport, TimeDensity, Trainer, TrainerState, TrainingData, TrainingError,
    TrainingSettings, Weighting, first_pairs,
};
pub use words::Word;

/// Number of coordinates of a point, and of a velocity.
pub const DIMENSIONS: usize = 2;

/// The form of the network: `depth` hidden layers of `hidden` units with an activation between an input
/// (2 coordinates, `time_features` features of the time, as many of a duration if it is a flow map, and
/// one number for each label) and an output of 2 components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Architecture {
    /// Units in each hidden layer, 1 to 1024.
    pub hidden: usize,
    /// Number of hidden layers, 1 to 8; there are `depth + 1` linear layers.
    pub depth: usize,
    /// Sine and cosine features of the time, even, 2 to 256.
    pub time_features: usize,
    /// What stands between the layers.
    #[serde(skip_serializing_if = "Activation::is_usual")]
    pub activation: Activation,
    /// Labels that it knows, 0 to 64: one-hot inputs, all zero where none is given.
    #[serde(skip_serializing_if = "is_zero")]
    pub labels: usize,
    /// Whether it is given the duration t − s of a step as well, so that it can be a flow map's average
    /// velocity.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub flow_map: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Default for Architecture {
    fn default() -> Self {
        Self {
            hidden: 128,
            depth: 3,
            time_features: 64,
            activation: Activation::Silu,
            labels: 0,
            flow_map: false,
        }
    }
}

impl Architecture {
    /// Allowed number of units in a hidden layer.
    pub const HIDDEN: RangeInclusive<usize> = 1..=1024;
    /// Allowed number of hidden layers.
    pub const DEPTH: RangeInclusive<usize> = 1..=8;
    /// Allowed number of time features; it must be even as well.
    pub const TIME_FEATURES: RangeInclusive<usize> = 2..=256;
    /// Allowed number of labels.
    pub const LABELS: RangeInclusive<usize> = 0..=64;

    /// Checks every size against its range.
    ///
    /// # Errors
    /// [`ArchitectureError`] names the first size that is out of its range.
    pub fn validate(&self) -> Result<(), ArchitectureError> {
        let check = |name, value: usize, range: RangeInclusive<usize>| {
            if range.contains(&value) {
                Ok(())
            } else {
                Err(ArchitectureError::OutOfRange { name, value, range })
            }
        };
        check("hidden", self.hidden, Self::HIDDEN)?;
        check("depth", self.depth, Self::DEPTH)?;
        check("time_features", self.time_features, Self::TIME_FEATURES)?;
        check("labels", self.labels, Self::LABELS)?;
        if self.time_features.is_multiple_of(2) {
            Ok(())
        } else {
            Err(ArchitectureError::OddTimeFeatures(self.time_features))
        }
    }

    /// Width of the first layer's input: x, y, the features of the time, those of the duration, the labels.
    #[must_use]
    pub fn inputs(&self) -> usize {
        DIMENSIONS + self.features()
    }

    /// Inputs beside the coordinates.
    #[must_use]
    pub fn features(&self) -> usize {
        self.time_features * if self.flow_map { 2 } else { 1 } + self.labels
    }

    /// The shape `[outputs, inputs]` of every linear layer, first to last.
    #[must_use]
    pub fn layer_shapes(&self) -> Vec<[usize; 2]> {
        (0..=self.depth)
            .map(|layer| {
                let inputs = if layer == 0 { self.inputs() } else { self.hidden };
                let outputs = if layer == self.depth { DIMENSIONS } else { self.hidden };
                [outputs, inputs]
            })
            .collect()
    }

    /// Number of trained numbers.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let count = |[outputs, inputs]: [usize; 2]| outputs * (inputs + 1);
        self.layer_shapes().into_iter().map(count).sum()
    }
}

/// Why an [`Architecture`] was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArchitectureError {
    /// A size is outside its range.
    #[error("network {name} = {value}: allowed is {} to {}", range.start(), range.end())]
    OutOfRange {
        /// The field of [`Architecture`].
        name: &'static str,
        /// The refused value.
        value: usize,
        /// The allowed values.
        range: RangeInclusive<usize>,
    },
    /// Features come in pairs of a sine and a cosine.
    #[error(
        "network time_features = {0}: an even number is needed, one sine and one cosine for each frequency"
    )]
    OddTimeFeatures(usize),
}

/// One linear layer `y = W x + b`, in `PyTorch`'s layout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearWeights {
    /// `W`, row-major `[outputs, inputs]`.
    pub weight: Vec<f32>,
    /// `b`, `[outputs]`.
    pub bias: Vec<f32>,
}

/// All that is needed to evaluate the network, on the host.
///
/// The shapes are those of [`Architecture::layer_shapes`]; [`Weights::validate`] checks them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// The sizes.
    pub architecture: Architecture,
    /// Angular frequencies in radians per unit of time, `[time_features / 2]`:
    /// the features are `sin(ω t)` for every ω, then `cos(ω t)` for every ω.
    pub frequencies: Vec<f64>,
    /// The linear layers, first to last. The first layer's inputs are x, y, the sines and the cosines of
    /// the time, those of the duration, and the labels; the activation follows every layer but the last.
    pub layers: Vec<LinearWeights>,
}

/// Why [`Weights`] were refused.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum WeightsError {
    /// The sizes themselves.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// A tensor has the wrong number of elements.
    #[error("{tensor}: {found} numbers, but the architecture needs {expected}")]
    Length {
        /// The tensor's name, such as `layers.0.weight`.
        tensor: String,
        /// Its number of elements.
        found: usize,
        /// The number the architecture asks for.
        expected: usize,
    },
    /// A tensor holds NaN or an infinity.
    #[error("{tensor}: element {index} is {value}, but only finite numbers are allowed")]
    NotFinite {
        /// The tensor's name, such as `layers.0.weight`.
        tensor: String,
        /// Flat index of the first such element.
        index: usize,
        /// Its value.
        value: f64,
    },
}

impl Weights {
    /// Checks sizes and values.
    ///
    /// # Errors
    /// [`WeightsError`] names the first tensor of a wrong length or with a number that is not finite.
    pub fn validate(&self) -> Result<(), WeightsError> {
        self.architecture.validate()?;
        let finite = |tensor: &str, values: &mut dyn Iterator<Item = f64>| match values
            .enumerate()
            .find(|(_, value)| !value.is_finite())
        {
            None => Ok(()),
            Some((index, value)) => {
                Err(WeightsError::NotFinite { tensor: tensor.to_owned(), index, value })
            }
        };
        let length = |tensor: &str, found: usize, expected: usize| {
            if found == expected {
                Ok(())
            } else {
                let tensor = tensor.to_owned();
                Err(WeightsError::Length { tensor, found, expected })
            }
        };
        length("time frequencies", self.frequencies.len(), self.architecture.time_features / 2)?;
        finite("time frequencies", &mut self.frequencies.iter().copied())?;
        let shapes = self.architecture.layer_shapes();
        length("layers", self.layers.len(), shapes.len())?;
        for (index, (layer, [outputs, inputs])) in self.layers.iter().zip(shapes).enumerate() {
            for (tensor, values, expected) in [
                (weight_name(index), &layer.weight, outputs * inputs),
                (bias_name(index), &layer.bias, outputs),
            ] {
                length(&tensor, values.len(), expected)?;
                finite(&tensor, &mut values.iter().map(|&value| f64::from(value)))?;
            }
        }
        Ok(())
    }
}

/// `PyTorch`'s name of a layer's matrix.
pub(crate) fn weight_name(layer: usize) -> String {
    format!("layers.{layer}.weight")
}

/// `PyTorch`'s name of a layer's bias.
pub(crate) fn bias_name(layer: usize) -> String {
    format!("layers.{layer}.bias")
}

#[cfg(test)]
pub(crate) mod test_support {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::{Architecture, LinearWeights, Weights, time_features};

    /// Weights of the size that a trained network has, repeatable.
    pub fn random_weights(architecture: Architecture, seed: u64) -> Weights {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let layers = architecture
            .layer_shapes()
            .into_iter()
            .map(|[outputs, inputs]| {
                let bound = (3.0 / inputs as f32).sqrt();
                let mut draw =
                    |count| (0..count).map(|_| rng.random_range(-bound..bound)).collect();
                LinearWeights { weight: draw(outputs * inputs), bias: draw(outputs) }
            })
            .collect();
        Weights {
            architecture,
            frequencies: time_features::frequencies(architecture.time_features),
            layers,
        }
    }
}

/// The transpose of a row-major `[rows, columns]` matrix.
fn transpose(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    assert_eq!(matrix.len(), rows * columns, "a matrix of {rows} × {columns}");
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| matrix[row * columns + column]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::test_support::random_weights;
    use super::*;

    #[test]
    fn default_architecture_has_the_documented_shapes() {
        let architecture = Architecture::default();
        architecture.validate().unwrap();
        assert_eq!(architecture.layer_shapes(), [[128, 66], [128, 128], [128, 128], [2, 128]]);
        assert_eq!(architecture.parameters(), 128 * 67 + 2 * 128 * 129 + 2 * 129);
    }

    #[test]
    fn sizes_out_of_range_are_named() {
        let refuse = |architecture: Architecture| architecture.validate().unwrap_err().to_string();
        let default = Architecture::default();
        assert_eq!(
            refuse(Architecture { hidden: 2000, ..default }),
            "network hidden = 2000: allowed is 1 to 1024"
        );
        assert!(refuse(Architecture { depth: 0, ..default }).contains("depth = 0"));
        assert!(refuse(Architecture { time_features: 7, ..default }).contains("even"));
    }

    #[test]
    fn weights_with_nan_are_refused_with_their_name() {
        let mut weights = random_weights(
            Architecture { hidden: 5, depth: 1, time_features: 4, ..Architecture::default() },
            1,
        );
        weights.validate().unwrap();
        weights.layers[1].bias[1] = f32::NAN;
        let message = weights.validate().unwrap_err().to_string();
        assert!(message.contains("layers.1.bias") && message.contains("element 1"), "{message}");
    }
}
