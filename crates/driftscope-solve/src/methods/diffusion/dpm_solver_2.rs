//! DPM-Solver-2, and with fresh noise "DPM2 a".

use super::ancestral::split;
use super::levels::Between;
use super::recipe::{Middle, Predicted, Recipe, Sum};
use super::rule::By;
use super::written;
use crate::method::{Knob, Method, NoiseSetting};
use crate::update::{StepNow, Update};

pub(in crate::methods) static DPM_SOLVER_2: Method = Method {
    name: "dpm-solver-2",
    title: "DPM-Solver-2",
    about: "The noise prediction at the middle of the step in log-SNR, with the linear part of the ODE solved exactly. Order 2, two evaluations a step. η mixes fresh noise in: DPM2 a.",
    reference: "Lu et al. 2022, arXiv:2206.00927, algorithm 1",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&DpmSolver2),
};

#[derive(Debug)]
struct DpmSolver2;

impl Recipe for DpmSolver2 {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Eta, Knob::Variable]
    }

    fn predicted(&self) -> Predicted {
        Predicted::Noise
    }

    fn middle(&self, step: &Between<'_>) -> Option<Middle> {
        let [from, to] = step.ratios();
        let [down, _] = split([from, to], step.knobs.eta);
        let place = step.place((from * down).sqrt());
        let point = Sum::constant(Predicted::Noise, [step.start, place.1]);
        Some(Middle { place, point, correlation: 0.0 })
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [from, to] = step.ratios();
        let [down, up] = split([from, to], step.knobs.eta);
        let alpha = step.end.alpha;
        Sum {
            state: alpha / step.start.alpha,
            middle: alpha * (down - from),
            ..Sum::default().with_noise(alpha * up)
        }
    }

    fn has_middle(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Eta)
    }

    fn written(&self, now: &StepNow) -> Option<Update> {
        (now.noise.eta == 0.0).then(|| written::dpm_solver_2(now))
    }
}
