//! Euler a as it is run on flow models: the ancestral split in σ/(α + σ).

use super::ancestral::with_data;
use super::levels::Between;
use super::recipe::{Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Limit, Method, NoiseSetting};

pub(in crate::methods) static EULER_A_FLOW: Method = Method {
    name: "euler-a-flow",
    title: "Euler a (flow)",
    about: "DDIM's step to a level below the end's, s₁(1 + (s₁/s₀ − 1)η) with s = σ/(α + σ), and fresh noise up to it. Order 1, one evaluation a step. Not DDIM's η.",
    reference: "ComfyUI's euler_ancestral on flow models; diffusers 0.42's LTXEulerAncestralRFScheduler",
    order: 1,
    adaptive_by_default: false,
    rule: &By(&EulerAFlow),
};

#[derive(Debug)]
struct EulerAFlow;

impl Recipe for EulerAFlow {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Eta]
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [from, to] =
            [step.start, step.end].map(|level| level.sigma / (level.alpha + level.sigma));
        if step.knobs.eta == 0.0 {
            return with_data(step, [step.end.ratio(), 0.0]);
        }
        let lower = to * (1.0 + (to / from - 1.0) * step.knobs.eta);
        let down = lower / (1.0 - lower);
        let ratio = step.end.ratio();
        let up = (ratio * ratio - down * down).max(0.0).sqrt();
        with_data(step, [down, up])
    }

    fn starts_from_noise(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Eta)
    }

    fn limit(&self) -> Option<Limit> {
        Some(Limit { latex: r"\eta", norm: |knobs, _| knobs.eta })
    }
}
