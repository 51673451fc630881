//! Weights in the order in which the kernel reads them, and the layers' loops.

use pulp::Simd;

use crate::network::{DIMENSIONS, Weights};

use super::element::Element;

/// One linear layer in blocks of `rows` outputs: `[block][input][row]`.
#[derive(Clone, Debug)]
struct Layer<T> {
    /// Padded with zeros to whole blocks of outputs.
    weights: Vec<T>,
    /// Padded like the weights.
    bias: Vec<T>,
    inputs: usize,
}

/// All layers, for tiles that compute `rows` outputs at a time.
#[derive(Clone, Debug)]
pub(super) struct Packed<T> {
    first: Layer<T>,
    others: Vec<Layer<T>>,
    time_features: usize,
}

impl<T: Element> Packed<T> {
    pub(super) fn new(weights: &Weights, rows: usize) -> Self {
        let shapes = weights.architecture.layer_shapes();
        let time_features = weights.architecture.time_features;
        let mut layers = weights.layers.iter().zip(shapes).enumerate().map(
            |(index, (layer, [outputs, inputs]))| {
                assert_eq!(layer.weight.len(), outputs * inputs, "weight of layer {index}");
                assert_eq!(layer.bias.len(), outputs, "bias of layer {index}");
                // The first layer reads the time features before the coordinates, so that
                // a shared time can be summed once, in the same order as for each point.
                let column = |input: usize| match (index, input.checked_sub(time_features)) {
                    (0, None) => DIMENSIONS + input,
                    (0, Some(dimension)) => dimension,
                    _ => input,
                };
                let padded = outputs.next_multiple_of(rows);
                let mut packed = Vec::with_capacity(padded * inputs);
                for block in (0..padded).step_by(rows) {
                    for input in 0..inputs {
                        packed.extend((block..block + rows).map(|output| {
                            let row = layer.weight.get(output * inputs..(output + 1) * inputs);
                            row.map_or(T::ZERO, |row| T::from_f32(row[column(input)]))
                        }));
                    }
                }
                let mut bias: Vec<T> = layer.bias.iter().copied().map(T::from_f32).collect();
                bias.resize(padded, T::ZERO);
                Layer { weights: packed, bias, inputs }
            },
        );
        let first = layers.next().expect("an architecture has at least two layers");
        let others = layers.collect();
        Self { first, others, time_features }
    }

    /// Rows that a tile must have to hold any layer's inputs and padded outputs.
    pub(super) fn height(&self) -> usize {
        let rows = |layer: &Layer<T>| layer.inputs.max(layer.bias.len());
        self.others.iter().map(rows).fold(rows(&self.first), usize::max)
    }

    /// Outputs of the first layer, with the padding.
    pub(super) fn hidden_rows(&self) -> usize {
        self.first.bias.len()
    }

    /// Adds the time features, seen through the first layer, to its bias.
    ///
    /// Sums in the order in which [`Layer::run`] does.
    #[inline(always)]
    pub(super) fn fold_time<S: Simd, const ROWS: usize>(
        &self,
        simd: S,
        features: &[T],
        folded: &mut [T],
    ) {
        let blocks = self.first.weights.chunks_exact(self.first.inputs * ROWS);
        let biases = self.first.bias.as_chunks::<ROWS>().0;
        let outputs = folded.as_chunks_mut::<ROWS>().0;
        for ((block, bias), output) in blocks.zip(biases).zip(outputs) {
            let mut sums = [T::splat(simd, T::ZERO); ROWS];
            for row in 0..ROWS {
                sums[row] = T::splat(simd, bias[row]);
            }
            let columns = block.as_chunks::<ROWS>().0;
            for (column, &feature) in columns.iter().zip(&features[..self.time_features]) {
                let feature = T::splat(simd, feature);
                for row in 0..ROWS {
                    let weight = T::splat(simd, column[row]);
                    sums[row] = T::multiply_add(simd, weight, feature, sums[row]);
                }
            }
            for (output, sum) in output.iter_mut().zip(sums) {
                *output = T::first(simd, sum);
            }
        }
    }

    /// Runs every layer; the inputs are in `first`, and `second` is scratch.
    ///
    /// With a folded bias the inputs are the coordinates alone, otherwise the time features,
    /// then the coordinates. Returns the tile whose first two rows are the velocities.
    #[inline(always)]
    pub(super) fn forward<'a, S: Simd, const ROWS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        lanes: usize,
        folded_bias: Option<&[T]>,
        first: &'a mut [T],
        second: &'a mut [T],
    ) -> &'a [T] {
        let (bias, skipped) = match folded_bias {
            Some(folded) => (folded, self.time_features),
            None => (self.first.bias.as_slice(), 0),
        };
        self.first.run::<S, ROWS, VECTORS, true>(simd, lanes, bias, skipped, first, second);
        let (mut input, mut output) = (second, first);
        let (last, hidden) = self.others.split_last().expect("there is an output layer");
        for layer in hidden {
            layer.run::<S, ROWS, VECTORS, true>(simd, lanes, &layer.bias, 0, input, output);
            (input, output) = (output, input);
        }
        last.run::<S, ROWS, VECTORS, false>(simd, lanes, &last.bias, 0, input, output);
        output
    }
}

impl<T: Element> Layer<T> {
    /// `output = W input + bias`, without the first `skipped` columns of W, activated if asked.
    ///
    /// `VECTORS` vectors of lanes times `ROWS` outputs are summed in registers at a time.
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize, const VECTORS: usize, const ACTIVATE: bool>(
        &self,
        simd: S,
        lanes: usize,
        bias: &[T],
        skipped: usize,
        input: &[T],
        output: &mut [T],
    ) {
        let inputs = self.inputs - skipped;
        let input = T::as_vectors::<S>(&input[..inputs * lanes]);
        let per_row = input.len() / inputs;
        let blocks = self.weights.chunks_exact(self.inputs * ROWS);
        let biases = bias.as_chunks::<ROWS>().0;
        let outputs = output.chunks_exact_mut(ROWS * lanes);
        for ((block, bias), output) in blocks.zip(biases).zip(outputs) {
            let columns = &block.as_chunks::<ROWS>().0[skipped..];
            let vectors = T::as_vectors_mut::<S>(output);
            for start in (0..per_row).step_by(VECTORS) {
                // Not `bias.map`, whose closure is compiled without the machine's vectors.
                let mut sums = [[T::splat(simd, T::ZERO); VECTORS]; ROWS];
                for row in 0..ROWS {
                    sums[row] = [T::splat(simd, bias[row]); VECTORS];
                }
                for (column, values) in columns.iter().zip(input.chunks_exact(per_row)) {
                    let values = &values[start..start + VECTORS];
                    for row in 0..ROWS {
                        let weight = T::splat(simd, column[row]);
                        for vector in 0..VECTORS {
                            sums[row][vector] =
                                T::multiply_add(simd, weight, values[vector], sums[row][vector]);
                        }
                    }
                }
                for (row, sums) in sums.iter().enumerate() {
                    let place = row * per_row + start;
                    vectors[place..place + VECTORS].copy_from_slice(sums);
                }
            }
            if ACTIVATE {
                for value in output {
                    *value = value.silu();
                }
            }
        }
    }
}
