//! Exact assignment: which column each row takes so that the sum of their costs is least.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use pulp::{Arch, Simd, WithSimd};

use super::table::{Lanes, Table, groups};

/// Vectors that are compared side by side.
const CHAINS: usize = 2;
/// No row.
const NONE: usize = usize::MAX;

/// The assignment problem by shortest augmenting paths (Jonker & Volgenant 1987, Computing 38), and its
/// memory, which is used again from one call to the next.
///
/// Each row in turn seeks the cheapest way into the assignment that the rows before it have: to a free
/// column, or to a taken one whose row moves on. That way is a shortest path over costs less a price of
/// each column; the prices are such that every row has the column that is cheapest for it. Jonker and
/// Volgenant's reductions, which seat some rows beforehand, take as long as the paths that they spare, and are
/// left out. SciPy and the loops of the crate lapjv take three to five times as long for blocks of 64 and 128
/// (`docs/performance.md`), since they go through the columns one by one.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    costs: Table,
    /// Of each column; −∞ while a path has passed it.
    prices: Vec<Lanes>,
    /// Of each column from the row that is being seated, over reduced costs; ∞ where a path has passed.
    distances: Vec<Lanes>,
    /// Of each column.
    row_of: Vec<usize>,
    /// Of each row.
    column_of: Vec<usize>,
    visits: Vec<Visit>,
}

/// A row that the search has come to, and the column to which it went on from there.
#[derive(Clone, Copy, Debug)]
struct Visit {
    row: usize,
    /// What is taken off the row's reduced costs to make them distances.
    offset: f64,
    column: usize,
    /// The price of the column.
    price: f64,
    /// How far the column is.
    distance: f64,
}

impl Assignment {
    /// The column of each of `n` rows so that the sum of `cost(row, column)` over them is least; the
    /// costs are finite. Of equally good ones, always the same.
    ///
    /// # Panics
    /// If a cost is not finite.
    pub fn solve(&mut self, n: usize, cost: impl FnMut(usize, usize) -> f64) -> &[usize] {
        self.costs.fill(n, f64::INFINITY, cost);
        Arch::new().dispatch(Solve { work: self, n });
        &self.column_of
    }

    #[inline(always)]
    fn seat_all<S: Simd>(&mut self, simd: S, n: usize) {
        reset(&mut self.prices, groups(n), [0.0; _]);
        reset(&mut self.distances, groups(n), [0.0; _]);
        reset(&mut self.row_of, n, NONE);
        reset(&mut self.column_of, n, NONE);
        for row in 0..n {
            self.seat(simd, row);
        }
    }

    /// Gives `start` a column, and other columns to the rows that have to move for it.
    #[inline(always)]
    fn seat<S: Simd>(&mut self, simd: S, start: usize) {
        self.visits.clear();
        self.distances.fill([f64::INFINITY; _]);
        let (mut row, mut offset) = (start, 0.0);
        let (end, reach) = loop {
            let costs = self.costs.row(row);
            let (distance, column) = relax(simd, costs, &self.prices, offset, &mut self.distances);
            assert!(distance < f64::INFINITY, "costs that are finite");
            let price = &mut self.prices.as_flattened_mut()[column];
            self.visits.push(Visit { row, offset, column, price: *price, distance });
            row = self.row_of[column];
            if row == NONE {
                break (column, distance);
            }
            offset = self.costs.row(row)[column] - *price - distance;
            // From here on the column is never nearer, and never the nearest.
            *price = f64::NEG_INFINITY;
            self.distances.as_flattened_mut()[column] = f64::INFINITY;
        };
        let prices = self.prices.as_flattened_mut();
        let distances = self.distances.as_flattened_mut();
        for visit in &self.visits {
            prices[visit.column] = visit.price;
            distances[visit.column] = visit.distance;
        }
        // Back along the path: a column was reached from the first row that gave it its distance. That row's
        // visit is before the one that went on from the column, so the way back ends at the start.
        let mut column = end;
        loop {
            let gave = |visit: &&Visit| {
                let through = self.costs.row(visit.row)[column] - prices[column] - visit.offset;
                #[expect(clippy::float_cmp, reason = "the same operations on the same numbers")]
                let same = through == distances[column];
                same
            };
            let row = self.visits.iter().find(gave).expect("a row reached the column").row;
            self.row_of[column] = row;
            std::mem::swap(&mut self.column_of[row], &mut column);
            if row == start {
                break;
            }
        }
        for visit in &self.visits {
            prices[visit.column] += visit.distance - reach;
        }
    }
}

struct Solve<'a> {
    work: &'a mut Assignment,
    n: usize,
}

impl WithSimd for Solve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.work.seat_all(simd, self.n);
    }
}

/// Lowers the distances of columns to those through a row of costs, and finds the nearest column, the
/// first of equally near ones: how far it is and which.
#[inline(always)]
fn relax<S: Simd>(
    simd: S,
    costs: &[f64],
    prices: &[Lanes],
    offset: f64,
    distances: &mut [Lanes],
) -> (f64, usize) {
    const FIRST: Lanes = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    let costs = S::as_simd_f64s(costs).0;
    let prices = S::as_simd_f64s(prices.as_flattened()).0;
    let distances = S::as_mut_simd_f64s(distances.as_flattened_mut()).0;
    let [offset, infinity] = [offset, f64::INFINITY].map(|value| simd.splat_f64s(value));
    let width = simd.splat_f64s(S::F64_LANES as f64);
    // Numbers of columns are numbers like the others, so that they stand in the same vectors.
    let mut here = S::as_simd_f64s(&FIRST).0[0];
    // Vectors in turn have a nearest column of their own, so that none waits for the one before.
    let mut nearest = [infinity; CHAINS];
    let mut at = [infinity; CHAINS];
    let (costs, last_costs) = costs.as_chunks::<CHAINS>();
    let (prices, last_prices) = prices.as_chunks::<CHAINS>();
    let (distances, last_distances) = distances.as_chunks_mut::<CHAINS>();
    let mut pass = |chain: usize, (cost, price): (S::f64s, S::f64s), distance: &mut S::f64s| {
        let through = simd.sub_f64s(simd.sub_f64s(cost, price), offset);
        let shorter = simd.min_f64s(through, *distance);
        *distance = shorter;
        let closer = simd.less_than_f64s(shorter, nearest[chain]);
        at[chain] = simd.select_f64s(closer, here, at[chain]);
        nearest[chain] = simd.min_f64s(shorter, nearest[chain]);
        here = simd.add_f64s(here, width);
    };
    for ((costs, prices), distances) in costs.iter().zip(prices).zip(distances) {
        for chain in 0..CHAINS {
            pass(chain, (costs[chain], prices[chain]), &mut distances[chain]);
        }
    }
    for ((cost, price), distance) in last_costs.iter().zip(last_prices).zip(last_distances) {
        pass(0, (*cost, *price), distance);
    }
    let of_all = nearest.into_iter().fold(infinity, |a, b| simd.min_f64s(a, b));
    let least = simd.reduce_min_f64s(of_all);
    let mut there = infinity;
    for (nearest, at) in nearest.into_iter().zip(at) {
        let is_least = simd.equal_f64s(nearest, simd.splat_f64s(least));
        there = simd.min_f64s(there, simd.select_f64s(is_least, at, infinity));
    }
    (least, simd.reduce_min_f64s(there) as usize)
}

/// Makes it `length` of `value`, in the memory that it has.
fn reset<T: Clone>(all: &mut Vec<T>, length: usize, value: T) {
    all.clear();
    all.resize(length, value);
}
