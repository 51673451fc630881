//! Everything a scene says about single points, in double precision.

use std::sync::Arc;

use super::models::{LoadedModel, model_of, needs_model};
use super::run::RunError;
use crate::field::{
    ClassicField, ExactField, Field, LearnedField, NoisingField, ScoredField, Times,
};
use crate::interpolant::{Coefficients, Interpolant};
use crate::scene::{Direction, Problem, Scene};

/// A scene's field, interpolant and diffusion, ready to be asked.
pub struct Probe {
    scene: Scene,
    field: ProbedField,
}

enum ProbedField {
    Exact(ExactField),
    Other(Box<dyn ScoredField<f64>>),
    Classic(ClassicField),
}

/// The values at one point.
#[derive(Clone, Copy, Debug)]
pub struct Probed {
    /// v(x, t).
    pub velocity: [f64; 2],
    /// ∇ log `p_t(x)`.
    pub score: [f64; 2],
    /// E[x0 | `x_t` = x].
    pub noise: [f64; 2],
    /// D(t).
    pub diffusion: f64,
    /// log `p_t(x)`, where it is known.
    pub log_density: Option<f64>,
    /// The interpolant.
    pub coefficients: Coefficients,
}

impl Probe {
    /// Prepares a scene.
    ///
    /// # Errors
    /// If the scene or its model is refused.
    pub fn new(scene: &Scene) -> Result<Self, RunError> {
        Self::with_model(scene, None)
    }

    /// Prepares a scene; `model` stands in for its own.
    ///
    /// # Errors
    /// If the scene or its model is refused.
    pub fn with_model(scene: &Scene, model: Option<&Arc<LoadedModel>>) -> Result<Self, RunError> {
        scene.check_beside(model.is_some())?;
        let path = scene.interpolant.kind;
        if let Some(classic) = scene.classic() {
            return Ok(Self { scene: scene.clone(), field: ProbedField::Classic(classic) });
        }
        let model = match model {
            Some(model) if needs_model(scene) => Some(Arc::clone(model)),
            _ => model_of(scene)?,
        };
        let field = match (scene.direction, model) {
            (Direction::Noise, _) => ProbedField::Other(Box::new(NoisingField)),
            (Direction::Generate, Some(model)) => ProbedField::Other(Box::new(
                LearnedField::of_network(Arc::clone(&model.kernel), model.trained_on, path),
            )),
            (Direction::Generate, None) => {
                let mixture = scene.mixture().map_err(|error| Problem {
                    key: "data.mixture",
                    value: "this mixture".into(),
                    allowed: error.to_string(),
                })?;
                ProbedField::Exact(ExactField::new(Arc::new(mixture), path))
            }
        };
        Ok(Self { scene: scene.clone(), field })
    }

    /// The last time that may be asked for.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        match &self.field {
            ProbedField::Exact(field) => Field::<f64>::last_time(field),
            ProbedField::Other(field) => field.last_time(),
            ProbedField::Classic(_) => return f64::INFINITY,
        }
        .min(1.0)
    }

    /// The velocities at many points at once, feature-major like the points: n values of x, then n
    /// of y. Times and directions are as in [`Self::at`].
    #[must_use]
    pub fn velocities(&self, t: f64, points: &[f64]) -> Vec<f64> {
        let own_time = match self.scene.direction {
            Direction::Noise => 1.0 - t,
            Direction::Generate => t,
        };
        let mut velocities = vec![0.0; points.len()];
        let times = Times::Shared(own_time);
        match &self.field {
            ProbedField::Exact(field) => field.velocity(times, points, &mut velocities),
            ProbedField::Other(field) => field.velocity(times, points, &mut velocities),
            ProbedField::Classic(field) => field.velocity(times, points, &mut velocities),
        }
        velocities
    }

    /// Whether there is a velocity and nothing else: no score, no interpolant.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        matches!(self.field, ProbedField::Classic(_))
    }

    /// The values at `x` and `t` (data at t = 1, also in the forward direction, where the velocity
    /// is that of rising noising time) from 0 to [`Self::last_time`]. What is undefined there (the score
    /// of a learned field at t = 1, SBDM's D at t = 0) is infinite or NaN.
    #[must_use]
    pub fn at(&self, t: f64, x: [f64; 2]) -> Probed {
        let forwards = self.scene.direction == Direction::Noise;
        // The forward direction is that of the VP-SDE, in noising time.
        let path = if forwards { Interpolant::Vp } else { self.scene.interpolant.kind };
        let coefficients = path.coefficients(t);
        let own_time = if forwards { 1.0 - t } else { t };
        let (velocity, score, log_density) = match &self.field {
            ProbedField::Exact(field) => {
                let here = field.at(t, x);
                (here.velocity, here.score, Some(here.log_density))
            }
            ProbedField::Other(field) => {
                let (mut velocity, mut score) = ([0.0; 2], [0.0; 2]);
                field.velocity_and_score(Times::Shared(own_time), &x, &mut velocity, &mut score);
                (velocity, score, None)
            }
            ProbedField::Classic(field) => (field.at(t, x), [f64::NAN; 2], None),
        };
        let diffusion = match self.scene.direction {
            Direction::Noise => NoisingField::diffusion(own_time),
            Direction::Generate => {
                let diffusion = self.scene.diffusion;
                diffusion.form.coefficient(path, diffusion.norm, t)
            }
        };
        Probed {
            velocity,
            score,
            noise: score.map(|s| -coefficients.sigma * s),
            diffusion,
            log_density,
            coefficients,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_points_at_once_have_the_velocities_of_single_ones() {
        for settings in [
            &["field.kind=exact"][..],
            &["field.kind=learned"],
            &["direction=noise"],
            &["field.kind=classic", "field.system=van-der-pol"],
        ] {
            let settings: Vec<String> = settings.iter().map(|&setting| setting.into()).collect();
            let scene = Scene::with_settings(None, &settings).expect("a scene");
            let probe = Probe::new(&scene).expect("a field");
            let points = [0.3, -1.1, 0.8, 0.2, 0.9, -0.4];
            let found = probe.velocities(0.4, &points);
            for i in 0..3 {
                let single = probe.at(0.4, [points[i], points[3 + i]]).velocity;
                for (d, single) in single.into_iter().enumerate() {
                    let difference = (found[3 * d + i] - single).abs();
                    assert!(difference < 1e-12, "{settings:?}: {difference}");
                }
            }
        }
    }
}
