//! DPM-Solver++(3M), and as an SDE.

use super::dpmpp_2m::{first_order, is_lowered, second_order};
use super::exponential::{phi_2, phi_3};
use super::levels::Between;
use super::recipe::{Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Method, NoiseSetting};
use crate::stepper::{SamplerKnobs, SolverType};

pub(in crate::methods) static DPMPP_3M: Method = Method {
    name: "dpmpp-3m",
    title: "DPM-Solver++(3M)",
    about: "Extrapolates the last three data predictions in log-SNR, one evaluation a step. As published (κ = 1) its second difference lacks a factor 2 and the order is 2; κ = 2 makes it 3 from exact starting values. η makes it an SDE: DPM++ 3M SDE.",
    reference: "Lu et al. 2022, arXiv:2211.01095; k-diffusion's sample_dpmpp_3m_sde",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&Dpmpp3m),
};

#[derive(Debug)]
struct Dpmpp3m;

impl Recipe for Dpmpp3m {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::EtaSde, Knob::SolverType, Knob::FinalOrder, Knob::Kappa]
    }

    fn nodes(&self, _knobs: &SamplerKnobs) -> usize {
        3
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let (mut sum, whole) = first_order(step);
        let lowered = is_lowered(step);
        let most = if lowered { step.left() } else { 3 };
        let earlier: Vec<f64> = step.earlier().take(most.min(3) - 1).collect();
        let h = step.rise();
        match earlier[..] {
            [] => sum,
            [one] => second_order(sum, step, (whole, one), SolverType::Heun),
            [one, two, ..] => {
                // Steps before, in units of this one.
                let (r0, r1) = (-one / h, (one - two) / h);
                let (slope, bend) = (step.end.alpha * phi_2(whole), step.end.alpha * phi_3(whole));
                let kappa = step.knobs.kappa as f64;
                // C = φ₂[A + r₀(A − B)/(r₀ + r₁)] − κφ₃(A − B)/(r₀ + r₁), A and B the last two slopes.
                let of_bend = (slope * r0 - kappa * bend) / (r0 + r1);
                let (of_a, of_b) = ((slope + of_bend) / r0, -of_bend / r1);
                sum.nodes[0] += of_a;
                sum.nodes[1] += of_b - of_a;
                sum.nodes[2] -= of_b;
                sum
            }
        }
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::EtaSde)
    }
}
