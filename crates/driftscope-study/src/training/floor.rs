//! The least loss that any network could reach.
//!
//! Given a noisy point the sample's own quantity is still random; the mean square of what is left of it
//! cannot be learned: `E tr Cov(y|x_t)`. With noise that is N(0, I) and independent it follows from
//! `Cov(x1|x_t)`, of which the velocity has `(W/σ)²`, the noise `(α/σ)²` and the score `(α/σ²)²`.

use std::sync::Arc;

use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, standard_normal, stream};
use driftscope_flow::data::{Level, Mixture};
use driftscope_flow::network::{Objective, Pairing, TrainingSettings};
use driftscope_flow::prediction::Prediction;
use rayon::prelude::*;

/// Points over which it is averaged.
const POINTS: usize = 16_384;
/// Drawn together.
const BLOCK: usize = 256;

/// The least loss of a training on `mixture` with noise from N(0, I); none where it is not known: for pairs
/// that are not independent, and for flow maps, whose targets move with the network.
#[must_use]
pub fn least_loss(
    settings: &TrainingSettings,
    mixture: &Arc<Mixture>,
    path: Interpolant,
) -> Option<f64> {
    let known = settings.objective == Objective::FlowMatching
        && settings.coupling == Pairing::Independent
        && settings.loss.is_usual();
    if !known {
        return None;
    }
    // What is known of a point where its label is given.
    let classes: Vec<Option<Mixture>> = if settings.labels {
        mixture.labels().iter().map(|&label| mixture.given(label)).collect()
    } else {
        Vec::new()
    };
    let times = settings.time_law();
    let blocks: Vec<f64> = (0..POINTS / BLOCK)
        .into_par_iter()
        .map(|block| {
            let mut rng = stream(settings.seed, Purpose::Permutation, block as u64);
            let within = (0..BLOCK).map(|k| {
                let share = ((block * BLOCK + k) as f64 + 0.5) / POINTS as f64;
                let t = times.quantile(share) * TrainingSettings::LAST_TIME;
                let component = mixture.draw_component(&mut rng);
                let (x1, x0) = (mixture.draw_from(component, &mut rng), standard_normal(&mut rng));
                let at = path.coefficients(t);
                let x = [0, 1].map(|d| at.alpha * x1[d] + at.sigma * x0[d]);
                let level = Level { alpha: at.alpha, sigma: at.sigma };
                let left = |mixture: &Mixture| {
                    let covariance = mixture.posterior_covariance(level, x);
                    covariance.xx + covariance.yy
                };
                let label = mixture.label(component).filter(|_| settings.labels);
                let labels = mixture.labels();
                let class = label.and_then(|label| labels.iter().position(|&own| own == label));
                let class = class.and_then(|class| classes[class].as_ref());
                let trace = match class {
                    None => left(mixture),
                    Some(class) => {
                        let dropped = settings.drop_labels;
                        dropped * left(mixture) + (1.0 - dropped) * left(class)
                    }
                };
                let factor = match settings.prediction {
                    Prediction::Velocity => path.wronskian(t) / at.sigma,
                    Prediction::Data => 1.0,
                    Prediction::Noise => at.alpha / at.sigma,
                    Prediction::Score => at.alpha / (at.sigma * at.sigma),
                };
                let weight = settings.weighting.weight(settings.prediction, path, t);
                weight.map_or(1.0, |weight| weight.min(settings.clip)) * factor * factor * trace
            });
            within.sum()
        })
        .collect();
    Some(blocks.iter().sum::<f64>() / POINTS as f64)
}

#[cfg(test)]
mod tests {
    use driftscope_flow::data::toy;

    use super::*;

    #[test]
    fn it_is_that_of_the_velocity_on_both_paths() {
        // Measured elsewhere, by quadrature over t and draws: `targets-learning.md`, section 1.
        for (name, path, expected) in [
            ("two-moons", Interpolant::Linear, 2.861),
            ("eight-gaussians", Interpolant::Linear, 3.718),
            ("two-moons", Interpolant::Gvp, 4.517),
            ("eight-gaussians", Interpolant::Gvp, 5.824),
        ] {
            let mixture = Arc::new(toy(name).expect("a toy").mixture());
            let found = least_loss(&TrainingSettings::default(), &mixture, path).expect("known");
            assert!((found / expected - 1.0).abs() < 0.02, "{name} on {path:?}: {found}");
        }
    }

    #[test]
    fn weighed_as_the_velocity_every_prediction_has_the_velocitys() {
        let mixture = Arc::new(toy("rings").expect("a toy").mixture());
        let of = |prediction| {
            let weighting = driftscope_flow::network::Weighting::Velocity;
            let settings = TrainingSettings {
                prediction,
                weighting,
                clip: 1e6,
                ..TrainingSettings::default()
            };
            least_loss(&settings, &mixture, Interpolant::Gvp).expect("known")
        };
        let velocity = of(Prediction::Velocity);
        for prediction in Prediction::ALL {
            let found = of(prediction);
            assert!((found / velocity - 1.0).abs() < 1e-3, "{prediction:?}: {found} {velocity}");
        }
    }

    #[test]
    fn labels_leave_less_and_pairs_leave_it_unknown() {
        let mixture = Arc::new(toy("two-moons").expect("a toy").mixture());
        let of = |settings: TrainingSettings| least_loss(&settings, &mixture, Interpolant::Linear);
        let plain = of(TrainingSettings::default()).expect("known");
        let all = TrainingSettings { labels: true, drop_labels: 1.0, ..Default::default() };
        assert!((of(all.clone()).expect("known") - plain).abs() < 1e-12);
        let told = of(TrainingSettings { drop_labels: 0.0, ..all }).expect("known");
        assert!(told < 0.9 * plain, "{told} {plain}");
        let paired = TrainingSettings { coupling: Pairing::Optimal, ..Default::default() };
        assert_eq!(of(paired), None);
    }
}
