//! The pairs of noise and data that a training begins with.

use driftscope_flow::coupling::crossings;
use driftscope_flow::network::{TrainingData, TrainingError, TrainingSettings, first_pairs};
use serde::{Deserialize, Serialize};

/// Pairs of the first batch of a training, to be looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingPairs {
    /// The ends at t = 0.
    pub noise: Vec<[f64; 2]>,
    /// The ends at t = 1, each with its own at t = 0.
    pub data: Vec<[f64; 2]>,
    /// How many of the straight lines between them cross each other; see [`crossings`].
    pub crossings: usize,
}

impl TrainingPairs {
    /// So many are looked at, at most: more lines would hide each other.
    pub const MOST: usize = 128;

    /// Those that a training on `data` draws first: whole blocks of them, as many as are no more than
    /// [`Self::MOST`] pairs; of a larger block its first ones. What is optimal in the whole is so in any part.
    pub(super) fn of(
        settings: &TrainingSettings,
        data: Box<dyn TrainingData>,
    ) -> Result<Self, TrainingError> {
        let block = settings.coupling().block().unwrap_or(1);
        let whole = Self::MOST / block * block;
        let count = if whole == 0 { Self::MOST } else { whole };
        let pairs = first_pairs(settings, data, count)?;
        let (noise, data): (Vec<_>, Vec<_>) = pairs.into_iter().map(|[x0, x1]| (x0, x1)).unzip();
        Ok(Self { crossings: crossings(&noise, &data), noise, data })
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.noise.len()
    }
}

#[cfg(test)]
mod tests {
    use driftscope_flow::coupling::mean_cost;

    use super::*;
    use crate::scene::Scene;
    use crate::training::TrainingRequest;

    /// The training of a scene with these settings.
    fn request(settings: &[&str]) -> TrainingRequest {
        let all = ["training.hidden=16", "training.depth=1", "data.name=two-moons"];
        let all: Vec<String> = all.iter().chain(settings).map(ToString::to_string).collect();
        let scene = Scene::with_settings(None, &all).expect("a scene");
        TrainingRequest::of_scene(&scene).expect("data")
    }

    fn pairs(settings: &[&str]) -> TrainingPairs {
        request(settings).pairs().expect("in range")
    }

    #[test]
    fn they_are_those_of_the_first_step() {
        // The first field is zero, and the loss of the first step on the linear path so the mean of |x1 − x0|².
        for settings in [
            &["training.coupling=independent", "training.batch=100"][..],
            &["training.coupling=optimal", "training.block=64", "training.batch=128"],
            &["training.coupling=optimal", "training.block=32", "training.batch=70"],
            &["training.coupling=sinkhorn", "training.block=16", "training.batch=128"],
            &["training.coupling=optimal", "training.batch=64", "source.name=rings"],
            &["training.coupling=sinkhorn", "training.batch=64", "training.labels=true"],
            &["training.rounds=1", "training.seed=7", "training.batch=128"],
        ] {
            let request = request(&[settings, &["interpolant.kind=linear"]].concat());
            let pairs = request.pairs().expect("in range");
            assert_eq!(pairs.count(), request.settings.batch, "{settings:?}: all of the batch");
            let cost = mean_cost(&pairs.noise, &pairs.data);
            let loss = request.trainer().expect("in range").step().expect("a step").loss;
            let off = f64::from(loss) / cost - 1.0;
            assert!(off.abs() < 1e-5, "{settings:?}: loss {loss}, mean cost {cost}");
        }
    }

    #[test]
    fn a_part_of_a_batch_is_paired_as_in_the_whole() {
        for coupling in ["independent", "optimal", "sinkhorn"] {
            for block in [2, 48, 128, 200] {
                let settings =
                    [format!("training.coupling={coupling}"), format!("training.block={block}")];
                let request = request(&settings.each_ref().map(String::as_str));
                let (settings, data) = (request.settings.of_round(0), request.draws());
                let whole = first_pairs(&settings, data, settings.batch).expect("in range");
                assert_eq!(whole.len(), 512);
                let pairs = request.pairs().expect("in range");
                let shown = pairs.noise.iter().zip(&pairs.data).map(|(&x0, &x1)| [x0, x1]);
                let wanted = if coupling != "independent" && block == 48 { 96 } else { 128 };
                assert_eq!(shown.collect::<Vec<_>>(), whole[..wanted], "{coupling}, {block}");
            }
        }
    }

    #[test]
    fn independent_pairs_cross_everywhere_and_optimal_ones_hardly() {
        let of = |coupling: &str| pairs(&[&format!("training.coupling={coupling}")]);
        let [independent, sinkhorn, optimal] = ["independent", "sinkhorn", "optimal"].map(of);
        let count = |pairs: &TrainingPairs| (pairs.count(), pairs.crossings);
        let found = [&independent, &sinkhorn, &optimal].map(count);
        assert!(found[0].0 == 128 && found[0].1 > 500, "{found:?}");
        assert!(found[1].1 < found[0].1, "{found:?}");
        assert!(20 * found[2].1 < found[0].1, "{found:?}");
        // The ends are the same ones, paired otherwise.
        assert_eq!(independent.noise, optimal.noise);
        let sorted = |pairs: &TrainingPairs| {
            let mut data = pairs.data.clone();
            data.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
            data
        };
        assert_eq!(sorted(&independent), sorted(&optimal));
    }

    #[test]
    fn no_two_optimal_pairs_of_a_block_would_gain_by_an_exchange_of_their_ends() {
        let of = |coupling: &str| {
            pairs(&[&format!("training.coupling={coupling}"), "training.block=64"])
        };
        let gains = |pairs: &TrainingPairs| {
            let along = |i: usize, j: usize| {
                let between = |ends: &[[f64; 2]]| [0, 1].map(|d| ends[i][d] - ends[j][d]);
                let (x0, x1) = (between(&pairs.noise), between(&pairs.data));
                x0[0] * x1[0] + x0[1] * x1[1]
            };
            let block = |i: usize| i / 64;
            let all = (0..pairs.count()).flat_map(|i| (0..i).map(move |j| (i, j)));
            all.filter(|&(i, j)| block(i) == block(j) && along(i, j) < -1e-12).count()
        };
        assert_eq!(gains(&of("optimal")), 0);
        assert!(gains(&of("independent")) > 500);
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let mut request = request(&["training.coupling=optimal"]);
        request.settings.block = 1;
        assert!(request.pairs().expect_err("too small").to_string().contains("block"));
    }
}
