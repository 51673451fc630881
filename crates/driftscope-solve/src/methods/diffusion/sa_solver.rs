//! SA-Solver: stochastic Adams, predictor and corrector.

use super::exponential::{rise_of, weights};
use super::levels::Between;
use super::recipe::{MOST_NODES, Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Method, NoiseSetting};
use crate::stepper::SamplerKnobs;

pub(in crate::methods) static SA_SOLVER: Method = Method {
    name: "sa-solver",
    title: "SA-Solver",
    about: "Stochastic Adams in log-SNR with a corrector, one evaluation a step. τ is how noisy: 0 draws none, 1 is the reverse SDE. Predictor and corrector use as many predictions as asked for; orders fall at the end.",
    reference: "Xue et al. 2023, arXiv:2309.05019",
    order: 2,
    adaptive_by_default: false,
    rule: &By(&SaSolver),
};

#[derive(Debug)]
struct SaSolver;

/// What each step has: τ² and `1 + τ²`.
fn rates(knobs: &SamplerKnobs) -> [f64; 2] {
    let square = knobs.tau * knobs.tau;
    [square, 1.0 + square]
}

/// Weights of predictions at these places in λ, from the start of the step. Where they are two, as diffusers has
/// it, the exact h²/2 stands in place of what the exponential leaves of it.
fn of_places(step: &Between<'_>, places: &[f64], newest: usize) -> Vec<f64> {
    let [_, rate] = rates(step.knobs);
    let h = step.rise();
    let mut moment = rise_of(rate * h);
    let moments: Vec<f64> = (0..places.len())
        .map(|power| {
            if power > 0 {
                moment = h.powi(power as i32) - power as f64 / rate * moment;
            }
            moment
        })
        .collect();
    let mut found = weights(places, &moments);
    if let [first, second] = *places {
        let left = rate * h - 1.0 + (-rate * h).exp();
        let more = rate * (0.5 * h * h - left / (rate * rate)) / (first - second).abs();
        found[newest] += more;
        found[1 - newest] -= more;
    }
    found.iter().map(|weight| step.end.alpha * weight).collect()
}

/// The rest of a step.
fn rest(step: &Between<'_>) -> Sum {
    let [square, _] = rates(step.knobs);
    let h = step.rise();
    Sum::of_state(step.end.sigma / step.start.sigma * (-square * h).exp())
        .with_noise(step.end.sigma * rise_of(2.0 * square * h).sqrt())
}

impl Recipe for SaSolver {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Tau, Knob::Predictor, Knob::Corrector]
    }

    fn nodes(&self, knobs: &SamplerKnobs) -> usize {
        knobs.predictor.max(knobs.corrector).clamp(1, MOST_NODES)
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let most = step.knobs.predictor.min(step.left());
        let places: Vec<f64> = std::iter::once(0.0).chain(step.earlier()).take(most).collect();
        let mut sum = rest(step);
        for (node, weight) in sum.nodes.iter_mut().zip(of_places(step, &places, 0)) {
            *node = weight;
        }
        sum
    }

    fn corrected(&self, step: &Between<'_>) -> Option<Sum> {
        let most = step.knobs.corrector.min(step.left() + 1);
        if most == 0 {
            return None;
        }
        let places: Vec<f64> =
            [step.rise(), 0.0].into_iter().chain(step.earlier()).take(most).collect();
        let mut sum = rest(step);
        for (node, weight) in sum.nodes.iter_mut().zip(of_places(step, &places, 0)) {
            *node = weight;
        }
        Some(sum)
    }

    fn corrects(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Tau)
    }
}
