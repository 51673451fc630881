//! A table of numbers whose rows are padded to whole vectors of the widest machine.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

/// Numbers of the widest machine's vector; those of any machine divide it.
pub(super) const LANES: usize = 8;

/// What a loop over vectors takes at once.
pub(super) type Lanes = [f64; LANES];

/// Rows of equal width, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Groups of [`LANES`] in a row.
    groups: usize,
    values: Vec<Lanes>,
}

impl Table {
    /// Makes it `n` rows of `n` numbers, `value(row, column)` in each place and `padding` beyond, in
    /// the memory that it has.
    pub fn fill(&mut self, n: usize, padding: f64, mut value: impl FnMut(usize, usize) -> f64) {
        for (i, row) in self.rows_mut(n).enumerate() {
            for (j, place) in row[..n].iter_mut().enumerate() {
                *place = value(i, j);
            }
            row[n..].fill(padding);
        }
    }

    /// Makes it `n` rows for `n` numbers, in the memory that it has, and gives each to be written, with its
    /// padding.
    #[inline(always)]
    pub fn rows_mut(&mut self, n: usize) -> impl Iterator<Item = &mut [f64]> {
        self.groups = groups(n);
        self.values.resize(n * self.groups, [0.0; LANES]);
        let rows = self.values.chunks_exact_mut(self.groups.max(1));
        rows.map(<[Lanes]>::as_flattened_mut)
    }

    /// Leaves it without rows.
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// One row, with its padding.
    #[inline(always)]
    pub fn row(&self, row: usize) -> &[f64] {
        self.row_groups(row).as_flattened()
    }

    /// One row, group by group.
    #[inline(always)]
    pub fn row_groups(&self, row: usize) -> &[Lanes] {
        &self.values[row * self.groups..][..self.groups]
    }

    /// The numbers of one group of columns, from the first row down.
    pub fn group(&self, group: usize) -> impl Iterator<Item = &Lanes> {
        self.values[group..].iter().step_by(self.groups)
    }
}

/// Whole vectors for `n` numbers.
pub(super) fn groups(n: usize) -> usize {
    n.div_ceil(LANES)
}
