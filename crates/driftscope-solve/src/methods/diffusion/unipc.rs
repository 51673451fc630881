//! `UniPC`: a multistep predictor, corrected by the prediction that the next step needs anyway.

use super::levels::Between;
use super::recipe::{Recipe, Sum};
use super::rule::By;
use super::unipc_weights::{scale, shares};
use super::written;
use crate::method::{Knob, Method};
use crate::stepper::{FinalOrder, SamplerKnobs, UniPcB};
use crate::update::{StepNow, Update};

macro_rules! order {
    ($name:ident, $of:literal, $shown:literal, $title:literal, $reached:literal, $about:literal) => {
        pub(in crate::methods) static $name: Method = Method {
            name: $shown,
            title: $title,
            about: $about,
            reference: "Zhao et al. 2023, arXiv:2302.04867",
            order: $reached,
            adaptive_by_default: false,
            rule: &By(&UniPc($of)),
        };
    };
}

order!(
    UNIPC_1,
    1,
    "unipc-1",
    "UniPC (order 1)",
    2,
    "Predicts like DDIM, then corrects each step with the prediction made at its end, which the next step needs anyway: one evaluation a step. The corrector brings it to order 2."
);
order!(
    UNIPC_2,
    2,
    "unipc-2",
    "UniPC (order 2)",
    3,
    "Predicts like DPM-Solver++(2M), then corrects each step with the prediction made at its end, which the next step needs anyway: one evaluation a step. The corrector brings it to order 3."
);
order!(
    UNIPC_3,
    3,
    "unipc-3",
    "UniPC (order 3)",
    3,
    "Predicts from three data predictions, then corrects each step with the one made at its end: one evaluation a step. Order 3 from its own start, 4 from exact starting values."
);

/// With a predictor of this order.
#[derive(Debug)]
struct UniPc(usize);

impl UniPc {
    /// The order of the step: it rises by one a step, and falls to 1 at the end where that is asked for.
    fn order(&self, step: &Between<'_>) -> usize {
        let left = match step.knobs.final_order {
            FinalOrder::Full => self.0,
            FinalOrder::Lower => step.left(),
        };
        self.0.min(left).min(step.before.len() + 1)
    }
}

/// The step from the prediction at its start alone.
fn first_order(step: &Between<'_>) -> Sum {
    let state = step.end.sigma / step.start.sigma;
    Sum::of_state(state).with_node(step.end.alpha * -(-step.rise()).exp_m1())
}

/// Weights of the differences to the predictions at these places.
fn differences(step: &Between<'_>, ratios: &[f64]) -> Vec<f64> {
    let (h, b) = (step.rise(), step.knobs.b);
    let gain = -step.end.alpha * scale(h, b);
    shares(h, b, ratios).into_iter().map(|share| gain * share).collect()
}

impl Recipe for UniPc {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::B, Knob::FinalOrder]
    }

    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        self.0 + 1
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let mut sum = first_order(step);
        let h = step.rise();
        let ratios: Vec<f64> =
            step.earlier().take(self.order(step) - 1).map(|earlier| earlier / h).collect();
        for (place, weight) in differences(step, &ratios).into_iter().enumerate() {
            sum.nodes[place + 1] += weight;
            sum.nodes[0] -= weight;
        }
        sum
    }

    fn corrected(&self, step: &Between<'_>) -> Option<Sum> {
        let Sum { state, nodes: [start, ..], .. } = first_order(step);
        let h = step.rise();
        let mut ratios: Vec<f64> =
            step.earlier().take(self.order(step) - 1).map(|earlier| earlier / h).collect();
        ratios.push(1.0);
        let mut found = differences(step, &ratios);
        let newest = found.pop().unwrap_or_default();
        let mut sum = Sum::of_state(state).with_node(newest);
        sum.nodes[1] = start - newest;
        for (place, weight) in found.into_iter().enumerate() {
            sum.nodes[place + 2] += weight;
            sum.nodes[1] -= weight;
        }
        Some(sum)
    }

    fn corrects(&self) -> bool {
        true
    }

    fn written(&self, now: &StepNow) -> Option<Update> {
        let usual = now.noise.b == UniPcB::Bh2 && now.noise.final_order == FinalOrder::Full;
        (usual && self.0 == 2).then(|| written::uni_pc_2(now))
    }
}
