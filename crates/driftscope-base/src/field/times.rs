//! The times at which a batch is evaluated.

/// One time for the whole batch, or one for each point.
#[derive(Clone, Copy, Debug)]
pub enum Times<'a> {
    /// Every point is evaluated at this t.
    Shared(f64),
    /// Point i is evaluated at the i-th t; as long as the batch.
    Each(&'a [f64]),
}

impl Times<'_> {
    /// The time of the first point, if there is one.
    #[must_use]
    pub fn first(&self) -> Option<f64> {
        match self {
            Times::Shared(t) => Some(*t),
            Times::Each(times) => times.first().copied(),
        }
    }

    /// The time of point `i`.
    #[must_use]
    pub fn at(&self, i: usize) -> f64 {
        match self {
            Times::Shared(t) => *t,
            Times::Each(times) => times[i],
        }
    }
}
