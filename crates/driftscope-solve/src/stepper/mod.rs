//! Fixed steps, one at a time: the one interface that every method of the table has.

mod adams_bashforth;
mod diffusion;
mod doubling;
mod implicit;
mod interface;
mod runge_kutta;

use driftscope_base::field::Real;

use crate::method::Rule;

pub use self::doubling::Doubling;
pub use self::interface::{Step, Stepper, Task};
pub use self::runge_kutta::RungeKuttaStepper;

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
