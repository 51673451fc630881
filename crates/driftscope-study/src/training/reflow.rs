//! Reflow: noise and where the flow of a network leads it, to train on again (Liu et al. 2023, "Flow
//! straight and fast", arXiv:2209.03003). The marginals stay what they are, paths become straighter.

use std::sync::Arc;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, standard_normal, stream};
use driftscope_flow::field::LearnedField;
use driftscope_flow::network::{Samples, TrainingData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Steps of RK4 from noise to data: a coarser solve would teach its own error.
const STEPS: usize = 20;
/// Pairs that are carried along together.
const BLOCK: usize = 512;

/// Pairs of noise and where the flow leads it.
#[derive(Debug)]
pub struct Pairs {
    starts: Vec<[f32; 2]>,
    ends: Vec<[f32; 2]>,
}

impl Pairs {
    /// `count` pairs of `network` on `path`; the noise is that of no particle and of no other round.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised.
    pub fn carried_by(
        network: &LearnedField,
        path: Interpolant,
        count: usize,
        (seed, round): (u64, u64),
        cancel: &Cancel,
    ) -> Result<Self, Cancelled> {
        let last = Field::<f32>::last_time(network).min(path.last_time()).min(1.0);
        let blocks: Result<Vec<_>, Cancelled> = (0..count.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                cancel.check()?;
                let mut rng = stream(seed, Purpose::Pairs, (round << 32) | block as u64);
                let size = BLOCK.min(count - block * BLOCK);
                let starts: Vec<[f32; 2]> =
                    (0..size).map(|_| standard_normal(&mut rng).map(|x| x as f32)).collect();
                let ends = carry(network, last, STEPS, &starts, |_| {});
                Ok((starts, ends))
            })
            .collect();
        let (starts, ends): (Vec<_>, Vec<_>) = blocks?.into_iter().unzip();
        Ok(Self { starts: starts.concat(), ends: ends.concat() })
    }

    /// Draws of them, with replacement.
    #[must_use]
    pub fn draws(self: &Arc<Self>, rng: ChaCha8Rng) -> Box<dyn TrainingData> {
        Box::new(PairDraws { pairs: Arc::clone(self), rng })
    }
}

/// Where `steps` steps of RK4 from t = 0 to `last` lead; `observe` is shown the velocities at the beginning of
/// each, first all along x, then all along y.
pub(super) fn carry(
    field: &LearnedField,
    last: f64,
    steps: usize,
    starts: &[[f32; 2]],
    mut observe: impl FnMut(&[f32]),
) -> Vec<[f32; 2]> {
    let count = starts.len();
    let mut state: Vec<f32> =
        [0, 1].iter().flat_map(|&d| starts.iter().map(move |x| x[d])).collect();
    let mut stages = [(); 4].map(|()| vec![0.0_f32; 2 * count]);
    let mut point = state.clone();
    for step in 0..steps {
        let [t, t1] = [step, step + 1].map(|k| last * k as f64 / steps as f64);
        let h = (t1 - t) as f32;
        for stage in 0..4 {
            let share = [0.0, 0.5, 0.5, 1.0][stage];
            for (j, point) in point.iter_mut().enumerate() {
                let slope = if stage == 0 { 0.0 } else { stages[stage - 1][j] };
                *point = state[j] + share as f32 * h * slope;
            }
            field.velocity(Times::Shared(t + share * (t1 - t)), &point, &mut stages[stage]);
        }
        observe(&stages[0]);
        let [first, second, third, fourth] = &stages;
        for (j, x) in state.iter_mut().enumerate() {
            *x += h / 6.0 * (first[j] + 2.0 * (second[j] + third[j]) + fourth[j]);
        }
    }
    (0..count).map(|i| [state[i], state[count + i]]).collect()
}

struct PairDraws {
    pairs: Arc<Pairs>,
    rng: ChaCha8Rng,
}

impl TrainingData for PairDraws {
    fn draw(&mut self, samples: &mut Samples) {
        samples.source.clear();
        let Self { pairs, rng } = self;
        for point in &mut samples.data {
            let index = rng.random_range(0..pairs.starts.len());
            *point = pairs.ends[index];
            samples.source.push(pairs.starts[index]);
        }
    }

    fn stream(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }
}
