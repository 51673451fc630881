//! Step doubling: two half steps beside each whole one.

use driftscope_base::field::Real;

use super::interface::{Step, Stepper};

/// Estimates the error of each step of a method that does not look back.
pub struct Doubling<'a, S> {
    halves: [Box<dyn Stepper<S> + 'a>; 2],
    /// The error of the whole step is this times the difference: `2^p/(2^p − 1)`.
    factor: f64,
    error: Vec<S>,
}

impl<'a, S: Real> Doubling<'a, S> {
    /// For two steppers of one method of `order`.
    pub fn of(halves: [Box<dyn Stepper<S> + 'a>; 2], order: u32, count: usize) -> Self {
        let power = f64::from(1_u32 << order);
        Self { halves, factor: power / (power - 1.0), error: vec![S::ZERO; 2 * count] }
    }

    /// Evaluations of the field that the last estimate cost particle `i`.
    #[must_use]
    pub fn evaluations(&self, i: usize) -> u32 {
        self.halves.iter().map(|half| half.evaluations(i)).sum()
    }

    /// The error of the step that led from `state` to `answer`.
    pub fn error(&mut self, step: Step, state: &[S], answer: &[S]) -> &[S] {
        let middle = 0.5 * (step.t + step.t1);
        let [first, second] = &mut self.halves;
        first.restart();
        first.attempt(Step { t1: middle, ..step }, state);
        second.restart();
        second.attempt(Step { t: middle, ..step }, first.answer());
        for ((error, &halves), &whole) in self.error.iter_mut().zip(second.answer()).zip(answer) {
            *error = S::from_f64(self.factor * (halves.to_f64() - whole.to_f64()));
        }
        &self.error
    }
}
