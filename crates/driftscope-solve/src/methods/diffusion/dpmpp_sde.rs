//! DPM-Solver++ as an SDE with a point in between: "DPM++ SDE".

use super::ancestral::split;
use super::dpmpp_2s::through_middle;
use super::levels::Between;
use super::recipe::{Middle, Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Method, NoiseSetting};

pub(in crate::methods) static DPMPP_SDE: Method = Method {
    name: "dpmpp-sde",
    title: "DPM-Solver++ SDE",
    about: "Like DPM-Solver++(2S), with fresh noise (η) at the point in between as well. Two evaluations and two draws a step; the draws overlap.",
    reference: "Lu et al. 2022, arXiv:2211.01095; k-diffusion's sample_dpmpp_sde",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&DpmppSde),
};

#[derive(Debug)]
struct DpmppSde;

impl Recipe for DpmppSde {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Eta]
    }

    fn middle(&self, step: &Between<'_>) -> Option<Middle> {
        let [from, to] = step.ratios();
        let ratio = (from * to).sqrt();
        let place = step.place(ratio);
        let [down, up] = split([from, ratio], step.knobs.eta);
        let alpha = place.1.alpha;
        let mut point =
            Sum::of_state(alpha * down / step.start.sigma).with_node(alpha * (1.0 - down / from));
        point.noise[1] = alpha * up;
        // Brownian motion in k: what the first part shares with the whole.
        let correlation = ((from - ratio) / (from - to)).sqrt();
        Some(Middle { place, point, correlation })
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        through_middle(step, split(step.ratios(), step.knobs.eta))
    }

    fn has_middle(&self) -> bool {
        true
    }

    fn draws_in_between(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Eta)
    }
}
