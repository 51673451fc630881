//! The one interface that every method of the table has.

use driftscope_base::field::{Field, Real};
use driftscope_base::interpolant::Interpolant;

use crate::brownian::Noise;
use crate::explicit::Within;
use crate::settings::OdeSettings;

/// A step that a whole batch makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its number, from 0.
    pub index: usize,
    /// Where it starts.
    pub t: f64,
    /// Where it ends.
    pub t1: f64,
}

impl Step {
    /// Its length.
    #[must_use]
    pub fn h(self) -> f64 {
        self.t1 - self.t
    }
}

/// A method at work on a batch, all particles making the same steps.
///
/// Positions are feature-major: for n particles, n values of x, then n of y.
pub trait Stepper<S: Real> {
    /// Makes `step` from `state`. Steps follow one another: each starts where the last one ended,
    /// unless [`Self::restart`] came between.
    fn step(&mut self, step: Step, state: &[S]);

    /// Forgets all earlier steps; the next one may start anywhere.
    fn restart(&mut self);

    /// Where the step just made has led.
    fn answer(&self) -> &[S];

    /// Evaluations of the field that the step just made cost particle `i`.
    fn evaluations(&self, i: usize) -> u32;

    /// The error of the answer, where the method has an estimate of its own.
    fn error(&self) -> Option<&[S]> {
        None
    }

    /// A second estimate of order three beside [`Self::error`] (DOP853).
    fn third_order_error(&self) -> Option<&[S]> {
        None
    }

    /// Whether the step of particle `i` could be made at all (implicit methods may fail to).
    fn succeeded(&self, _i: usize) -> bool {
        true
    }

    /// Evaluates what [`Self::within`] needs within the step just made from `state`, and says how
    /// many evaluations served nothing else; `last` says that no step follows.
    fn prepare_dense(&mut self, state: &[S], last: bool) -> u32;

    /// Coordinate `j` within the step just made from `state`.
    fn within(&self, state: &[S], j: usize) -> Within;
}

/// What a stepper works on.
pub struct Task<'a, S> {
    /// The field.
    pub field: &'a dyn Field<S>,
    /// The method and its settings.
    pub settings: &'a OdeSettings,
    /// The path to which the field belongs; only diffusion samplers look at it.
    pub path: Interpolant,
    /// Standard normals of every step, for methods that draw some.
    pub noise: Option<&'a Noise<S>>,
    /// Particles in the batch.
    pub count: usize,
    /// Steps of the whole run; only churn looks at it.
    pub steps: usize,
}
