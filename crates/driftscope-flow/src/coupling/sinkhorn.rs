//! Entropic transport: the plan that minimises `⟨P, C⟩ + ε KL(P | 1/n²)` with marginals 1/n.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use driftscope_base::exponential::exponential;
use pulp::{Arch, Simd, WithSimd};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::table::{Lanes, Table, groups};

/// Sinkhorn's algorithm in logarithms (Cuturi 2013, arXiv:1306.0895; Peyré & Cuturi 2019, arXiv:1803.00567,
/// § 4.4), and its memory, which is used again from one call to the next.
///
/// The plan is `P_ij = exp((f_i + g_j − C_ij)/ε)`; each iteration sets the g so that columns sum to 1/n,
/// then the f so that rows do. Rows are what is drawn from, and always sum to 1/n; how far the columns
/// are from it tells how many iterations are missing. What is smaller than e⁻⁷⁰⁰ counts as that.
#[derive(Clone, Debug, Default)]
pub struct Sinkhorn {
    /// `−C/ε`.
    rows: Table,
    /// The same, transposed.
    columns: Table,
    /// f/ε of each row.
    row_potentials: Vec<Lanes>,
    /// g/ε of each column.
    column_potentials: Vec<Lanes>,
    /// What the row potentials were one iteration ago.
    before: Vec<Lanes>,
    /// One row of the plan.
    row: Vec<Lanes>,
    n: usize,
}

/// When the iterations end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SinkhornSettings {
    /// ε, in units of the costs, above 0.
    pub epsilon: f64,
    /// Iterations at most.
    pub iterations: usize,
    /// They end when none of the f has changed by this much, in units of the costs.
    pub tolerance: f64,
}

impl Sinkhorn {
    /// Solves for `n` rows and columns with `cost(row, column)`; says how many iterations that took, the
    /// last of which changed less than the tolerance unless it was the last allowed.
    pub fn solve(
        &mut self,
        n: usize,
        settings: SinkhornSettings,
        mut cost: impl FnMut(usize, usize) -> f64,
    ) -> usize {
        self.n = n;
        self.rows.fill(n, 0.0, |i, j| -cost(i, j) / settings.epsilon);
        let rows = &self.rows;
        self.columns.fill(n, 0.0, |j, i| rows.row(i)[j]);
        for potentials in
            [&mut self.row_potentials, &mut self.column_potentials, &mut self.before, &mut self.row]
        {
            potentials.clear();
            potentials.resize(groups(n), [0.0; _]);
        }
        Arch::new().dispatch(Iterate { work: self, settings })
    }

    /// One row of the plan, which sums to 1/n.
    pub fn row(&mut self, row: usize) -> &[f64] {
        Arch::new().dispatch(Row { work: self, row });
        &self.row.as_flattened()[..self.n]
    }

    /// How far the columns are from summing to 1/n, as a share of it: the largest over columns. Where it is not
    /// small, what is drawn over all rows has another law than the columns' points.
    pub fn imbalance(&mut self) -> f64 {
        let n = self.n;
        let mut sums = vec![0.0; n];
        for row in 0..n {
            for (sum, share) in sums.iter_mut().zip(self.row(row)) {
                *sum += share;
            }
        }
        sums.iter().map(|sum| (sum * n as f64 - 1.0).abs()).fold(0.0, f64::max)
    }

    /// A column, drawn with the probabilities of one row of the plan.
    pub fn draw(&mut self, row: usize, rng: &mut ChaCha8Rng) -> usize {
        let row = self.row(row);
        let mut rest = rng.random::<f64>() * row.iter().sum::<f64>();
        let passed = row.iter().position(|share| {
            rest -= share;
            rest < 0.0
        });
        // Rounding may leave a rest; then it is the last column that can be drawn.
        passed.unwrap_or_else(|| row.iter().rposition(|share| *share > 0.0).unwrap_or(0))
    }
}

struct Row<'a> {
    work: &'a mut Sinkhorn,
    row: usize,
}

impl WithSimd for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { work, row } = self;
        let potential = work.row_potentials.as_flattened()[row];
        let exponents = work.rows.row(row).iter().zip(work.column_potentials.as_flattened());
        for (share, (exponent, of_column)) in work.row.as_flattened_mut().iter_mut().zip(exponents)
        {
            *share = exponential::<S>(exponent + potential + of_column);
        }
    }
}

struct Iterate<'a> {
    work: &'a mut Sinkhorn,
    settings: SinkhornSettings,
}

impl WithSimd for Iterate<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        let Self { work, settings } = self;
        let n = work.n;
        for iteration in 1..=settings.iterations {
            balance::<S>(n, &work.rows, &work.row_potentials, &mut work.column_potentials);
            std::mem::swap(&mut work.before, &mut work.row_potentials);
            balance::<S>(n, &work.columns, &work.column_potentials, &mut work.row_potentials);
            let [before, now] = [&work.before, &work.row_potentials].map(|f| f.as_flattened());
            let changes = before[..n].iter().zip(&now[..n]).map(|(a, b)| (a - b).abs());
            if changes.fold(0.0, f64::max) * settings.epsilon < settings.tolerance {
                return iteration;
            }
        }
        settings.iterations
    }
}

/// Sets each of `potentials` so that what stands under it in the plan, of which `exponents` and the
/// potentials of their rows are the logarithms, sums to 1/n.
#[inline(always)]
fn balance<S: Simd>(n: usize, exponents: &Table, of_rows: &[Lanes], potentials: &mut [Lanes]) {
    let of_rows = &of_rows.as_flattened()[..n];
    for (group, potential) in potentials.iter_mut().enumerate() {
        let exponents = || exponents.group(group).zip(of_rows);
        let mut most: Lanes = [f64::NEG_INFINITY; _];
        for (exponents, of_row) in exponents() {
            for (most, exponent) in most.iter_mut().zip(exponents) {
                let sum = exponent + of_row;
                *most = if sum > *most { sum } else { *most };
            }
        }
        let mut sums: Lanes = [0.0; _];
        for (exponents, of_row) in exponents() {
            for ((sum, most), exponent) in sums.iter_mut().zip(&most).zip(exponents) {
                *sum += exponential::<S>(exponent + of_row - most);
            }
        }
        for ((potential, sum), most) in potential.iter_mut().zip(sums).zip(most) {
            *potential = -most - libm::log(sum * n as f64);
        }
    }
}
