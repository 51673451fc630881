//! A chain of linear layers with an activation between them.

use super::function::ForeignNetwork;
use crate::network::activation::{Activation, Differentiate};

/// Points that go through the layers together.
const PANEL: usize = 64;

/// What of a time goes into the first layer.
#[derive(Clone, Debug, PartialEq)]
pub enum TimeFeatures {
    /// The time itself.
    None,
    /// `sin(ω t)` for every ω, then `cos(ω t)`.
    SinCos(Vec<f64>),
    /// `cos(ω t)` for every ω, then `sin(ω t)`.
    CosSin(Vec<f64>),
}

/// A sine or a cosine.
type Wave = fn(f64) -> f64;

/// One linear layer `y = W x + b`, `W` row-major `[outputs, inputs]`.
#[derive(Clone, Debug)]
pub struct Layer<S> {
    pub outputs: usize,
    pub inputs: usize,
    pub weight: Vec<S>,
    pub bias: Vec<S>,
}

/// The chain, in both precisions.
#[derive(Debug)]
pub struct Chain {
    pub features: TimeFeatures,
    /// Whether the time's inputs stand before those of the point.
    pub time_first: bool,
    pub activation: Activation,
    single: Vec<Layer<f32>>,
    double: Vec<Layer<f64>>,
}

impl Chain {
    /// The layers must fit each other, begin with the inputs and end with 2 outputs.
    pub fn new(
        features: TimeFeatures,
        time_first: bool,
        activation: Activation,
        double: Vec<Layer<f64>>,
    ) -> Self {
        let single = |values: &[f64]| values.iter().map(|&value| value as f32).collect();
        let single = double
            .iter()
            .map(|layer| Layer {
                outputs: layer.outputs,
                inputs: layer.inputs,
                weight: single(&layer.weight),
                bias: single(&layer.bias),
            })
            .collect();
        Self { features, time_first, activation, single, double }
    }

    fn run<S: Differentiate>(
        &self,
        layers: &[Layer<S>],
        time: impl Fn(usize) -> f64,
        points: &[S],
        outputs: &mut [S],
    ) {
        let count = points.len() / 2;
        let (mut here, mut next) = (Vec::new(), Vec::new());
        for start in (0..count).step_by(PANEL) {
            let size = PANEL.min(count - start);
            here.clear();
            let coordinates = |here: &mut Vec<S>| {
                here.extend_from_slice(&points[start..start + size]);
                here.extend_from_slice(&points[count + start..count + start + size]);
            };
            if !self.time_first {
                coordinates(&mut here);
            }
            let times = || (start..start + size).map(&time);
            let (first, second, frequencies): (Wave, Wave, &[f64]) = match &self.features {
                TimeFeatures::None => {
                    here.extend(times().map(S::from_f64));
                    (f64::sin, f64::cos, &[])
                }
                TimeFeatures::SinCos(frequencies) => (f64::sin, f64::cos, frequencies),
                TimeFeatures::CosSin(frequencies) => (f64::cos, f64::sin, frequencies),
            };
            for wave in [first, second] {
                for &frequency in frequencies {
                    here.extend(times().map(|time| S::from_f64(wave(frequency * time))));
                }
            }
            if self.time_first {
                coordinates(&mut here);
            }
            for (index, layer) in layers.iter().enumerate() {
                multiply(layer, &here, size, &mut next);
                if index + 1 < layers.len() {
                    self.activation.apply(&mut next);
                }
                std::mem::swap(&mut here, &mut next);
            }
            outputs[start..start + size].copy_from_slice(&here[..size]);
            outputs[count + start..count + start + size].copy_from_slice(&here[size..2 * size]);
        }
    }
}

/// `out = W inputs + b`, feature-major for `size` points.
fn multiply<S: Differentiate>(layer: &Layer<S>, inputs: &[S], size: usize, out: &mut Vec<S>) {
    out.clear();
    for (row, &bias) in layer.weight.chunks_exact(layer.inputs).zip(&layer.bias) {
        let from = out.len();
        out.resize(from + size, bias);
        let sums = &mut out[from..];
        for (&weight, inputs) in row.iter().zip(inputs.chunks_exact(size)) {
            for (sum, &input) in sums.iter_mut().zip(inputs) {
                *sum += weight * input;
            }
        }
    }
}

impl ForeignNetwork for Chain {
    fn evaluate(&self, times: &[f32], points: &[f32], outputs: &mut [f32]) {
        self.run(&self.single, |i| f64::from(times[i]), points, outputs);
    }

    fn evaluate_f64(&self, times: &[f64], points: &[f64], outputs: &mut [f64]) {
        self.run(&self.double, |i| times[i], points, outputs);
    }

    fn derivative_step(&self) -> f64 {
        1e-5
    }

    fn about(&self) -> String {
        let word = crate::network::words::name(&self.activation, &Activation::ALL);
        let widths: Vec<String> =
            self.double.iter().map(|layer| layer.outputs.to_string()).collect();
        let inputs = self.double.first().map_or(0, |layer| layer.inputs);
        format!("linear layers {inputs}-{}, {word}", widths.join("-"))
    }
}
