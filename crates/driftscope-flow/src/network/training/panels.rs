//! Matrices in panels, and their products.
//!
//! A row-major matrix of 128 columns puts every eighth row in the same place of the first cache, and
//! a column of it does not fit there. In panels of a few columns what a product reads lies together.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::Simd;

/// Columns of a panel: a whole vector of the widest machine.
pub(super) const PANEL: usize = 16;

/// One row of one panel.
type Row = [f32; PANEL];

/// A matrix, `[panel][row][column]`, the last panel padded. What is in the padding goes nowhere but
/// into other paddings.
#[derive(Clone, Debug, Default)]
pub(super) struct Panels {
    rows: usize,
    width: usize,
    values: Vec<Row>,
}

impl Panels {
    /// Gives it a shape, in the memory that it has; what it holds is to be overwritten.
    pub fn reshape(&mut self, rows: usize, width: usize) {
        (self.rows, self.width) = (rows, width);
        self.values.resize(rows * width.div_ceil(PANEL), [0.0; PANEL]);
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Without the padding.
    pub fn width(&self) -> usize {
        self.width
    }

    /// All its numbers, with the padding.
    pub fn values(&self) -> &[f32] {
        self.values.as_flattened()
    }

    /// All its numbers, with the padding.
    pub fn values_mut(&mut self) -> &mut [f32] {
        self.values.as_flattened_mut()
    }

    /// Its panels, each `[row][column]`.
    pub fn panels(&self) -> std::slice::ChunksExact<'_, Row> {
        self.values.chunks_exact(self.rows.max(1))
    }

    #[inline(always)]
    fn panel(&self, index: usize) -> &[Row] {
        &self.values[index * self.rows..][..self.rows]
    }

    /// Copies one row in.
    pub fn set_row(&mut self, row: usize, values: &[f32]) {
        for (panel, values) in self.values.chunks_exact_mut(self.rows).zip(values.chunks(PANEL)) {
            panel[row][..values.len()].copy_from_slice(values);
        }
    }

    /// Copies one column in.
    pub fn set_column(&mut self, column: usize, values: &[f32]) {
        let panel = &mut self.values[column / PANEL * self.rows..][..self.rows];
        for (row, value) in panel.iter_mut().zip(values) {
            row[column % PANEL] = *value;
        }
    }

    /// The rows of the first panel: of a narrow matrix all there is.
    pub fn rows_mut(&mut self) -> &mut [Row] {
        &mut self.values[..self.rows]
    }

    /// Copies one row out.
    #[cfg(feature = "burn")]
    pub fn copy_row(&self, row: usize, values: &mut [f32]) {
        for (panel, values) in self.panels().zip(values.chunks_mut(PANEL)) {
            values.copy_from_slice(&panel[row][..values.len()]);
        }
    }
}

/// What the sums of a product start from.
#[derive(Clone, Copy)]
pub(super) enum Start<'a> {
    /// The same row for all, padded to whole panels.
    Row(&'a [f32]),
    /// Nothing.
    Zero,
}

/// `result = start + left · right`, the result in its shape already.
#[inline(always)]
pub(super) fn product<S: Simd>(
    simd: S,
    left: &Panels,
    right: &Panels,
    start: Start,
    result: &mut Panels,
) {
    let mut block = PanelProduct { simd, left, right, result };
    for column in block.columns() {
        match column {
            Columns::Pair(place) => block.rows_at(start, place),
            Columns::Last(place) => block.rows_at(start, place),
        }
    }
}

/// `result = leftᵀ · right`, or `result += leftᵀ · right`; the result has its shape already.
#[inline(always)]
pub(super) fn transposed_product<S: Simd>(
    simd: S,
    left: &Panels,
    right: &Panels,
    add: bool,
    result: &mut Panels,
) {
    let mut block = PanelProduct { simd, left, right, result };
    for column in block.columns() {
        match column {
            Columns::Pair(place) => block.lanes_at(add, place),
            Columns::Last(place) => block.lanes_at(add, place),
        }
    }
}

/// Where a vector of columns is: the panel, and the vector within each row of it.
type Place = (usize, usize);

/// Columns that are summed at a time.
enum Columns {
    Pair([Place; 2]),
    /// Where the number of vectors is odd.
    Last([Place; 1]),
}

struct PanelProduct<'a, S: Simd> {
    simd: S,
    left: &'a Panels,
    right: &'a Panels,
    result: &'a mut Panels,
}

/// Sums of `R` rows and `V` vectors of columns.
type Sums<V, const R: usize, const C: usize> = [[V; C]; R];

impl<S: Simd> PanelProduct<'_, S> {
    /// Vectors in a row of a panel.
    const PER_ROW: usize = size_of::<Row>() / size_of::<S::f32s>();

    fn columns(&self) -> impl Iterator<Item = Columns> + use<S> {
        let count = self.result.width.div_ceil(PANEL) * Self::PER_ROW;
        let place = |column| (column / Self::PER_ROW, column % Self::PER_ROW);
        (0..count).step_by(2).map(move |column| {
            if column + 1 < count {
                Columns::Pair([place(column), place(column + 1)])
            } else {
                Columns::Last([place(column)])
            }
        })
    }

    #[inline(always)]
    fn rows_at<const V: usize>(&mut self, start: Start, places: [Place; V]) {
        let rows = self.left.rows;
        let mut row = 0;
        // As many sums as registers allow: AVX-512 and NEON have 32, the others 16.
        if S::REGISTER_COUNT >= 32 {
            while row + 12 <= rows {
                self.rows::<12, V>(row, start, places);
                row += 12;
            }
        }
        while row + 6 <= rows {
            self.rows::<6, V>(row, start, places);
            row += 6;
        }
        while row + 4 <= rows {
            self.rows::<4, V>(row, start, places);
            row += 4;
        }
        for row in row..rows {
            self.rows::<1, V>(row, start, places);
        }
    }

    #[inline(always)]
    fn lanes_at<const V: usize>(&mut self, add: bool, places: [Place; V]) {
        // A panel of the left matrix in parts that leave room in the registers.
        for first in (0..self.left.width).step_by(PANEL) {
            if S::REGISTER_COUNT >= 32 {
                self.lanes::<8, 0, V>(first, add, places);
                self.lanes::<8, 8, V>(first, add, places);
            } else {
                self.lanes::<6, 0, V>(first, add, places);
                self.lanes::<6, 6, V>(first, add, places);
                self.lanes::<4, 12, V>(first, add, places);
            }
        }
    }

    /// `R` rows of `start + left · right`.
    #[inline(always)]
    fn rows<const R: usize, const V: usize>(
        &mut self,
        row: usize,
        start: Start,
        places: [Place; V],
    ) {
        let right = self.right_vectors(places);
        let mut sums = [[self.simd.splat_f32s(0.0); V]; R];
        for sums in &mut sums {
            for (sum, (panel, vector)) in sums.iter_mut().zip(places) {
                *sum = match start {
                    Start::Row(values) => S::as_simd_f32s(values).0[panel * Self::PER_ROW + vector],
                    Start::Zero => *sum,
                };
            }
        }
        let depth = self.right.rows;
        for first in (0..depth).step_by(PANEL) {
            let rows = &self.left.panel(first / PANEL)[row..row + R];
            let rows: &[Row; R] = rows.try_into().expect("as many rows");
            // All panels but the last are compiled for their number of columns.
            if first + PANEL <= depth {
                self.add_terms(rows, PANEL, right, first, &mut sums);
            } else {
                self.add_terms(rows, depth - first, right, first, &mut sums);
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            for (sum, place) in sums.iter().zip(places) {
                *self.result_vector(row + r, place) = *sum;
            }
        }
    }

    /// `R` rows of `leftᵀ · right`, to be added or not: those of the columns of the left matrix from `LANE` on
    /// in the panel that begins with column `first`.
    #[inline(always)]
    fn lanes<const R: usize, const LANE: usize, const V: usize>(
        &mut self,
        first: usize,
        add: bool,
        places: [Place; V],
    ) {
        let count = self.left.width.saturating_sub(first + LANE).min(R);
        if count == 0 {
            return;
        }
        let right = self.right_vectors(places);
        let mut sums = [[self.simd.splat_f32s(0.0); V]; R];
        for (k, row) in self.left.panel(first / PANEL).iter().enumerate() {
            for r in 0..R {
                let value = self.simd.splat_f32s(row[LANE + r]);
                for v in 0..V {
                    let right = right[v][k * Self::PER_ROW];
                    sums[r][v] = self.simd.mul_add_e_f32s(value, right, sums[r][v]);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate().take(count) {
            for (sum, place) in sums.iter().zip(places) {
                let simd = self.simd;
                let result = self.result_vector(first + LANE + r, place);
                *result = if add { simd.add_f32s(*result, *sum) } else { *sum };
            }
        }
    }

    /// Each vector of columns of the right matrix, from its first row on.
    #[inline(always)]
    fn right_vectors<const V: usize>(&self, places: [Place; V]) -> [&[S::f32s]; V] {
        let mut vectors: [&[S::f32s]; V] = [&[]; V];
        for (vectors, (panel, vector)) in vectors.iter_mut().zip(places) {
            *vectors = &S::as_simd_f32s(self.right.panel(panel).as_flattened()).0[vector..];
        }
        vectors
    }

    #[inline(always)]
    fn result_vector(&mut self, row: usize, (panel, vector): Place) -> &mut S::f32s {
        let row = &mut self.result.values[panel * self.result.rows + row];
        &mut S::as_mut_simd_f32s(row).0[vector]
    }

    /// Adds the products of the first `count` columns of rows of a panel and rows of the right matrix
    /// from `first` on.
    #[inline(always)]
    fn add_terms<const R: usize, const V: usize>(
        &self,
        rows: &[Row; R],
        count: usize,
        right: [&[S::f32s]; V],
        first: usize,
        sums: &mut Sums<S::f32s, R, V>,
    ) {
        for k in 0..count {
            let mut values = [0.0; R];
            for r in 0..R {
                values[r] = rows[r][k];
            }
            for r in 0..R {
                let value = self.simd.splat_f32s(values[r]);
                for v in 0..V {
                    let right = right[v][(first + k) * Self::PER_ROW];
                    sums[r][v] = self.simd.mul_add_e_f32s(value, right, sums[r][v]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Scalar, WithSimd};

    use super::*;

    #[derive(Clone)]
    struct Products {
        left: Panels,
        transposed: Panels,
        right: Panels,
        start: Vec<f32>,
        /// Of a product with a start and one without, of a transposed product and, as it comes, what
        /// another is added to.
        results: [Panels; 4],
    }

    impl WithSimd for Products {
        type Output = [Panels; 4];

        #[inline(always)]
        fn with_simd<S: Simd>(mut self, simd: S) -> Self::Output {
            let [started, plain, transposed, added] = &mut self.results;
            product(simd, &self.left, &self.right, Start::Row(&self.start), started);
            product(simd, &self.left, &self.right, Start::Zero, plain);
            transposed_product(simd, &self.transposed, &self.right, false, transposed);
            transposed_product(simd, &self.transposed, &self.right, true, added);
            self.results
        }
    }

    fn matrix(rows: usize, width: usize, value: impl Fn(usize, usize) -> f32) -> Panels {
        let mut matrix = Panels::default();
        matrix.reshape(rows, width);
        // What is in the padding must not matter.
        matrix.values_mut().fill(f32::NAN);
        for row in 0..rows {
            let values: Vec<f32> = (0..width).map(|column| value(row, column)).collect();
            matrix.set_row(row, &values);
            let mut copy = vec![0.0; width];
            matrix.copy_row(row, &mut copy);
            assert_eq!(copy, values);
        }
        matrix
    }

    #[test]
    fn products_of_all_shapes_are_right() {
        for (rows, depth, width) in
            [(1, 1, 2), (8, 3, 32), (13, 5, 19), (64, 66, 128), (23, 33, 40)]
        {
            let left = |row: usize, k: usize| ((row * 37 + k * 11) % 23) as f32 - 11.0;
            let right = |k: usize, column: usize| ((k * 29 + column * 5) % 19) as f32 - 9.0;
            let work = Products {
                left: matrix(rows, depth, left),
                transposed: matrix(depth, rows, |k, row| left(row, k)),
                right: matrix(depth, width, right),
                start: vec![2.0; width.next_multiple_of(PANEL)],
                results: [7.0, 7.0, 7.0, 3.0].map(|value| matrix(rows, width, |_, _| value)),
            };
            // An odd number of vectors, and the blocks for 32 registers, are met on AVX-512 alone.
            let found = [Arch::new().dispatch(work.clone()), Scalar::new().vectorize(work)];
            let starts = [2.0, 0.0, 0.0, 3.0].into_iter().cycle();
            for (found, start) in found.iter().flatten().zip(starts) {
                for row in 0..rows {
                    let mut values = vec![0.0; width];
                    found.copy_row(row, &mut values);
                    for (column, found) in values.into_iter().enumerate() {
                        let sum: f32 = (0..depth).map(|k| left(row, k) * right(k, column)).sum();
                        assert!((found - start - sum).abs() < 1e-3, "{rows} {depth} {width}");
                    }
                }
            }
        }
    }
}
