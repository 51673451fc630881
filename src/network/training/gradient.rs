//! The loss and its gradient for all the weights, fused: forward and backward in one pass
//! over parts of the batch, in parallel.
//!
//! burn's automatic differentiation gives the same gradient, and the tests hold this against
//! it; but it runs one small operation at a time, each through memory, on one thread, and
//! takes the sigmoid apart into two exponentials and a logarithm. Everything is kept
//! sample-major, `[sample][unit]`, as burn does, so that no product needs a rearrangement
//! of its operands except for one transpose of each matrix per step.
//!
//! The parts of a batch and the order in which they are summed do not depend on the number
//! of threads, so neither does the result.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::exponential::one_plus_power;
use crate::network::DIMENSIONS;

use super::batch::Batch;
use super::product::{Left, add_product};

/// Parts of a batch that may run at the same time.
const PARTS: usize = 4;
/// Rows of the scratch are padded to whole vectors of the widest machine.
const PADDING: usize = 16;

/// A linear layer as burn lays it out: the matrix is `[inputs, outputs]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BurnLayer {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

/// The weights as the products want them.
struct Prepared {
    inputs: usize,
    outputs: usize,
    /// `[inputs][padded outputs]`.
    weight: Vec<f32>,
    /// `[outputs][padded inputs]`.
    transposed: Vec<f32>,
    /// `[padded outputs]`.
    bias: Vec<f32>,
}

impl Prepared {
    fn new(layer: &BurnLayer) -> Self {
        let outputs = layer.bias.len();
        let inputs = layer.weight.len() / outputs;
        let (padded_inputs, padded_outputs) = (padded(inputs), padded(outputs));
        let mut weight = vec![0.0; inputs * padded_outputs];
        let mut transposed = vec![0.0; outputs * padded_inputs];
        let rows = layer.weight.chunks_exact(outputs);
        for (input, row) in rows.enumerate() {
            weight[input * padded_outputs..][..outputs].copy_from_slice(row);
            for (output, value) in row.iter().enumerate() {
                transposed[output * padded_inputs + input] = *value;
            }
        }
        let mut bias = layer.bias.clone();
        bias.resize(padded_outputs, 0.0);
        Self { inputs, outputs, weight, transposed, bias }
    }
}

fn padded(width: usize) -> usize {
    width.next_multiple_of(PADDING)
}

/// Scratch and results of one part of the batch, kept from step to step.
#[derive(Default)]
struct Part {
    /// Of each hidden layer, `[sample][padded outputs]`.
    activations: Vec<Vec<f32>>,
    /// Derivatives of the activations, of the same shape.
    slopes: Vec<Vec<f32>>,
    /// Gradients for a layer's outputs, and for its inputs, `[sample][padded width]`.
    flow: [Vec<f32>; 2],
    /// Of each layer, `[inputs][padded outputs]`.
    weights: Vec<Vec<f32>>,
    /// Of each layer, `[padded outputs]`.
    biases: Vec<Vec<f32>>,
    /// Sum of the squared errors.
    loss: f64,
}

/// Computes gradients, and keeps the memory that this takes.
#[derive(Default)]
pub(super) struct FusedGradient {
    parts: Vec<Part>,
}

impl FusedGradient {
    /// The mean squared error of a batch, and its gradient for every layer.
    pub fn compute(&mut self, layers: &[BurnLayer], batch: &Batch) -> (f32, Vec<BurnLayer>) {
        let count = batch.targets.len() / DIMENSIONS;
        let width = batch.inputs.len() / count;
        let layers: Vec<Prepared> = layers.iter().map(Prepared::new).collect();
        let size = count.div_ceil(PARTS);
        let inputs = batch.inputs.chunks(size * width);
        let targets = batch.targets.chunks(size * DIMENSIONS);
        self.parts.resize_with(count.div_ceil(size), Part::default);
        let work: Vec<_> = self.parts.iter_mut().zip(inputs).zip(targets).collect();
        work.into_par_iter().for_each(|((part, inputs), targets)| {
            let layers = &layers;
            Arch::new().dispatch(Work { part, layers, inputs, targets, batch: count });
        });
        let loss = self.parts.iter().map(|part| part.loss).sum::<f64>() / count as f64;
        (loss as f32, self.sum(&layers))
    }

    fn sum(&self, layers: &[Prepared]) -> Vec<BurnLayer> {
        let sum = |layer: usize, of: fn(&Part) -> &[Vec<f32>], outputs: usize| {
            let mut parts = self.parts.iter().map(|part| &of(part)[layer]);
            let mut total = parts.next().expect("a batch has at least one point").clone();
            for part in parts {
                for (total, value) in total.iter_mut().zip(part) {
                    *total += value;
                }
            }
            if outputs == padded(outputs) {
                return total;
            }
            let rows = total.chunks_exact(padded(outputs));
            rows.flat_map(|row| &row[..outputs]).copied().collect()
        };
        let layer = |(index, layer): (usize, &Prepared)| BurnLayer {
            weight: sum(index, |part| &part.weights, layer.outputs),
            bias: sum(index, |part| &part.biases, layer.outputs),
        };
        layers.iter().enumerate().map(layer).collect()
    }
}

/// One part of one batch.
struct Work<'a> {
    part: &'a mut Part,
    layers: &'a [Prepared],
    /// `[sample][unit]`.
    inputs: &'a [f32],
    /// `[sample][dimension]`.
    targets: &'a [f32],
    /// Points in the whole batch.
    batch: usize,
}

impl WithSimd for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.forward(simd);
        self.differentiate_loss();
        self.backward(simd);
    }
}

/// Sets a buffer's length and contents without giving up its memory.
fn reset(buffer: &mut Vec<f32>, length: usize) {
    buffer.clear();
    buffer.resize(length, 0.0);
}

impl Work<'_> {
    #[inline(always)]
    fn forward<S: Simd>(&mut self, simd: S) {
        let samples = self.targets.len() / DIMENSIONS;
        let hidden = self.layers.len() - 1;
        self.part.activations.resize_with(hidden, Vec::new);
        self.part.slopes.resize_with(hidden, Vec::new);
        for (index, layer) in self.layers.iter().enumerate() {
            let mut output = match self.part.activations.get_mut(index) {
                Some(buffer) => std::mem::take(buffer),
                None => std::mem::take(&mut self.part.flow[0]),
            };
            output.clear();
            for _ in 0..samples {
                output.extend_from_slice(&layer.bias);
            }
            let (input, stride) = match index.checked_sub(1) {
                None => (self.inputs, layer.inputs),
                Some(before) => (self.part.activations[before].as_slice(), padded(layer.inputs)),
            };
            let input = Left::rows(input, samples, stride);
            add_product(simd, input, layer.inputs, &layer.weight, layer.bias.len(), &mut output);
            if index == hidden {
                self.part.flow[0] = output;
            } else {
                let slopes = &mut self.part.slopes[index];
                slopes.resize(output.len(), 0.0);
                activate(simd, &mut output, slopes);
                self.part.activations[index] = output;
            }
        }
    }

    /// Turns the velocities into the gradient of the loss for them.
    #[inline(always)]
    fn differentiate_loss(&mut self) {
        self.part.loss = 0.0;
        let factor = 2.0 / self.batch as f32;
        let targets = self.targets.as_chunks::<DIMENSIONS>().0;
        for (row, target) in self.part.flow[0].chunks_exact_mut(padded(DIMENSIONS)).zip(targets) {
            for (value, target) in row.iter_mut().zip(target) {
                let error = *value - target;
                self.part.loss += f64::from(error * error);
                *value = factor * error;
            }
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&mut self, simd: S) {
        let samples = self.targets.len() / DIMENSIONS;
        let part = &mut *self.part;
        part.weights.resize_with(self.layers.len(), Vec::new);
        part.biases.resize_with(self.layers.len(), Vec::new);
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let width = layer.bias.len();
            let [outputs, inputs] = &mut part.flow;
            let bias = &mut part.biases[index];
            reset(bias, width);
            for row in outputs.chunks_exact(width) {
                for (bias, value) in bias.iter_mut().zip(row) {
                    *bias += value;
                }
            }
            let (before, stride) = match index.checked_sub(1) {
                None => (self.inputs, layer.inputs),
                Some(before) => (part.activations[before].as_slice(), padded(layer.inputs)),
            };
            let weight = &mut part.weights[index];
            reset(weight, layer.inputs * width);
            let before = Left::columns(before, layer.inputs, stride);
            add_product(simd, before, samples, outputs, width, weight);
            let Some(slopes) = index.checked_sub(1).map(|before| &part.slopes[before]) else {
                return;
            };
            reset(inputs, slopes.len());
            let left = Left::rows(outputs, samples, width);
            let padded_inputs = padded(layer.inputs);
            add_product(simd, left, layer.outputs, &layer.transposed, padded_inputs, inputs);
            for (value, slope) in inputs.iter_mut().zip(slopes) {
                *value *= slope;
            }
            part.flow.swap(0, 1);
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
