//! Fixed steps, one at a time: the one interface that every method of the table has.

mod doubling;
mod runge_kutta;

pub use doubling::Doubling;
pub use runge_kutta::RungeKuttaStepper;

use driftscope_base::field::{Field, Real};
use driftscope_base::interpolant::Interpolant;

use super::brownian::Noise;
use super::explicit::Within;
use super::methods::{Rule, adams_bashforth, diffusion, implicit};
use super::settings::OdeSettings;

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

impl<'a, S: Real> Task<'a, S> {
    /// The method of the settings, ready for its first step.
    ///
    /// # Panics
    /// If the table starts an Adams–Bashforth method with one that has no tableau.
    #[must_use]
    pub fn stepper(&self) -> Box<dyn Stepper<S> + 'a> {
        match &self.settings.method.get().rule {
            Rule::RungeKutta(tableau) => {
                let weights = self.settings.error_weights.of(tableau);
                Box::new(RungeKuttaStepper::new(self.field, tableau, weights, self.count))
            }
            Rule::AdamsBashforth { start } => {
                let start = start.tableau().expect("the first steps are a Runge–Kutta method's");
                Box::new(adams_bashforth::stepper(self, start))
            }
            Rule::Implicit(rule) => Box::new(implicit::Newton::new(self, *rule)),
            Rule::Diffusion(recipe) => diffusion::stepper(self, *recipe),
        }
    }

    /// Whether the method's error is estimated by step doubling: it has no estimate of its own,
    /// and its steps neither look back nor draw noise.
    #[must_use]
    pub fn can_double(&self) -> bool {
        match &self.settings.method.get().rule {
            Rule::RungeKutta(tableau) => tableau.embedded.is_none(),
            Rule::Implicit(_) => true,
            Rule::AdamsBashforth { .. } => false,
            Rule::Diffusion(recipe) => {
                !recipe.looks_back() && !recipe.draws_noise(&self.settings.noise)
            }
        }
    }
}
