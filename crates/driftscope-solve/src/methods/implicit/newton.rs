//! Implicit methods, solved by Newton's iteration with the 2×2 Jacobian.

use driftscope_base::field::{Field, Real, Times};

use crate::explicit::Within;
use crate::stepper::{Inside, Step, Stepper, Task};

/// Iterations after which a step is given up.
const MOST_ITERATIONS: u32 = 50;
/// Iterations for one stretch of a continuation, and for a step that may be made shorter.
const FEW_ITERATIONS: u32 = 8;
/// The shortest stretch of a continuation, as a share of the whole.
const SHORTEST: f64 = 1.0 / 1024.0;
/// A correction larger than this share of the one before asks for a new Jacobian.
const SLOW: f64 = 0.1;

/// Which implicit equation a step solves.
///
/// Each is `u = b + γh·f(τ, u)` for a point u, from which the answer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ImplicitRule {
    /// b = y, γ = 1, τ = t₁; the answer is u.
    Euler,
    /// b = y, γ = ½, τ = t + ½h; the answer is 2u − y.
    Midpoint,
    /// b = y + ½h·f(t, y), γ = ½, τ = t₁; the answer is u.
    Trapezoid,
}

/// An implicit method on a batch.
pub(super) struct Newton<'a, S> {
    field: &'a dyn Field<S>,
    rule: ImplicitRule,
    step: Step,
    answer: Vec<S>,
    /// f where the step starts (the midpoint rule's: in the middle of the step before), which
    /// continued is a guess close to the answer.
    start_slope: Vec<S>,
    start_slope_known: bool,
    /// f at the answer, as the solved equation gives it; the next step's start.
    end_slope: Vec<S>,
    /// Slopes at both ends, where dense output wants them.
    slopes: [Vec<S>; 2],
    evaluations: Vec<u32>,
    solved: Vec<bool>,
    /// Whether a step that is hard to solve may be given up, because a shorter one follows.
    adaptive: bool,
    work: Work<S>,
}

/// Buffers of one Newton iteration.
struct Work<S> {
    /// b of the equation, in double precision.
    base: Vec<f64>,
    /// The iterate u, in double precision.
    point: Vec<f64>,
    /// u as the field sees it, and f there.
    rounded: Vec<S>,
    slope: Vec<S>,
    /// u with one coordinate moved, and f there.
    moved: Vec<S>,
    moved_slope: Vec<S>,
    /// ∂f/∂u per particle: [xx, xy, yx, yy].
    jacobians: Vec<[f64; 4]>,
    /// Size of the last correction of each particle.
    corrections: Vec<f64>,
}

impl<'a, S: Real> Newton<'a, S> {
    /// For the batch of `task`.
    pub fn new(task: &Task<'a, S>, rule: ImplicitRule) -> Self {
        let zeros = vec![S::ZERO; 2 * task.count];
        Self {
            field: task.field,
            rule,
            step: Step { index: 0, t: 0.0, t1: 0.0 },
            answer: zeros.clone(),
            start_slope: zeros.clone(),
            start_slope_known: false,
            end_slope: zeros.clone(),
            slopes: [zeros.clone(), zeros.clone()],
            evaluations: vec![0; task.count],
            solved: vec![true; task.count],
            adaptive: task.adaptive,
            work: Work {
                base: vec![0.0; zeros.len()],
                point: vec![0.0; zeros.len()],
                rounded: zeros.clone(),
                slope: zeros.clone(),
                moved: zeros.clone(),
                moved_slope: zeros,
                jacobians: vec![[0.0; 4]; task.count],
                corrections: vec![f64::INFINITY; task.count],
            },
        }
    }

    /// Iterates `u = base + scale·f(time, u)` from the points in `work` until every particle is
    /// solved or hopeless.
    fn iterate(&mut self, time: f64, scale: f64) {
        let count = self.solved.len();
        let time = Times::Shared(time);
        self.solved.fill(false);
        self.work.corrections.fill(f64::INFINITY);
        let mut open = vec![true; count];
        let mut stale = true;
        let most = if self.adaptive { FEW_ITERATIONS } else { MOST_ITERATIONS };
        for _ in 0..most {
            if !open.contains(&true) {
                return;
            }
            self.work.round();
            self.field.velocity(time, &self.work.rounded, &mut self.work.slope);
            let cost = if stale {
                self.work.differentiate(self.field, time);
                3
            } else {
                1
            };
            for evaluations in open.iter().zip(&mut self.evaluations).filter(|(open, _)| **open) {
                *evaluations.1 += cost;
            }
            stale = false;
            for (i, open) in open.iter_mut().enumerate() {
                if !*open {
                    continue;
                }
                let before = self.work.corrections[i];
                let (size, tolerance) = self.work.correct(i, scale);
                if !size.is_finite() {
                    *open = false;
                    continue;
                }
                // In the last digits corrections stop falling: that is as far as it goes.
                let at_rest = size <= tolerance || (size <= 1e3 * tolerance && size >= before);
                self.solved[i] = at_rest;
                *open = !at_rest;
                stale |= !at_rest && size > SLOW * before;
                self.work.corrections[i] = size;
            }
        }
    }
}

impl<S: Real> Newton<'_, S> {
    /// Solves the equation of particle `i` where Newton's iteration from afar has failed: with
    /// `scale` growing from 0, where the base itself is the solution, in stretches that Newton can
    /// follow. Whether it got to the end.
    fn follow(&mut self, i: usize, time: Times<'_>, scale: f64, base: &[f64]) -> bool {
        let count = self.solved.len();
        let mut here = [base[i], base[count + i]];
        let (mut done, mut stretch) = (0.0, 0.25);
        while done < 1.0 {
            let next = 1.0_f64.min(done + stretch);
            [self.work.point[i], self.work.point[count + i]] = here;
            if self.follow_to(i, time, next * scale) {
                here = [self.work.point[i], self.work.point[count + i]];
                done = next;
                stretch *= 2.0;
            } else {
                stretch *= 0.25;
                if stretch < SHORTEST {
                    return false;
                }
            }
        }
        true
    }

    /// Newton's iteration of particle `i` alone, with a new Jacobian each time.
    fn follow_to(&mut self, i: usize, time: Times<'_>, scale: f64) -> bool {
        let count = self.solved.len();
        let mut before = f64::INFINITY;
        for _ in 0..FEW_ITERATIONS {
            self.work.evaluate_one(self.field, time, i);
            self.evaluations[i] += 3;
            let (size, tolerance) = self.work.correct(i, scale);
            if !size.is_finite() {
                return false;
            }
            if size <= tolerance || (size <= 1e3 * tolerance && size >= before) {
                return [i, count + i].iter().all(|&j| self.work.point[j].is_finite());
            }
            before = size;
        }
        false
    }
}

impl<S: Real> Work<S> {
    /// Rounds particle `i` and evaluates the field and its Jacobian there.
    fn evaluate_one(&mut self, field: &dyn Field<S>, time: Times<'_>, i: usize) {
        let count = self.jacobians.len();
        let point = [i, count + i].map(|j| S::from_f64(self.point[j]));
        let mut slope = [S::ZERO; 2];
        field.velocity(time, &point, &mut slope);
        for (d, j) in [i, count + i].into_iter().enumerate() {
            self.rounded[j] = point[d];
            self.slope[j] = slope[d];
        }
        for column in 0..2 {
            let mut moved = point;
            let size = moved[column].to_f64().abs().max(1.0);
            moved[column] += S::from_f64(size * S::EPSILON.sqrt());
            let mut moved_slope = [S::ZERO; 2];
            field.velocity(time, &moved, &mut moved_slope);
            let width = moved[column].to_f64() - point[column].to_f64();
            for row in 0..2 {
                let rise = moved_slope[row].to_f64() - slope[row].to_f64();
                self.jacobians[i][2 * row + column] = rise / width;
            }
        }
    }

    fn round(&mut self) {
        for (rounded, &exact) in self.rounded.iter_mut().zip(&self.point) {
            *rounded = S::from_f64(exact);
        }
    }

    /// The Jacobian at the rounded point by forward differences: one evaluation per coordinate.
    fn differentiate(&mut self, field: &dyn Field<S>, time: Times<'_>) {
        let count = self.jacobians.len();
        for column in 0..2 {
            self.moved.copy_from_slice(&self.rounded);
            for i in 0..count {
                let value = &mut self.moved[column * count + i];
                let size = value.to_f64().abs().max(1.0);
                *value += S::from_f64(size * S::EPSILON.sqrt());
            }
            field.velocity(time, &self.moved, &mut self.moved_slope);
            for i in 0..count {
                let j = column * count + i;
                // The distance as it came out in this precision.
                let width = self.moved[j].to_f64() - self.rounded[j].to_f64();
                for row in 0..2 {
                    let k = row * count + i;
                    let rise = self.moved_slope[k].to_f64() - self.slope[k].to_f64();
                    self.jacobians[i][2 * row + column] = rise / width;
                }
            }
        }
    }

    /// Corrects particle `i` by Newton; the size of the correction, and what is no longer worth it.
    fn correct(&mut self, i: usize, scale: f64) -> (f64, f64) {
        let count = self.jacobians.len();
        let [x, y] = [i, count + i];
        let residual = [x, y]
            .map(|j| self.base[j] + scale * self.slope[j].to_f64() - self.rounded[j].to_f64());
        let [xx, xy, yx, yy] = self.jacobians[i].map(|entry| -scale * entry);
        let (xx, yy) = (1.0 + xx, 1.0 + yy);
        let determinant = xx * yy - xy * yx;
        let dx = (yy * residual[0] - xy * residual[1]) / determinant;
        let dy = (xx * residual[1] - yx * residual[0]) / determinant;
        self.point[x] = self.rounded[x].to_f64() + dx;
        self.point[y] = self.rounded[y].to_f64() + dy;
        let largest = self.point[x].abs().max(self.point[y].abs());
        (dx.abs().max(dy.abs()), 4.0 * S::EPSILON * largest.max(S::EPSILON))
    }
}

impl<S: Real> Stepper<S> for Newton<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        let h = step.h();
        self.step = step;
        self.evaluations.fill(0);
        let (share, time) = match self.rule {
            ImplicitRule::Euler => (1.0, step.t1),
            ImplicitRule::Midpoint => (0.5, step.t + 0.5 * h),
            ImplicitRule::Trapezoid => (0.5, step.t1),
        };
        let ahead = if self.start_slope_known { share * h } else { 0.0 };
        if self.rule == ImplicitRule::Trapezoid && !self.start_slope_known {
            self.field.velocity(Times::Shared(step.t), state, &mut self.start_slope);
            self.start_slope_known = true;
            self.evaluations.fill(1);
        }
        let explicit = if self.rule == ImplicitRule::Trapezoid { 0.5 * h } else { 0.0 };
        for (j, &y) in state.iter().enumerate() {
            let (y, slope) = (y.to_f64(), self.start_slope[j].to_f64());
            self.work.base[j] = y + explicit * slope;
            // The last slope, continued, is a guess close to the answer.
            self.work.point[j] = self.work.base[j] + if ahead > 0.0 { ahead * slope } else { 0.0 };
        }
        let scale = share * h;
        let guess = self.work.base.clone();
        self.iterate(time, scale);
        for i in 0..self.solved.len() {
            if !self.solved[i] && !self.adaptive {
                self.solved[i] = self.follow(i, Times::Shared(time), scale, &guess);
            }
        }
        for (j, &y) in state.iter().enumerate() {
            let (y, u) = (y.to_f64(), self.work.point[j]);
            let answer = if self.rule == ImplicitRule::Midpoint { 2.0 * u - y } else { u };
            self.answer[j] = S::from_f64(answer);
            self.end_slope[j] = S::from_f64((u - self.work.base[j]) / scale);
        }
    }

    fn keep(&mut self) {
        std::mem::swap(&mut self.start_slope, &mut self.end_slope);
        self.start_slope_known = true;
    }

    fn restart(&mut self) {
        self.start_slope_known = false;
    }

    fn begin_with(&mut self, _t: f64, slope: &[S]) {
        self.start_slope.copy_from_slice(slope);
        self.start_slope_known = true;
    }

    fn start_slope(&self) -> Option<&[S]> {
        self.start_slope_known.then_some(&self.start_slope)
    }

    fn end_slope(&self) -> Option<&[S]> {
        Some(&self.end_slope)
    }

    fn answer(&self) -> &[S] {
        &self.answer
    }

    fn evaluations(&self, i: usize) -> u32 {
        self.evaluations[i]
    }

    fn succeeded(&self, i: usize) -> bool {
        self.solved[i]
    }

    fn prepare_dense(&mut self, state: &[S], _last: bool) -> u32 {
        let [start, end] = &mut self.slopes;
        self.field.velocity(Times::Shared(self.step.t), state, start);
        self.field.velocity(Times::Shared(self.step.t1), &self.answer, end);
        2
    }

    fn within(&self, state: &[S], j: usize) -> Inside {
        let [start, end] = &self.slopes;
        Within::between(j, self.step.h(), [state, &self.answer], [start, end]).into()
    }
}
