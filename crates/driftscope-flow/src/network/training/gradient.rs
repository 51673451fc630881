//! The loss and its gradient for all the weights, fused: forward and backward in one pass over parts
//! of the batch, in parallel.
//!
//! burn's automatic differentiation gives the same gradient, and the tests hold this against it; but
//! it runs one small operation at a time, each through memory, on one thread, and takes the sigmoid
//! apart into two exponentials and a logarithm. Here a few dozen samples at a time go all the way
//! forward and back, so that what they leave behind for each other stays in cache.
//!
//! The parts of a batch and the order in which they are summed do not depend on the number of
//! threads, so neither does the result.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::batch::{Batch, Chunk};
use super::flow_map;
use super::loss::{Loss, LossRef};
use super::panels::{PANEL, Panels, Start, product, transposed_product};
use super::pass::{BurnLayer, Network, Pass, Prepared};
use crate::network::Activation;

/// Parts of a batch that may run at the same time.
const PARTS: usize = 4;

/// Scratch and results of one part of the batch, kept from step to step.
#[derive(Default)]
struct Part {
    /// The pass that is differentiated, and others that its targets need.
    passes: [Pass; 2],
    /// Gradients for a layer's outputs, and for its inputs, `[sample, unit]`.
    flow: [Panels; 2],
    /// The gradient for each layer's matrix, `[inputs, outputs]`.
    weights: Vec<Panels>,
    /// The gradient for each layer's bias, padded to whole panels.
    biases: Vec<Vec<f32>>,
    /// Sum of the losses.
    loss: f64,
}

/// Computes gradients, and keeps the memory that this takes.
#[derive(Default)]
pub(super) struct FusedGradient {
    layers: Vec<Prepared>,
    parts: Vec<Part>,
}

impl FusedGradient {
    /// The mean loss of a batch; its gradient for every layer goes into `gradient`. Targets that the
    /// network itself decides are completed first, in the batch.
    pub fn compute(
        &mut self,
        (loss, activation): (LossRef, Activation),
        layers: &[BurnLayer],
        batch: &mut Batch,
        gradient: &mut [BurnLayer],
    ) -> f32 {
        let Self { layers: prepared, parts } = self;
        prepared.resize_with(layers.len(), Prepared::default);
        prepared.par_iter_mut().zip(layers).for_each(|(prepared, layer)| prepared.update(layer));

        let network = Network { layers: prepared.as_slice(), activation };
        let chunks = batch.chunks.len().div_ceil(PARTS);
        parts.resize_with(batch.chunks.len().div_ceil(chunks), Part::default);
        let size = batch.size;
        parts.par_iter_mut().zip(batch.chunks.par_chunks_mut(chunks)).for_each(|(part, chunks)| {
            Arch::new().dispatch(Work { part, loss: &loss, network, chunks, batch: size });
        });

        let parts = parts.as_slice();
        gradient.par_iter_mut().enumerate().for_each(|(index, gradient)| {
            sum(parts, index, gradient);
        });
        (parts.iter().map(|part| part.loss).sum::<f64>() / size as f64) as f32
    }
}

/// The gradient for one layer.
fn sum(parts: &[Part], layer: usize, gradient: &mut BurnLayer) {
    let BurnLayer { weight, bias } = gradient;
    let outputs = parts[0].weights[layer].width();
    weight.resize(parts[0].weights[layer].rows() * outputs, 0.0);
    bias.resize(outputs, 0.0);
    for (index, part) in parts.iter().enumerate() {
        let add = |totals: &mut [f32], values: &[f32]| {
            for (total, value) in totals.iter_mut().zip(values) {
                *total = if index == 0 { *value } else { *total + value };
            }
        };
        for (panel, rows) in part.weights[layer].panels().enumerate() {
            for (totals, row) in weight.chunks_exact_mut(outputs).zip(rows) {
                add(&mut totals[panel * PANEL..], row);
            }
        }
        add(bias, &part.biases[layer]);
    }
}

/// One part of one batch.
struct Work<'a> {
    part: &'a mut Part,
    loss: &'a Loss,
    network: Network<'a>,
    chunks: &'a mut [Chunk],
    /// Points in the whole batch.
    batch: usize,
}

impl WithSimd for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { part, loss, network, chunks, batch } = self;
        part.begin(network);
        for (index, chunk) in chunks.iter_mut().enumerate() {
            let [main, other] = &mut part.passes;
            main.forward(simd, network, &chunk.inputs);
            let Chunk { inputs, targets, bootstrap, .. } = chunk;
            flow_map::complete(simd, network, (inputs, targets), bootstrap, main, other);
            part.differentiate_loss(loss, chunk, 1.0 / batch as f32);
            part.backward(simd, network, chunk, index > 0);
        }
    }
}

impl Part {
    fn begin(&mut self, network: Network) {
        self.weights.resize_with(network.layers.len(), Panels::default);
        self.biases.resize_with(network.layers.len(), Vec::new);
        let sums = self.weights.iter_mut().zip(&mut self.biases);
        for (layer, (weight, bias)) in network.layers.iter().zip(sums) {
            weight.reshape(layer.weight.rows(), layer.weight.width());
            bias.clear();
            bias.resize(layer.bias.len(), 0.0);
        }
        self.loss = 0.0;
    }

    /// Turns the outputs into the gradient of the loss for them.
    #[inline(always)]
    fn differentiate_loss(&mut self, loss: &Loss, chunk: &Chunk, share: f32) {
        let [Pass { output, .. }, _] = &mut self.passes;
        let Chunk { targets, weights, .. } = chunk;
        (loss.samples)(output.rows_mut(), targets, weights, share, &mut self.loss);
        std::mem::swap(output, &mut self.flow[0]);
    }

    /// Adds the gradients for the weights to those of the chunks before, if there are any.
    #[inline(always)]
    fn backward<S: Simd>(&mut self, simd: S, network: Network, chunk: &Chunk, add: bool) {
        let Self { passes: [Pass { activations, slopes, .. }, _], flow, weights, biases, .. } =
            self;
        for (index, layer) in network.layers.iter().enumerate().rev() {
            let [outputs, inputs] = &mut *flow;
            for (sums, rows) in biases[index].chunks_exact_mut(PANEL).zip(outputs.panels()) {
                for row in rows {
                    for (sum, value) in sums.iter_mut().zip(row) {
                        *sum += value;
                    }
                }
            }
            let before = index.checked_sub(1);
            let left = before.map_or(&chunk.inputs, |before| &activations[before]);
            transposed_product(simd, left, outputs, add, &mut weights[index]);
            let Some(before) = before else {
                return;
            };
            let slopes = &slopes[before];
            inputs.reshape(slopes.rows(), slopes.width());
            product(simd, outputs, &layer.transposed, Start::Zero, inputs);
            for (value, slope) in inputs.values_mut().iter_mut().zip(slopes.values()) {
                *value *= slope;
            }
            flow.swap(0, 1);
        }
    }
}
