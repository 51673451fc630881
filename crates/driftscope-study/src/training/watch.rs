//! How good a network is while it learns: its samples, and its field beside the exact one.

use std::sync::Arc;

use driftscope_base::field::{Field, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, standard_normal, stream};
use driftscope_flow::data::Mixture;
use driftscope_flow::field::{Asked, ExactField, LearnedField};
use driftscope_flow::network::{Kernel, TrainingSettings, Weights};
use driftscope_solve::measure::sliced_wasserstein;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::reflow::carry;
use super::rounds::Round;

/// Samples that are compared with as many draws of the data.
const SAMPLES: usize = 2_000;
/// Steps of RK4 by which they are made.
const STEPS: usize = 10;
/// Points at which the field is compared with the exact one.
const POINTS: usize = 512;
/// The field is compared from this far inside of both ends of time.
const MARGIN: f64 = 0.02;
/// Numbers that no training and no particle draws from.
const OWN_STREAM: u64 = 1 << 40;

/// What the weights after some steps are worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Steps made before.
    pub step: u64,
    /// Sliced W2 distance of 2000 fresh samples to a draw of the data.
    pub distance: f64,
    /// That between two draws of the data.
    pub floor: f64,
    /// Root mean square error of the velocity over `p_t` and t from 0.02 to 0.98; none where the exact one is
    /// not known.
    pub field_error: Option<f64>,
}

/// What the weights are compared with, made once.
pub(crate) struct Watch {
    path: Interpolant,
    settings: TrainingSettings,
    starts: Vec<[f32; 2]>,
    draw: Vec<[f64; 2]>,
    floor: f64,
    exact: Option<Exact>,
}

/// Velocities of the exact field at some points.
struct Exact {
    times: Vec<f64>,
    points: Vec<f64>,
    velocities: Vec<f64>,
}

impl Watch {
    pub fn new(
        settings: &TrainingSettings,
        mixture: &Arc<Mixture>,
        source: Option<&Mixture>,
        path: Interpolant,
    ) -> Self {
        let mut rng = stream(settings.seed, Purpose::Draw, OWN_STREAM);
        let start = |rng: &mut ChaCha8Rng| match source {
            Some(source) => source.draw(rng),
            None => standard_normal(rng),
        };
        let starts = (0..SAMPLES).map(|_| start(&mut rng).map(|x| x as f32)).collect();
        let draw = mixture.sample(&mut rng, SAMPLES);
        let floor = sliced_wasserstein(&draw, &mixture.sample(&mut rng, SAMPLES));
        let independent = source.is_none() && settings.coupling().is_independent();
        let exact = independent.then(|| Exact::of(mixture, path, &mut rng));
        Self { path, settings: settings.clone(), starts, draw, floor, exact }
    }

    /// What `weights` after so many steps are worth.
    pub fn look(&self, weights: &Weights, step: u64) -> Quality {
        let field = self.field(weights);
        let last = Field::<f32>::last_time(&field).min(1.0);
        let ends = carry(&field, last, STEPS, &self.starts, |_| {});
        Quality {
            step,
            distance: self.distance(&ends),
            floor: self.floor,
            field_error: self.exact.as_ref().map(|exact| exact.error(&field)),
        }
    }

    /// How straight the flow of `weights` is, the last of a round.
    pub fn look_at_round(&self, weights: &Weights, round: u64) -> Round {
        let distance = |ends: &[[f32; 2]]| self.distance(ends) / self.floor;
        Round::of(&self.field(weights), round, &self.starts, distance)
    }

    fn field(&self, weights: &Weights) -> LearnedField {
        let (prediction, trained_on) = (self.settings.prediction, self.path);
        let asked = Asked { prediction, trained_on, label: None };
        LearnedField::of_network(Arc::new(Kernel::new(weights)), asked, self.path)
    }

    /// Sliced W2 distance to the draw of the data.
    fn distance(&self, ends: &[[f32; 2]]) -> f64 {
        let ends: Vec<[f64; 2]> = ends.iter().map(|end| end.map(f64::from)).collect();
        sliced_wasserstein(&ends, &self.draw)
    }
}

impl Exact {
    fn of(mixture: &Arc<Mixture>, path: Interpolant, rng: &mut ChaCha8Rng) -> Self {
        let (mut times, mut points) = (Vec::new(), vec![0.0; 2 * POINTS]);
        for (index, x1) in mixture.sample(rng, POINTS).into_iter().enumerate() {
            let share = (index as f64 + 0.5) / POINTS as f64;
            let t = MARGIN + (1.0 - 2.0 * MARGIN) * share;
            let (at, x0) = (path.coefficients(t), standard_normal(rng));
            for d in 0..2 {
                points[d * POINTS + index] = at.alpha * x1[d] + at.sigma * x0[d];
            }
            times.push(t);
        }
        let field = ExactField::new(Arc::clone(mixture), path);
        let mut velocities = vec![0.0; points.len()];
        field.velocity(Times::Each(&times), &points, &mut velocities);
        Self { times, points, velocities }
    }

    fn error(&self, field: &LearnedField) -> f64 {
        let mut learned = vec![0.0; self.points.len()];
        field.velocity(Times::Each(&self.times), &self.points, &mut learned);
        let squares = learned.iter().zip(&self.velocities).map(|(a, b)| (a - b).powi(2));
        (squares.sum::<f64>() / POINTS as f64).sqrt()
    }
}
