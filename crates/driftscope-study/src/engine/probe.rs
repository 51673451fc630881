//! Everything a scene says about single points, in double precision.

use std::sync::Arc;

use driftscope_base::field::{Field, Times};
use driftscope_base::interpolant::Coefficients;
use driftscope_flow::field::{ClassicField, ExactField, NoisingField};

use super::models::{LoadedModel, model_of, needs_model};
use super::process::Process;
use super::run::RunError;
use crate::scene::{Direction, Problem, Scene};

/// A scene's field, interpolant and diffusion, ready to be asked.
pub struct Probe {
    scene: Scene,
    field: ProbedField,
}

enum ProbedField {
    Exact(ExactField),
    Other(Process<f64>),
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
        if let Some(classic) = scene.classic() {
            return Ok(Self { scene: scene.clone(), field: ProbedField::Classic(classic) });
        }
        let model = match model {
            Some(model) if needs_model(scene) => Some(Arc::clone(model)),
            _ => model_of(scene)?,
        };
        let mixture = Arc::new(scene.mixture().map_err(|error| Problem {
            key: "data.mixture",
            value: "this mixture".into(),
            allowed: error.to_string(),
        })?);
        let field = if scene.direction != Direction::Noise && model.is_none() {
            ProbedField::Exact(ExactField::new(mixture, scene.path()))
        } else {
            ProbedField::Other(Process::of(scene, &mixture, model.as_deref()))
        };
        Ok(Self { scene: scene.clone(), field })
    }

    /// The last time that may be asked for.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        match &self.field {
            ProbedField::Exact(field) => Field::<f64>::last_time(field),
            ProbedField::Other(process) => process.last_time,
            ProbedField::Classic(_) => return f64::INFINITY,
        }
        .min(1.0)
    }

    /// The velocities at many points at once, feature-major like the points: n values of x, then n
    /// of y. Times and directions are as in [`Self::at`].
    #[must_use]
    pub fn velocities(&self, t: f64, points: &[f64]) -> Vec<f64> {
        let mut velocities = vec![0.0; points.len()];
        let times = Times::Shared(self.scene.direction.own_time(t));
        match &self.field {
            ProbedField::Exact(field) => {
                field.velocity(Times::Shared(t), points, &mut velocities);
                if self.scene.direction.falls() {
                    for velocity in &mut velocities {
                        *velocity = -*velocity;
                    }
                }
            }
            ProbedField::Other(process) => process.field.velocity(times, points, &mut velocities),
            ProbedField::Classic(field) => field.velocity(times, points, &mut velocities),
        }
        velocities
    }

    /// Whether there is a velocity and nothing else: no score, no interpolant.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        matches!(self.field, ProbedField::Classic(_))
    }

    /// The values at `x` and `t` (data at t = 1, also where t falls and the velocity is that of
    /// rising noising time) from 0 to [`Self::last_time`]. What is undefined there (the score
    /// of a learned field at t = 1, SBDM's D at t = 0) is infinite or NaN.
    #[must_use]
    pub fn at(&self, t: f64, x: [f64; 2]) -> Probed {
        let direction = self.scene.direction;
        let path = self.scene.path();
        let coefficients = path.coefficients(t);
        let own_time = direction.own_time(t);
        let (velocity, score, log_density) = match &self.field {
            ProbedField::Exact(field) => {
                let here = field.at(t, x);
                let turn = if direction.falls() { -1.0 } else { 1.0 };
                (here.velocity.map(|v| turn * v), here.score, Some(here.log_density))
            }
            ProbedField::Other(process) => {
                let (mut velocity, mut score) = ([0.0; 2], [0.0; 2]);
                let times = Times::Shared(own_time);
                process.field.velocity_and_score(times, &x, &mut velocity, &mut score);
                (velocity, score, None)
            }
            ProbedField::Classic(field) => (field.at(t, x), [f64::NAN; 2], None),
        };
        let diffusion = match direction {
            Direction::Noise => NoisingField::diffusion(own_time),
            Direction::Generate | Direction::Encode => {
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
            &["direction=encode", "field.kind=exact"],
            &["direction=encode"],
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
