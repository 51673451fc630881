//! Entropic transport: the plan that minimises `⟨P, C⟩ + ε KL(P | 1/n²)` with marginals 1/n.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use driftscope_base::exponential::{exponential, fused_f64};
use pulp::{Arch, Simd, WithSimd};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::table::{LANES, Lanes, Table, groups};

/// Sinkhorn's algorithm (Cuturi 2013, arXiv:1306.0895; Peyré & Cuturi 2019, arXiv:1803.00567, § 4), and its
/// memory, which is used again from one call to the next.
///
/// The plan is `P_ij = a_i K_ij b_j` with `K_ij = exp((f_i + g_j − C_ij)/ε)`; each iteration sets the b so that
/// columns sum to 1/n, then the a so that rows do. Rows are what is drawn from, and always sum to 1/n; how far
/// the columns are from it tells how many iterations are missing.
///
/// K is made anew where scales leave [`SCALES`], as in Schmitzer 2019 (arXiv:1610.06519), with what they are
/// taken into the potentials f and g; where one iteration leads out of it, that iteration is taken in
/// logarithms (op. cit. § 4.4). So it is the iteration in logarithms, to rounding, for any ε.
#[derive(Clone, Debug, Default)]
pub struct Sinkhorn {
    /// `−C/ε`.
    rows: Table,
    /// The same, transposed: for iterations in logarithms.
    columns: Table,
    /// K, 0 beyond its columns.
    kernel: Table,
    /// f/ε of each row and g/ε of each column.
    potentials: [Vec<Lanes>; 2],
    /// What the row potentials were one iteration ago.
    before: Vec<Lanes>,
    /// The a.
    row_scales: Vec<f64>,
    /// The a that an iteration would come to.
    next_scales: Vec<f64>,
    /// The b, 0 beyond the columns.
    column_scales: Vec<Lanes>,
    /// The columns' sums over `a_i K_ij`.
    sums: Vec<Lanes>,
    /// Those that an iteration would come to.
    next_sums: Vec<Lanes>,
    /// One row of the plan.
    row: Vec<Lanes>,
    n: usize,
}

/// Scales lie between one over this and this, which is e¹⁵⁰.
const SCALES: f64 = 1e65;
/// K is 0 where its logarithm is less: below e⁻¹⁰⁰ in the plan, whatever the scales. So no product of it with
/// them is so small that processors take a hundred times as long over it.
const LEAST: f64 = -400.0;
/// After an iteration in logarithms that changed a potential by more than this times ε, so does the next.
const FAR: f64 = 100.0;

/// When the iterations end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SinkhornSettings {
    /// ε, in units of the costs, above 0.
    pub epsilon: f64,
    /// Iterations at most, at least 1.
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
        self.columns.clear();
        let lanes =
            [&mut self.before, &mut self.column_scales, &mut self.sums, &mut self.next_sums];
        for vector in lanes.into_iter().chain(&mut self.potentials).chain([&mut self.row]) {
            vector.clear();
            vector.resize(groups(n), [0.0; _]);
        }
        self.row_scales.resize(n, 1.0);
        self.next_scales.resize(n, 1.0);
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
        let mut rest = rng.random::<f64>() / self.n as f64;
        let row = self.row(row);
        let mut passes = |share: f64| {
            let within = rest < share;
            rest -= if within { 0.0 } else { share };
            within
        };
        let group = row.chunks(LANES).position(|group| passes(group.iter().sum()));
        let column = group.and_then(|group| {
            let first = LANES * group;
            let column = row[first..].iter().take(LANES).position(|share| passes(*share))?;
            Some(first + column)
        });
        // Rounding may leave a rest; then it is the last column that can be drawn.
        column.unwrap_or_else(|| row.iter().rposition(|share| *share > 0.0).unwrap_or(0))
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
        let scale = work.row_scales[row];
        let shares = work.kernel.row(row).iter().zip(work.column_scales.as_flattened());
        for (share, (kernel, of_column)) in work.row.as_flattened_mut().iter_mut().zip(shares) {
            *share = kernel * of_column * scale;
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
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let Self { work, settings } = self;
        work.nearest_first();
        work.make_kernel::<S>();
        let mut in_scales = true;
        for iteration in 1..=settings.iterations {
            let scaled = if in_scales { work.scale(simd) } else { None };
            let change = if let Some(change) = scaled {
                change
            } else {
                if in_scales {
                    work.absorb();
                }
                let change = work.balance_logarithms::<S>();
                in_scales = change < FAR;
                if in_scales {
                    work.make_kernel::<S>();
                }
                change
            };
            if change * settings.epsilon < settings.tolerance || iteration == settings.iterations {
                if !in_scales {
                    work.make_kernel::<S>();
                }
                return iteration;
            }
        }
        unreachable!("the last iteration returns")
    }
}

impl Sinkhorn {
    /// Column potentials with which the largest of each column of K is 1. The first iteration forgets them.
    #[inline(always)]
    fn nearest_first(&mut self) {
        let [_, potentials] = &mut self.potentials;
        potentials.fill([f64::NEG_INFINITY; _]);
        for row in 0..self.n {
            for (most, exponent) in potentials.as_flattened_mut().iter_mut().zip(self.rows.row(row))
            {
                *most = if exponent > most { *exponent } else { *most };
            }
        }
        for potential in potentials.as_flattened_mut() {
            *potential = -*potential;
        }
    }

    /// K of the potentials as they are; scales are 1.
    #[inline(always)]
    fn make_kernel<S: Simd>(&mut self) {
        let n = self.n;
        self.row_scales.fill(1.0);
        self.sums.fill([0.0; _]);
        for (column, scale) in self.column_scales.as_flattened_mut().iter_mut().enumerate() {
            *scale = if column < n { 1.0 } else { 0.0 };
        }
        let [of_rows, of_columns] = self.potentials.each_ref().map(|all| all.as_flattened());
        for (row, kernel) in self.kernel.rows_mut(n).enumerate() {
            let exponents = self.rows.row(row).iter().zip(of_columns);
            for (kernel, (exponent, of_column)) in kernel.iter_mut().zip(exponents) {
                let logarithm = exponent + of_rows[row] + of_column;
                let value = exponential::<S>(logarithm);
                *kernel = if logarithm > LEAST { value } else { 0.0 };
            }
            kernel[n..].fill(0.0);
            for (sum, kernel) in self.sums.as_flattened_mut().iter_mut().zip(&*kernel) {
                *sum += kernel;
            }
        }
    }

    /// One iteration by scales: the largest change of a row's potential over ε. None, and all as it was, where
    /// a scale would be out of range.
    #[inline(always)]
    fn scale<S: Simd>(&mut self, simd: S) -> Option<f64> {
        let (n, share) = (self.n, 1.0 / self.n as f64);
        // Of the columns that an iteration has come to; those of a failed one are set anew from logarithms.
        let mut range = [f64::INFINITY, 0.0];
        let mut widen = |scale: f64| range = [range[0].min(scale), range[1].max(scale)];
        for (scale, sum) in
            self.column_scales.as_flattened_mut()[..n].iter_mut().zip(self.sums.as_flattened())
        {
            *scale = share / sum;
            widen(*scale);
        }
        let mut ratios = [f64::INFINITY, 0.0];
        self.next_sums.fill([0.0; _]);
        for row in 0..n {
            let kernel = self.kernel.row_groups(row);
            let scale = share / product(simd, kernel, &self.column_scales);
            let ratio = scale / self.row_scales[row];
            widen(scale);
            ratios = [ratios[0].min(ratio), ratios[1].max(ratio)];
            self.next_scales[row] = scale;
            for (sums, kernel) in self.next_sums.iter_mut().zip(kernel) {
                for (sum, kernel) in sums.iter_mut().zip(kernel) {
                    *sum = fused_f64::<S>(*kernel, scale, *sum);
                }
            }
        }
        // Where a scale is not a number another is infinite, since K has none.
        if !(range[0] > 1.0 / SCALES && range[1] < SCALES) {
            return None;
        }
        std::mem::swap(&mut self.row_scales, &mut self.next_scales);
        std::mem::swap(&mut self.sums, &mut self.next_sums);
        Some(ratios.map(|ratio| libm::log(ratio).abs()).into_iter().fold(0.0, f64::max))
    }

    /// Takes the rows' scales into their potentials. The columns' follow from those.
    fn absorb(&mut self) {
        let [potentials, _] = &mut self.potentials;
        for (potential, scale) in potentials.as_flattened_mut().iter_mut().zip(&self.row_scales) {
            *potential += libm::log(*scale);
        }
    }

    /// One iteration in logarithms, of potentials alone: the largest change of a row's over ε.
    #[inline(always)]
    fn balance_logarithms<S: Simd>(&mut self) -> f64 {
        let (n, rows) = (self.n, &self.rows);
        if self.columns.is_empty() {
            self.columns.fill(n, 0.0, |j, i| rows.row(i)[j]);
        }
        let [of_rows, of_columns] = &mut self.potentials;
        balance::<S>(n, &self.rows, of_rows, of_columns);
        std::mem::swap(&mut self.before, of_rows);
        balance::<S>(n, &self.columns, of_columns, of_rows);
        let [before, now] = [&self.before, of_rows].map(|all| all.as_flattened());
        let changes = before[..n].iter().zip(&now[..n]).map(|(a, b)| (a - b).abs());
        changes.fold(0.0, f64::max)
    }
}

/// The sum of products, by [`LANES`] sums on every machine.
#[inline(always)]
fn product<S: Simd>(simd: S, left: &[Lanes], right: &[Lanes]) -> f64 {
    let [left, right] = [left, right].map(|all| S::as_simd_f64s(all.as_flattened()).0);
    let mut sums = [simd.splat_f64s(0.0); LANES];
    let vectors = LANES / S::F64_LANES;
    for (left, right) in left.chunks_exact(vectors).zip(right.chunks_exact(vectors)) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum = simd.mul_add_e_f64s(*left, *right, *sum);
        }
    }
    let [a, b, c, d, e, f, g, h]: Lanes = std::array::from_fn(|lane| {
        bytemuck::cast_slice::<_, f64>(&sums[lane / S::F64_LANES..][..1])[lane % S::F64_LANES]
    });
    ((a + e) + (c + g)) + ((b + f) + (d + h))
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
