//! Step doubling that sets the steps: each is made whole and in two halves, and the halves are kept.

use driftscope_base::field::Real;

use super::interface::{Inside, Step, Stepper};

/// A one-step method with an error estimate: a step of h against two of h/2.
///
/// For a method of order p the answer of the halves is off by about their difference over
/// `2^p − 1` (Hairer, Nørsett & Wanner, Solving ODEs I, II.4), and it is they that are kept, without
/// extrapolation, as by diffrax's `HalfSolver`.
pub struct Halves<'a, S> {
    whole: Box<dyn Stepper<S> + 'a>,
    parts: [Box<dyn Stepper<S> + 'a>; 2],
    divisor: f64,
    error: Vec<S>,
    /// The time and slope where the step starts, as far as known.
    start: Option<(f64, Vec<S>)>,
    step: Step,
}

impl<'a, S: Real> Halves<'a, S> {
    /// Of three steppers of one method of `order` for `count` particles. They must neither look back
    /// nor draw noise.
    #[must_use]
    pub fn of(
        [whole, first, second]: [Box<dyn Stepper<S> + 'a>; 3],
        order: u32,
        count: usize,
    ) -> Self {
        Self {
            whole,
            parts: [first, second],
            divisor: f64::from(1_u32 << order) - 1.0,
            error: vec![S::ZERO; 2 * count],
            start: None,
            step: Step { index: 0, t: 0.0, t1: 0.0 },
        }
    }
}

impl<S: Real> Stepper<S> for Halves<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        let middle = 0.5 * (step.t + step.t1);
        let Self { whole, parts: [first, second], start, .. } = self;
        self.step = step;
        for stepper in [&mut *whole, &mut *first, &mut *second] {
            stepper.restart();
        }
        if let Some((t, slope)) = start {
            whole.begin_with(*t, slope);
        }
        whole.attempt(step, state);
        // One evaluation where the step starts serves it whole and in halves, and all later attempts.
        if start.is_none() {
            *start = whole.start_slope().map(|slope| (step.t, slope.to_vec()));
        }
        if let Some((t, slope)) = start {
            first.begin_with(*t, slope);
        }
        first.attempt(Step { t1: middle, ..step }, state);
        if let Some(slope) = first.end_slope() {
            second.begin_with(middle, slope);
        }
        second.attempt(Step { t: middle, ..step }, first.answer());
        let answers = second.answer().iter().zip(whole.answer());
        for (error, (&halves, &whole)) in self.error.iter_mut().zip(answers) {
            *error = S::from_f64((halves.to_f64() - whole.to_f64()) / self.divisor);
        }
    }

    fn keep(&mut self) {
        let end = self.parts[1].end_slope();
        self.start = end.map(|slope| (self.step.t1, slope.to_vec()));
    }

    fn restart(&mut self) {
        self.start = None;
    }

    fn begin_with(&mut self, t: f64, slope: &[S]) {
        self.start = Some((t, slope.to_vec()));
    }

    fn answer(&self) -> &[S] {
        self.parts[1].answer()
    }

    fn evaluations(&self, i: usize) -> u32 {
        let [first, second] = &self.parts;
        self.whole.evaluations(i) + first.evaluations(i) + second.evaluations(i)
    }

    fn error(&self) -> Option<&[S]> {
        Some(&self.error)
    }

    fn succeeded(&self, i: usize) -> bool {
        self.whole.succeeded(i) && self.parts.iter().all(|half| half.succeeded(i))
    }

    fn prepare_dense(&mut self, state: &[S], _last: bool) -> u32 {
        // What is evaluated here serves no later step, so that dense output changes no count.
        let [first, second] = &mut self.parts;
        first.prepare_dense(state, true) + second.prepare_dense(first.answer(), true)
    }

    fn within(&self, state: &[S], j: usize) -> Inside {
        let [first, second] = &self.parts;
        let middle = first.answer();
        match (first.within(state, j), second.within(middle, j)) {
            (Inside::Whole(first), Inside::Whole(second)) => Inside::Halves([first, second]),
            // A half is never made in halves itself.
            (one, _) => one,
        }
    }
}
