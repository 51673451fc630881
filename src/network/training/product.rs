//! Small matrix products whose operands lie in cache as they are.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::Simd;

/// Vectors of columns of the result that are summed in registers at a time; few, so that a
/// panel of the right matrix stays in the first cache.
const VECTORS: usize = 2;

/// The left matrix: rows that are stored as rows or as columns.
#[derive(Clone, Copy)]
pub(super) struct Left<'a> {
    values: &'a [f32],
    rows: usize,
    /// Between an element and the next row's.
    row_stride: usize,
    /// Between an element and the next one of the same row.
    stride: usize,
}

impl<'a> Left<'a> {
    /// A matrix of so many rows, stored row by row, `stride` apart.
    #[inline(always)]
    pub fn rows(values: &'a [f32], rows: usize, stride: usize) -> Self {
        Self { values, rows, row_stride: stride, stride: 1 }
    }

    /// The transpose of a stored matrix: its first `rows` columns.
    #[inline(always)]
    pub fn columns(values: &'a [f32], rows: usize, stride: usize) -> Self {
        Self { values, rows, row_stride: 1, stride }
    }
}

/// `result += left · right`, where `right` is `[depth][width]` and `result` `[rows][width]`,
/// row by row, with a width of whole vectors.
#[inline(always)]
pub(super) fn add_product<S: Simd>(
    simd: S,
    left: Left,
    depth: usize,
    right: &[f32],
    width: usize,
    result: &mut [f32],
) {
    let (right, _) = S::as_simd_f32s(&right[..depth * width]);
    let (result, _) = S::as_mut_simd_f32s(&mut result[..left.rows * width]);
    let per_row = right.len() / depth;
    let block = Block { simd, left, right, per_row, result };
    // As many sums as registers allow: AVX-512 and NEON have 32, the others 16.
    if S::REGISTER_COUNT >= 32 {
        block.add_all::<12>();
    } else {
        block.add_all::<6>();
    }
}

struct Block<'a, S: Simd> {
    simd: S,
    left: Left<'a>,
    right: &'a [S::f32s],
    per_row: usize,
    result: &'a mut [S::f32s],
}

impl<S: Simd> Block<'_, S> {
    #[inline(always)]
    fn add_all<const ROWS: usize>(mut self) {
        let whole_columns = self.per_row - self.per_row % VECTORS;
        let whole_rows = self.left.rows - self.left.rows % ROWS;
        for column in (0..whole_columns).step_by(VECTORS) {
            for row in (0..whole_rows).step_by(ROWS) {
                self.add::<ROWS, VECTORS>(row, column);
            }
            for row in whole_rows..self.left.rows {
                self.add::<1, VECTORS>(row, column);
            }
        }
        for column in whole_columns..self.per_row {
            for row in 0..self.left.rows {
                self.add::<1, 1>(row, column);
            }
        }
    }

    /// Adds to `R` rows and `V` vectors of columns of the result.
    #[inline(always)]
    fn add<const R: usize, const V: usize>(&mut self, row: usize, column: usize) {
        let Self { simd, left, right, per_row, .. } = *self;
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        let first = row * left.row_stride;
        for (index, right) in right.chunks_exact(per_row).enumerate() {
            let right = &right[column..column + V];
            // One check of the bounds, of the farthest element, for all the rows.
            let values = &left.values[first + index * left.stride..][..=(R - 1) * left.row_stride];
            for r in 0..R {
                let value = simd.splat_f32s(values[r * left.row_stride]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_e_f32s(value, right[v], sums[r][v]);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let place = (row + r) * per_row + column;
            for (result, sum) in self.result[place..place + V].iter_mut().zip(sums) {
                *result = simd.add_f32s(*result, *sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, WithSimd};

    use super::*;

    struct Add<'a>(Left<'a>, usize, &'a [f32], usize, &'a mut [f32]);

    impl WithSimd for Add<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            add_product(simd, self.0, self.1, self.2, self.3, self.4);
        }
    }

    #[test]
    fn products_of_all_shapes_are_right() {
        for (rows, depth, width) in [(1, 1, 16), (8, 3, 32), (13, 5, 48), (66, 20, 128)] {
            let stride = depth.max(rows) + 2;
            let value = |index: usize| (index * 37 % 23) as f32 - 11.0;
            let stored: Vec<f32> = (0..stride * stride).map(value).collect();
            let right: Vec<f32> = (0..depth * width).map(value).collect();
            let by_rows = (Left::rows(&stored, rows, stride), stride, 1);
            let by_columns = (Left::columns(&stored, rows, stride), 1, stride);
            for (left, row_stride, depth_stride) in [by_rows, by_columns] {
                let mut result = vec![1.0; rows * width];
                Arch::new().dispatch(Add(left, depth, &right, width, &mut result));
                for row in 0..rows {
                    for column in 0..width {
                        let term = |index: usize| {
                            stored[row * row_stride + index * depth_stride]
                                * right[index * width + column]
                        };
                        let expected = 1.0 + (0..depth).map(term).sum::<f32>();
                        let found = result[row * width + column];
                        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
                    }
                }
            }
        }
    }
}
