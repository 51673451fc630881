//! The field of a network of others.

use std::sync::Arc;

use driftscope_base::field::{Field, ScoredField, Times};
use driftscope_base::interpolant::Interpolant;

use super::converted::Converted;
use super::evaluate::Evaluate;
use crate::network::foreign::{Convention, ForeignNetwork, ForeignOutput, Noising, Towards};

/// Scores are taken at no smaller σ, where they would be a division by zero.
const LEAST_SIGMA: f64 = 1e-5;

/// A network of others serving any path.
///
/// A point is taken to the network's noise level of equal σ/α (in its own data, which may be scaled and
/// shifted), and what the network says there of `E[x1|x]` and `E[x0|x]` gives velocity and score here.
/// Levels at which that would be 0/0 are held: networks that predict noise or score at σ/α = 99, those that
/// predict data at 1/99, so that the last step ends on `E[x1|x]`.
///
/// Derivatives are central differences.
#[derive(Clone, Debug)]
pub struct ForeignField {
    network: Arc<dyn ForeignNetwork>,
    convention: Convention,
    to: Interpolant,
}

/// What a point's time says of its conversion: velocity and score here are linear in the network's point
/// and output.
#[derive(Clone, Copy, Debug)]
struct Twin {
    /// What the network takes as its time.
    time: f64,
    /// The network's point is the point here times `scale`, plus `offset`, times `input`.
    scale: f64,
    offset: [f64; 2],
    input: f64,
    /// Weights of the network's point (before `input`) and of its output in the velocity here.
    velocity: [f64; 2],
    /// What is added to the velocity.
    drift: [f64; 2],
    /// The same weights in the score.
    score: [f64; 2],
}

impl ForeignField {
    /// The field on `path` of a network whose inputs and outputs `convention` tells.
    #[must_use]
    pub fn new(
        network: Arc<dyn ForeignNetwork>,
        convention: Convention,
        path: Interpolant,
    ) -> Self {
        Self { network, convention, to: path }
    }

    fn twin(&self, t: f64) -> Twin {
        let Convention { scale: spread, shift, noising, prediction, .. } = self.convention;
        let here = self.to.coefficients(t);
        let level = self.convention.level(here.alpha * spread, here.sigma);
        // Equal to x1's factor where the level is not held; where it is held, what is larger counts.
        let (ours, theirs) = (here.sigma * level.alpha, level.sigma * spread * here.alpha);
        let by_noise = if (ours - theirs).abs() <= 1e-9 * theirs.abs() {
            here.sigma.abs() > here.alpha.abs()
        } else {
            ours > theirs
        };
        let scale =
            if by_noise { level.sigma / here.sigma } else { level.alpha / (here.alpha * spread) };
        let offset = shift.map(|shift| -level.alpha * shift / spread);
        let mut velocity =
            [0, 1].map(|k| here.d_alpha * spread * level.data[k] + here.d_sigma * level.noise[k]);
        if let (Noising::Path(path), ForeignOutput::Velocity(towards)) = (noising, prediction)
            && path == self.to
            && (spread - 1.0).abs() <= 0.0
            && shift.iter().all(|shift| shift.abs() <= 0.0)
        {
            // Its own velocity, as it is.
            velocity = [0.0, if towards == Towards::Data { 1.0 } else { -1.0 }];
        }
        let sigma = here.sigma.max(level.sigma / scale.abs()).max(LEAST_SIGMA);
        Twin {
            time: level.time,
            scale,
            offset,
            input: level.input,
            velocity,
            drift: shift.map(|shift| here.d_alpha * shift),
            score: level.noise.map(|weight| -weight / sigma),
        }
    }

    /// Writes velocities, and scores if wanted.
    fn convert<S: Evaluate>(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        mut scores: Option<&mut [S]>,
    ) {
        let count = points.len() / 2;
        let twins: Vec<Twin> = match times {
            Times::Shared(t) => vec![self.twin(t); count],
            Times::Each(times) => times.iter().map(|&t| self.twin(t)).collect(),
        };
        let mut there = vec![0.0; points.len()];
        for (i, twin) in twins.iter().enumerate() {
            for (d, j) in [i, count + i].into_iter().enumerate() {
                there[j] = points[j].to_f64() * twin.scale + twin.offset[d];
            }
        }
        let inputs: Vec<S> = there
            .iter()
            .zip(twins.iter().cycle())
            .map(|(&x, twin)| S::from_f64(x * twin.input))
            .collect();
        let times: Vec<f64> = twins.iter().map(|twin| twin.time).collect();
        S::evaluate_foreign(&*self.network, &times, &inputs, velocities);
        for (i, twin) in twins.iter().enumerate() {
            for (d, j) in [i, count + i].into_iter().enumerate() {
                let (x, output) = (there[j], velocities[j].to_f64());
                let of = |[of_point, of_output]: [f64; 2]| of_point * x + of_output * output;
                velocities[j] = S::from_f64(of(twin.velocity) + twin.drift[d]);
                if let Some(scores) = &mut scores {
                    scores[j] = S::from_f64(of(twin.score));
                }
            }
        }
    }
}

impl<S: Evaluate> Field<S> for ForeignField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        self.convert(times, points, velocities, None);
    }

    /// Central differences in f64, over a distance that suits the precision of the network.
    fn jacobian(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        derivatives: [&mut [S]; 2],
    ) -> bool {
        self.convert(times, points, velocities, None);
        let count = points.len() / 2;
        let steps: Vec<f64> = (0..count)
            .map(|i| {
                let twin = self.twin(times.at(i));
                self.network.derivative_step() / (twin.scale * twin.input).abs()
            })
            .collect();
        for (d, by) in derivatives.into_iter().enumerate() {
            let moved = |sign: f64| {
                let mut points: Vec<f64> = points.iter().map(|x| x.to_f64()).collect();
                let along = points[d * count..].iter_mut();
                along.zip(&steps).for_each(|(x, step)| *x += sign * step);
                let mut out = vec![0.0; points.len()];
                self.convert(times, &points, &mut out, None);
                out
            };
            let (ahead, behind) = (moved(1.0), moved(-1.0));
            for (j, by) in by.iter_mut().enumerate() {
                *by = S::from_f64((ahead[j] - behind[j]) / (2.0 * steps[j % count]));
            }
        }
        true
    }

    fn last_time(&self) -> f64 {
        Converted::<()>::end_of_definition(self.to)
    }
}

impl<S: Evaluate> ScoredField<S> for ForeignField {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        self.convert(times, points, velocities, Some(scores));
    }
}

#[cfg(test)]
mod tests;
