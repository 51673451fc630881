//! A table of numbers whose rows are padded to whole vectors of the widest machine.

/// Numbers of the widest machine's vector; those of any machine divide it.
const LANES: usize = 8;

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
        self.groups = groups(n);
        self.values.clear();
        self.values.resize(n * self.groups, [padding; LANES]);
        for (i, row) in self.values.chunks_exact_mut(self.groups.max(1)).enumerate() {
            for (j, place) in row.as_flattened_mut()[..n].iter_mut().enumerate() {
                *place = value(i, j);
            }
        }
    }

    /// One row, with its padding.
    pub fn row(&self, row: usize) -> &[f64] {
        self.values[row * self.groups..][..self.groups].as_flattened()
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
