//! Weights in the order in which the kernel reads them, and the layers' loops.

use pulp::Simd;

use crate::network::inputs::Embedding;
use crate::network::{Activation, DIMENSIONS, Weights};

use super::element::{Element, FROM_UNITS, TO_UNITS};
use super::features::{OfTime, Series};

/// Outputs of a layer in one block. The sums of a few blocks, times the vectors of a panel, are
/// kept in registers.
const ROWS: usize = 2;
/// Outputs in a column are padded to whole vectors of the widest machine.
const WIDEST: usize = 16;
/// Outputs of a layer whose columns lie together, to be read in one go for a single point.
const STRIP: usize = 64;
/// Vectors of outputs that a single point sums at a time, as many as 16 registers allow.
const MANY: usize = 8;
/// Vectors that are activated at a time: each takes as long as several at once.
const TOGETHER: usize = 8;

/// What a layer does with its inputs first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// They are features and coordinates.
    Nothing,
    /// They are sums of the layer before, to be activated.
    Activate,
    /// The first vector of a panel holds sums to activate, the others their derivatives, which the
    /// chain rule multiplies by the slope of the activation.
    ActivateWithTangents,
}

/// One linear layer.
#[derive(Clone, Debug)]
struct Layer<T> {
    /// For panels: `[block][input][row]`, padded with zeros to whole blocks of outputs.
    blocks: Vec<T>,
    /// For single points: `[strip][input][output]`, padded to whole vectors.
    columns: Vec<T>,
    /// Padded like the columns.
    bias: Vec<T>,
    inputs: usize,
    outputs: usize,
}

impl<T: Element> Layer<T> {
    /// Packs the numbers `weight(output, input)` and `bias(output)`. `activated` tells whether its inputs
    /// are, and whether its outputs will be, by `SiLU`, which has units of its own.
    fn new(
        weight: impl Fn(usize, usize) -> f64,
        bias: impl Fn(usize) -> f64,
        [outputs, inputs]: [usize; 2],
        activated: [bool; 2],
    ) -> Self {
        let (of_weight, of_bias) = match activated {
            [false, false] => (1.0, 1.0),
            [false, true] => (TO_UNITS, TO_UNITS),
            [true, true] => (1.0, TO_UNITS),
            [true, false] => (FROM_UNITS, 1.0),
        };
        let at = |output: usize, input: usize| {
            let value = if output < outputs { weight(output, input) } else { 0.0 };
            T::from_f64(value * of_weight)
        };
        let at = &at;
        let blocks = (0..outputs).step_by(ROWS).flat_map(|block| {
            (0..inputs).flat_map(move |input| (block..block + ROWS).map(move |o| at(o, input)))
        });
        let padded = outputs.next_multiple_of(WIDEST);
        let columns = (0..padded).step_by(STRIP).flat_map(|strip| {
            let end = padded.min(strip + STRIP);
            (0..inputs).flat_map(move |input| (strip..end).map(move |o| at(o, input)))
        });
        let (blocks, columns) = (blocks.collect(), columns.collect());
        let bias = (0..outputs).map(|output| T::from_f64(bias(output) * of_bias));
        let mut bias: Vec<T> = bias.collect();
        bias.resize(padded, T::ZERO);
        Self { blocks, columns, bias, inputs, outputs }
    }

    /// `output = W input + bias` for a panel of `VECTORS` vectors of points, `[feature][vector]`,
    /// without the first `skipped` columns of W. Only the first `biased` vectors get the bias.
    #[inline(always)]
    fn run<S: Simd, const VECTORS: usize>(
        &self,
        simd: S,
        (first, activation): (First, Activation),
        (bias, biased): (&[T], usize),
        skipped: usize,
        input: &mut [T::Vector<S>],
        output: &mut [T::Vector<S>],
    ) {
        let columns = self.blocks.as_chunks::<ROWS>().0;
        let count = self.outputs.div_ceil(ROWS);
        let block =
            |index: usize| &columns[index * self.inputs + skipped..(index + 1) * self.inputs];
        let biases = bias.as_chunks::<ROWS>().0;
        let input = &mut input[..(self.inputs - skipped) * VECTORS];
        match first {
            First::Nothing => {}
            First::Activate => activate::<T, S>(simd, activation, input),
            First::ActivateWithTangents => {
                activate_with_tangents::<T, S>(simd, activation, input, VECTORS);
            }
        }
        let input = input.as_chunks::<VECTORS>().0;
        let mut outputs = output.chunks_exact_mut(ROWS * VECTORS);
        // As many blocks at a time as there are registers for their sums, beside a column of values
        // and two weights: 16 or 32 in all.
        let at_a_time = match (S::REGISTER_COUNT >= 32, VECTORS) {
            (false, 1) | (true, 3) => 4,
            (false, 2) => 3,
            (false, _) => 1,
            (true, _) => 6,
        };
        let mut index = 0;
        // A macro, not a closure, so that all is compiled with the machine's vectors.
        macro_rules! run_blocks {
            ($blocks:literal) => {{
                let mut all = [block(index); $blocks];
                for (further, place) in all.iter_mut().enumerate() {
                    *place = block(index + further);
                }
                let sums =
                    sum::<T, S, $blocks, VECTORS>(simd, all, &biases[index..], biased, input);
                for sums in &sums {
                    let output = outputs.next().expect("a panel has room for every block");
                    for row in 0..ROWS {
                        output[row * VECTORS..][..VECTORS].copy_from_slice(&sums[row]);
                    }
                }
                index += $blocks;
            }};
        }
        while index < count {
            // No single block is left over where two of two would do.
            match at_a_time.min(count - index) {
                6.. => run_blocks!(6),
                4 | 5 if at_a_time >= 4 => run_blocks!(4),
                3 if count - index != 4 => run_blocks!(3),
                2 | 3 => run_blocks!(2),
                _ => run_blocks!(1),
            }
        }
    }

    /// Adds the inputs that W reads from its column `from` on, seen through W, to `sums`, one
    /// point alone. Sums in the order in which [`Self::run`] does.
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, from: usize, input: &[T], sums: &mut [T]) {
        let strips = self.columns.chunks(STRIP * self.inputs);
        for (strip, sums) in strips.zip(sums.chunks_mut(STRIP)) {
            let columns = T::as_vectors::<S>(strip);
            let sums = T::as_vectors_mut::<S>(sums);
            let per_column = sums.len();
            let columns = &columns[from * per_column..(from + input.len()) * per_column];
            let mut start = 0;
            while start + MANY <= per_column {
                add_columns::<T, S, MANY>(simd, columns, per_column, start, input, sums);
                start += MANY;
            }
            while start + 4 <= per_column {
                add_columns::<T, S, 4>(simd, columns, per_column, start, input, sums);
                start += 4;
            }
            while start < per_column {
                add_columns::<T, S, 1>(simd, columns, per_column, start, input, sums);
                start += 1;
            }
        }
    }
}

/// Activates all of `values`.
#[inline(always)]
fn activate<T: Element, S: Simd>(simd: S, activation: Activation, values: &mut [T::Vector<S>]) {
    if activation != Activation::Silu {
        return activation.apply(T::as_numbers_mut::<S>(values));
    }
    let (groups, rest) = values.as_chunks_mut::<TOGETHER>();
    for group in groups {
        *group = T::activate(simd, *group);
    }
    for value in rest {
        [*value] = T::activate(simd, [*value]);
    }
}

/// Activates the first vector of every row of `vectors` vectors, and multiplies the others by the
/// slope.
#[inline(always)]
fn activate_with_tangents<T: Element, S: Simd>(
    simd: S,
    activation: Activation,
    panel: &mut [T::Vector<S>],
    vectors: usize,
) {
    for row in panel.chunks_exact_mut(vectors) {
        let (value, slope) = if activation == Activation::Silu {
            let [value] = T::activate(simd, [row[0]]);
            (value, T::slope(simd, row[0], value))
        } else {
            let (mut value, mut slope) = ([row[0]], [row[0]]);
            let numbers = T::as_numbers_mut::<S>(&mut value);
            activation.differentiate(numbers, T::as_numbers_mut::<S>(&mut slope));
            (value[0], slope[0])
        };
        row[0] = value;
        for tangent in &mut row[1..] {
            *tangent = T::multiply(simd, *tangent, slope);
        }
    }
}

/// Sums of one block of outputs for a panel.
type Sums<V, const VECTORS: usize> = [[V; VECTORS]; ROWS];

/// Sums of some blocks of outputs, all in registers.
#[inline(always)]
fn sum<T: Element, S: Simd, const BLOCKS: usize, const VECTORS: usize>(
    simd: S,
    blocks: [&[[T; ROWS]]; BLOCKS],
    biases: &[[T; ROWS]],
    biased: usize,
    input: &[[T::Vector<S>; VECTORS]],
) -> [Sums<T::Vector<S>, VECTORS>; BLOCKS] {
    // Loops, not `map`, whose closure is compiled without the machine's vectors.
    let mut sums = [[[T::splat(simd, T::ZERO); VECTORS]; ROWS]; BLOCKS];
    for block in 0..BLOCKS {
        for row in 0..ROWS {
            sums[block][row][..VECTORS.min(biased)].fill(T::splat(simd, biases[block][row]));
        }
    }
    let length = input.len();
    let mut columns = blocks;
    for column in &mut columns {
        *column = &column[..length];
    }
    for index in 0..length {
        let values = &input[index];
        for block in 0..BLOCKS {
            for row in 0..ROWS {
                let weight = T::splat(simd, columns[block][index][row]);
                for vector in 0..VECTORS {
                    sums[block][row][vector] =
                        T::multiply_add(simd, weight, values[vector], sums[block][row][vector]);
                }
            }
        }
    }
    sums
}

#[inline(always)]
fn add_columns<T: Element, S: Simd, const VECTORS: usize>(
    simd: S,
    columns: &[T::Vector<S>],
    per_column: usize,
    start: usize,
    input: &[T],
    sums: &mut [T::Vector<S>],
) {
    let mut kept = [T::splat(simd, T::ZERO); VECTORS];
    kept.copy_from_slice(&sums[start..start + VECTORS]);
    for (column, &value) in columns.chunks_exact(per_column).zip(input) {
        let value = T::splat(simd, value);
        let weights = &column[start..start + VECTORS];
        for vector in 0..VECTORS {
            kept[vector] = T::multiply_add(simd, weights[vector], value, kept[vector]);
        }
    }
    sums[start..start + VECTORS].copy_from_slice(&kept);
}

/// The first layer, which reads functions of the time, then labels, then the coordinates, so that what
/// all points share can be summed once, in the same order as for each point.
#[derive(Clone, Debug)]
pub(super) struct Entry<T> {
    pub(super) of_time: OfTime,
    layer: Layer<T>,
    /// Inputs beside the coordinates.
    features: usize,
}

impl<T: Element> Entry<T> {
    /// The layer as it was trained, or with its waves as `series`.
    fn new(weights: &Weights, series: Option<&Series>, activated: [bool; 2]) -> Self {
        let layer = &weights.layers[0];
        let [outputs, columns] = weights.architecture.layer_shapes()[0];
        let embedding = Embedding::new(&weights.architecture, &weights.frequencies);
        let waves = OfTime::Waves.count(&embedding);
        let of_time = series.map_or(OfTime::Waves, |series| OfTime::Chebyshev(series.degree));
        let times = of_time.count(&embedding);
        let features = times + embedding.labels;
        let row = |output: usize| &layer.weight[output * columns..(output + 1) * columns];
        let of_waves = |output: usize| &row(output)[DIMENSIONS..DIMENSIONS + waves];
        let weight = |output: usize, input: usize| match (input.checked_sub(features), series) {
            (Some(dimension), _) => f64::from(row(output)[dimension]),
            (None, Some(series)) if input < times => series.of_sum(of_waves(output), input + 1),
            (None, _) => f64::from(row(output)[DIMENSIONS + input + waves - times]),
        };
        let bias = |output: usize| {
            let constant = series.map_or(0.0, |series| series.of_sum(of_waves(output), 0));
            f64::from(layer.bias[output]) + constant
        };
        let layer = Layer::new(weight, bias, [outputs, features + DIMENSIONS], activated);
        Self { of_time, layer, features }
    }

    /// Inputs of the network beside the coordinates.
    pub(super) fn features(&self) -> usize {
        self.features
    }

    /// Writes the layer's bias with the features, seen through the layer, added.
    #[inline(always)]
    pub(super) fn fold_features<S: Simd>(&self, simd: S, features: &[T], folded: &mut [T]) {
        folded.copy_from_slice(&self.layer.bias);
        self.layer.add(simd, 0, &features[..self.features], folded);
    }
}

/// All layers.
#[derive(Clone, Debug)]
pub(super) struct Packed<T> {
    /// The cheapest first; the last holds at any time.
    entries: Vec<Entry<T>>,
    others: Vec<Layer<T>>,
    activation: Activation,
}

impl<T: Element> Packed<T> {
    /// Packs the layers, the first one both as it was trained and with `series`, where there is one.
    pub(super) fn new(weights: &Weights, series: Option<&Series>) -> Self {
        let shapes = weights.architecture.layer_shapes();
        let activation = weights.architecture.activation;
        let of_silu = activation == Activation::Silu;
        let output = shapes.len() - 1;
        let activated = |index: usize| [index > 0, index < output].map(|is| is && of_silu);
        for (index, (layer, shape)) in weights.layers.iter().zip(&shapes).enumerate() {
            assert_eq!(layer.weight.len(), shape[0] * shape[1], "weight of layer {index}");
            assert_eq!(layer.bias.len(), shape[0], "bias of layer {index}");
        }
        let entries = series.into_iter().map(Some).chain([None]);
        let entries = entries.map(|series| Entry::new(weights, series, activated(0))).collect();
        let others = weights.layers.iter().zip(shapes).enumerate().skip(1);
        let others = others.map(|(index, (layer, shape))| {
            let weight =
                |output: usize, input: usize| f64::from(layer.weight[output * shape[1] + input]);
            let bias = |output: usize| f64::from(layer.bias[output]);
            Layer::new(weight, bias, shape, activated(index))
        });
        let others = others.collect();
        Self { entries, others, activation }
    }

    /// Rows that a panel must have to hold any layer's inputs and padded outputs.
    pub(super) fn height(&self) -> usize {
        let first = self.entries.iter().map(|entry| &entry.layer);
        let rows = first.chain(&self.others).map(|layer| layer.inputs.max(layer.bias.len()));
        rows.max().expect("a network has layers")
    }

    /// Length of the first layer's bias, with its padding.
    pub(super) fn bias_length(&self) -> usize {
        self.entries[0].layer.bias.len()
    }

    /// The most inputs of the network beside the coordinates.
    pub(super) fn features(&self) -> usize {
        self.entries.iter().map(Entry::features).max().expect("a network has a first layer")
    }

    /// The cheapest first layer that holds at `time`.
    pub(super) fn entry(&self, time: f64) -> &Entry<T> {
        let mut holding = self.entries.iter().filter(|entry| entry.of_time.holds(time));
        holding.next().expect("the last one holds at any time")
    }

    /// Runs every layer on a panel of `VECTORS` vectors; its inputs are in `first`, and `second`
    /// is scratch.
    ///
    /// With a folded bias the inputs are the coordinates alone, otherwise the features, then the
    /// coordinates. With `tangents` all vectors but the first hold derivatives along
    /// directions. Returns the panel whose first two rows are the velocities.
    #[inline(always)]
    pub(super) fn forward<'a, S: Simd, const VECTORS: usize>(
        &self,
        simd: S,
        tangents: bool,
        (entry, folded_bias): (&Entry<T>, Option<&[T]>),
        first: &'a mut [T::Vector<S>],
        second: &'a mut [T::Vector<S>],
    ) -> &'a [T::Vector<S>] {
        let (bias, skipped) = match folded_bias {
            Some(folded) => (folded, entry.features),
            None => (entry.layer.bias.as_slice(), 0),
        };
        let (activate, biased) =
            if tangents { (First::ActivateWithTangents, 1) } else { (First::Activate, VECTORS) };
        let (mut input, mut output) = (first, second);
        let nothing = (First::Nothing, self.activation);
        entry.layer.run::<S, VECTORS>(simd, nothing, (bias, biased), skipped, input, output);
        for layer in &self.others {
            (input, output) = (output, input);
            let activate = (activate, self.activation);
            layer.run::<S, VECTORS>(simd, activate, (&layer.bias, biased), 0, input, output);
        }
        output
    }

    /// Runs every layer on one point: `inputs` as for [`Self::forward`]. Returns where its
    /// velocity stands. To the last bit what a panel gives.
    #[inline(always)]
    pub(super) fn forward_single<'a, S: Simd>(
        &self,
        simd: S,
        (entry, folded_bias): (&Entry<T>, Option<&[T]>),
        inputs: &[T],
        first: &'a mut [T],
        second: &'a mut [T],
    ) -> &'a [T] {
        let (bias, skipped) = match folded_bias {
            Some(folded) => (folded, entry.features),
            None => (entry.layer.bias.as_slice(), 0),
        };
        let (mut input, mut output) = (first, second);
        let width = entry.layer.bias.len();
        input[..width].copy_from_slice(bias);
        entry.layer.add(simd, skipped, inputs, &mut input[..width]);
        for layer in &self.others {
            // Outputs are padded, and so there are whole vectors.
            let padded = layer.inputs.next_multiple_of(WIDEST);
            let values = T::as_vectors_mut::<S>(&mut input[..padded]);
            activate::<T, S>(simd, self.activation, values);
            let width = layer.bias.len();
            output[..width].copy_from_slice(&layer.bias);
            layer.add(simd, 0, &input[..layer.inputs], &mut output[..width]);
            (input, output) = (output, input);
        }
        input
    }
}
