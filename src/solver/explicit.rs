//! One attempt of an explicit Runge–Kutta method over a batch of particles.

use super::tableau::{Dense, Tableau};
use crate::field::{Field, Real, Times};

/// Step sizes of a batch: one for all particles or one for each.
pub type Steps<'a> = Times<'a>;

/// The stages, the answer and the error of the attempt in progress, for up to `capacity`
/// particles. Batches are feature-major: for n particles, n values of x, then n of y.
pub struct RungeKutta<S> {
    tableau: &'static Tableau,
    error_weights: Option<&'static [f64]>,
    third_order_weights: Option<&'static [f64]>,
    /// `k_i`, each 2 × n; those that only dense output needs come last.
    stages: Vec<Vec<S>>,
    /// The point a stage is evaluated at; after an attempt, the answer y1.
    candidate: Vec<S>,
    /// y1 − ŷ1.
    error: Vec<S>,
    /// The second estimate, where there is one.
    third_order_error: Vec<S>,
    /// The point a further stage is evaluated at.
    further_point: Vec<S>,
    stage_times: Vec<f64>,
}

impl<S: Real> RungeKutta<S> {
    /// Room for `capacity` particles. `error_weights` replaces the tableau's own.
    #[must_use]
    pub fn new(
        tableau: &'static Tableau,
        error_weights: Option<&'static [f64]>,
        capacity: usize,
    ) -> Self {
        let embedded = tableau.embedded.as_ref();
        let error_weights = error_weights.or_else(|| embedded.map(|pair| pair.weights));
        let third_order_weights = embedded.and_then(|pair| pair.third_order_weights);
        let zeros = |needed: bool| vec![S::ZERO; if needed { 2 * capacity } else { 0 }];
        let further = tableau.dense.further_stages();
        Self {
            tableau,
            error_weights,
            third_order_weights,
            stages: vec![zeros(true); tableau.stages() + further],
            candidate: zeros(true),
            error: zeros(error_weights.is_some()),
            third_order_error: zeros(third_order_weights.is_some()),
            further_point: zeros(further > 0),
            stage_times: vec![0.0; capacity],
        }
    }

    /// Evaluates the first stage at `(times, state)`.
    pub fn first_stage(&mut self, field: &dyn Field<S>, times: Times<'_>, state: &[S]) {
        field.velocity(times, state, &mut self.stages[0][..state.len()]);
    }

    /// Makes all later stages, the answer and the error; the first stage must be there.
    pub fn attempt(
        &mut self,
        field: &dyn Field<S>,
        times: Times<'_>,
        steps: Steps<'_>,
        state: &[S],
    ) {
        let count = state.len() / 2;
        for stage in 1..self.tableau.stages() {
            let (done, rest) = self.stages.split_at_mut(stage);
            let point = &mut self.candidate[..state.len()];
            advance(point, state, done, self.tableau.a[stage], steps);
            let node = self.tableau.c[stage];
            let stage_times = later(times, steps, node, &mut self.stage_times[..count]);
            field.velocity(stage_times, point, &mut rest[0][..state.len()]);
        }
        // With first-same-as-last the last stage was evaluated at the answer itself.
        if !self.tableau.first_same_as_last {
            advance(&mut self.candidate[..state.len()], state, &self.stages, self.tableau.b, steps);
        }
        for (weights, error) in [
            (self.error_weights, &mut self.error),
            (self.third_order_weights, &mut self.third_order_error),
        ] {
            if let Some(weights) = weights {
                let error = &mut error[..state.len()];
                error.fill(S::ZERO);
                combine(error, &self.stages, weights, steps);
            }
        }
    }

    /// Makes the stages that only dense output needs, after an attempt.
    pub fn further_stages(
        &mut self,
        field: &dyn Field<S>,
        times: Times<'_>,
        steps: Steps<'_>,
        state: &[S],
    ) {
        let Dense::Extended { c, a, .. } = self.tableau.dense else { return };
        let first = self.tableau.stages();
        for (further, (node, row)) in c.iter().zip(a).enumerate() {
            let (done, rest) = self.stages.split_at_mut(first + further);
            let point = &mut self.further_point[..state.len()];
            advance(point, state, done, row, steps);
            let stage_times = later(times, steps, *node, &mut self.stage_times[..state.len() / 2]);
            field.velocity(stage_times, point, &mut rest[0][..state.len()]);
        }
    }

    /// Stage `i` of `count` particles.
    #[must_use]
    pub fn stage(&self, i: usize, count: usize) -> &[S] {
        &self.stages[i][..2 * count]
    }

    /// The first stage, for setting it to a slope already known.
    pub fn first_stage_mut(&mut self, count: usize) -> &mut [S] {
        &mut self.stages[0][..2 * count]
    }

    /// The last stage of `count` particles.
    #[must_use]
    pub fn last_stage(&self, count: usize) -> &[S] {
        self.stage(self.tableau.stages() - 1, count)
    }

    /// Replaces the first stage of particle `i` by its last (first same as last).
    pub fn recycle_last_stage(&mut self, i: usize, count: usize) {
        let last = self.tableau.stages() - 1;
        for j in [i, count + i] {
            self.stages[0][j] = self.stages[last][j];
        }
    }

    /// Replaces the first stage of all particles by their last (first same as last).
    pub fn recycle_last_stages(&mut self, count: usize) {
        let last = self.tableau.stages() - 1;
        let (first, rest) = self.stages.split_at_mut(1);
        first[0][..2 * count].copy_from_slice(&rest[last - 1][..2 * count]);
    }

    /// The answers of `count` particles.
    #[must_use]
    pub fn answer(&self, count: usize) -> &[S] {
        &self.candidate[..2 * count]
    }

    /// The error estimates of `count` particles, if the method has an embedded pair.
    #[must_use]
    pub fn error(&self, count: usize) -> Option<&[S]> {
        self.error_weights.map(|_| &self.error[..2 * count])
    }

    /// The second estimates, of order three, if the method has them.
    #[must_use]
    pub fn third_order_error(&self, count: usize) -> Option<&[S]> {
        self.third_order_weights.map(|_| &self.third_order_error[..2 * count])
    }

    /// The coefficients.
    #[must_use]
    pub fn tableau(&self) -> &'static Tableau {
        self.tableau
    }

    /// Whether dense output needs the slope at the end of the step and no stage holds it.
    #[must_use]
    pub fn dense_needs_end_slope(&self) -> bool {
        matches!(self.tableau.dense, Dense::Hermite) && !self.tableau.first_same_as_last
    }

    /// Coordinate `j` at `theta` (0 to 1) of the step of length `h` that started at `state`.
    /// `end_slope` is f at the answer, needed where [`Self::dense_needs_end_slope`] says so.
    #[must_use]
    pub fn dense(&self, state: &[S], end_slope: Option<&[S]>, h: f64, theta: f64, j: usize) -> f64 {
        let (start, end) = (state[j].to_f64(), self.candidate[j].to_f64());
        match self.tableau.dense {
            Dense::Line => start + theta * (end - start),
            Dense::Polynomial(rows) | Dense::Extended { polynomial: rows, .. } => {
                let mut sum = 0.0;
                for (stage, row) in self.stages.iter().zip(rows) {
                    let weight = row.iter().rev().fold(0.0, |w, p| (w + p) * theta);
                    sum += weight * stage[j].to_f64();
                }
                start + h * sum
            }
            Dense::Hermite => {
                let last = self.tableau.stages() - 1;
                let end_slope = end_slope.map_or_else(|| self.stages[last][j], |slopes| slopes[j]);
                hermite(theta, h, (start, self.stages[0][j].to_f64()), (end, end_slope.to_f64()))
            }
        }
    }

    /// Moves particle `from`'s first stage to place `to`, for batches that shrink.
    pub fn move_first_stage(&mut self, from: usize, to: usize, count: usize) {
        self.stages[0][to] = self.stages[0][from];
        self.stages[0][count + to] = self.stages[0][count + from];
    }

    /// Closes the gap between the x and y halves when a batch goes from `old` to `new` particles.
    pub fn shrink(&mut self, old: usize, new: usize) {
        self.stages[0].copy_within(old..old + new, new);
    }
}

/// Cubic Hermite interpolation at `theta` between `(value, slope)` at both ends of a step `h`.
#[must_use]
pub fn hermite(theta: f64, h: f64, start: (f64, f64), end: (f64, f64)) -> f64 {
    let rise = end.0 - start.0;
    let rest = 1.0 - theta;
    rest * start.0
        + theta * end.0
        + theta
            * (theta - 1.0)
            * ((1.0 - 2.0 * theta) * rise + h * (theta * end.1 - rest * start.1))
}

/// The times `t + node·h`, in `buffer` where they differ between particles.
pub(super) fn later<'a>(
    times: Times<'_>,
    steps: Steps<'_>,
    node: f64,
    buffer: &'a mut [f64],
) -> Times<'a> {
    if let (Times::Shared(t), Times::Shared(h)) = (times, steps) {
        return Times::Shared(t + node * h);
    }
    for (i, time) in buffer.iter_mut().enumerate() {
        *time = times.at(i) + node * steps.at(i);
    }
    Times::Each(buffer)
}

/// `out = state + h Σ weights_i k_i`.
fn advance<S: Real>(
    out: &mut [S],
    state: &[S],
    stages: &[Vec<S>],
    weights: &[f64],
    steps: Steps<'_>,
) {
    out.copy_from_slice(state);
    combine(out, stages, weights, steps);
}

/// `out += h Σ weights_i k_i`, the sum taken before it is scaled and added.
fn combine<S: Real>(out: &mut [S], stages: &[Vec<S>], weights: &[f64], steps: Steps<'_>) {
    const CHUNK: usize = 64;
    let count = out.len() / 2;
    for start in (0..out.len()).step_by(CHUNK) {
        let end = (start + CHUNK).min(out.len());
        let mut sums = [S::ZERO; CHUNK];
        let sums = &mut sums[..end - start];
        for (stage, &weight) in stages.iter().zip(weights) {
            if weight == 0.0 {
                continue;
            }
            let weight = S::from_f64(weight);
            for (sum, &slope) in sums.iter_mut().zip(&stage[start..end]) {
                *sum += weight * slope;
            }
        }
        match steps {
            Times::Shared(h) => {
                let h = S::from_f64(h);
                for (value, &sum) in out[start..end].iter_mut().zip(sums.iter()) {
                    *value += h * sum;
                }
            }
            Times::Each(steps) => {
                for (offset, (value, &sum)) in
                    out[start..end].iter_mut().zip(sums.iter()).enumerate()
                {
                    *value += S::from_f64(steps[(start + offset) % count]) * sum;
                }
            }
        }
    }
}
