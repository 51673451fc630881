//! Forward through the layers: values, and derivatives along a direction.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use driftscope_base::exponential::one_plus_power;
use pulp::Simd;

use super::panels::{PANEL, Panels, Start, product};
use crate::network::Activation;

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

    /// The sum of the squares of every number: finite only if they all are.
    pub fn square(&self) -> f64 {
        // Several sums at a time, so that they vectorise.
        let mut sums = [0.0; 8];
        for numbers in self.parameters().into_iter().flat_map(|values| values.chunks(8)) {
            for (sum, &value) in sums.iter_mut().zip(numbers) {
                *sum += f64::from(value) * f64::from(value);
            }
        }
        sums.iter().sum()
    }

    /// Weight and bias.
    pub fn parameters_mut(&mut self) -> [&mut Vec<f32>; 2] {
        [&mut self.weight, &mut self.bias]
    }
}

/// The weights as the products want them.
#[derive(Default)]
pub(super) struct Prepared {
    /// `[inputs, outputs]`.
    pub weight: Panels,
    /// `[outputs, inputs]`.
    pub transposed: Panels,
    /// Padded to whole panels.
    pub bias: Vec<f32>,
}

impl Prepared {
    pub fn update(&mut self, layer: &BurnLayer) {
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

/// The layers and what stands between them.
#[derive(Clone, Copy)]
pub(super) struct Network<'a> {
    pub layers: &'a [Prepared],
    pub activation: Activation,
}

/// What a pass of some samples leaves behind, kept from step to step.
#[derive(Default)]
pub(super) struct Pass {
    /// Of each hidden layer, `[sample, output]`.
    pub activations: Vec<Panels>,
    /// Derivatives of the activations, of the same shape.
    pub slopes: Vec<Panels>,
    /// Of the last layer, `[sample, 2]`.
    pub output: Panels,
    /// Derivatives along a direction, of two layers that follow each other.
    tangents: [Panels; 2],
}

impl Pass {
    /// All layers, from `inputs` to [`Self::output`].
    #[inline(always)]
    pub fn forward<S: Simd>(&mut self, simd: S, network: Network, inputs: &Panels) {
        let hidden = network.layers.len() - 1;
        self.activations.resize_with(hidden, Panels::default);
        self.slopes.resize_with(hidden, Panels::default);
        for (index, layer) in network.layers.iter().enumerate() {
            let (done, rest) = self.activations.split_at_mut(index);
            let output = rest.first_mut().unwrap_or(&mut self.output);
            let input = done.last().unwrap_or(inputs);
            output.reshape(input.rows(), layer.weight.width());
            product(simd, input, &layer.weight, Start::Row(&layer.bias), output);
            if let Some(slopes) = self.slopes.get_mut(index) {
                slopes.reshape(output.rows(), output.width());
                activate(simd, network.activation, output.values_mut(), slopes.values_mut());
            }
        }
    }

    /// Derivatives of the outputs along `direction`, `[sample, input]`, where `at` has passed.
    #[inline(always)]
    pub fn tangent<S: Simd>(
        &mut self,
        simd: S,
        network: Network,
        at: &Pass,
        direction: &Panels,
    ) -> &Panels {
        for (index, layer) in network.layers.iter().enumerate() {
            let [here, next] = &mut self.tangents;
            let input = if index == 0 { direction } else { &*here };
            next.reshape(input.rows(), layer.weight.width());
            product(simd, input, &layer.weight, Start::Zero, next);
            if let Some(slopes) = at.slopes.get(index) {
                for (value, slope) in next.values_mut().iter_mut().zip(slopes.values()) {
                    *value *= slope;
                }
            }
            self.tangents.swap(0, 1);
        }
        &self.tangents[0]
    }
}

/// Vectors that are activated at a time.
const TOGETHER: usize = 8;

/// The activation in place, and its derivative.
#[inline(always)]
fn activate<S: Simd>(simd: S, activation: Activation, values: &mut [f32], slopes: &mut [f32]) {
    if activation != Activation::Silu {
        return activation.differentiate(values, slopes);
    }
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

/// `SiLU` of some vectors.
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
