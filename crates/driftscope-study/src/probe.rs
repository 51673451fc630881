//! Everything a scene says about single points, in double precision.

use driftscope_base::field::Times;
use driftscope_base::interpolant::Coefficients;

use crate::experiment::Experiment;
use crate::scene::{Direction, Scene};

/// An experiment's field, interpolant and diffusion, ready to be asked.
pub struct Probe {
    experiment: Experiment,
}

/// The values at one point.
#[derive(Clone, Copy, Debug)]
pub struct Probed {
    /// v(x, t).
    pub velocity: [f64; 2],
    /// ∇ log `p_t(x)`; none of a classic ODE, in the forward direction, which is run without it, and with a
    /// source of its own, where nothing follows from it.
    pub score: Option<[f64; 2]>,
    /// E[x0 | `x_t` = x]; none of a classic ODE and in the forward direction.
    pub noise: Option<[f64; 2]>,
    /// E[x1 | `x_t` = x], likewise.
    pub data: Option<[f64; 2]>,
    /// D(t).
    pub diffusion: f64,
    /// log `p_t(x)`, where it is known: not of a network's, nor where guidance leads elsewhere.
    pub log_density: Option<f64>,
    /// The interpolant.
    pub coefficients: Coefficients,
}

impl Probe {
    /// Asks about an experiment.
    #[must_use]
    pub fn new(experiment: Experiment) -> Self {
        Self { experiment }
    }

    /// The last time that may be asked for.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        let last = self.experiment.last_time;
        if self.is_classic() { last } else { last.min(1.0) }
    }

    /// The velocities at many points at once, feature-major like the points: n values of x, then n
    /// of y. Times and directions are as in [`Self::at`].
    #[must_use]
    pub fn velocities(&self, t: f64, points: &[f64]) -> Vec<f64> {
        let mut velocities = vec![0.0; points.len()];
        let times = Times::Shared(self.scene().direction.own_time(t));
        self.experiment.field().velocity(times, points, &mut velocities);
        velocities
    }

    fn scene(&self) -> &Scene {
        &self.experiment.scene
    }

    /// Whether there is a velocity and nothing else: no score, no interpolant.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        self.scene().classic().is_some()
    }

    /// The values at `x` and `t` (data at t = 1, also in the forward direction, where the velocity
    /// is that of rising noising time) from 0 to [`Self::last_time`]. What is undefined there (the score
    /// of a learned field at t = 1, SBDM's D at t = 0) is infinite or NaN.
    #[must_use]
    pub fn at(&self, t: f64, x: [f64; 2]) -> Probed {
        let scene = self.scene();
        let direction = scene.direction;
        let coefficients = scene.path().coefficients(t);
        let own_time = direction.own_time(t);
        let turn = if direction.falls() { -1.0 } else { 1.0 };
        let mut values = Probed {
            velocity: [0.0; 2],
            score: None,
            noise: None,
            data: None,
            diffusion: self.experiment.diffusion(own_time),
            log_density: None,
            coefficients,
        };
        if let Some(here) = self.experiment.known(t, x) {
            values.velocity = here.velocity.map(|v| turn * v);
            values.score = (!scene.has_source()).then_some(here.score);
            (values.noise, values.data) = (Some(here.noise), Some(here.data));
            values.log_density = (!scene.is_guided()).then_some(here.log_density);
            return values;
        }
        let times = Times::Shared(own_time);
        let scored = self.experiment.process().filter(|_| direction != Direction::Noise);
        let Some(field) = scored else {
            self.experiment.field().velocity(times, &x, &mut values.velocity);
            return values;
        };
        let mut score = [0.0; 2];
        field.velocity_and_score(times, &x, &mut values.velocity, &mut score);
        values.score = Some(score);
        values.noise = Some(score.map(|s| -coefficients.sigma * s));
        let [of_point, of_velocity] = scene.path().mean_weights(t)[0];
        let velocity = values.velocity.map(|v| turn * v);
        values.data = Some([0, 1].map(|d| of_point * x[d] + of_velocity * velocity[d]));
        values
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::networks::Networks;

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
            let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
            let experiment = Experiment::new(&scene, &Networks::default()).expect("a field");
            let probe = Probe::new(experiment);
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
