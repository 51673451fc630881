//! Adams–Bashforth methods: one evaluation a step, by looking back at the slopes of earlier steps.

use std::collections::VecDeque;

use driftscope_base::field::{Field, Real, Times};

use super::doubling::Doubling;
use super::interface::{Step, Stepper, Task};
use super::runge_kutta::RungeKuttaStepper;
use crate::explicit::Within;
use crate::tableau::Tableau;

/// The method of `task`, which starts with `start`.
pub(super) fn stepper<'a, S: Real>(
    task: &Task<'a, S>,
    start: &'static Tableau,
) -> AdamsBashforth<'a, S> {
    let starter = || RungeKuttaStepper::new(task.field, start, None, task.count);
    let order = task.settings.method.order;
    AdamsBashforth {
        field: task.field,
        order: order as usize,
        slopes: VecDeque::new(),
        starter: starter(),
        doubling: Doubling::of([Box::new(starter()), Box::new(starter())], order, task.count),
        answer: vec![S::ZERO; 2 * task.count],
        error: vec![S::ZERO; 2 * task.count],
        step: Step { index: 0, t: 0.0, t1: 0.0 },
        evaluations: 0,
    }
}

/// An Adams–Bashforth method on a batch.
pub(super) struct AdamsBashforth<'a, S> {
    field: &'a dyn Field<S>,
    order: usize,
    /// Times and slopes of the last points, the latest first: that of the answer included.
    slopes: VecDeque<(f64, Vec<S>)>,
    /// Makes the steps before there are enough slopes.
    starter: RungeKuttaStepper<'a, S>,
    doubling: Doubling<'a, S>,
    answer: Vec<S>,
    error: Vec<S>,
    step: Step,
    evaluations: u32,
}

impl<S: Real> AdamsBashforth<'_, S> {
    fn remember_slope(&mut self, t: f64, points: &[S]) {
        // The oldest slope's memory serves the newest.
        let mut slope = if self.slopes.len() > self.order {
            self.slopes.pop_back().map_or_else(Vec::new, |(_, slope)| slope)
        } else {
            Vec::new()
        };
        slope.resize(points.len(), S::ZERO);
        self.field.velocity(Times::Shared(t), points, &mut slope);
        self.slopes.push_front((t, slope));
    }

    /// `out += Σ weight·slope` over the latest slopes, as many as there are weights.
    fn add_slopes(slopes: &VecDeque<(f64, Vec<S>)>, weights: &[f64], out: &mut [S]) {
        for (j, out) in out.iter_mut().enumerate() {
            let mut sum = S::ZERO;
            for (&weight, (_, slope)) in weights.iter().zip(slopes) {
                sum += S::from_f64(weight) * slope[j];
            }
            *out += sum;
        }
    }
}

impl<S: Real> Stepper<S> for AdamsBashforth<'_, S> {
    fn step(&mut self, step: Step, state: &[S]) {
        self.step = step;
        self.evaluations = 1;
        if self.slopes.is_empty() {
            self.remember_slope(step.t, state);
        }
        let times = |slopes: &VecDeque<(f64, Vec<S>)>| -> Vec<f64> {
            slopes.iter().map(|(t, _)| *t).take(self.order + 1).collect()
        };
        let nodes = times(&self.slopes);
        let starting = nodes.len() < self.order;
        if starting {
            self.starter.set_first_stage(&self.slopes[0].1);
            self.starter.step(step, state);
            self.evaluations = self.starter.evaluations(0);
            self.answer.copy_from_slice(self.starter.answer());
            self.error.copy_from_slice(self.doubling.error(step, state, &self.answer));
        } else {
            let weights = adams_weights(&nodes[..self.order], step.t, step.t1);
            self.answer.copy_from_slice(state);
            Self::add_slopes(&self.slopes, &weights, &mut self.answer);
        }
        // The slope at the answer is billed with the next step, whose first evaluation it is.
        let answer = std::mem::take(&mut self.answer);
        self.remember_slope(step.t1, &answer);
        self.answer = answer;
        if !starting {
            // Adams–Moulton through the same points and the answer, less Adams–Bashforth.
            let nodes: Vec<f64> =
                self.slopes.iter().map(|(t, _)| *t).take(self.order + 1).collect();
            let corrector = adams_weights(&nodes, step.t, step.t1);
            let predictor = adams_weights(&nodes[1..], step.t, step.t1);
            let difference: Vec<f64> = std::iter::once(corrector[0])
                .chain(corrector[1..].iter().zip(predictor).map(|(c, p)| c - p))
                .collect();
            self.error.fill(S::ZERO);
            Self::add_slopes(&self.slopes, &difference, &mut self.error);
        }
    }

    fn restart(&mut self) {
        self.slopes.clear();
    }

    fn answer(&self) -> &[S] {
        &self.answer
    }

    fn evaluations(&self, _i: usize) -> u32 {
        self.evaluations
    }

    fn error(&self) -> Option<&[S]> {
        Some(&self.error)
    }

    fn prepare_dense(&mut self, _state: &[S], last: bool) -> u32 {
        // The slope at the answer is there; after the last step nothing else has a use for it.
        u32::from(last)
    }

    fn within(&self, state: &[S], j: usize) -> Within {
        let slopes = [&self.slopes[1].1[..], &self.slopes[0].1[..]];
        Within::between(j, self.step.h(), [state, &self.answer], slopes)
    }
}

/// `∫ L_k(s) ds` from `t` to `t1` for the Lagrange polynomials over `nodes`: with the weights of
/// nodes up to t an Adams–Bashforth step, with t1 among them an Adams–Moulton step.
fn adams_weights(nodes: &[f64], t: f64, t1: f64) -> Vec<f64> {
    let h = t1 - t;
    let scaled: Vec<f64> = nodes.iter().map(|node| (node - t) / h).collect();
    (0..scaled.len())
        .map(|k| {
            // Coefficients of Π (u − u_i)/(u_k − u_i), lowest first.
            let mut polynomial = vec![1.0];
            for (i, node) in scaled.iter().enumerate().filter(|&(i, _)| i != k) {
                let width = scaled[k] - scaled[i];
                let mut product = vec![0.0; polynomial.len() + 1];
                for (power, coefficient) in polynomial.iter().enumerate() {
                    product[power] -= coefficient * node / width;
                    product[power + 1] += coefficient / width;
                }
                polynomial = product;
            }
            let integral: f64 = polynomial
                .iter()
                .enumerate()
                .map(|(power, coefficient)| coefficient / (power as f64 + 1.0))
                .sum();
            h * integral
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_the_published_ones_on_equal_steps() {
        let check = |nodes: &[f64], published: &[f64]| {
            let weights = adams_weights(nodes, 0.3, 0.4);
            for (found, wanted) in weights.iter().zip(published) {
                assert!((found - 0.1 * wanted).abs() < 1e-13, "{weights:?}");
            }
        };
        check(&[0.3, 0.2], &[1.5, -0.5]);
        check(&[0.3, 0.2, 0.1, 0.0], &[55.0, -59.0, 37.0, -9.0].map(|w| w / 24.0));
        check(&[0.4, 0.3], &[0.5, 0.5]);
        check(&[0.4, 0.3, 0.2, 0.1], &[9.0, 19.0, -5.0, 1.0].map(|w| w / 24.0));
    }

    #[test]
    fn weights_integrate_polynomials_on_any_steps() {
        let nodes = [0.5, 0.37, 0.2, 0.15];
        let weights = adams_weights(&nodes, 0.5, 0.62);
        let integral: f64 = weights.iter().zip(nodes).map(|(w, t)| w * t.powi(3)).sum();
        assert!((integral - (0.62_f64.powi(4) - 0.5_f64.powi(4)) / 4.0).abs() < 1e-14);
    }
}
