//! The same flow, run backwards.

use super::{Field, Real, Times};

/// `x' = −v(x, a + b − s)`: what goes from a to b in t comes back as s goes from a to b.
pub struct Reversed<'a, S> {
    field: &'a dyn Field<S>,
    sum: f64,
}

impl<'a, S: Real> Reversed<'a, S> {
    /// The field over `interval`, backwards.
    #[must_use]
    pub fn new(field: &'a dyn Field<S>, interval: (f64, f64)) -> Self {
        Self { field, sum: interval.0 + interval.1 }
    }
}

impl<S: Real> Field<S> for Reversed<'_, S> {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        match times {
            Times::Shared(s) => {
                self.field.velocity(Times::Shared(self.sum - s), points, velocities);
            }
            Times::Each(times) => {
                let times: Vec<f64> = times.iter().map(|s| self.sum - s).collect();
                self.field.velocity(Times::Each(&times), points, velocities);
            }
        }
        for velocity in velocities {
            *velocity = -*velocity;
        }
    }

    fn dimension(&self) -> usize {
        self.field.dimension()
    }
}
