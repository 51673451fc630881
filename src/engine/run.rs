//! Turning a scene into a recording, here and now. The engine's worker, the command line and the
//! tests all come through here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use thiserror::Error;

use super::given_noise::{GivenNoise, GivenNoiseError};
use super::models::{LoadedModel, model_of, needs_model};
use super::random::{Purpose, normal_start, stream};
use super::recording::{Block, Recording};
use crate::data::Mixture;
use crate::field::{Evaluate, ExactField, LearnedField, NoisingField, Real, ScoredField};
use crate::network::CheckpointError;
use crate::scene::{Direction, Precision, Problem, Scene};
use crate::solver::brownian::Noise;
use crate::solver::sde::{LastStep, SdeProblem};
use crate::solver::{
    Attempt, Cancel, Cancelled, OdeSettings, Scope, TILE, Track, fixed, grid, per_particle,
    whole_batch,
};

/// How much of a run is kept, and from where it starts.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Most keyframes of a particle, at least 2.
    pub keyframes: usize,
    /// Particles whose attempts are logged.
    pub logged: usize,
    /// Starting points, instead of those that the seed gives; as many as the scene has particles.
    pub starts: Option<Arc<[[f64; 2]]>>,
    /// Noise of an SDE, instead of that which the seed gives.
    pub noise: Option<Arc<GivenNoise>>,
    /// A model to use instead of the scene's own (a training under way).
    pub model: Option<Arc<LoadedModel>>,
}

impl RunOptions {
    /// Keyframes of all particles together take at most this many bytes.
    pub const KEYFRAME_BYTES: usize = 64 << 20;

    /// What the window keeps of a run of `particles`.
    #[must_use]
    pub fn for_window(particles: usize) -> Self {
        let affordable = Self::KEYFRAME_BYTES / (size_of::<[f32; 2]>() * particles.max(1));
        Self {
            keyframes: affordable.clamp(33, 129),
            logged: 512,
            starts: None,
            noise: None,
            model: None,
        }
    }
}

/// Particles for which steps are doubled to estimate the error of methods without a pair.
pub const DOUBLED: usize = 512;

/// Why a scene could not be run.
#[derive(Debug, Error)]
pub enum RunError {
    /// A value in the scene.
    #[error(transparent)]
    Scene(#[from] Problem),
    /// Noise that does not serve the scene.
    #[error(transparent)]
    Noise(#[from] GivenNoiseError),
    /// The model.
    #[error(transparent)]
    Model(#[from] CheckpointError),
    /// Withdrawn by whoever asked.
    #[error("cancelled")]
    Cancelled,
}

impl From<Cancelled> for RunError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Runs `scene`, handing the recording so far to `publish` as blocks are finished, and returns it
/// when complete.
///
/// # Errors
/// If the scene or its model is refused, or `cancel` is raised.
pub fn run(
    scene: &Arc<Scene>,
    id: u64,
    options: &RunOptions,
    cancel: &Cancel,
    publish: impl FnMut(&Recording),
) -> Result<Recording, RunError> {
    scene.check()?;
    if let Some(noise) = &options.noise {
        noise.check(scene)?;
    }
    let mixture = Arc::new(scene.mixture().map_err(|error| Problem {
        key: "data.mixture",
        value: String::from("this mixture"),
        allowed: error.to_string(),
    })?);
    let model = match &options.model {
        Some(model) if needs_model(scene) => Some(Arc::clone(model)),
        _ => model_of(scene)?,
    };
    match scene.precision() {
        Precision::F32 => start::<f32>(scene, id, options, cancel, publish, &mixture, model),
        Precision::F64 => start::<f64>(scene, id, options, cancel, publish, &mixture, model),
    }
}

fn start<S: Evaluate>(
    scene: &Arc<Scene>,
    id: u64,
    options: &RunOptions,
    cancel: &Cancel,
    publish: impl FnMut(&Recording),
    mixture: &Arc<Mixture>,
    model: Option<Arc<LoadedModel>>,
) -> Result<Recording, RunError> {
    let path = scene.interpolant.kind;
    let field: Box<dyn ScoredField<S>> = match (scene.direction, model) {
        (Direction::Noise, _) => Box::new(NoisingField),
        (Direction::Generate, Some(model)) => {
            Box::new(LearnedField::of_network(Arc::clone(&model.kernel), model.trained_on, path))
        }
        (Direction::Generate, None) => Box::new(ExactField::new(Arc::clone(mixture), path)),
    };
    let interval = scene.interval(match scene.direction {
        Direction::Noise => 1.0,
        Direction::Generate => field.last_time(),
    });
    let job =
        Job { scene, options, cancel, field: &*field, mixture, interval, began: Instant::now() };
    let blank = Recording {
        id,
        scene: Arc::clone(scene),
        times: Arc::new([]),
        blocks: Vec::new(),
        shared_log: None,
        complete: false,
        batch_stop: None,
        elapsed: Duration::ZERO,
    };
    if scene.is_sde() {
        job.sde(blank, publish)
    } else if !scene.is_adaptive() {
        job.fixed(blank, publish)
    } else if scene.sampler.scope == Scope::PerParticle {
        job.per_particle(blank, publish)
    } else {
        job.whole_batch(blank, publish)
    }
}

/// A run in progress.
struct Job<'a, S> {
    scene: &'a Scene,
    options: &'a RunOptions,
    cancel: &'a Cancel,
    field: &'a dyn ScoredField<S>,
    mixture: &'a Mixture,
    interval: (f64, f64),
    began: Instant,
}

impl<S: Real> Job<'_, S> {
    fn settings(&self) -> OdeSettings {
        let sampler = &self.scene.sampler;
        OdeSettings {
            method: sampler.method,
            tolerances: crate::solver::Tolerances { atol: sampler.atol, rtol: sampler.rtol },
            controller: sampler.controller,
            error_weights: sampler.error_weights,
            end: sampler.end,
            start_time: self.interval.0,
            end_time: self.interval.1,
            first_step: sampler.first_step,
            min_step: sampler.min_step,
            max_attempts: sampler.max_attempts,
        }
    }

    fn grid(&self) -> Vec<f64> {
        let (start, end) = self.interval;
        match self.scene.sampler.step_size {
            Some(size) => grid::by_size(start, end, size),
            None => grid::uniform(start, end, self.scene.sampler.steps),
        }
    }

    /// Numbers of the first particle of every tile.
    fn tiles(&self) -> Vec<usize> {
        (0..self.scene.particles.count).step_by(TILE).collect()
    }

    /// Starting points of the tile that begins with particle `first`, feature-major.
    fn starts(&self, first: usize) -> Vec<S> {
        let size = TILE.min(self.scene.particles.count - first);
        let mut points = vec![S::ZERO; 2 * size];
        for i in 0..size {
            let particle = first + i;
            let [x, y] = match (&self.options.starts, self.scene.direction) {
                (Some(starts), _) => starts[particle],
                (None, Direction::Generate) => normal_start(self.scene.seed, particle as u64),
                (None, Direction::Noise) => {
                    self.mixture.draw(&mut stream(self.scene.seed, Purpose::Start, particle as u64))
                }
            };
            points[i] = S::from_f64(x);
            points[size + i] = S::from_f64(y);
        }
        points
    }

    /// Particles of the tile at `first` whose attempts are logged.
    fn logged(&self, first: usize) -> usize {
        self.options.logged.saturating_sub(first).min(TILE)
    }

    /// Keyframe times as the window shows them: t, which falls where noising time rises.
    fn shown(&self, times: &[f64]) -> Arc<[f64]> {
        match self.scene.direction {
            Direction::Generate => times.into(),
            Direction::Noise => times.iter().map(|tau| 1.0 - tau).collect(),
        }
    }

    /// Solves tiles in growing groups and publishes after each: the first picture comes soon, and
    /// later groups keep all threads busy.
    fn in_groups<T: Send>(
        &self,
        mut recording: Recording,
        mut publish: impl FnMut(&Recording),
        solve: impl Fn(usize) -> Result<T, Cancelled> + Sync,
        mut add: impl FnMut(&mut Recording, usize, T),
    ) -> Result<Recording, RunError> {
        let tiles = self.tiles();
        let (mut done, mut group) = (0, 1);
        while done < tiles.len() {
            let now = &tiles[done..(done + group).min(tiles.len())];
            let tracks =
                now.par_iter().map(|&first| solve(first)).collect::<Result<Vec<_>, _>>()?;
            for (&first, track) in now.iter().zip(tracks) {
                add(&mut recording, first, track);
            }
            done += now.len();
            group = (group * 4).max(8);
            recording.elapsed = self.began.elapsed();
            recording.complete = done == tiles.len();
            publish(&recording);
        }
        Ok(recording)
    }

    fn per_particle(
        &self,
        mut recording: Recording,
        publish: impl FnMut(&Recording),
    ) -> Result<Recording, RunError> {
        let settings = self.settings();
        let keyframes = grid::uniform(self.interval.0, self.interval.1, self.options.keyframes - 1);
        recording.times = self.shown(&keyframes);
        self.in_groups(
            recording,
            publish,
            |first| {
                per_particle::solve(
                    self.field,
                    &settings,
                    &keyframes,
                    &self.starts(first),
                    self.logged(first),
                    self.cancel,
                )
            },
            push,
        )
    }

    fn whole_batch(
        &self,
        mut recording: Recording,
        mut publish: impl FnMut(&Recording),
    ) -> Result<Recording, RunError> {
        let settings = self.settings();
        let keyframes = grid::uniform(self.interval.0, self.interval.1, self.options.keyframes - 1);
        recording.times = self.shown(&keyframes);
        let firsts = self.tiles();
        let tiles: Vec<Vec<S>> = firsts.par_iter().map(|&first| self.starts(first)).collect();
        let field = self.field;
        let solved = whole_batch::solve(field, &settings, &keyframes, &tiles, self.cancel)?;
        for (first, track) in firsts.into_iter().zip(solved.tracks) {
            push(&mut recording, first, track);
        }
        recording.shared_log = Some(solved.log.into());
        recording.batch_stop = solved.stop;
        recording.elapsed = self.began.elapsed();
        recording.complete = true;
        publish(&recording);
        Ok(recording)
    }

    fn fixed(
        &self,
        mut recording: Recording,
        publish: impl FnMut(&Recording),
    ) -> Result<Recording, RunError> {
        let settings = self.settings();
        let grid = self.grid();
        let keyframes = grid::keyframes_on_grid(&grid, self.options.keyframes, true);
        recording.times = self.shown(&keyframes);
        let mut squares = vec![(0.0, 0); grid.len() - 1];
        self.in_groups(
            recording,
            publish,
            |first| {
                fixed::solve(
                    self.field,
                    &settings,
                    &grid,
                    &keyframes,
                    &self.starts(first),
                    self.logged(first),
                    first < DOUBLED,
                    self.cancel,
                )
            },
            |recording, first, solved| {
                for (total, (sum, count)) in squares.iter_mut().zip(solved.squares) {
                    *total = (total.0 + sum, total.1 + count);
                }
                push(recording, first, solved.track);
                let ratios =
                    squares.iter().map(|&(sum, count)| (sum / f64::from(count as u32)).sqrt());
                recording.shared_log = Some(shared_log(self.scene, &grid, ratios));
            },
        )
    }

    /// Noise of the tile that begins with particle `first`, from each particle's own path.
    fn noise_of_paths(&self, first: usize, count: usize, grid: &[f64]) -> Noise<S> {
        let mut streams: Vec<_> = (first..first + count)
            .map(|particle| stream(self.scene.seed, Purpose::Path, particle as u64))
            .collect();
        Noise::of_paths(grid, &mut streams, self.scene.diffusion.scheme.needs_area())
    }

    fn sde(
        &self,
        mut recording: Recording,
        publish: impl FnMut(&Recording),
    ) -> Result<Recording, RunError> {
        let grid = self.grid();
        let given = match &self.options.noise {
            Some(noise) => Some(noise.in_order(grid.len() - 1, self.scene.particles.count)?),
            None => None,
        };
        let end = self.interval.1;
        let (last_step, size) = self.scene.last_step();
        let mut keyframes = grid::keyframes_on_grid(&grid, self.options.keyframes - 1, false);
        let mut log_grid = grid.clone();
        if last_step != LastStep::None {
            keyframes.push(end + size);
            log_grid.push(end + size);
        }
        recording.times = self.shown(&keyframes);
        let none = std::iter::repeat(f64::NAN);
        recording.shared_log = Some(shared_log(self.scene, &log_grid, none));
        let form = self.scene.diffusion;
        let path = self.scene.interpolant.kind;
        let diffusion = |t: f64| match self.scene.direction {
            Direction::Generate => form.form.coefficient(path, form.norm, t),
            Direction::Noise => NoisingField::diffusion(t),
        };
        let level = path.coefficients(end);
        let problem = SdeProblem {
            field: self.field,
            diffusion: &diffusion,
            level_at_end: (level.alpha, level.sigma),
            scheme: form.scheme,
            last_step: (last_step, size),
            grid: &grid,
            keyframes: &keyframes,
        };
        self.in_groups(
            recording,
            publish,
            |first| {
                let starts = self.starts(first);
                let count = starts.len() / 2;
                let noise = match &given {
                    Some(given) => given.of(first, count),
                    None => self.noise_of_paths(first, count, &grid),
                };
                problem.solve(&starts, &noise, self.logged(first), self.cancel)
            },
            push,
        )
    }
}

fn push(recording: &mut Recording, first: usize, track: Track) {
    recording.blocks.push(Arc::new(Block::new(first, track)));
}

/// The log of steps that all particles share.
fn shared_log(scene: &Scene, grid: &[f64], ratios: impl Iterator<Item = f64>) -> Arc<[Attempt]> {
    let per_step = scene.evaluations_per_step() as u32;
    let noisy = scene.is_sde();
    // With first same as last the very first step pays for its first stage as well.
    let extra = u32::from(!noisy && scene.sampler.method.tableau.first_same_as_last);
    let last_steps = u32::from(noisy && scene.last_step().0 != LastStep::None);
    let steps = grid.len() as u32 - 1;
    grid.windows(2)
        .zip(ratios)
        .zip(1..)
        .map(|((pair, error_ratio), index)| Attempt {
            t: pair[0],
            h: pair[1] - pair[0],
            error_ratio,
            accepted: true,
            nfe: if index == steps && last_steps == 1 {
                (index - 1) * per_step + 1
            } else {
                extra + index * per_step
            },
        })
        .collect()
}
