//! What a solver evaluates: a velocity field on plain slices, in one of two number types.

mod jacobian;
mod real;
mod reversed;
mod times;
mod whichever;

pub use jacobian::jacobians;
pub use real::{PerReal, Real};
pub use reversed::Reversed;
pub use times::Times;

/// A velocity field in the plane.
///
/// Batches are feature-major: for n points, n values of x, then n of y. A point's result does not
/// depend on its place in the batch.
pub trait Field<S: Real>: Send + Sync {
    /// Writes `v(x, t)` of each point.
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]);

    /// Writes the velocity of each point and its derivatives `[∂v/∂x, ∂v/∂y]`, feature-major as the
    /// velocity, where the field knows them; whether it does.
    fn jacobian(
        &self,
        _times: Times<'_>,
        _points: &[S],
        _velocities: &mut [S],
        _derivatives: [&mut [S]; 2],
    ) -> bool {
        false
    }

    /// Whether it knows where its own flow leads: a flow map.
    fn is_flow_map(&self) -> bool {
        false
    }

    /// Writes the average velocity of each point from `from` to `to`, `u = (X − x)/(to − from)` with X where
    /// the flow leads from x; of a field that does not know it the velocity at `from`, as if it stayed.
    fn average_velocity(&self, from: f64, _to: f64, points: &[S], velocities: &mut [S]) {
        self.velocity(Times::Shared(from), points, velocities);
    }

    /// The last t at which the field may be evaluated; ∞ where it goes on.
    fn last_time(&self) -> f64 {
        f64::INFINITY
    }

    /// Coordinates that move: 2, or 1 for problems that leave y at 0. Error norms are means over
    /// these.
    fn dimension(&self) -> usize {
        2
    }
}

/// A field that belongs to a noising process, so that every point also has a score.
pub trait ScoredField<S: Real>: Field<S> {
    /// Writes velocity and score `∇ log p_t(x)` of each point; both come from one evaluation.
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    );
}
