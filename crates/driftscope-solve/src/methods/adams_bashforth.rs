//! Adams–Bashforth methods: one evaluation a step, by looking back at the slopes of earlier steps.

use std::collections::VecDeque;

use driftscope_base::expression::{name, weighted};
use driftscope_base::field::{Field, Real, Times};

use super::{low_order, rk4, runge_kutta};
use crate::complex::Complex;
use crate::explicit::Within;
use crate::method::{Adapting, Method, NotAdaptive, Rule};
use crate::stepper::{Doubling, Inside, RungeKuttaStepper, Step, Stepper, Task};
use crate::update::{ANSWER, ERROR, Equation, START, STEP, StepNow, Update, later, stage};

pub(super) static AB2: Method = Method {
    name: "ab2",
    title: "Adams–Bashforth 2",
    about: "Extrapolates the slopes of the last two points. Order 2 for one evaluation a step; the first step is Heun's. Its error is estimated by the Adams–Moulton rule of one order more.",
    reference: "Bashforth & Adams 1883; Hairer, Nørsett & Wanner III.1",
    order: 2,
    adaptive_by_default: false,
    rule: &AdamsBashforth { order: 2, start: &low_order::HEUN },
};

pub(super) static AB4: Method = Method {
    name: "ab4",
    title: "Adams–Bashforth 4",
    about: "Extrapolates the slopes of the last four points. Order 4 for one evaluation a step; the first three steps are RK4's. Its error is estimated by the Adams–Moulton rule of one order more.",
    reference: "Bashforth & Adams 1883; Hairer, Nørsett & Wanner III.1",
    order: 4,
    adaptive_by_default: false,
    rule: &AdamsBashforth { order: 4, start: &rk4::RK4 },
};

/// Looks back at as many slopes as its order.
#[derive(Debug)]
struct AdamsBashforth {
    /// As the method's.
    order: usize,
    /// The explicit Runge–Kutta method of the first steps, of the same order.
    start: &'static Method,
}

impl Rule for AdamsBashforth {
    fn single<'a>(&'static self, task: &Task<'a, f32>) -> Box<dyn Stepper<f32> + 'a> {
        Box::new(stepper(self, task))
    }

    fn double<'a>(&'static self, task: &Task<'a, f64>) -> Box<dyn Stepper<f64> + 'a> {
        Box::new(stepper(self, task))
    }

    fn own_estimate(&self) -> Option<String> {
        Some(format!("Adams–Moulton, order {}", self.order + 1))
    }

    fn looks_back(&self) -> bool {
        true
    }

    /// Adams methods are stable on steps of any lengths in bounded ratio, and have their order where
    /// the weights are those of the points as they lie (Hairer, Nørsett & Wanner III.5).
    fn adapting(&self) -> Result<Adapting, NotAdaptive> {
        Ok(Adapting::OwnEstimate { order: self.order as u32 })
    }

    fn arrays_kept(&self) -> usize {
        self.order + 1
    }

    fn evaluations_per_step(&self) -> usize {
        1
    }

    fn update(&self, now: &StepNow) -> Update {
        update(self, now)
    }

    fn amplification(&self, z: Complex) -> Option<f64> {
        Some(largest_root(self.order, z))
    }
}

fn stepper<'a, S: Real>(rule: &AdamsBashforth, task: &Task<'a, S>) -> AdamsStepper<'a, S> {
    let start = rule.start.tableau().expect("the first steps are a Runge–Kutta method's");
    let starter = || RungeKuttaStepper::new(task.field, start, None, task.count);
    let order = rule.start.order;
    AdamsStepper {
        field: task.field,
        order: rule.order,
        slopes: VecDeque::new(),
        starter: starter(),
        doubling: Doubling::of([Box::new(starter()), Box::new(starter())], order, task.count),
        end_slope: vec![S::ZERO; 2 * task.count],
        answer: vec![S::ZERO; 2 * task.count],
        error: vec![S::ZERO; 2 * task.count],
        step: Step { index: 0, t: 0.0, t1: 0.0 },
        evaluations: 0,
        adaptive: task.adaptive,
    }
}

/// The slope so many points back, by its name.
fn slope_back(back: usize) -> String {
    if back == 0 { "v_{n}".to_owned() } else { format!("v_{{n-{back}}}") }
}

/// A step, written down: the weights are those of the points as they lie.
fn update(rule: &AdamsBashforth, now: &StepNow) -> Update {
    let carried = |first: String| {
        let back = |back| (slope_back(back), slope_back(back + 1));
        let first = (first, slope_back(1));
        std::iter::once(first).chain((1..rule.order - 1).map(back)).collect()
    };
    let nodes: Vec<f64> = std::iter::once(now.t).chain(now.before.iter().copied()).collect();
    let Some(nodes) = nodes.get(..rule.order) else {
        let start = rule.start.tableau().map(|start| runge_kutta::update(start, now));
        let mut update = start.unwrap_or_default();
        // Its error is that of step doubling.
        update.equations.retain(|equation| equation.left != ERROR);
        let remark = Some("The first steps have too few points to look back on.");
        return Update { carried: carried(stage(0)), remark, ..update };
    };
    let h = now.t1 - now.t;
    let plain = |weight: f64| nearest_fraction(weight / h);
    let with_answer: Vec<f64> = std::iter::once(now.t1).chain(nodes.iter().copied()).collect();
    let predictor = adams_weights(nodes, now.t, now.t1);
    let corrector = adams_weights(&with_answer, now.t, now.t1);
    let names: Vec<String> = (0..rule.order).map(slope_back).collect();
    let ahead = "v_{n+1}";
    let weights = predictor.iter().map(|&weight| plain(weight));
    let answer = name(STEP) * weighted(weights.zip(names.iter().map(String::as_str)));
    let error = std::iter::once((plain(corrector[0]), ahead)).chain(
        (corrector[1..].iter().zip(&predictor))
            .zip(&names)
            .map(|((c, p), name)| (plain(c - p), &name[..])),
    );
    let equations = vec![
        Equation::field(&names[0], name(START), later(0.0)),
        Equation::is(ANSWER, name(START) + answer),
        Equation::field(ahead, name(ANSWER), later(1.0)),
        Equation::is(ERROR, name(STEP) * weighted(error)),
    ];
    Update { carried: carried(slope_back(0)), ..Update::of(equations) }
}

/// The fraction over a small number that a weight is but for its last digits, on equal steps.
fn nearest_fraction(weight: f64) -> f64 {
    let over = |below: f64| (weight * below).round() / below;
    let near = |value: &f64| (value - weight).abs() < 1e-11;
    // What the weights of at most five points are over.
    [12.0, 24.0, 720.0].into_iter().map(over).find(near).unwrap_or(weight)
}

/// An Adams–Bashforth method on a batch.
struct AdamsStepper<'a, S> {
    field: &'a dyn Field<S>,
    order: usize,
    /// Times and slopes of the last points, the latest first: that of the state first.
    slopes: VecDeque<(f64, Vec<S>)>,
    /// The slope at the answer.
    end_slope: Vec<S>,
    /// Makes the steps before there are enough slopes.
    starter: RungeKuttaStepper<'a, S>,
    doubling: Doubling<'a, S>,
    answer: Vec<S>,
    error: Vec<S>,
    step: Step,
    evaluations: u32,
    /// Whether the estimate decides which steps are kept: then what it costs is billed.
    adaptive: bool,
}

impl<S: Real> AdamsStepper<'_, S> {
    /// `out += Σ weight·slope`, with `first` before the slopes of the last points if it is given.
    fn add_slopes(
        first: Option<&[S]>,
        slopes: &VecDeque<(f64, Vec<S>)>,
        weights: &[f64],
        out: &mut [S],
    ) {
        for (j, out) in out.iter_mut().enumerate() {
            let mut sum = S::ZERO;
            let slopes = first.into_iter().chain(slopes.iter().map(|(_, slope)| &slope[..]));
            for (&weight, slope) in weights.iter().zip(slopes) {
                sum += S::from_f64(weight) * slope[j];
            }
            *out += sum;
        }
    }
}

impl<S: Real> Stepper<S> for AdamsStepper<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        self.step = step;
        let blank = self.slopes.is_empty();
        if blank {
            let mut slope = vec![S::ZERO; state.len()];
            self.field.velocity(Times::Shared(step.t), state, &mut slope);
            self.slopes.push_front((step.t, slope));
        }
        let nodes: Vec<f64> = self.slopes.iter().map(|(t, _)| *t).collect();
        let starting = nodes.len() < self.order;
        if starting {
            self.starter.set_first_stage(&self.slopes[0].1);
            self.starter.attempt(step, state);
            self.evaluations = self.starter.evaluations(0);
            self.answer.copy_from_slice(self.starter.answer());
            self.error.copy_from_slice(self.doubling.error(step, state, &self.answer));
        } else {
            self.evaluations = 1;
            self.answer.copy_from_slice(state);
            let weights = adams_weights(&nodes, step.t, step.t1);
            Self::add_slopes(None, &self.slopes, &weights, &mut self.answer);
        }
        // In fixed steps the slope at the answer is billed with the next step, whose first evaluation
        // it is. Where the estimate decides, every attempt has one of its own.
        if self.adaptive {
            self.evaluations = 1 + u32::from(blank);
            if starting {
                self.evaluations += self.starter.evaluations(0) - 1 + self.doubling.evaluations(0);
            }
        }
        self.field.velocity(Times::Shared(step.t1), &self.answer, &mut self.end_slope);
        if !starting {
            // Adams–Moulton through the same points and the answer, less Adams–Bashforth.
            let with_answer: Vec<f64> = std::iter::once(step.t1).chain(nodes.clone()).collect();
            let corrector = adams_weights(&with_answer, step.t, step.t1);
            let predictor = adams_weights(&nodes, step.t, step.t1);
            let difference: Vec<f64> = std::iter::once(corrector[0])
                .chain(corrector[1..].iter().zip(predictor).map(|(c, p)| c - p))
                .collect();
            self.error.fill(S::ZERO);
            let first = Some(&self.end_slope[..]);
            Self::add_slopes(first, &self.slopes, &difference, &mut self.error);
        }
    }

    fn keep(&mut self) {
        // The oldest slope's memory serves the newest.
        let oldest = (self.slopes.len() == self.order).then(|| self.slopes.pop_back()).flatten();
        let spare = oldest.map_or_else(|| self.end_slope.clone(), |(_, slope)| slope);
        let newest = std::mem::replace(&mut self.end_slope, spare);
        self.slopes.push_front((self.step.t1, newest));
    }

    fn begin_with(&mut self, t: f64, slope: &[S]) {
        self.slopes = VecDeque::from([(t, slope.to_vec())]);
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
        // The slope at the answer is there, for the estimate where that decides; after the last fixed
        // step nothing else has a use for it.
        u32::from(last && !self.adaptive)
    }

    fn within(&self, state: &[S], j: usize) -> Inside {
        let slopes = [&self.slopes[0].1[..], &self.end_slope[..]];
        Within::between(j, self.step.h(), [state, &self.answer], slopes).into()
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

/// The largest root of `ζᵏ − ζᵏ⁻¹ − z Σ βⱼ ζᵏ⁻ʲ` with the Adams–Bashforth weights β on equal
/// steps (the root condition; Hairer & Wanner, Solving ODEs II, V.1).
fn largest_root(order: usize, z: Complex) -> f64 {
    let weights: &[f64] = match order {
        1 => &[1.0],
        2 => &[1.5, -0.5],
        3 => &[23.0 / 12.0, -16.0 / 12.0, 5.0 / 12.0],
        _ => &[55.0 / 24.0, -59.0 / 24.0, 37.0 / 24.0, -9.0 / 24.0],
    };
    // Coefficients below the leading 1, highest power first.
    let mut polynomial: Vec<Complex> = weights.iter().map(|&weight| -weight * z).collect();
    polynomial[0] = polynomial[0] - Complex::ONE;
    let value = |at: Complex| polynomial.iter().fold(Complex::ONE, |sum, &c| sum * at + c);
    // Durand–Kerner: all roots at once.
    let start = Complex::new(0.4, 0.9);
    let mut roots = vec![Complex::ONE; weights.len()];
    for i in 1..roots.len() {
        roots[i] = roots[i - 1] * start;
    }
    for _ in 0..60 {
        let mut moved = 0.0_f64;
        for i in 0..roots.len() {
            let others = (0..roots.len()).filter(|&j| j != i);
            let product = others.fold(Complex::ONE, |p, j| p * (roots[i] - roots[j]));
            let correction = value(roots[i]) / product;
            if correction.abs().is_finite() {
                roots[i] = roots[i] - correction;
                moved = moved.max(correction.abs());
            }
        }
        if moved < 1e-12 {
            break;
        }
    }
    roots.into_iter().map(Complex::abs).fold(0.0, f64::max)
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
