//! The same flow, run backwards.

use std::ops::Deref;

use super::{Field, Real, ScoredField, Times};

/// `x' = −v(x, a + b − s)`: what goes from a to b in t comes back as s goes from a to b.
///
/// `F` points to the field, borrowed or boxed.
pub struct Reversed<F> {
    field: F,
    sum: f64,
}

impl<F> Reversed<F> {
    /// The field over `interval`, backwards.
    #[must_use]
    pub fn new(field: F, interval: (f64, f64)) -> Self {
        Self { field, sum: interval.0 + interval.1 }
    }

    /// Hands `evaluate` the field's own times.
    fn turned(&self, times: Times<'_>, evaluate: impl FnOnce(Times<'_>)) {
        match times {
            Times::Shared(s) => evaluate(Times::Shared(self.sum - s)),
            Times::Each(times) => {
                let times: Vec<f64> = times.iter().map(|s| self.sum - s).collect();
                evaluate(Times::Each(&times));
            }
        }
    }
}

fn negate<S: Real>(values: &mut [S]) {
    for value in values {
        *value = -*value;
    }
}

impl<S: Real, F> Field<S> for Reversed<F>
where
    F: Deref + Send + Sync,
    F::Target: Field<S>,
{
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        self.turned(times, |times| self.field.velocity(times, points, velocities));
        negate(velocities);
    }

    fn dimension(&self) -> usize {
        self.field.dimension()
    }
}

/// The score is that of the same `p_t`: it does not turn with the flow.
impl<S: Real, F> ScoredField<S> for Reversed<F>
where
    F: Deref + Send + Sync,
    F::Target: ScoredField<S>,
{
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        self.turned(times, |times| {
            self.field.velocity_and_score(times, points, velocities, scores);
        });
        negate(velocities);
    }
}
