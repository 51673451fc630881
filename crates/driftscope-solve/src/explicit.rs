//! One attempt of an explicit Runge–Kutta method over a batch of particles.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

use driftscope_base::field::{Field, Real, Times};
use pulp::{Arch, Simd, WithSimd};

use super::tableau::{Dense, Tableau};

/// Step sizes of a batch: one for all particles or one for each.
pub type Steps<'a> = Times<'a>;

/// The stages, the answer and the error of the attempt in progress, for up to `capacity`
/// particles. Batches are feature-major: for n particles, n values of x, then n of y.
pub struct RungeKutta<S> {
    tableau: &'static Tableau,
    dense: &'static Dense,
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
            dense: &tableau.dense,
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

    /// The same with `dense` in place of the tableau's own dense output. It has no further stages.
    #[must_use]
    pub fn with_dense(self, dense: &'static Dense) -> Self {
        Self { dense, ..self }
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
        let Dense::Extended { c, a, .. } = *self.dense else { return };
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
        matches!(self.dense, Dense::Hermite) && !self.tableau.first_same_as_last
    }

    /// Coordinate `j` within the step of length `h` that started at `state`.
    /// `end_slope` is f at the answer, needed where [`Self::dense_needs_end_slope`] says so.
    #[must_use]
    pub fn within(&self, state: &[S], end_slope: Option<&[S]>, h: f64, j: usize) -> Within {
        let (start, end) = (state[j].to_f64(), self.candidate[j].to_f64());
        match *self.dense {
            Dense::Line => Within::line(start, end),
            Dense::Polynomial(rows) | Dense::Extended { polynomial: rows, .. } => {
                let mut coefficients = [0.0; HIGHEST_DEGREE];
                for (stage, row) in self.stages.iter().zip(rows) {
                    let slope = h * stage[j].to_f64();
                    for (coefficient, weight) in coefficients.iter_mut().zip(*row) {
                        *coefficient += weight * slope;
                    }
                }
                let degree = rows.iter().map(|row| row.len()).max().unwrap_or(0);
                Within { start, coefficients, degree }
            }
            Dense::Hermite => {
                let last = self.tableau.stages() - 1;
                let end_slope = end_slope.map_or_else(|| self.stages[last][j], |slopes| slopes[j]);
                let slopes = [self.stages[0][j], end_slope].map(|slope| h * slope.to_f64());
                Within::hermite([start, end], slopes)
            }
        }
    }

    /// Moves particle `from`'s first stage to place `to`, for batches that shrink.
    pub fn move_first_stage(&mut self, from: usize, to: usize, count: usize) {
        self.stages[0][to] = self.stages[0][from];
        self.stages[0][count + to] = self.stages[0][count + from];
    }

    /// Sets the first stages of the particles from `old` to `new` of a batch that grows to `new`.
    pub fn join(&mut self, old: usize, new: usize, [x, y]: [&[S]; 2]) {
        let first = &mut self.stages[0];
        first.copy_within(old..2 * old, new);
        first[old..new].copy_from_slice(x);
        first[new + old..2 * new].copy_from_slice(y);
    }

    /// Closes the gap between the x and y halves when a batch goes from `old` to `new` particles.
    pub fn shrink(&mut self, old: usize, new: usize) {
        self.stages[0].copy_within(old..old + new, new);
    }
}

/// The highest degree of a dense output: DOP853's.
pub const HIGHEST_DEGREE: usize = 7;

/// One coordinate within a step: a polynomial in the share `theta` of the step that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Within {
    start: f64,
    /// Of theta, theta², …, so many as the degree says.
    coefficients: [f64; HIGHEST_DEGREE],
    degree: usize,
}

impl Within {
    fn new<const N: usize>(start: f64, given: [f64; N]) -> Self {
        let mut coefficients = [0.0; HIGHEST_DEGREE];
        coefficients[..N].copy_from_slice(&given);
        Self { start, coefficients, degree: N }
    }

    /// The straight line from `start` to `end`.
    #[must_use]
    pub fn line(start: f64, end: f64) -> Self {
        Self::new(start, [end - start])
    }

    /// Cubic Hermite interpolation between the values at both ends and their slopes, which are
    /// those per unit of theta: h times the derivatives.
    #[must_use]
    pub fn hermite([start, end]: [f64; 2], [leaving, arriving]: [f64; 2]) -> Self {
        let rise = end - start;
        let square = 3.0 * rise - 2.0 * leaving - arriving;
        Self::new(start, [leaving, square, leaving + arriving - 2.0 * rise])
    }

    /// The same for coordinate `j` of a batch: values and derivatives at both ends of a step `h`.
    #[must_use]
    pub fn between<S: Real>(j: usize, h: f64, values: [&[S]; 2], slopes: [&[S]; 2]) -> Self {
        Self::hermite(values.map(|v| v[j].to_f64()), slopes.map(|slope| h * slope[j].to_f64()))
    }

    /// The coordinate at `theta`, 0 to 1 (beyond, where an end is overshot and interpolated).
    #[must_use]
    pub fn at(&self, theta: f64) -> f64 {
        let coefficients = &self.coefficients[..self.degree];
        self.start + coefficients.iter().rev().fold(0.0, |sum, c| (sum + c) * theta)
    }
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
    Arch::new().dispatch(Combine { out, stages, weights, steps });
}

/// Entries that are summed together.
const CHUNK: usize = 64;

struct Combine<'a, S> {
    out: &'a mut [S],
    stages: &'a [Vec<S>],
    weights: &'a [f64],
    steps: Steps<'a>,
}

impl<S: Real> WithSimd for Combine<'_, S> {
    type Output = ();

    // Loops over numbers side by side, which are compiled for the machine's widest vectors. They
    // round as they would anywhere.
    #[inline(always)]
    fn with_simd<V: Simd>(self, _: V) {
        let Self { out, stages, weights, steps } = self;
        let count = out.len() / 2;
        for half in [0, count] {
            for start in (0..count).step_by(CHUNK) {
                let end = (start + CHUNK).min(count);
                let place = half + start..half + end;
                let mut sums = [S::ZERO; CHUNK];
                let sums = &mut sums[..end - start];
                for (stage, &weight) in stages.iter().zip(weights) {
                    if weight == 0.0 {
                        continue;
                    }
                    let weight = S::from_f64(weight);
                    for (sum, &slope) in sums.iter_mut().zip(&stage[place.clone()]) {
                        *sum += weight * slope;
                    }
                }
                let values = out[place].iter_mut().zip(sums.iter());
                match steps {
                    Times::Shared(h) => {
                        let h = S::from_f64(h);
                        for (value, &sum) in values {
                            *value += h * sum;
                        }
                    }
                    Times::Each(steps) => {
                        for ((value, &sum), &h) in values.zip(&steps[start..end]) {
                            *value += S::from_f64(h) * sum;
                        }
                    }
                }
            }
        }
    }
}
