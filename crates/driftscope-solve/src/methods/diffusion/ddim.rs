//! DDIM, with fresh noise up to DDPM's ancestral step.

use super::levels::{Between, Level};
use super::recipe::{Recipe, Sum};
use super::rule::By;
use super::written;
use crate::method::{Knob, Method, NoiseSetting};
use crate::stepper::SamplerKnobs;
use crate::update::{StepNow, Update};

pub(in crate::methods) static DDIM: Method = Method {
    name: "ddim",
    title: "DDIM",
    about: "x ← α₁·E[x1|x] + σ₁·E[x0|x]: follows the predicted data and noise along the path. Order 1, one evaluation a step. η mixes fresh noise in; η = 1 is DDPM's ancestral step.",
    reference: "Song, Meng & Ermon 2021, arXiv:2010.02502",
    order: 1,
    adaptive_by_default: false,
    rule: &By(&Ddim),
};

#[derive(Debug)]
struct Ddim;

/// How much noise is fresh at the end of a step, and how much is kept, as standard deviations.
pub(super) fn shares([start, end]: [Level; 2], eta: f64) -> [f64; 2] {
    // η times that of the posterior q(x₁|x, x1).
    let ratio = start.alpha / end.alpha;
    let posterior = (start.sigma * start.sigma - ratio * ratio * end.sigma * end.sigma).max(0.0);
    let fresh = eta * (end.sigma / start.sigma) * posterior.sqrt();
    let kept = (end.sigma * end.sigma - fresh * fresh).max(0.0).sqrt();
    [fresh, if fresh > 0.0 { kept } else { end.sigma }]
}

impl Recipe for Ddim {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Eta]
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [fresh, kept] = shares([step.start, step.end], step.knobs.eta);
        let state = kept / step.start.sigma;
        Sum::of_state(state).with_data(step.end.alpha - state * step.start.alpha).with_noise(fresh)
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Eta)
    }

    fn starts_from_noise(&self) -> bool {
        true
    }

    fn ends_in_data(&self, _knobs: &SamplerKnobs) -> bool {
        true
    }

    fn written(&self, now: &StepNow) -> Option<Update> {
        Some(written::ddim(now, now.noise.eta))
    }
}
