//! Explicit Runge–Kutta methods in fixed steps.

use driftscope_base::field::{Field, Real, Times};

use super::interface::{Inside, Step, Stepper};
use crate::explicit::RungeKutta;
use crate::tableau::{Dense, Tableau};

/// An explicit Runge–Kutta method on a batch.
pub struct RungeKuttaStepper<'a, S> {
    field: &'a dyn Field<S>,
    runge_kutta: RungeKutta<S>,
    count: usize,
    step: Step,
    /// Where the next attempt finds its first stage.
    first: FirstStage,
    /// Evaluations of the step just made.
    evaluations: u32,
    /// The slope at the answer, where dense output wants it and no stage holds it.
    end_slope: Vec<S>,
    end_slope_known: bool,
}

/// Where a first stage is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FirstStage {
    /// Not evaluated yet.
    Unknown,
    /// In the last stage of the step before (first same as last).
    LastStage,
    /// Evaluated for the dense output of the step before.
    EndSlope,
    /// There already, and billed: an earlier attempt has put it there.
    InPlace,
}

impl<'a, S: Real> RungeKuttaStepper<'a, S> {
    /// For `count` particles; `error_weights` replaces the tableau's own.
    #[must_use]
    pub fn new(
        field: &'a dyn Field<S>,
        tableau: &'static Tableau,
        error_weights: Option<&'static [f64]>,
        count: usize,
    ) -> Self {
        Self {
            field,
            runge_kutta: RungeKutta::new(tableau, error_weights, count),
            count,
            step: Step { index: 0, t: 0.0, t1: 0.0 },
            first: FirstStage::Unknown,
            evaluations: 0,
            end_slope: vec![S::ZERO; 2 * count],
            end_slope_known: false,
        }
    }

    /// Stages, answer and errors of the step just made.
    #[must_use]
    pub fn inside(&self) -> &RungeKutta<S> {
        &self.runge_kutta
    }

    /// Makes the first stage of the next step `slopes`, which are already known.
    pub fn set_first_stage(&mut self, slopes: &[S]) {
        self.end_slope.copy_from_slice(slopes);
        self.first = FirstStage::EndSlope;
    }
}

impl<S: Real> Stepper<S> for RungeKuttaStepper<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        let (t, h) = (Times::Shared(step.t), Times::Shared(step.h()));
        let tableau = self.runge_kutta.tableau();
        self.evaluations = tableau.stages() as u32;
        match self.first {
            FirstStage::Unknown => self.runge_kutta.first_stage(self.field, t, state),
            FirstStage::LastStage => {
                // It was billed with the step before.
                self.evaluations -= 1;
                self.runge_kutta.recycle_last_stages(self.count);
            }
            FirstStage::EndSlope => {
                self.runge_kutta.first_stage_mut(self.count).copy_from_slice(&self.end_slope);
            }
            FirstStage::InPlace => self.evaluations -= 1,
        }
        self.runge_kutta.attempt(self.field, t, h, state);
        self.first = FirstStage::InPlace;
        self.end_slope_known = false;
        self.step = step;
    }

    fn keep(&mut self) {
        self.first = if self.runge_kutta.tableau().first_same_as_last {
            FirstStage::LastStage
        } else if self.end_slope_known {
            FirstStage::EndSlope
        } else {
            FirstStage::Unknown
        };
    }

    fn restart(&mut self) {
        self.first = FirstStage::Unknown;
    }

    fn begin_with(&mut self, _t: f64, slope: &[S]) {
        self.runge_kutta.first_stage_mut(self.count).copy_from_slice(slope);
        self.first = FirstStage::InPlace;
    }

    fn start_slope(&self) -> Option<&[S]> {
        Some(self.runge_kutta.stage(0, self.count))
    }

    fn answer(&self) -> &[S] {
        self.runge_kutta.answer(self.count)
    }

    fn evaluations(&self, _i: usize) -> u32 {
        self.evaluations
    }

    fn error(&self) -> Option<&[S]> {
        self.runge_kutta.error(self.count)
    }

    fn third_order_error(&self) -> Option<&[S]> {
        self.runge_kutta.third_order_error(self.count)
    }

    fn prepare_dense(&mut self, state: &[S], last: bool) -> u32 {
        if self.runge_kutta.dense_needs_end_slope() {
            let answer = self.runge_kutta.answer(self.count);
            self.field.velocity(Times::Shared(self.step.t1), answer, &mut self.end_slope);
            self.end_slope_known = true;
            return u32::from(last);
        }
        let dense: &Dense = &self.runge_kutta.tableau().dense;
        let (t, h) = (Times::Shared(self.step.t), Times::Shared(self.step.h()));
        self.runge_kutta.further_stages(self.field, t, h, state);
        dense.further_stages() as u32
    }

    fn within(&self, state: &[S], j: usize) -> Inside {
        let end_slope = self.runge_kutta.dense_needs_end_slope().then_some(&self.end_slope[..]);
        self.runge_kutta.within(state, end_slope, self.step.h(), j).into()
    }
}
