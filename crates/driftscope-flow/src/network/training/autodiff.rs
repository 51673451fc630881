//! The gradient by burn's automatic differentiation: what the fused one is held against.

use burn::tensor::{Device, Tensor, TensorData};

use super::batch::Batch;
use super::loss::LossRef;
use super::pass::BurnLayer;
use crate::network::{DIMENSIONS, Mlp, Weights};

/// The mean loss of a batch; its gradient with respect to the weights goes into `gradient`.
pub(super) fn gradient(
    loss: LossRef,
    weights: &Weights,
    batch: &Batch,
    device: &Device,
    gradient: &mut [BurnLayer],
) -> f32 {
    let module = Mlp::from_weights(weights, device);
    let inputs = TensorData::new(batch.inputs(), [batch.size, weights.architecture.inputs()]);
    let targets = TensorData::new(batch.targets(), [batch.size, DIMENSIONS]);
    let inputs = Tensor::<2>::from_data(inputs, device);
    let targets = Tensor::<2>::from_data(targets, device);
    let outputs = module.forward(weights.architecture.activation, inputs);
    let mut losses = (loss.tensor)(outputs, targets);
    if let Some(weights) = batch.weights() {
        losses = losses * Tensor::from_data(TensorData::new(weights, [batch.size, 1]), device);
    }
    let loss = losses.sum() / batch.size as f32;
    let gradients = loss.backward();
    for (layer, gradient) in module.layers.iter().zip(gradient) {
        let weight = layer.weight.val().grad(&gradients);
        let bias = layer.bias.as_ref().and_then(|bias| bias.val().grad(&gradients));
        gradient.weight = into_numbers(weight.expect("the loss depends on every weight"));
        gradient.bias = into_numbers(bias.expect("the loss depends on every bias"));
    }
    loss.into_scalar::<f32>()
}

fn into_numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("parameters are f32")
}
