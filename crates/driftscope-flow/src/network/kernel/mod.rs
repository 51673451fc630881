//! Fused evaluation of the network on panels of points that stay in cache.
//!
//! A panel holds one or two of the machine's vectors of points feature-major, `[feature][lane]`,
//! so that every loop over the lanes is a loop over contiguous numbers. A layer is computed a
//! block of outputs at a time with all sums in registers, and activated while it is at hand. What
//! is left over of a batch goes through narrower panels, and the last few points one by one, with
//! vectors of outputs instead of points.
//!
//! Every point goes through the same operations in the same order whatever the shape of its
//! panel, and nothing is summed across lanes: a point's velocity does not depend, to the last bit,
//! on the batch it is in, nor on whether its time is shared, nor on whether derivatives are wanted
//! as well.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

mod element;
mod features;
mod packed;

use std::cell::RefCell;

use bytemuck::{Pod, Zeroable};
use driftscope_base::field::Times;
use element::Element;
use features::{MOST_LANES, Series};
use packed::{Entry, Packed};
use pulp::{Arch, Simd, WithSimd};

use crate::network::inputs::Embedding;
use crate::network::{DIMENSIONS, Inputs, Weights};

/// Vectors in the widest panel: one of points and two of derivatives. Panels without derivatives
/// have two, so that their sums leave registers for what is multiplied.
const MOST_VECTORS: usize = 3;
/// So many points cost less one by one than in a panel of one vector.
const FEW: usize = 3;

/// The network's weights, rearranged for evaluation.
///
/// It is immutable and can be shared between threads; a call uses the calling thread only.
#[derive(Clone, Debug)]
pub struct Kernel {
    embedding: Embedding,
    single: Packed<f32>,
    double: Packed<f64>,
}

impl Kernel {
    /// Rearranges the weights once, for many evaluations.
    ///
    /// # Panics
    /// If the weights do not have the shapes of their architecture, which
    /// [`Weights::validate`] tells without a panic.
    #[must_use]
    pub fn new(weights: &Weights) -> Self {
        Self {
            embedding: Embedding::new(&weights.architecture, &weights.frequencies),
            single: Packed::new(weights, Series::of(weights).as_ref()),
            double: Packed::new(weights, None),
        }
    }

    /// Whether it is given durations, so that it can be a flow map.
    #[must_use]
    pub fn is_flow_map(&self) -> bool {
        self.embedding.flow_map
    }

    /// Frequencies of its time features.
    #[must_use]
    pub fn frequencies(&self) -> usize {
        self.embedding.frequencies.len()
    }

    /// Labels that it knows.
    #[must_use]
    pub fn labels(&self) -> usize {
        self.embedding.labels
    }

    /// Velocities of `n` points in f32; within 1e-5 of burn's forward pass.
    ///
    /// `points` and `velocities` have `2 n` numbers: all x, then all y.
    /// Allocates nothing after a thread's first call.
    ///
    /// # Panics
    /// If the slices' lengths differ, are odd, or do not match the times'.
    pub fn evaluate_f32<'a>(
        &self,
        inputs: impl Into<Inputs<'a>>,
        points: &[f32],
        velocities: &mut [f32],
    ) {
        self.run(Arch::new(), &self.single, inputs.into(), points, velocities, None);
    }

    /// Velocities of `n` points in f64: the reference.
    ///
    /// `points` and `velocities` have `2 n` numbers: all x, then all y.
    ///
    /// # Panics
    /// If the slices' lengths differ, are odd, or do not match the times'.
    pub fn evaluate_f64<'a>(
        &self,
        inputs: impl Into<Inputs<'a>>,
        points: &[f64],
        velocities: &mut [f64],
    ) {
        self.run(Arch::new(), &self.double, inputs.into(), points, velocities, None);
    }

    /// Velocities of `n` points, and their derivatives along a direction for each point (the
    /// Jacobian–vector product), in f64, by the chain rule through the network.
    ///
    /// All four slices have `2 n` numbers: all x, then all y.
    ///
    /// # Panics
    /// If the slices' lengths differ, are odd, or do not match the times'.
    pub fn jacobian_vector_f64<'a>(
        &self,
        inputs: impl Into<Inputs<'a>>,
        points: &[f64],
        directions: &[f64],
        velocities: &mut [f64],
        derivatives: &mut [f64],
    ) {
        let tangents = Tangents { directions: &[directions], derivatives: &mut [derivatives] };
        self.run(Arch::new(), &self.double, inputs.into(), points, velocities, Some(tangents));
    }

    /// Velocities of `n` points and their Jacobians in f32; see [`Self::jacobian_f64`].
    ///
    /// # Panics
    /// If the slices' lengths differ, are odd, or do not match the times'.
    pub fn jacobian_f32<'a>(
        &self,
        inputs: impl Into<Inputs<'a>>,
        points: &[f32],
        velocities: &mut [f32],
        derivatives: [&mut [f32]; 2],
    ) {
        self.jacobian(&self.single, inputs.into(), points, velocities, [0.0, 1.0], derivatives);
    }

    /// Velocities of `n` points and their Jacobians in f64: ∂v/∂x and ∂v/∂y.
    ///
    /// All slices have `2 n` numbers: first those of the x component, then those of the y
    /// component.
    ///
    /// # Panics
    /// If the slices' lengths differ, are odd, or do not match the times'.
    pub fn jacobian_f64<'a>(
        &self,
        inputs: impl Into<Inputs<'a>>,
        points: &[f64],
        velocities: &mut [f64],
        derivatives: [&mut [f64]; 2],
    ) {
        self.jacobian(&self.double, inputs.into(), points, velocities, [0.0, 1.0], derivatives);
    }

    fn jacobian<T: Element>(
        &self,
        packed: &Packed<T>,
        inputs: Inputs,
        points: &[T],
        velocities: &mut [T],
        [zero, one]: [T; 2],
        [by_x, by_y]: [&mut [T]; 2],
    ) {
        let count = points.len() / DIMENSIONS;
        let mut along = [vec![one; points.len()], vec![zero; points.len()]];
        along[0][count..].fill(zero);
        along[1][count..].fill(one);
        let directions = along.each_ref().map(Vec::as_slice);
        let tangents = Tangents { directions: &directions, derivatives: &mut [by_x, by_y] };
        self.run(Arch::new(), packed, inputs, points, velocities, Some(tangents));
    }

    fn run<T: Element>(
        &self,
        arch: Arch,
        packed: &Packed<T>,
        asked: Inputs,
        points: &[T],
        velocities: &mut [T],
        tangents: Option<Tangents<'_, '_, T>>,
    ) {
        let count = points.len() / DIMENSIONS;
        assert_eq!(points.len(), DIMENSIONS * count, "points: all x, then all y");
        assert_eq!(points.len(), velocities.len(), "one velocity for each point");
        for times in [asked.times, asked.durations] {
            if let Times::Each(times) = times {
                assert_eq!(times.len(), count, "one time for each point");
            }
        }
        if let Some(tangents) = &tangents {
            let directions = tangents.directions.iter().map(|direction| direction.len());
            let derivatives = tangents.derivatives.iter().map(|derivative| derivative.len());
            assert!(directions.chain(derivatives).all(|length| length == points.len()));
        }
        // Two panels, the inputs of one point, and the first bias with what all points share folded in.
        let per_line = size_of::<CacheLine>() / size_of::<T>();
        let panel = packed.height() * MOST_VECTORS;
        let inputs = DIMENSIONS + packed.features();
        let lines =
            [panel, panel, inputs.div_ceil(per_line), packed.bias_length().div_ceil(per_line)];
        SCRATCH.with_borrow_mut(|scratch| {
            let needed = lines.iter().sum();
            if scratch.len() < needed {
                scratch.resize(needed, CacheLine::zeroed());
            }
            let mut rest = scratch.as_mut_slice();
            let [first, second, inputs, bias] = lines.map(|count| {
                let (part, tail) = std::mem::take(&mut rest).split_at_mut(count);
                rest = tail;
                bytemuck::cast_slice_mut::<CacheLine, T>(part)
            });
            let bias = &mut bias[..packed.bias_length()];
            arch.dispatch(Work {
                packed,
                embedding: &self.embedding,
                asked,
                points,
                velocities,
                tangents,
                panels: [first, second],
                inputs,
                bias,
            });
        });
    }
}

/// Derivatives that are wanted beside the velocities; as many as a panel has vectors to spare.
struct Tangents<'a, 'b, T> {
    directions: &'a [&'a [T]],
    derivatives: &'a mut [&'b mut [T]],
}

/// A cache line, so that vector loads of the scratch never straddle two.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct CacheLine([u64; 8]);

thread_local! {
    static SCRATCH: RefCell<Vec<CacheLine>> = const { RefCell::new(Vec::new()) };
}

/// One call's slices. All its functions are inlined into one that is compiled for the
/// machine's own vector instructions.
struct Work<'a, 'b, T> {
    packed: &'a Packed<T>,
    embedding: &'a Embedding,
    asked: Inputs<'a>,
    points: &'a [T],
    velocities: &'a mut [T],
    tangents: Option<Tangents<'a, 'b, T>>,
    panels: [&'a mut [T]; 2],
    /// The inputs of one point: features, x, y.
    inputs: &'a mut [T],
    bias: &'a mut [T],
}

impl<T: Element> WithSimd for Work<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let count = self.points.len() / DIMENSIONS;
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let packed = self.packed;
        let mut start = 0;
        while start < count {
            let entry = packed.entry(self.asked.times.at(start));
            let end = self.end_of(entry, start);
            if let Some(at) = self.asked.shared() {
                self.embed(entry, at);
                entry.fold_features(simd, &self.inputs[..entry.features()], self.bias);
            }
            while start < end {
                let left = end - start;
                start = match &self.tangents {
                    Some(tangents) if tangents.directions.len() == 1 => {
                        self.panel::<S, 2>(simd, entry, start, left.min(lanes))
                    }
                    Some(_) => self.panel::<S, 3>(simd, entry, start, left.min(lanes)),
                    None if left > lanes => {
                        self.panel::<S, 2>(simd, entry, start, left.min(2 * lanes))
                    }
                    None if left > FEW => self.panel::<S, 1>(simd, entry, start, left),
                    None => self.single(simd, entry, start),
                };
            }
        }
    }
}

impl<T: Element> Work<'_, '_, T> {
    /// Where the points from `start` on end of which `entry` is the cheapest first layer.
    fn end_of(&self, entry: &Entry<T>, start: usize) -> usize {
        let count = self.points.len() / DIMENSIONS;
        let Times::Each(times) = self.asked.times else { return count };
        let further = times[start..].iter();
        let other = |&time: &f64| !std::ptr::eq(self.packed.entry(time), entry);
        further.copied().position(|time| other(&time)).map_or(count, |ahead| start + ahead)
    }

    /// Writes the features of one point.
    #[inline(always)]
    fn embed(&mut self, entry: &Entry<T>, at: [f64; 2]) {
        let Embedding { frequencies, labels, .. } = self.embedding;
        let features = entry.features();
        let (times, ones) = self.inputs[..features].split_at_mut(features - labels);
        entry.of_time.write(frequencies, at, times);
        for (index, one) in ones.iter_mut().enumerate() {
            *one = T::label(self.asked.label == Some(index as u32));
        }
    }

    /// Evaluates one point; returns the number of the next.
    #[inline(always)]
    fn single<S: Simd>(&mut self, simd: S, entry: &Entry<T>, index: usize) -> usize {
        let count = self.points.len() / DIMENSIONS;
        let features = entry.features();
        let from = if self.asked.shared().is_some() {
            features
        } else {
            self.embed(entry, self.asked.at(index));
            0
        };
        for (dimension, points) in self.points.chunks_exact(count).enumerate() {
            self.inputs[features + dimension] = points[index];
        }
        let [first, second] = &mut self.panels;
        let inputs = &self.inputs[from..features + DIMENSIONS];
        let bias = (from > 0).then_some(&*self.bias);
        let velocity = self.packed.forward_single(simd, (entry, bias), inputs, first, second);
        for (velocities, &value) in self.velocities.chunks_exact_mut(count).zip(velocity) {
            velocities[index] = value;
        }
        index + 1
    }

    /// Evaluates the `used` points from `start` on in a panel; returns the number of the next.
    #[inline(always)]
    fn panel<S: Simd, const VECTORS: usize>(
        &mut self,
        simd: S,
        entry: &Entry<T>,
        start: usize,
        used: usize,
    ) -> usize {
        let count = self.points.len() / DIMENSIONS;
        let vector = size_of::<T::Vector<S>>() / size_of::<T>();
        let lanes = VECTORS * vector;
        let features = entry.features();
        let end = start + used;
        let panel = &mut *self.panels[0];
        let shared = self.asked.shared().is_some();
        let rows = if shared { DIMENSIONS } else { features + DIMENSIONS };
        if used < lanes {
            // What an earlier panel left in the idle lanes might be slow to compute with. Tangents
            // of the features are zero as well.
            panel[..rows * lanes].fill(T::ZERO);
        }
        let (feature_rows, coordinates) =
            panel[..rows * lanes].split_at_mut(lanes * (rows - DIMENSIONS));
        if !shared {
            let Embedding { frequencies, labels, .. } = self.embedding;
            // At hand, so that the loops over them vectorise.
            let mut at = [[0.0; MOST_LANES]; 2];
            for (lane, index) in (start..end).enumerate() {
                [at[0][lane], at[1][lane]] = self.asked.at(index);
            }
            let (times, ones) = feature_rows.split_at_mut(lanes * (features - labels));
            entry.of_time.write_panel(frequencies, &at, used, lanes, times);
            for (index, ones) in ones.chunks_exact_mut(lanes).enumerate() {
                ones[..used].fill(T::label(self.asked.label == Some(index as u32)));
            }
        }
        let rows = coordinates.chunks_exact_mut(lanes);
        for (dimension, (row, points)) in rows.zip(self.points.chunks_exact(count)).enumerate() {
            row[..used].copy_from_slice(&points[start..end]);
            if let Some(tangents) = &self.tangents {
                let places = row[vector..].chunks_exact_mut(vector);
                for (place, direction) in places.zip(tangents.directions) {
                    let along = &direction[dimension * count..][start..end];
                    place[..used].copy_from_slice(along);
                }
            }
        }
        let [first, second] = &mut self.panels;
        let [first, second] = [T::as_vectors_mut::<S>(first), T::as_vectors_mut::<S>(second)];
        let bias = shared.then_some(&*self.bias);
        let outputs = if self.tangents.is_some() {
            self.packed.forward::<S, VECTORS>(simd, true, (entry, bias), first, second)
        } else {
            self.packed.forward::<S, VECTORS>(simd, false, (entry, bias), first, second)
        };
        let rows = outputs.chunks_exact(VECTORS);
        for ((dimension, velocities), row) in
            self.velocities.chunks_exact_mut(count).enumerate().zip(rows)
        {
            let row = T::as_numbers::<S>(row);
            velocities[start..end].copy_from_slice(&row[..used]);
            if let Some(tangents) = &mut self.tangents {
                let places = row[vector..].chunks_exact(vector);
                for (place, derivative) in places.zip(tangents.derivatives.iter_mut()) {
                    derivative[dimension * count..][start..end].copy_from_slice(&place[..used]);
                }
            }
        }
        end
    }
}

#[cfg(test)]
mod tests;
