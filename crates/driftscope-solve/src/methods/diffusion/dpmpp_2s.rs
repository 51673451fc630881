//! DPM-Solver++(2S), with fresh noise "DPM++ 2S a".

use super::ancestral::split;
use super::levels::Between;
use super::recipe::{Middle, Predicted, Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Method, NoiseSetting};

pub(in crate::methods) static DPMPP_2S: Method = Method {
    name: "dpmpp-2s",
    title: "DPM-Solver++(2S)",
    about: "The data prediction at the middle of the step in log-SNR. Order 2, two evaluations a step. η mixes fresh noise in: DPM++ 2S a.",
    reference: "Lu et al. 2022, arXiv:2211.01095, algorithm 1; k-diffusion's sample_dpmpp_2s_ancestral",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&Dpmpp2s),
};

#[derive(Debug)]
struct Dpmpp2s;

/// `α₁[(k_d/σ₀) x + (1 − k_d/k₀) d' + k_u z]`, d' the data prediction in between.
pub(super) fn through_middle(step: &Between<'_>, [down, up]: [f64; 2]) -> Sum {
    let alpha = step.end.alpha;
    Sum {
        state: alpha * down / step.start.sigma,
        middle: alpha * (1.0 - down / step.start.ratio()),
        ..Sum::default().with_noise(alpha * up)
    }
}

impl Recipe for Dpmpp2s {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Eta]
    }

    fn middle(&self, step: &Between<'_>) -> Option<Middle> {
        let [from, to] = step.ratios();
        let [down, _] = split([from, to], step.knobs.eta);
        let place = step.place((from * down).sqrt());
        let point = Sum::constant(Predicted::Data, [step.start, place.1]);
        Some(Middle { place, point, correlation: 0.0 })
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        through_middle(step, split(step.ratios(), step.knobs.eta))
    }

    fn has_middle(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Eta)
    }
}
