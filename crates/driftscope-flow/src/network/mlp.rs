//! The network as a burn module: what is trained, and what the kernel is tested against.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{gelu_approximate, relu, silu, softplus_with_threshold, tanh};
use burn::tensor::{Device, Tensor, TensorData};

use super::inputs::Embedding;
use super::{Activation, DIMENSIONS, Inputs, Weights, transpose};

/// The multilayer perceptron: linear layers with an activation between them.
///
/// burn's [`Linear`] keeps its matrix as `[inputs, outputs]`, `PyTorch` and
/// [`Weights`] as `[outputs, inputs]`; the conversions here transpose.
#[derive(Module, Debug)]
pub struct Mlp {
    /// First to last.
    pub layers: Vec<Linear>,
}

impl Mlp {
    /// Puts weights on a device; on an autodiff device they are ready to be trained.
    ///
    /// # Panics
    /// If the weights do not have the shapes of their architecture.
    #[must_use]
    pub fn from_weights(weights: &Weights, device: &Device) -> Self {
        let shapes = weights.architecture.layer_shapes();
        let layers = weights.layers.iter().zip(shapes).map(|(layer, [outputs, inputs])| {
            let matrix = transpose(&layer.weight, outputs, inputs);
            let matrix = TensorData::new(matrix, [inputs, outputs]);
            let bias = TensorData::new(layer.bias.clone(), [outputs]);
            Linear {
                weight: Param::from_tensor(Tensor::from_data(matrix, device)),
                bias: Some(Param::from_tensor(Tensor::from_data(bias, device))),
            }
        });
        Self { layers: layers.collect() }
    }

    /// The outputs `[batch, 2]` of inputs `[batch, Architecture::inputs]`: x, y, the sines and cosines
    /// of the time, those of the duration, the labels.
    ///
    /// # Panics
    /// If the module has no layers, or the inputs another width.
    #[must_use]
    pub fn forward(&self, activation: Activation, inputs: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("a network has layers");
        let mut values = inputs;
        for layer in hidden {
            values = activate(activation, layer.forward(values));
        }
        last.forward(values)
    }

    /// Outputs as [`Kernel::evaluate_f32`](super::Kernel::evaluate_f32) gives them, slower, through burn:
    /// the reference for the kernel. `weights` are those that the module was made of.
    ///
    /// `points` and the result have `2 n` numbers: all x, then all y.
    ///
    /// # Panics
    /// If there are not as many times as points, or the device fails to be read.
    #[must_use]
    pub fn evaluate(&self, weights: &Weights, inputs: Inputs, points: &[f32]) -> Vec<f32> {
        let count = points.len() / DIMENSIONS;
        let activation = weights.architecture.activation;
        let rows = self.inputs(weights, inputs, points);
        transpose(&host_values(self.forward(activation, rows)), count, DIMENSIONS)
    }

    /// The inputs of [`Self::forward`], on the module's device, for `points`: all x, then all y. `weights` are
    /// those that the module was made of.
    ///
    /// # Panics
    /// If there are not as many times as points.
    #[must_use]
    pub fn inputs(&self, weights: &Weights, inputs: Inputs, points: &[f32]) -> Tensor<2> {
        let embedding = Embedding::new(&weights.architecture, &weights.frequencies);
        let count = points.len() / DIMENSIONS;
        let width = weights.architecture.inputs();
        let mut rows = vec![0.0; count * width];
        for (index, row) in rows.chunks_exact_mut(width).enumerate() {
            row[0] = points[index];
            row[1] = points[count + index];
            embedding.write(inputs.at(index), inputs.label, &mut row[DIMENSIONS..]);
        }
        let device = self.layers[0].weight.device();
        Tensor::from_data(TensorData::new(rows, [count, width]), &device)
    }
}

fn activate(activation: Activation, values: Tensor<2>) -> Tensor<2> {
    match activation {
        Activation::Silu => silu(values),
        // burn's own has the derivative of the approximate form.
        Activation::Gelu => {
            let below = (values.clone() * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0;
            values * below * 0.5
        }
        Activation::GeluTanh => gelu_approximate(values),
        Activation::Relu => relu(values),
        Activation::Tanh => tanh(values),
        Activation::Softplus => softplus_with_threshold(values, 1.0, 20.0),
    }
}

/// A copy of a tensor's numbers, row-major.
fn host_values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("velocities are f32")
}
