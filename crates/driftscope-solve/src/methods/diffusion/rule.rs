//! A recipe as a rule of the program.

use super::recipe::{Recipe, heeded};
use super::{stepper, written};
use crate::complex::Complex;
use crate::method::{Adapting, Knob, Limit, NoiseSetting, NotAdaptive, Rule};
use crate::stepper::{SamplerKnobs, Stepper, Task, Variable};
use crate::update::{StepNow, Update};

/// Makes a rule of the program of a recipe.
#[derive(Debug)]
pub(super) struct By(pub &'static dyn Recipe);

impl Rule for By {
    fn single<'a>(&'static self, task: &Task<'a, f32>) -> Box<dyn Stepper<f32> + 'a> {
        stepper::stepper(task, self.0)
    }

    fn double<'a>(&'static self, task: &Task<'a, f64>) -> Box<dyn Stepper<f64> + 'a> {
        stepper::stepper(task, self.0)
    }

    fn own_estimate(&self) -> Option<String> {
        self.looks_back().then(|| "step of order 1".into())
    }

    fn looks_back(&self) -> bool {
        self.0.nodes(&SamplerKnobs::default()) > 1 || self.0.corrects()
    }

    fn adapting(&self) -> Result<Adapting, NotAdaptive> {
        if self.looks_back() {
            return Err(NotAdaptive::NothingToCompare);
        }
        Ok(Adapting::StepDoubling)
    }

    fn needs_noising_process(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        self.0.noise_setting()
    }

    fn limit(&self) -> Option<Limit> {
        self.0.limit().or_else(|| self.0.noise_setting().and_then(NoiseSetting::limit))
    }

    fn draws(&self, now: &StepNow) -> [bool; 2] {
        written::draws(self.0, now)
    }

    fn draws_twice(&self) -> bool {
        self.0.draws_in_between()
    }

    fn knobs(&self) -> &'static [Knob] {
        self.0.knobs()
    }

    fn arrays_kept(&self) -> usize {
        // The state, the predictions, a point in between with its own, and where a corrector starts.
        let nodes = self.0.nodes(&SamplerKnobs::default());
        1 + nodes + 2 * usize::from(self.0.has_middle()) + usize::from(self.0.corrects())
    }

    fn evaluations_per_step(&self) -> usize {
        1 + usize::from(self.0.has_middle())
    }

    fn update(&self, now: &StepNow) -> Update {
        let now = &StepNow { noise: heeded(self.0, &now.noise), ..now.clone() };
        let usual = now.noise.variable == Variable::Level;
        let own = usual.then(|| self.0.written(now)).flatten();
        own.unwrap_or_else(|| written::by_weights(self.0, now))
    }

    /// None: they integrate the linear part of the field exactly.
    fn amplification(&self, _z: Complex) -> Option<f64> {
        None
    }
}
