//! EDM's Heun with churn.

use driftscope_base::interpolant::Interpolant;

use super::churn::churn;
use super::levels::Between;
use super::recipe::{Middle, Predicted, Recipe, Sum};
use super::rule::By;
use super::written;
use crate::method::{Knob, Method, NoiseSetting};
use crate::stepper::Variable;
use crate::update::{StepNow, Update};

pub(in crate::methods) static EDM_HEUN: Method = Method {
    name: "edm-heun",
    title: "EDM Heun",
    about: "Heun's rule for x/α in the noise level σ/α. Order 2, two evaluations a step. S_churn raises the noise before each step, between noise levels S_min and S_max.",
    reference: "Karras et al. 2022, arXiv:2206.00364, algorithm 2",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&EdmHeun),
};

#[derive(Debug)]
struct EdmHeun;

impl Recipe for EdmHeun {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Churn, Knob::Variable]
    }

    fn predicted(&self) -> Predicted {
        Predicted::Noise
    }

    fn middle(&self, step: &Between<'_>) -> Option<Middle> {
        let point = Sum::constant(Predicted::Noise, [step.start, step.end]);
        Some(Middle { place: (step.t1, step.end), point, correlation: 0.0 })
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [from, to] = step.ratios();
        // d(x/α)/d(σ/α) is the noise prediction.
        let half = 0.5 * step.end.alpha * (to - from);
        Sum { middle: half, ..Sum::of_state(step.end.alpha / step.start.alpha).with_node(half) }
    }

    fn has_middle(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Churn)
    }

    fn raised(&self, path: Interpolant, step: &Between<'_>) -> Option<(f64, f64)> {
        let by_level = step.knobs.variable == Variable::Level;
        by_level.then(|| churn(step.knobs, path, step.steps, step.start)).flatten()
    }

    fn written(&self, now: &StepNow) -> Option<Update> {
        Some(written::edm_heun(now))
    }
}
