//! A scene made ready, once: everything checked, its field built, its starts and noise known. All that
//! runs or measures takes one.

use std::sync::Arc;

use driftscope_base::field::{Field, Reversed, ScoredField};
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::{Level, Mixture};
use driftscope_flow::field::{ClassicField, Evaluate, ExactField, LearnedField, NoisingField};
use driftscope_solve::brownian::Noise;
use driftscope_solve::sde::LastStep;
use driftscope_solve::{OdeSettings, Tolerances};
use thiserror::Error;

use crate::given_noise::{GivenNoise, GivenNoiseError, Ordered};
use crate::networks::{LoadedNetwork, NetworkError, Networks};
use crate::scene::{Direction, Problem, Scene};
use crate::starts::start_of;

/// Why a scene is no experiment.
#[derive(Debug, Error)]
pub enum ExperimentError {
    /// A value in the scene.
    #[error(transparent)]
    Scene(#[from] Problem),
    /// Noise that does not serve the scene.
    #[error(transparent)]
    Noise(#[from] GivenNoiseError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// What is handed in beside the scene, in place of what its seed gives.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Starting points; as many as the scene has particles.
    pub starts: Option<Arc<[[f64; 2]]>>,
    /// Noise of the steps.
    pub noise: Option<Arc<GivenNoise>>,
}

/// A scene ready to be run and measured.
#[derive(Clone)]
pub struct Experiment {
    /// The scene.
    pub scene: Arc<Scene>,
    /// The data.
    pub mixture: Arc<Mixture>,
    /// The network, if the scene has a learned field.
    pub network: Option<Arc<LoadedNetwork>>,
    /// First and last time of the noisy or adaptive part (noising times in the forward direction).
    pub interval: (f64, f64),
    /// The last t at which the field may be evaluated; ∞ where it goes on.
    pub last_time: f64,
    given: Given,
    dynamics: Dynamics,
}

#[derive(Clone)]
enum Dynamics {
    Exact(ExactField),
    Learned(LearnedField),
    Noising(NoisingField),
    /// The same fields on the way from data to noise.
    ExactBackwards(Arc<Reversed<Box<ExactField>>>),
    LearnedBackwards(Arc<Reversed<Box<LearnedField>>>),
    Classic(ClassicField),
}

impl Experiment {
    /// Makes a scene ready; its network is looked for among `networks`.
    ///
    /// # Errors
    /// If the scene or its network is refused.
    pub fn new(scene: &Arc<Scene>, networks: &Networks) -> Result<Self, ExperimentError> {
        Self::with(scene, networks, Given::default())
    }

    /// The same with what is handed in beside the scene.
    ///
    /// # Errors
    /// If the scene, its network or what is given is refused.
    ///
    /// # Panics
    /// If there are not as many starts as particles.
    pub fn with(
        scene: &Arc<Scene>,
        networks: &Networks,
        given: Given,
    ) -> Result<Self, ExperimentError> {
        scene.check()?;
        let network = networks.of(scene)?;
        Self::assemble(scene, network, given)
    }

    /// The experiment with another scene and the same network, if the scene is solved with one; what was
    /// given stays behind.
    ///
    /// # Errors
    /// If the scene is refused.
    pub fn variant(&self, scene: Scene) -> Result<Self, ExperimentError> {
        scene.check()?;
        let network = self.network.clone().filter(|_| scene.needs_network());
        Self::assemble(&Arc::new(scene), network, Given::default())
    }

    /// The experiment with another scene and another network.
    ///
    /// # Errors
    /// If the scene is refused.
    pub fn with_network(
        scene: &Arc<Scene>,
        network: Arc<LoadedNetwork>,
    ) -> Result<Self, ExperimentError> {
        scene.check()?;
        Self::assemble(scene, Some(network).filter(|_| scene.needs_network()), Given::default())
    }

    /// What a checked scene comes to.
    fn assemble(
        scene: &Arc<Scene>,
        network: Option<Arc<LoadedNetwork>>,
        given: Given,
    ) -> Result<Self, ExperimentError> {
        if let Some(noise) = &given.noise {
            noise.check(scene)?;
        }
        if let Some(starts) = &given.starts {
            assert_eq!(starts.len(), scene.particles.count, "a start for every particle");
        }
        let mixture = Arc::new(scene.mixture()?);
        let path = scene.interpolant.kind;
        let dynamics = match (scene.classic(), scene.direction, &network) {
            (Some(classic), ..) => Dynamics::Classic(classic),
            (None, Direction::Noise, _) => Dynamics::Noising(NoisingField),
            (None, _, Some(network)) => Dynamics::Learned(network.field(path)),
            (None, _, None) => Dynamics::Exact(ExactField::new(Arc::clone(&mixture), path)),
        };
        let last_time = match &dynamics {
            Dynamics::Noising(_) => 1.0,
            other => other.field::<f64>().last_time(),
        };
        let dynamics = match scene.direction {
            Direction::Encode => dynamics.backwards(),
            Direction::Generate | Direction::Noise => dynamics,
        };
        let interval = scene.interval(last_time);
        Ok(Self {
            scene: Arc::clone(scene),
            mixture,
            network,
            interval,
            last_time,
            given,
            dynamics,
        })
    }

    /// The velocity that is followed.
    #[must_use]
    pub fn field<S: Evaluate>(&self) -> &dyn Field<S> {
        self.dynamics.field()
    }

    /// The same with its score; none for a classic ODE.
    #[must_use]
    pub fn process<S: Evaluate>(&self) -> Option<&dyn ScoredField<S>> {
        match &self.dynamics {
            Dynamics::Exact(field) => Some(field),
            Dynamics::Learned(field) => Some(field),
            Dynamics::Noising(field) => Some(field),
            Dynamics::ExactBackwards(field) => Some(&**field),
            Dynamics::LearnedBackwards(field) => Some(&**field),
            Dynamics::Classic(_) => None,
        }
    }

    /// Whether the field that is followed, in either direction, is the exact one.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self.dynamics, Dynamics::Exact(_) | Dynamics::ExactBackwards(_))
    }

    /// Where a particle goes from `end`, the last time of the solve, without a step: to E[x1|x], where the
    /// field of single points is not followed any further. None where that is not so.
    #[must_use]
    pub fn jump(&self, end: [f64; 2]) -> Option<[f64; 2]> {
        let (exact, last) = (matches!(self.dynamics, Dynamics::Exact(_)), self.interval.1);
        let to_the_end = self.scene.last_step().0 == LastStep::None || !self.scene.is_sde();
        if !(exact && to_the_end && self.mixture.is_of_points() && last >= self.last_time) {
            return None;
        }
        let level = self.scene.interpolant.kind.coefficients(last);
        let level = Level { alpha: level.alpha, sigma: level.sigma };
        Some(self.mixture.posterior(level, end).data)
    }

    /// Whether particles [`Self::jump`] at the end.
    #[must_use]
    pub fn jumps(&self) -> bool {
        self.jump([0.0; 2]).is_some()
    }

    /// What was handed in beside the scene.
    #[must_use]
    pub fn given(&self) -> &Given {
        &self.given
    }

    /// The exact field of the same data on the same path.
    #[must_use]
    pub fn exact(&self) -> ExactField {
        ExactField::new(Arc::clone(&self.mixture), self.scene.interpolant.kind)
    }

    /// The settings of the scene's ODE solver.
    #[must_use]
    pub fn ode_settings(&self) -> OdeSettings {
        let sampler = &self.scene.sampler;
        OdeSettings {
            method: sampler.method(),
            path: self.scene.interpolant.kind,
            tolerances: Tolerances { atol: sampler.atol, rtol: sampler.rtol },
            control: sampler.control(),
            error_weights: sampler.error_weights,
            end: sampler.end,
            start_time: self.interval.0,
            end_time: self.interval.1,
            first_step: sampler.first_step,
            min_step: sampler.min_step,
            min_step_policy: sampler.min_step_policy,
            max_step: sampler.max_step.unwrap_or(f64::INFINITY),
            max_attempts: sampler.max_attempts,
            noise: sampler.noise(),
        }
    }

    /// Times of the fixed or noisy steps.
    #[must_use]
    pub fn grid(&self) -> Vec<f64> {
        self.scene.grid(self.interval)
    }

    /// D at a time of the solve (noising time where t falls).
    #[must_use]
    pub fn diffusion(&self, time: f64) -> f64 {
        let scene = &self.scene;
        match scene.direction {
            Direction::Noise => NoisingField::diffusion(time),
            Direction::Generate | Direction::Encode => {
                let t = scene.direction.own_time(time);
                scene.diffusion.form.coefficient(scene.path(), scene.diffusion.norm, t)
            }
        }
    }

    /// α and σ at the end of the noisy steps, where the last step begins.
    #[must_use]
    pub fn level_at_end(&self) -> (f64, f64) {
        let level = self.scene.interpolant.kind.coefficients(self.interval.1);
        (level.alpha, level.sigma)
    }

    /// Starting point of a particle.
    #[must_use]
    pub fn start(&self, particle: usize) -> [f64; 2] {
        match &self.given.starts {
            Some(starts) => starts[particle],
            None => start_of(&self.scene, &self.mixture, self.interval.0, particle as u64),
        }
    }

    /// Starting points of the first `count` particles.
    #[must_use]
    pub fn starts(&self, count: usize) -> Vec<[f64; 2]> {
        (0..count).map(|particle| self.start(particle)).collect()
    }

    /// The noise that was given for a run of `steps` steps, in order, if any was.
    ///
    /// # Errors
    /// If the table is not that of `steps` steps of every particle.
    pub fn given_noise(&self, steps: usize) -> Result<Option<Ordered>, GivenNoiseError> {
        let noise = self.given.noise.as_ref();
        noise.map(|noise| noise.in_order(steps, self.scene.particles.count)).transpose()
    }

    /// The noise of the steps of `grid` of `count` particles from `first`: each particle's own path.
    #[must_use]
    pub fn paths<S: Evaluate>(&self, grid: &[f64], first: usize, count: usize) -> Noise<S> {
        let mut streams: Vec<_> = (first..first + count)
            .map(|particle| stream(self.scene.seed, Purpose::Path, particle as u64))
            .collect();
        let area = self.scene.is_sde() && self.scene.diffusion.scheme.needs_area();
        Noise::of_paths(grid, &mut streams, area)
    }

    /// Half the side of the square that holds data and noise, in units of the plane.
    #[must_use]
    pub fn extent(&self) -> f64 {
        let bounds = self.mixture.bounds();
        let corners = bounds.min.iter().chain(&bounds.max);
        corners.fold(3.0, |extent: f64, corner| extent.max(corner.abs()))
    }

    /// The distance over which a derivative of the field at t is taken: well below the scale on
    /// which it varies, which near the end of a path is σ.
    #[must_use]
    pub fn derivative_step(&self, t: f64) -> f64 {
        if self.process::<f64>().is_none() {
            return 1e-5;
        }
        let sigma = self.scene.interpolant.kind.coefficients(t.min(1.0)).sigma;
        if self.mixture.has_boxes() { (0.01 * sigma).clamp(1e-8, 1e-5) } else { 1e-5 }
    }
}

impl Dynamics {
    fn field<S: Evaluate>(&self) -> &dyn Field<S> {
        match self {
            Self::Exact(field) => field,
            Self::Learned(field) => field,
            Self::Noising(field) => field,
            Self::ExactBackwards(field) => &**field,
            Self::LearnedBackwards(field) => &**field,
            Self::Classic(field) => field,
        }
    }

    /// The same flow from data to noise; noising time and t add up to 1.
    fn backwards(self) -> Self {
        match self {
            Self::Exact(field) => {
                Self::ExactBackwards(Arc::new(Reversed::new(Box::new(field), (0.0, 1.0))))
            }
            Self::Learned(field) => {
                Self::LearnedBackwards(Arc::new(Reversed::new(Box::new(field), (0.0, 1.0))))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use driftscope_base::cancel::Cancel;

    use super::*;
    use crate::networks::Networks;
    use crate::run::{RunOptions, run};

    #[test]
    fn particles_and_interval_are_those_of_a_run() {
        for settings in [
            &["data.name=rings", "field.kind=exact", "seed=5"][..],
            &["direction=noise", "data.name=rings"],
            &["field.kind=classic", "field.system=van-der-pol"],
            &["diffusion.form=sigma", "field.kind=exact"],
        ] {
            let mut all: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
            all.extend(["particles.count=40".into(), "sampler.precision=f64".into()]);
            let scene = Arc::new(Scene::with_settings(None, &all).expect("a scene"));
            let options = RunOptions::for_window(40);
            let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
            let recording =
                run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
            assert_eq!(experiment.interval, recording.interval);
            for (i, [x, y]) in experiment.starts(40).into_iter().enumerate() {
                let first = recording.keyframes(i).expect("there")[0];
                assert_eq!(first.map(f32::to_bits), [x as f32, y as f32].map(f32::to_bits));
            }
        }
    }
}
