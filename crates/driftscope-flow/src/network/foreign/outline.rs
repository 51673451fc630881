//! What a network of others is made of, for those who write it down for another library.

use super::chain::TimeFeatures;
use super::onnx_inputs::Roles;
use crate::network::activation::Activation;

/// What a file holds, its numbers left out.
#[derive(Clone, Debug, PartialEq)]
pub enum Outline {
    /// A chain of linear layers in a safetensors file.
    Chain(ChainOutline),
    /// A network in an ONNX file.
    Onnx(OnnxOutline),
}

/// A chain of linear layers with an activation between them.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainOutline {
    /// What the names of each layer's tensors begin with, first to last, such as `net.0.`: `weight` and
    /// perhaps `bias` follow.
    pub layers: Vec<String>,
    /// Whether some of its numbers are bfloat16.
    pub brain: bool,
    /// What stands between the layers.
    pub activation: Activation,
    /// What of the time goes into the first layer.
    pub features: TimeFeatures,
    /// Whether the time's inputs stand before those of the point.
    pub time_first: bool,
}

/// What an ONNX network takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnnxOutline {
    /// Its inputs.
    pub inputs: Roles,
    /// The name of the output `[n, 2]` that counts.
    pub output: String,
}
