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

use driftscope_base::exponential::one_plus_power;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::batch::{Batch, Chunk};
use super::loss::{Loss, LossRef};
use super::panels::{PANEL, Panels, Start, product, transposed_product};

/// Parts of a batch that may run at the same time.
const PARTS: usize = 4;

/// A linear layer as burn lays it out: the matrix is `[inputs, outputs]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct BurnLayer {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

impl BurnLayer {
    /// Weight and bias.
    pub fn parameters(&self) -> [&Vec<f32>; 2] {
        [&self.weight, &self.bias]
    }

    /// Whether every number is.
    pub fn is_finite(&self) -> bool {
        // All are looked at, which is quicker than to look for the first.
        self.parameters().into_iter().flatten().fold(true, |all, value| all & value.is_finite())
    }

    /// Weight and bias.
    pub fn parameters_mut(&mut self) -> [&mut Vec<f32>; 2] {
        [&mut self.weight, &mut self.bias]
    }
}

/// The weights as the products want them.
#[derive(Default)]
struct Prepared {
    /// `[inputs, outputs]`.
    weight: Panels,
    /// `[outputs, inputs]`.
    transposed: Panels,
    /// Padded to whole panels.
    bias: Vec<f32>,
}

impl Prepared {
    fn update(&mut self, layer: &BurnLayer) {
        let outputs = layer.bias.len();
        let inputs = layer.weight.len() / outputs;
        self.weight.reshape(inputs, outputs);
        self.transposed.reshape(outputs, inputs);
        for (input, row) in layer.weight.chunks_exact(outputs).enumerate() {
            self.weight.set_row(input, row);
            self.transposed.set_column(input, row);
        }
        self.bias.clone_from(&layer.bias);
        self.bias.resize(outputs.next_multiple_of(PANEL), 0.0);
    }
}

/// Scratch and results of one part of the batch, kept from step to step.
#[derive(Default)]
struct Part {
    /// Of each hidden layer, `[sample, output]`.
    activations: Vec<Panels>,
    /// Derivatives of the activations, of the same shape.
    slopes: Vec<Panels>,
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
    /// The mean loss of a batch; its gradient for every layer goes into `gradient`.
    pub fn compute(
        &mut self,
        loss: LossRef,
        layers: &[BurnLayer],
        batch: &Batch,
        gradient: &mut [BurnLayer],
    ) -> f32 {
        let Self { layers: prepared, parts } = self;
        prepared.resize_with(layers.len(), Prepared::default);
        prepared.par_iter_mut().zip(layers).for_each(|(prepared, layer)| prepared.update(layer));

        let layers = prepared.as_slice();
        let chunks = batch.chunks.len().div_ceil(PARTS);
        parts.resize_with(batch.chunks.len().div_ceil(chunks), Part::default);
        parts.par_iter_mut().zip(batch.chunks.par_chunks(chunks)).for_each(|(part, chunks)| {
            Arch::new().dispatch(Work { part, loss: &loss, layers, chunks, batch: batch.size });
        });

        let parts = parts.as_slice();
        gradient.par_iter_mut().enumerate().for_each(|(index, gradient)| {
            sum(parts, index, gradient);
        });
        (parts.iter().map(|part| part.loss).sum::<f64>() / batch.size as f64) as f32
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
    layers: &'a [Prepared],
    chunks: &'a [Chunk],
    /// Points in the whole batch.
    batch: usize,
}

impl WithSimd for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.begin();
        for (index, chunk) in self.chunks.iter().enumerate() {
            self.forward(simd, chunk);
            self.differentiate_loss(chunk);
            self.backward(simd, chunk, index > 0);
        }
    }
}

impl Work<'_> {
    fn begin(&mut self) {
        let hidden = self.layers.len() - 1;
        self.part.activations.resize_with(hidden, Panels::default);
        self.part.slopes.resize_with(hidden, Panels::default);
        self.part.weights.resize_with(self.layers.len(), Panels::default);
        self.part.biases.resize_with(self.layers.len(), Vec::new);
        let sums = self.part.weights.iter_mut().zip(&mut self.part.biases);
        for (layer, (weight, bias)) in self.layers.iter().zip(sums) {
            weight.reshape(layer.weight.rows(), layer.weight.width());
            bias.clear();
            bias.resize(layer.bias.len(), 0.0);
        }
        self.part.loss = 0.0;
    }

    #[inline(always)]
    fn forward<S: Simd>(&mut self, simd: S, chunk: &Chunk) {
        let Part { activations, slopes, flow, .. } = &mut *self.part;
        for (index, layer) in self.layers.iter().enumerate() {
            let (done, rest) = activations.split_at_mut(index);
            let output = rest.first_mut().unwrap_or(&mut flow[0]);
            let input = done.last().unwrap_or(&chunk.inputs);
            output.reshape(input.rows(), layer.weight.width());
            product(simd, input, &layer.weight, Start::Row(&layer.bias), output);
            if let Some(slopes) = slopes.get_mut(index) {
                slopes.reshape(output.rows(), output.width());
                activate(simd, output.values_mut(), slopes.values_mut());
            }
        }
    }

    /// Turns the velocities into the gradient of the loss for them.
    #[inline(always)]
    fn differentiate_loss(&mut self, chunk: &Chunk) {
        let share = 1.0 / self.batch as f32;
        let Part { flow, loss, .. } = &mut *self.part;
        (self.loss.samples)(flow[0].rows_mut(), &chunk.targets, share, loss);
    }

    /// Adds the gradients for the weights to those of the chunks before, if there are any.
    #[inline(always)]
    fn backward<S: Simd>(&mut self, simd: S, chunk: &Chunk, add: bool) {
        let Part { activations, slopes, flow, weights, biases, .. } = &mut *self.part;
        for (index, layer) in self.layers.iter().enumerate().rev() {
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

/// Vectors that are activated at a time.
const TOGETHER: usize = 8;

/// `SiLU` in place, and its derivative.
#[inline(always)]
fn activate<S: Simd>(simd: S, values: &mut [f32], slopes: &mut [f32]) {
    // Rows are padded, so nothing is left over.
    let (values, _) = S::as_mut_simd_f32s(values);
    let (slopes, _) = S::as_mut_simd_f32s(slopes);
    let (groups, rest) = values.as_chunks_mut::<TOGETHER>();
    let (slope_groups, slope_rest) = slopes.as_chunks_mut::<TOGETHER>();
    for (values, slopes) in groups.iter_mut().zip(slope_groups) {
        activate_group(simd, values, slopes);
    }
    for (value, slope) in rest.iter_mut().zip(slope_rest) {
        activate_group(simd, std::array::from_mut(value), std::array::from_mut(slope));
    }
}

#[inline(always)]
fn activate_group<S: Simd, const N: usize>(
    simd: S,
    values: &mut [S::f32s; N],
    slopes: &mut [S::f32s; N],
) {
    let one = simd.splat_f32s(1.0);
    let scale = simd.splat_f32s(-std::f32::consts::LOG2_E);
    let mut u = *values;
    for u in &mut u {
        *u = simd.mul_f32s(*u, scale);
    }
    let whole = one_plus_power(simd, u);
    for i in 0..N {
        let sigmoid = simd.div_f32s(one, whole[i]);
        let other = simd.sub_f32s(one, sigmoid);
        slopes[i] = simd.mul_f32s(sigmoid, simd.mul_add_e_f32s(values[i], other, one));
        values[i] = simd.mul_f32s(values[i], sigmoid);
    }
}
