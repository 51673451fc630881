//! Gradient estimation: Euler's rule along a prediction pushed away from the one before.

use super::levels::Between;
use super::noise_multistep::step as multistep;
use super::recipe::{Predicted, Recipe, Sum};
use super::rule::By;
use crate::method::Method;
use crate::stepper::SamplerKnobs;

pub(in crate::methods) static GRADIENT_ESTIMATION: Method = Method {
    name: "gradient-estimation",
    title: "Gradient estimation",
    about: "DDIM along γ times the noise prediction less γ − 1 times the one before, γ = 2. Order 1, one evaluation a step.",
    reference: "Permenter & Yuan 2024, arXiv:2306.04848",
    order: 1,
    adaptive_by_default: false,
    rule: &By(&GradientEstimation),
};

/// γ.
const GAMMA: f64 = 2.0;

#[derive(Debug)]
struct GradientEstimation;

impl Recipe for GradientEstimation {
    fn predicted(&self) -> Predicted {
        Predicted::Noise
    }

    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        2
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [from, to] = step.ratios();
        let length = to - from;
        if step.before.is_empty() {
            return multistep(step, &[length]);
        }
        multistep(step, &[GAMMA * length, (1.0 - GAMMA) * length])
    }
}
