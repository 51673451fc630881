//! What a diffusion sampler is: the weights of its steps.
//!
//! Every one of them makes a step out of the same parts: the point where it starts, predictions there, at
//! earlier starts and perhaps at one point in between, and fresh noise. What weighs them depends on the levels
//! alone, so that a rule is a few numbers a step, whatever the number of particles.

use std::fmt::Debug;

use driftscope_base::interpolant::Interpolant;

use super::levels::{Between, Level};
use crate::method::{Knob, Limit, NoiseSetting};
use crate::stepper::{SamplerKnobs, Variable};
use crate::update::{StepNow, Update};

/// Predictions that a step weighs at most, the one in between not counted.
pub(super) const MOST_NODES: usize = 5;

/// What a step takes from the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predicted {
    /// `m1 = E[x1|x]`.
    Data,
    /// `m0 = E[x0|x]`.
    Noise,
}

/// A weighted sum of the parts of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sum {
    /// Of the point where the step starts.
    pub state: f64,
    /// Of the prediction of the data there.
    pub data: f64,
    /// Of the predictions, the newest first.
    pub nodes: [f64; MOST_NODES],
    /// Of the prediction at the point in between.
    pub middle: f64,
    /// Of the noise of the whole step, and of that of its first part.
    pub noise: [f64; 2],
}

impl Sum {
    /// The exact step for a prediction that stays what it is, `α₁ m1 + σ₁ m0`, written with the point and the one
    /// of them that is predicted.
    pub fn constant(predicted: Predicted, [start, end]: [Level; 2]) -> Self {
        match predicted {
            Predicted::Data => {
                let state = end.sigma / start.sigma;
                Self::of_state(state).with_node(end.alpha - state * start.alpha)
            }
            Predicted::Noise => {
                let state = end.alpha / start.alpha;
                Self::of_state(state).with_node(end.sigma - state * start.sigma)
            }
        }
    }

    pub fn of_state(state: f64) -> Self {
        Self { state, ..Self::default() }
    }

    pub fn with_data(self, data: f64) -> Self {
        Self { data, ..self }
    }

    /// With this weight of the newest prediction.
    pub fn with_node(mut self, weight: f64) -> Self {
        self.nodes[0] = weight;
        self
    }

    /// With this weight of the step's noise.
    pub fn with_noise(mut self, weight: f64) -> Self {
        self.noise[0] = weight;
        self
    }
}

/// A point between the ends of a step at which the field is evaluated again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Middle {
    /// When the field is evaluated there, and the level then.
    pub place: (f64, Level),
    /// It.
    pub point: Sum,
    /// How much of the noise of its own draw is that of the whole step, where it draws any; the rest is
    /// independent.
    pub correlation: f64,
}

/// One diffusion sampler. Levels are finite wherever a rule is asked, unless it says that it can do more.
pub(super) trait Recipe: Debug + Send + Sync {
    /// What its steps take from the field.
    fn predicted(&self) -> Predicted {
        Predicted::Data
    }

    /// Predictions that are kept for a step, the one where it starts among them.
    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        1
    }

    /// The point in between, of rules that have one.
    fn middle(&self, _step: &Between<'_>) -> Option<Middle> {
        None
    }

    /// Where a step leads.
    fn answer(&self, step: &Between<'_>) -> Sum;

    /// The step made again from where it started, now that the prediction at its end, the first of the nodes,
    /// is known; of rules that correct.
    fn corrected(&self, _step: &Between<'_>) -> Option<Sum> {
        None
    }

    /// Whether steps are corrected.
    fn corrects(&self) -> bool {
        false
    }

    /// Whether a step has a point in between.
    fn has_middle(&self) -> bool {
        false
    }

    /// Whether that point has noise of its own.
    fn draws_in_between(&self) -> bool {
        false
    }

    /// Which setting makes it draw noise.
    fn noise_setting(&self) -> Option<NoiseSetting> {
        None
    }

    /// What SDE its steps tend to, where that does not follow from the setting.
    fn limit(&self) -> Option<Limit> {
        None
    }

    /// Share of the noise at the end of a step that is fresh where the start has no data, in variance.
    fn fresh(&self, knobs: &SamplerKnobs) -> f64 {
        match self.noise_setting() {
            // Ancestral steps mix so much in; an SDE forgets all there was.
            Some(NoiseSetting::Eta) => knobs.eta * knobs.eta,
            Some(setting) if setting != NoiseSetting::Churn && setting.draws(knobs) => 1.0,
            _ => 0.0,
        }
    }

    /// Whether its own rule holds where the start has no data.
    fn starts_from_noise(&self) -> bool {
        false
    }

    /// Whether its own rule holds where the end has no noise; else it ends in the prediction of the data.
    fn ends_in_data(&self, _knobs: &SamplerKnobs) -> bool {
        false
    }

    /// What can be chosen about it.
    fn knobs(&self) -> &'static [Knob] {
        &[]
    }

    /// A start with more noise, from which the step is made instead, and how much is added.
    fn raised(&self, _path: Interpolant, _step: &Between<'_>) -> Option<(f64, f64)> {
        None
    }

    /// A step in symbols; by its weights where it has no other way to be written.
    fn written(&self, now: &StepNow) -> Option<Update> {
        let _ = now;
        None
    }
}

/// What is chosen, without what is none of a recipe's.
pub(super) fn heeded(recipe: &dyn Recipe, knobs: &SamplerKnobs) -> SamplerKnobs {
    let known = recipe.knobs().contains(&Knob::Variable);
    let variable = if known { knobs.variable } else { Variable::Level };
    SamplerKnobs { variable, ..*knobs }
}

/// The weights of a step from or to an end without data or noise, where the rule of `recipe` holds or not.
pub(super) fn answer(recipe: &dyn Recipe, step: &Between<'_>) -> Sum {
    if let Some(end) = at_an_end(recipe, step) {
        return end;
    }
    recipe.answer(step)
}

/// The same of such an end alone.
pub(super) fn at_an_end(recipe: &dyn Recipe, step: &Between<'_>) -> Option<Sum> {
    let Between { start, end, knobs, .. } = *step;
    if end.sigma <= 0.0 && !recipe.ends_in_data(knobs) {
        return Some(Sum::default().with_data(end.alpha));
    }
    if start.alpha <= 0.0 && !recipe.starts_from_noise() {
        let fresh = recipe.fresh(knobs);
        let kept = end.sigma * (1.0 - fresh).max(0.0).sqrt() / start.sigma;
        return Some(Sum::of_state(kept).with_data(end.alpha).with_noise(end.sigma * fresh.sqrt()));
    }
    None
}
