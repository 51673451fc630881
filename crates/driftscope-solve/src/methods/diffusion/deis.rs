//! DEIS: the exponential Adams rule, polynomials in log k.

use super::dpmpp_2m::is_lowered;
use super::exponential::weights;
use super::levels::Between;
use super::noise_multistep::{levels, step as multistep};
use super::recipe::{Predicted, Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Method};
use crate::stepper::SamplerKnobs;

pub(in crate::methods) static DEIS_2: Method = Method {
    name: "deis-2",
    title: "DEIS (order 2)",
    about: "Extrapolates the last two noise predictions by a line in log(σ/α), integrated exactly. Order 2, one evaluation a step.",
    reference: "Zhang & Chen 2023, arXiv:2204.13902; diffusers' logrho",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&Deis(2)),
};

pub(in crate::methods) static DEIS_3: Method = Method {
    name: "deis-3",
    title: "DEIS (order 3)",
    about: "Extrapolates the last three noise predictions by a parabola in log(σ/α), integrated exactly. Order 3 from exact starting values, 2 from its own start; one evaluation a step.",
    reference: "Zhang & Chen 2023, arXiv:2204.13902; diffusers' logrho",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&Deis(3)),
};

/// Of this order.
#[derive(Debug)]
struct Deis(usize);

impl Recipe for Deis {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::FinalOrder]
    }

    fn predicted(&self) -> Predicted {
        Predicted::Noise
    }

    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        self.0
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let most = if is_lowered(step) { self.0.min(step.left()) } else { self.0 };
        let [from, _] = step.ratios();
        // ln(κ/k₀), and the integrals of its powers over dκ from k₀ to k₁.
        let points: Vec<f64> =
            levels(step, most).into_iter().map(|level| (level / from).ln()).collect();
        let b = -step.rise();
        let mut moment = b.exp_m1();
        let moments: Vec<f64> = (0..points.len())
            .map(|power| {
                if power > 0 {
                    moment = b.powi(power as i32) * b.exp() - power as f64 * moment;
                }
                from * moment
            })
            .collect();
        multistep(step, &weights(&points, &moments))
    }
}
