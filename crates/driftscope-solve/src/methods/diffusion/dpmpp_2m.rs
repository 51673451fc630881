//! DPM-Solver++(2M), and as an SDE.

use super::exponential::{phi_2, rise_of};
use super::levels::Between;
use super::recipe::{Recipe, Sum};
use super::rule::By;
use super::written;
use crate::method::{Knob, Method, NoiseSetting};
use crate::stepper::{FinalOrder, SamplerKnobs, SolverType};
use crate::update::{StepNow, Update};

pub(in crate::methods) static DPMPP_2M: Method = Method {
    name: "dpmpp-2m",
    title: "DPM-Solver++(2M)",
    about: "Extrapolates the last two data predictions in log-SNR. Order 2 for one evaluation a step; the first step, and those to or from an end without noise or data, are DDIM's. η makes it an SDE: DPM++ 2M SDE.",
    reference: "Lu et al. 2022, arXiv:2211.01095, algorithm 2",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&Dpmpp2m),
};

#[derive(Debug)]
struct Dpmpp2m;

/// Whether the last of a run's steps are of lower order.
pub(super) fn is_lowered(step: &Between<'_>) -> bool {
    step.knobs.final_order.falls_within(step.steps)
}

/// What all of the family have: `(σ₁/σ₀)e^{−ηh} x + α₁ E((1+η)h) d + σ₁√E(2ηh) z`; and `(1+η)h`.
pub(super) fn first_order(step: &Between<'_>) -> (Sum, f64) {
    let (eta, h) = (step.knobs.eta_sde, step.rise());
    let whole = (1.0 + eta) * h;
    let state = step.end.sigma / step.start.sigma * (-eta * h).exp();
    let noise = step.end.sigma * rise_of(2.0 * eta * h).sqrt();
    let sum = Sum::of_state(state).with_node(step.end.alpha * rise_of(whole)).with_noise(noise);
    (sum, whole)
}

/// Lets a sum extrapolate the last two predictions; `earlier` is where the last step started, in λ.
pub(super) fn second_order(
    mut sum: Sum,
    step: &Between<'_>,
    (whole, earlier): (f64, f64),
    usual: SolverType,
) -> Sum {
    let share = match step.knobs.solver_type.unwrap_or(usual) {
        SolverType::Midpoint => 0.5 * rise_of(whole),
        SolverType::Heun => phi_2(whole),
    };
    let lead = step.end.alpha * share * step.rise() / -earlier;
    sum.nodes[0] += lead;
    sum.nodes[1] -= lead;
    sum
}

impl Recipe for Dpmpp2m {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::EtaSde, Knob::SolverType, Knob::FinalOrder, Knob::Variable]
    }

    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        2
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let (sum, whole) = first_order(step);
        let last = is_lowered(step) && step.left() == 1;
        match step.earlier().next().filter(|_| !last) {
            Some(earlier) => second_order(sum, step, (whole, earlier), SolverType::Midpoint),
            None => sum,
        }
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::EtaSde)
    }

    fn written(&self, now: &StepNow) -> Option<Update> {
        let usual = now.noise.eta_sde == 0.0
            && now.noise.solver_type.unwrap_or(SolverType::Midpoint) == SolverType::Midpoint
            && now.noise.final_order == FinalOrder::Full;
        usual.then(|| written::dpm_solver_plus_plus_2m(now))
    }
}
