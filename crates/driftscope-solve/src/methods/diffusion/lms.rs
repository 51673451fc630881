//! Linear multistep: Adams–Bashforth on uneven grids, polynomials in the level k itself.

use super::exponential::weights;
use super::levels::Between;
use super::noise_multistep::{levels, step as multistep};
use super::recipe::{Predicted, Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Method};
use crate::stepper::SamplerKnobs;

macro_rules! order {
    ($name:ident, $of:literal, $shown:literal, $title:literal, $about:literal) => {
        pub(in crate::methods) static $name: Method = Method {
            name: $shown,
            title: $title,
            about: $about,
            reference: "k-diffusion's sample_lms; Hairer, Nørsett & Wanner 1993, III.1",
            order: 2,
            adaptive_by_default: false,
            rule: &By(&Lms($of)),
        };
    };
}

order!(
    LMS_2,
    2,
    "lms-2",
    "LMS (order 2)",
    "Adams–Bashforth for x/α in the level σ/α, on the grid as it is. Order 2, one evaluation a step."
);
order!(
    LMS_3,
    3,
    "lms-3",
    "LMS (order 3)",
    "Adams–Bashforth for x/α in the level σ/α, on the grid as it is. Order 3 from exact starting values, 2 from its own start; one evaluation a step."
);
order!(
    LMS_4,
    4,
    "lms-4",
    "LMS (order 4)",
    "Adams–Bashforth for x/α in the level σ/α, on the grid as it is: LMS of image generators. Order 4 from exact starting values, 2 from its own start; one evaluation a step."
);

/// Of this order.
#[derive(Debug)]
struct Lms(usize);

impl Recipe for Lms {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Variable]
    }

    fn predicted(&self) -> Predicted {
        Predicted::Noise
    }

    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        self.0
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [from, to] = step.ratios();
        let length = to - from;
        // In units of the step, so that the powers stay in sight of each other.
        let points: Vec<f64> =
            levels(step, self.0).into_iter().map(|level| (level - from) / length).collect();
        let moments: Vec<f64> =
            (0..points.len()).map(|power| length / (power as f64 + 1.0)).collect();
        multistep(step, &weights(&points, &moments))
    }

    fn ends_in_data(&self, _knobs: &SamplerKnobs) -> bool {
        true
    }
}
