//! iPNDM: Adams–Bashforth's weights for equal steps, whatever the steps are.

use super::levels::Between;
use super::noise_multistep::step as multistep;
use super::recipe::{Predicted, Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Method};
use crate::stepper::{FinalOrder, SamplerKnobs};

pub(in crate::methods) static IPNDM: Method = Method {
    name: "ipndm",
    title: "iPNDM",
    about: "Adams–Bashforth of order 4 for x/α in the level σ/α, with the weights of equal steps. Order 2 on uneven grids, one evaluation a step.",
    reference: "Liu et al. 2022, arXiv:2202.09778; Zhang & Chen 2023, arXiv:2204.13902",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&Ipndm),
};

/// For 1 to 4 predictions, the newest first.
const WEIGHTS: [&[f64]; 4] = [
    &[1.0],
    &[3.0 / 2.0, -1.0 / 2.0],
    &[23.0 / 12.0, -16.0 / 12.0, 5.0 / 12.0],
    &[55.0 / 24.0, -59.0 / 24.0, 37.0 / 24.0, -9.0 / 24.0],
];

#[derive(Debug)]
struct Ipndm;

impl Recipe for Ipndm {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::FinalOrder]
    }

    fn predicted(&self) -> Predicted {
        Predicted::Noise
    }

    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        WEIGHTS.len()
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [from, to] = step.ratios();
        let weights = WEIGHTS[step.before.len().min(WEIGHTS.len() - 1)];
        let weights: Vec<f64> = weights.iter().map(|weight| (to - from) * weight).collect();
        multistep(step, &weights)
    }

    /// With its full order, unless it is to be lowered as in `ComfyUI`.
    fn ends_in_data(&self, knobs: &SamplerKnobs) -> bool {
        knobs.final_order == FinalOrder::Full
    }
}
