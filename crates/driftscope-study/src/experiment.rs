//! A scene made ready, once: everything checked, its field built, its starts and noise known. All that
//! runs or measures takes one.

mod field;

use std::sync::Arc;

use driftscope_base::field::{Field, ScoredField};
use driftscope_base::interpolant::Coefficients;
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::{DataPosterior, Level, Mixture};
use driftscope_flow::field::{Evaluate, ExactField, NoisingField, PointValues, SourcedField};
use driftscope_solve::brownian::Noise;
use driftscope_solve::sde::LastStep;
use driftscope_solve::update::StepNow;
use driftscope_solve::{OdeSettings, Tolerances};
use thiserror::Error;

use self::field::{Models, Source, exact, learned};
use crate::followed::{Followed, Process};
use crate::given_noise::{GivenNoise, GivenNoiseError, Ordered};
use crate::networks::{LoadedNetwork, NetworkError, Networks};
use crate::scene::{Direction, Problem, Scene};
use crate::starts::{Ends, start_of};

/// No method looks back on more steps than these; a list of all of them for each would grow with their square.
const MOST_BEFORE: usize = 8;

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
    /// The data that are sampled: of the class alone, if the scene samples one.
    pub mixture: Arc<Mixture>,
    /// The network, if the scene has a learned field.
    pub network: Option<Arc<LoadedNetwork>>,
    /// The network that it is pushed away from, if it is.
    pub bad: Option<Arc<LoadedNetwork>>,
    /// First and last time of the noisy or adaptive part (noising times in the forward direction).
    pub interval: (f64, f64),
    /// The last t at which the field may be evaluated; ∞ where it goes on.
    pub last_time: f64,
    given: Given,
    followed: Followed,
    /// The data of all classes.
    all: Arc<Mixture>,
    source: Option<Source>,
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
        let models = Models { network: networks.of(scene)?, bad: networks.bad_of(scene)? };
        Self::assemble(scene, models, given)
    }

    /// The experiment with another scene and the same network, if the scene is solved with one; what was
    /// given stays behind.
    ///
    /// # Errors
    /// If the scene is refused.
    pub fn variant(&self, scene: Scene) -> Result<Self, ExperimentError> {
        scene.check()?;
        let models = Models {
            network: self.network.clone().filter(|_| scene.needs_network()),
            bad: self.bad.clone().filter(|_| scene.bad_model().is_some()),
        };
        Self::assemble(&Arc::new(scene), models, Given::default())
    }

    /// The experiment with another scene and another network, which is not pushed away from a bad one.
    ///
    /// # Errors
    /// If the scene is refused.
    pub fn with_network(
        scene: &Arc<Scene>,
        network: Arc<LoadedNetwork>,
    ) -> Result<Self, ExperimentError> {
        scene.check()?;
        let network = Some(network).filter(|_| scene.needs_network());
        Self::assemble(scene, Models { network, bad: None }, Given::default())
    }

    /// What a checked scene comes to.
    fn assemble(
        scene: &Arc<Scene>,
        Models { network, bad }: Models,
        given: Given,
    ) -> Result<Self, ExperimentError> {
        if let Some(noise) = &given.noise {
            noise.check(scene)?;
        }
        if let Some(starts) = &given.starts {
            assert_eq!(starts.len(), scene.particles.count, "a start for every particle");
        }
        let (all, mixture) = (Arc::new(scene.mixture()?), Arc::new(scene.target()?));
        let source = Source::of(scene, &mixture)?;
        let forward = match (scene.classic(), scene.direction, &network) {
            (Some(classic), ..) => classic.into(),
            (None, Direction::Noise, _) => Process::Noising(NoisingField).into(),
            (None, _, Some(network)) => learned(scene, network, bad.as_deref())?,
            (None, _, None) => exact(scene, &all, &mixture)?,
        };
        let last_time = forward.last_time();
        let followed = match scene.direction {
            Direction::Encode => forward.encoding(),
            Direction::Generate | Direction::Noise => forward,
        };
        let interval = scene.interval(last_time);
        Ok(Self {
            scene: Arc::clone(scene),
            mixture,
            network,
            bad,
            interval,
            last_time,
            given,
            followed,
            all,
            source,
        })
    }

    /// The velocity that is followed.
    #[must_use]
    pub fn field<S: Evaluate>(&self) -> &dyn Field<S> {
        self.followed.field()
    }

    /// The same with its score; none for a classic ODE, and with a source of its own.
    #[must_use]
    pub fn process<S: Evaluate>(&self) -> Option<&dyn ScoredField<S>> {
        self.followed.process()
    }

    /// Whether the field that is followed, in either direction, is the exact one of [`Self::mixture`] and
    /// N(0, I), pushed nowhere.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.followed.is_exact()
    }

    /// All that is known of the followed field at `x` and t in closed form, with the velocity on the way to
    /// the data; none of what is learned or classic. The log density is that of the data that are sampled,
    /// which particles follow unless the field is pushed ([`Scene::is_guided`]).
    #[must_use]
    pub fn known(&self, t: f64, x: [f64; 2]) -> Option<PointValues> {
        self.followed.known(t, x)
    }

    /// `ln p_t(x)` of the data that are sampled and their source, per unit area; none where the two have no
    /// exact field.
    #[must_use]
    pub fn log_marginal(&self, t: f64, x: [f64; 2]) -> Option<f64> {
        match &self.source {
            Some(source) => source.exact.as_ref().map(|exact| exact.at(t, x).log_density),
            None => Some(self.exact().at(t, x).log_density),
        }
    }

    /// The distribution of x1 given `x_t = x`, of the data that are sampled and their source, drawn
    /// independently; none where the two have no exact field. `t` is at most [`Self::exact_last_time`].
    #[must_use]
    pub fn data_posterior(&self, t: f64, x: [f64; 2]) -> Option<DataPosterior> {
        let Coefficients { alpha, sigma, .. } = self.scene.interpolant.kind.coefficients(t);
        let level = Level { alpha, sigma };
        match &self.source {
            Some(source) => Some(source.exact.as_ref()?.ends().data_posterior(level, x)),
            None => Some(self.mixture.data_posterior(level, x)),
        }
    }

    /// `ln` of the density of the source at `x`, per unit area.
    #[must_use]
    pub fn log_source(&self, x: [f64; 2]) -> f64 {
        match &self.source {
            Some(source) => source.mixture.log_density(x),
            None => -0.5 * (x[0] * x[0] + x[1] * x[1]) - std::f64::consts::TAU.ln(),
        }
    }

    /// What both ends of a path are drawn from.
    #[must_use]
    pub fn ends(&self) -> Ends<'_> {
        let source = self.source.as_ref().map(|source| &*source.mixture);
        Ends { source, data: &self.mixture }
    }

    /// Where a particle goes from `end`, the last time of the solve, without a step: to E[x1|x], where the
    /// field of single points is not followed any further. None where that is not so.
    #[must_use]
    pub fn jump(&self, end: [f64; 2]) -> Option<[f64; 2]> {
        let (generating, last) = (self.scene.direction == Direction::Generate, self.interval.1);
        let to_the_end = self.scene.last_step().0 == LastStep::None || !self.scene.is_sde();
        if !(generating && to_the_end && self.mixture.is_of_points() && last >= self.last_time) {
            return None;
        }
        self.known(last, end).map(|known| known.data)
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

    /// The exact field from N(0, I) to the same data on the same path.
    #[must_use]
    pub fn exact(&self) -> ExactField {
        ExactField::new(Arc::clone(&self.mixture), self.scene.interpolant.kind)
    }

    /// The last t at which the exact field of the same data and source is defined.
    #[must_use]
    pub fn exact_last_time(&self) -> f64 {
        let path = self.scene.interpolant.kind;
        if self.source.is_some() {
            SourcedField::end_of_definition(path)
        } else {
            ExactField::end_of_definition(&self.mixture, path)
        }
    }

    /// Lets another scene run over the same interval from starts that are drawn alike, whatever its own times
    /// would have made of them.
    pub fn give_ends(&self, other: &mut Scene) {
        other.set_interval(self.interval);
        if self.scene.classic().is_none() {
            other.particles.start = Some(self.scene.start());
        }
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
            None => start_of(&self.scene, self.ends(), self.interval.0, particle as u64),
        }
    }

    /// Starting points of the first `count` particles.
    #[must_use]
    pub fn starts(&self, count: usize) -> Vec<[f64; 2]> {
        (0..count).map(|particle| self.start(particle)).collect()
    }

    /// The noise that was given for a run in the steps of `grid`, in order, if any was.
    ///
    /// # Errors
    /// If the table is not that of the steps of `grid` of every particle.
    pub fn given_noise(&self, grid: &[f64]) -> Result<Option<Ordered>, GivenNoiseError> {
        let Some(noise) = &self.given.noise else { return Ok(None) };
        noise.in_order(&self.drawn(grid), self.scene.particles.count).map(Some)
    }

    /// Which draws the steps of `grid` make: by draw, then by step.
    fn drawn(&self, grid: &[f64]) -> Vec<Vec<bool>> {
        let steps = grid.len() - 1;
        if self.scene.is_sde() {
            return vec![vec![true; steps]];
        }
        let method = self.scene.sampler.method();
        let draws = 1 + usize::from(method.rule.draws_twice());
        let settings = self.ode_settings();
        let of_step = |index: usize| {
            let now = StepNow {
                t: grid[index],
                t1: grid[index + 1],
                index,
                before: grid[..index].iter().rev().take(MOST_BEFORE).copied().collect(),
                path: settings.path,
                error_weights: settings.error_weights,
                noise: settings.noise,
                steps,
            };
            method.rule.draws(&now)
        };
        let by_step: Vec<[bool; 2]> = (0..steps).map(of_step).collect();
        let of_draw = |draw: usize| by_step.iter().map(|drawn| drawn[draw]).collect();
        // The one of the point in between is drawn first.
        let order: &[usize] = if draws == 2 { &[1, 0] } else { &[0] };
        order.iter().map(|&draw| of_draw(draw)).collect()
    }

    /// The noise of the steps of `grid` of `count` particles from `first`: each particle's own path.
    #[must_use]
    pub fn paths<S: Evaluate>(&self, grid: &[f64], first: usize, count: usize) -> Noise<S> {
        let mut streams: Vec<_> = (first..first + count)
            .map(|particle| stream(self.scene.seed, Purpose::Path, particle as u64))
            .collect();
        let scene = &self.scene;
        let area = if scene.is_sde() {
            scene.diffusion.scheme.needs_area()
        } else {
            scene.sampler.method().rule.draws_twice()
        };
        Noise::of_paths(grid, &mut streams, area)
    }

    /// Half the side of the square that holds data and noise, in units of the plane.
    #[must_use]
    pub fn extent(&self) -> f64 {
        // Of all classes: what is pushed away from one may be seen among the others.
        let ends = [Some(&self.all), self.source.as_ref().map(|source| &source.mixture)];
        let bounds = ends.into_iter().flatten().map(|mixture| mixture.bounds());
        let corners = bounds.flat_map(|bounds| [bounds.min, bounds.max]).flatten();
        corners.fold(3.0, |extent: f64, corner| extent.max(corner.abs()))
    }

    /// The distance over which a derivative of the field at t is taken: well below the scale on
    /// which it varies, which near the end of a path is σ.
    #[must_use]
    pub fn derivative_step(&self, t: f64) -> f64 {
        if self.scene.classic().is_some() {
            return 1e-5;
        }
        let sigma = self.scene.interpolant.kind.coefficients(t.min(1.0)).sigma;
        if self.mixture.has_boxes() { (0.01 * sigma).clamp(1e-8, 1e-5) } else { 1e-5 }
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
