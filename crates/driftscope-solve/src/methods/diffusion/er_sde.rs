//! ER-SDE: the extended reverse-time SDE, of order up to 3.

use std::cell::RefCell;
use std::collections::HashMap;

use super::levels::Between;
use super::recipe::{Recipe, Sum};
use super::rule::By;
use crate::method::{Knob, Limit, Method, NoiseSetting};
use crate::stepper::SamplerKnobs;

pub(in crate::methods) static ER_SDE: Method = Method {
    name: "er-sde",
    title: "ER-SDE",
    about: "Steps of an SDE whose noise falls with the level, f(k) = k(e^{k^0.3} + 10); data predictions are extrapolated in the level. One evaluation a step; it always draws noise.",
    reference: "Cui et al. 2023, arXiv:2309.06169",
    order: 1,
    adaptive_by_default: false,
    rule: &By(&ErSde),
};

#[derive(Debug)]
struct ErSde;

/// How noisy the SDE is at a level.
fn f(level: f64) -> f64 {
    level * (level.powf(0.3).exp() + 10.0)
}

/// The bits of both levels of a step, and how many points are summed.
type Step = ([u64; 2], usize);

thread_local! {
    /// Integrals of steps that were made before: every particle makes the same ones, and a sum of 200 points takes
    /// as long as it takes a small network to be evaluated.
    static KNOWN: RefCell<HashMap<Step, [f64; 2]>> = RefCell::default();
}

/// So many are kept.
const MOST_KNOWN: usize = 4096;

/// The integrals of a step, which are found once.
fn integrals(levels: [f64; 2], points: usize) -> [f64; 2] {
    let key = (levels.map(f64::to_bits), points);
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        *known.entry(key).or_insert_with(|| summed(levels, points))
    })
}

/// `∫ (κ − k₀)^q / f dκ` from k₁ to k₀ for q = 0 and 1: a left sum of so many points, as published; exact to
/// rounding with none.
fn summed([from, to]: [f64; 2], points: usize) -> [f64; 2] {
    let mut found = [0.0; 2];
    let mut add = |level: f64, weight: f64| {
        let share = weight / f(level);
        found[0] += share;
        found[1] += share * (level - from);
    };
    if points > 0 {
        let width = (from - to) / points as f64;
        (0..points).for_each(|i| add(to + width * i as f64, width));
        return found;
    }
    // Gauss–Legendre over panels in ln κ, in which 1/f is smooth down to the smallest levels.
    let (low, high) = (to.ln(), from.ln());
    let panels = ((high - low) / 0.5).ceil().max(1.0);
    let half = 0.5 * (high - low) / panels;
    for panel in 0..panels as usize {
        let middle = low + half * (2 * panel + 1) as f64;
        for (node, weight) in GAUSS {
            for side in [-1.0, 1.0] {
                let level = (middle + side * half * node).exp();
                add(level, half * weight * level);
            }
        }
    }
    found
}

/// Nodes above 0 and weights of Gauss–Legendre's rule with 10 points on −1 to 1 (Abramowitz & Stegun 25.4).
const GAUSS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_21, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_05),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

impl Recipe for ErSde {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Order, Knob::IntegralPoints]
    }

    fn nodes(&self, knobs: &SamplerKnobs) -> usize {
        knobs.order.clamp(1, 3)
    }

    fn answer(&self, step: &Between<'_>) -> Sum {
        let [from, to] = step.ratios();
        let ratio = f(to) / f(from);
        let alpha = step.end.alpha;
        let noise = (to * to - ratio * ratio * from * from).max(0.0).sqrt();
        let mut sum = Sum::of_state(alpha / step.start.alpha * ratio)
            .with_node(alpha * (1.0 - ratio))
            .with_noise(alpha * noise);
        let earlier: Vec<f64> = step
            .before
            .iter()
            .map(|level| level.ratio())
            .take(self.nodes(step.knobs) - 1)
            .collect();
        if earlier.is_empty() {
            return sum;
        }
        let length = to - from;
        let [first, second] = integrals([from, to], step.knobs.integral_points);
        // d' = (d − d₋₁)/(k₀ − k₋₁), with what it weighs.
        let slope = alpha * (length + f(to) * first);
        let mut add = |node: usize, weight: f64| sum.nodes[node] += weight;
        let mut difference = |newer: usize, weight: f64| {
            add(newer, weight);
            add(newer + 1, -weight);
        };
        difference(0, slope / (from - earlier[0]));
        if let [one, two, ..] = earlier[..] {
            // d'' = 2(d' − d'₋₁)/(k₀ − k₋₂).
            let bend = alpha * (0.5 * length * length + f(to) * second) * 2.0 / (from - two);
            difference(0, bend / (from - one));
            difference(1, -bend / (one - two));
        }
        sum
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        Some(NoiseSetting::Always)
    }

    fn limit(&self) -> Option<Limit> {
        // k f'/f − 1.
        let norm = |_: &SamplerKnobs, level: f64| {
            let power = level.powf(0.3);
            0.3 * power * power.exp() / (power.exp() + 10.0)
        };
        Some(Limit { latex: r"k\,f'(k)/f(k) - 1", norm })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_sums_near_the_integrals() {
        for levels in [[80.0, 42.0], [1.5, 0.47], [0.02, 0.002]] {
            let exact = integrals(levels, 0);
            let errors = [1_000, 2_000].map(|points| {
                let found = integrals(levels, points);
                [0, 1].map(|q| (found[q] / exact[q] - 1.0).abs())
            });
            for q in 0..2 {
                let halved = errors[0][q] / errors[1][q];
                assert!((halved - 2.0).abs() < 0.05, "{levels:?}, {q}: {errors:?}");
            }
        }
    }
}
