//! Fused evaluation of the network on tiles of points that stay in cache.
//!
//! A tile holds 64 points feature-major, `[feature][lane]`, so that every
//! loop over the lanes is a loop over contiguous numbers, which the compiler turns into
//! vector instructions. A layer is computed a few outputs at a time with all
//! sums in registers, and activated before it is stored.
//!
//! Every lane goes through the same operations in the same order whatever the tile's width
//! and position, and nothing is summed across lanes: a point's velocity does not depend, to
//! the last bit, on the batch it is in, nor on whether its time is shared.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

mod element;
mod packed;

use std::cell::RefCell;

use bytemuck::{Pod, Zeroable};
use pulp::{Arch, Simd, WithSimd};

use crate::field::Times;
use crate::network::{DIMENSIONS, Weights};

use element::Element;
use packed::Packed;

pub(crate) use element::exp;

/// How many points of a number type are in a tile: in a wide one when there are many, in a
/// narrow one for what is left over, so that few points cost little.
trait Tiles: Element {
    const WIDE_LANES: usize;
    const NARROW_LANES: usize;
}

impl Tiles for f32 {
    const WIDE_LANES: usize = 64;
    const NARROW_LANES: usize = 16;
}

impl Tiles for f64 {
    const WIDE_LANES: usize = 32;
    const NARROW_LANES: usize = 8;
}

/// Outputs of a layer that are computed at a time in a wide tile.
const WIDE_ROWS: usize = 6;
/// Outputs of a layer that are computed at a time in a narrow tile.
const NARROW_ROWS: usize = 8;
/// Vectors of points that are computed at a time in a wide tile, where there are 32 registers,
/// as with AVX-512: with the rows, as many sums as leave registers for what is multiplied.
const MANY_VECTORS: usize = 4;
/// The same where there are 16 registers.
const FEW_VECTORS: usize = 2;

/// The network's weights, rearranged for evaluation.
///
/// It is immutable and can be shared between threads; a call uses the calling thread only.
#[derive(Clone, Debug)]
pub struct Kernel {
    frequencies: Vec<f64>,
    single: Pair<f32>,
    double: Pair<f64>,
}

/// The weights for both shapes of tiles.
#[derive(Clone, Debug)]
struct Pair<T> {
    wide: Packed<T>,
    narrow: Packed<T>,
}

impl<T: Element> Pair<T> {
    fn new(weights: &Weights) -> Self {
        Self { wide: Packed::new(weights, WIDE_ROWS), narrow: Packed::new(weights, NARROW_ROWS) }
    }
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
            frequencies: weights.frequencies.clone(),
            single: Pair::new(weights),
            double: Pair::new(weights),
        }
    }

    /// Velocities of `n` points in f32; within 1e-5 of burn's forward pass.
    ///
    /// `points` and `velocities` have `2 n` numbers: all x, then all y.
    /// Allocates nothing after a thread's first call.
    ///
    /// # Panics
    /// If the slices' lengths differ, are odd, or do not match the times'.
    pub fn evaluate_f32(&self, times: Times, points: &[f32], velocities: &mut [f32]) {
        evaluate(&self.single, &self.frequencies, times, points, velocities);
    }

    /// Velocities of `n` points in f64, with an exact exponential: the reference.
    ///
    /// `points` and `velocities` have `2 n` numbers: all x, then all y.
    ///
    /// # Panics
    /// If the slices' lengths differ, are odd, or do not match the times'.
    pub fn evaluate_f64(&self, times: Times, points: &[f64], velocities: &mut [f64]) {
        evaluate(&self.double, &self.frequencies, times, points, velocities);
    }
}

/// A cache line, so that vector loads of the scratch never straddle two.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct CacheLine([u64; 8]);

thread_local! {
    static SCRATCH: RefCell<Vec<CacheLine>> = const { RefCell::new(Vec::new()) };
}

fn evaluate<T: Tiles>(
    pair: &Pair<T>,
    frequencies: &[f64],
    times: Times,
    points: &[T],
    velocities: &mut [T],
) {
    let count = points.len() / DIMENSIONS;
    assert_eq!(points.len(), DIMENSIONS * count, "points: all x, then all y");
    assert_eq!(points.len(), velocities.len(), "one velocity for each point");
    if let Times::Each(times) = times {
        assert_eq!(times.len(), count, "one time for each point");
    }
    // Two tiles, the time features, and the first bias of each shape with the time folded in.
    let wide = pair.wide.height() * T::WIDE_LANES;
    let narrow = pair.narrow.height() * T::NARROW_LANES;
    let tile = wide.max(narrow);
    let lengths =
        [tile, tile, 2 * frequencies.len(), pair.wide.hidden_rows(), pair.narrow.hidden_rows()];
    let per_line = size_of::<CacheLine>() / size_of::<T>();
    let lines = lengths.map(|length| length.div_ceil(per_line));
    SCRATCH.with_borrow_mut(|scratch| {
        let needed = lines.iter().sum();
        if scratch.len() < needed {
            scratch.resize(needed, CacheLine::zeroed());
        }
        let mut rest = scratch.as_mut_slice();
        let [first, second, features, wide_bias, narrow_bias] = lines.map(|count| {
            let (part, tail) = std::mem::take(&mut rest).split_at_mut(count);
            rest = tail;
            bytemuck::cast_slice_mut::<CacheLine, T>(part)
        });
        Arch::new().dispatch(Work {
            pair,
            frequencies,
            times,
            points,
            velocities,
            tiles: [first, second],
            features,
            biases: [wide_bias, narrow_bias],
        });
    });
}

/// One call's slices. All its functions are inlined into one that is compiled for the
/// machine's own vector instructions.
struct Work<'a, T> {
    pair: &'a Pair<T>,
    frequencies: &'a [f64],
    times: Times<'a>,
    points: &'a [T],
    velocities: &'a mut [T],
    tiles: [&'a mut [T]; 2],
    features: &'a mut [T],
    biases: [&'a mut [T]; 2],
}

impl<T: Tiles> WithSimd for Work<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let count = self.points.len() / DIMENSIONS;
        let pair = self.pair;
        // One wide tile costs less than the narrow ones when more than half of it is used.
        let rest = count % T::WIDE_LANES;
        let wide_count = if rest > T::WIDE_LANES / 2 { count } else { count - rest };
        if let Times::Shared(time) = self.times {
            let frequencies = self.frequencies.len();
            for (feature, frequency) in self.frequencies.iter().enumerate() {
                let (sine, cosine) = T::sin_cos(frequency * time);
                self.features[feature] = sine;
                self.features[feature + frequencies] = cosine;
            }
            if wide_count > 0 {
                pair.wide.fold_time::<S, WIDE_ROWS>(simd, self.features, self.biases[0]);
            }
            if wide_count < count {
                pair.narrow.fold_time::<S, NARROW_ROWS>(simd, self.features, self.biases[1]);
            }
        }
        let mut start = 0;
        while start < wide_count {
            let end = count.min(start + T::WIDE_LANES);
            let bias = self.fill(T::WIDE_LANES, start, end);
            let [first, second] = &mut self.tiles;
            let bias = bias.then_some(&*self.biases[0]);
            let outputs = if S::REGISTER_COUNT >= 32 {
                let wide = &pair.wide;
                wide.forward::<S, WIDE_ROWS, MANY_VECTORS>(simd, T::WIDE_LANES, bias, first, second)
            } else {
                let wide = &pair.wide;
                wide.forward::<S, WIDE_ROWS, FEW_VECTORS>(simd, T::WIDE_LANES, bias, first, second)
            };
            read_velocities(outputs, T::WIDE_LANES, self.velocities, start, end);
            start = end;
        }
        while start < count {
            let end = count.min(start + T::NARROW_LANES);
            let bias = self.fill(T::NARROW_LANES, start, end);
            let [first, second] = &mut self.tiles;
            let bias = bias.then_some(&*self.biases[1]);
            let outputs = pair.narrow.forward::<S, NARROW_ROWS, 1>(
                simd,
                T::NARROW_LANES,
                bias,
                first,
                second,
            );
            read_velocities(outputs, T::NARROW_LANES, self.velocities, start, end);
            start = end;
        }
    }
}

impl<T: Tiles> Work<'_, T> {
    /// Writes the inputs of the points `start..end` into the first tile, in `lanes` lanes.
    ///
    /// Returns whether the time is shared, and so in the folded bias instead.
    #[inline(always)]
    fn fill(&mut self, lanes: usize, start: usize, end: usize) -> bool {
        let used = end - start;
        let count = self.points.len() / DIMENSIONS;
        if used < lanes {
            // What an earlier tile left in the idle lanes might be slow to compute with.
            let inputs = DIMENSIONS + 2 * self.frequencies.len();
            self.tiles[0][..inputs * lanes].fill(T::ZERO);
        }
        let mut rows = self.tiles[0].chunks_exact_mut(lanes);
        let mut next_row = || rows.next().expect("a tile has a row for every input");
        let shared = match self.times {
            Times::Shared(_) => true,
            Times::Each(times) => {
                let times = &times[start..end];
                // Sines and cosines are computed twice, which is cheap, to keep the rows in order.
                for frequency in self.frequencies {
                    for (sine, time) in next_row().iter_mut().zip(times) {
                        *sine = T::sin_cos(frequency * time).0;
                    }
                }
                for frequency in self.frequencies {
                    for (cosine, time) in next_row().iter_mut().zip(times) {
                        *cosine = T::sin_cos(frequency * time).1;
                    }
                }
                false
            }
        };
        for points in self.points.chunks_exact(count) {
            next_row()[..used].copy_from_slice(&points[start..end]);
        }
        shared
    }
}

/// Copies the first lanes of the first rows of a tile to the velocities of `start..end`.
#[inline(always)]
fn read_velocities<T: Copy>(
    tile: &[T],
    lanes: usize,
    velocities: &mut [T],
    start: usize,
    end: usize,
) {
    let count = velocities.len() / DIMENSIONS;
    let rows = tile.chunks_exact(lanes);
    for (velocities, row) in velocities.chunks_exact_mut(count).zip(rows) {
        velocities[start..end].copy_from_slice(&row[..end - start]);
    }
}

#[cfg(test)]
mod tests;
