//! Turning a scene into a recording, here and now. The engine's worker, the command line and the
//! tests all come through here.

mod log;
mod options;

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use thiserror::Error;

use self::log::{log_of_noisy_steps, log_of_totals};
use super::given_noise::{GivenNoiseError, Ordered};
use super::models::{LoadedModel, model_of, needs_model};
use super::random::{Purpose, start_of, stream};
use super::recording::{Block, Recording};
use crate::data::Mixture;
use crate::field::{Evaluate, ExactField, Field, LearnedField, NoisingField, Real, ScoredField};
use crate::network::CheckpointError;
use crate::scene::{Direction, Precision, Problem, Scene};
use crate::solver::brownian::Noise;
use crate::solver::fixed::{FixedProblem, StepTotal};
use crate::solver::sde::{LastStep, SdeProblem};
use crate::solver::{
    Cancel, Cancelled, Keep, OdeSettings, Scope, TILE, Track, grid, per_particle, whole_batch,
};

pub use options::{DOUBLED, RunOptions};

/// Particles of a tile where there are many: more would be a matter of bookkeeping only.
const LARGE_TILE: usize = 256;
/// From so many particles on tiles are large.
const MANY: usize = 8_192;
/// The first picture shows so many particles; these come in small tiles, for all threads.
const FIRST_PICTURE: usize = 256;
/// Every further picture shows this many times more.
const GROWTH: usize = 4;

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
    scene.check_beside(options.model.is_some())?;
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
    let process: Option<Box<dyn ScoredField<S>>> = match (scene.direction, model) {
        _ if scene.classic().is_some() => None,
        (Direction::Noise, _) => Some(Box::new(NoisingField)),
        (Direction::Generate, Some(model)) => Some(Box::new(LearnedField::of_network(
            Arc::clone(&model.kernel),
            model.trained_on,
            path,
        ))),
        (Direction::Generate, None) => Some(Box::new(ExactField::new(Arc::clone(mixture), path))),
    };
    let classic = scene.classic();
    let field: &dyn Field<S> = match (&process, &classic) {
        (Some(process), _) => &**process,
        (None, Some(classic)) => classic,
        (None, None) => unreachable!("what is no process is a classic field"),
    };
    let interval = scene.interval(match scene.direction {
        Direction::Noise => 1.0,
        Direction::Generate => field.last_time(),
    });
    let job = Job { scene, options, cancel, field, mixture, interval, began: Instant::now() };
    let blank = Recording {
        interval,
        id,
        scene: Arc::clone(scene),
        times: Arc::new([]),
        blocks: Vec::new(),
        shared_log: None,
        complete: false,
        batch_stop: None,
        elapsed: Duration::ZERO,
    };
    if let (true, Some(process)) = (scene.is_sde(), &process) {
        job.sde(&**process, blank, publish)
    } else if !scene.is_adaptive() {
        job.fixed(blank, publish)
    } else if scene.sampler.scope == Scope::PerParticle {
        job.per_particle(blank, publish)
    } else {
        job.whole_batch(blank, publish)
    }
}

/// What a scene says to an ODE solver about `interval`.
pub(super) fn ode_settings(scene: &Scene, interval: (f64, f64)) -> OdeSettings {
    let sampler = &scene.sampler;
    OdeSettings {
        method: sampler.method,
        tolerances: crate::solver::Tolerances { atol: sampler.atol, rtol: sampler.rtol },
        control: sampler.control(),
        error_weights: sampler.error_weights,
        end: sampler.end,
        start_time: interval.0,
        end_time: interval.1,
        first_step: sampler.first_step,
        min_step: sampler.min_step,
        min_step_policy: sampler.min_step_policy,
        max_step: sampler.max_step.unwrap_or(f64::INFINITY),
        max_attempts: sampler.max_attempts,
        noise: sampler.noise(),
    }
}

/// A run in progress.
struct Job<'a, S> {
    scene: &'a Scene,
    options: &'a RunOptions,
    cancel: &'a Cancel,
    field: &'a dyn Field<S>,
    mixture: &'a Mixture,
    interval: (f64, f64),
    began: Instant,
}

impl<S: Real> Job<'_, S> {
    fn settings(&self) -> OdeSettings {
        ode_settings(self.scene, self.interval)
    }

    /// The tiles: the number of the first particle and how many there are. They do not depend on
    /// the number of threads.
    fn tiles(&self) -> Vec<(usize, usize)> {
        let count = self.scene.particles.count;
        let size = if count < MANY { TILE } else { LARGE_TILE };
        let first = FIRST_PICTURE.min(count);
        let small = (0..first).step_by(TILE).map(|start| (start, TILE.min(first - start)));
        let rest = (first..count).step_by(size).map(|start| (start, size.min(count - start)));
        small.chain(rest).collect()
    }

    /// Starting points of the `size` particles from `first`, feature-major.
    fn starts(&self, (first, size): (usize, usize)) -> Vec<S> {
        let mut points = vec![S::ZERO; 2 * size];
        for i in 0..size {
            let particle = first + i;
            let [x, y] = match &self.options.starts {
                Some(starts) => starts[particle],
                None => start_of(self.scene, self.mixture, particle as u64),
            };
            points[i] = S::from_f64(x);
            points[size + i] = S::from_f64(y);
        }
        points
    }

    /// What is kept of a tile at `first`.
    fn keep(&self, first: usize) -> Keep {
        let logged = self.options.logged.saturating_sub(first);
        Keep { logged, precise: self.options.precise }
    }

    /// Keyframe times as the window shows them: t, which falls where noising time rises.
    fn shown(&self, times: &[f64]) -> Arc<[f64]> {
        match self.scene.direction {
            Direction::Generate => times.into(),
            Direction::Noise => times.iter().map(|tau| 1.0 - tau).collect(),
        }
    }

    /// Solves tiles on all threads and takes them in order, publishing what is there ever less
    /// often: the first picture comes soon, and no thread waits for another.
    fn in_order<T: Send>(
        &self,
        mut recording: Recording,
        mut publish: impl FnMut(&Recording),
        solve: impl Fn((usize, usize)) -> Result<T, Cancelled> + Sync,
        mut add: impl FnMut(&mut Recording, usize, T),
    ) -> Result<Recording, RunError> {
        let tiles = self.tiles();
        let (sender, receiver) = mpsc::channel();
        rayon::in_place_scope_fifo(|scope| {
            for (index, &tile) in tiles.iter().enumerate() {
                let (sender, solve) = (sender.clone(), &solve);
                scope.spawn_fifo(move |_| {
                    // Nobody listens any more once one tile was cancelled.
                    let _ = sender.send((index, solve(tile)));
                });
            }
            drop(sender);
            let mut early = BTreeMap::new();
            let (mut done, mut next_picture) = (0, FIRST_PICTURE);
            while let Some((index, outcome)) = receive(&receiver) {
                early.insert(index, outcome?);
                while let Some(track) = early.remove(&done) {
                    add(&mut recording, tiles[done].0, track);
                    done += 1;
                }
                recording.elapsed = self.began.elapsed();
                recording.complete = done == tiles.len();
                if recording.complete || recording.count() >= next_picture {
                    next_picture = GROWTH * recording.count();
                    publish(&recording);
                }
            }
            Ok(recording)
        })
    }

    fn per_particle(
        &self,
        mut recording: Recording,
        publish: impl FnMut(&Recording),
    ) -> Result<Recording, RunError> {
        let settings = self.settings();
        let keyframes = grid::uniform(self.interval.0, self.interval.1, self.options.keyframes - 1);
        recording.times = self.shown(&keyframes);
        self.in_order(
            recording,
            publish,
            |tile| {
                per_particle::solve(
                    self.field,
                    &settings,
                    &keyframes,
                    &self.starts(tile),
                    self.keep(tile.0),
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
        let places = self.tiles();
        let tiles: Vec<Vec<S>> = places.par_iter().map(|&tile| self.starts(tile)).collect();
        let field = self.field;
        let solved =
            whole_batch::solve(field, &settings, &keyframes, &tiles, self.keep(0), self.cancel)?;
        for ((first, _), track) in places.into_iter().zip(solved.tracks) {
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
        let grid = self.scene.grid(self.interval);
        let stochastic = self.scene.is_stochastic();
        let given = self.given(grid.len() - 1)?;
        let keyframes = if self.options.even_keyframes && !stochastic {
            grid::uniform(self.interval.0, self.interval.1, self.options.keyframes - 1)
        } else {
            grid::keyframes_on_grid(&grid, self.options.keyframes, !stochastic)
        };
        recording.times = self.shown(&keyframes);
        let problem = FixedProblem {
            field: self.field,
            settings: &settings,
            path: self.scene.interpolant.kind,
            grid: &grid,
            keyframes: &keyframes,
        };
        let mut totals = vec![StepTotal::default(); grid.len() - 1];
        self.in_order(
            recording,
            publish,
            |(first, count)| {
                let starts = self.starts((first, count));
                let noise = stochastic.then(|| self.noise(given.as_ref(), &grid, first, count));
                let doubling = first < self.options.doubled;
                problem.solve(&starts, noise.as_ref(), self.keep(first), doubling, self.cancel)
            },
            |recording, first, solved| {
                for (total, tile) in totals.iter_mut().zip(solved.steps) {
                    *total = total.plus(tile);
                }
                push(recording, first, solved.track);
                recording.shared_log = Some(log_of_totals(&grid, &totals));
            },
        )
    }

    /// The noise that was given for the run, ready for `steps` steps, if any was.
    fn given(&self, steps: usize) -> Result<Option<Ordered>, RunError> {
        let given = self.options.noise.as_ref();
        let ordered = given.map(|noise| noise.in_order(steps, self.scene.particles.count));
        Ok(ordered.transpose()?)
    }

    /// Noise of `count` particles from `first`: what was given, or each particle's own path.
    fn noise(&self, given: Option<&Ordered>, grid: &[f64], first: usize, count: usize) -> Noise<S> {
        if let Some(given) = given {
            return given.of(first, count);
        }
        let mut streams: Vec<_> = (first..first + count)
            .map(|particle| stream(self.scene.seed, Purpose::Path, particle as u64))
            .collect();
        let area = self.scene.is_sde() && self.scene.diffusion.scheme.needs_area();
        Noise::of_paths(grid, &mut streams, area)
    }

    fn sde(
        &self,
        process: &dyn ScoredField<S>,
        mut recording: Recording,
        publish: impl FnMut(&Recording),
    ) -> Result<Recording, RunError> {
        let grid = self.scene.grid(self.interval);
        let given = self.given(grid.len() - 1)?;
        let end = self.interval.1;
        let (last_step, size) = self.scene.last_step();
        let mut log_grid = grid.clone();
        if last_step != LastStep::None {
            log_grid.push(end + size);
        }
        let keyframes = grid::keyframes_on_grid(&log_grid, self.options.keyframes, false);
        recording.times = self.shown(&keyframes);
        recording.shared_log = Some(log_of_noisy_steps(self.scene, &log_grid));
        let form = self.scene.diffusion;
        let path = self.scene.interpolant.kind;
        let diffusion = |t: f64| match self.scene.direction {
            Direction::Generate => form.form.coefficient(path, form.norm, t),
            Direction::Noise => NoisingField::diffusion(t),
        };
        let level = path.coefficients(end);
        let problem = SdeProblem {
            field: process,
            diffusion: &diffusion,
            level_at_end: (level.alpha, level.sigma),
            scheme: form.scheme,
            last_step: (last_step, size),
            grid: &grid,
            keyframes: &keyframes,
        };
        self.in_order(
            recording,
            publish,
            |(first, count)| {
                let starts = self.starts((first, count));
                let noise = self.noise(given.as_ref(), &grid, first, count);
                problem.solve(&starts, &noise, self.keep(first), self.cancel)
            },
            push,
        )
    }
}

/// The next message, or none when all have come. A thread of the pool lends a hand meanwhile.
fn receive<T>(receiver: &mpsc::Receiver<T>) -> Option<T> {
    if rayon::current_thread_index().is_none() {
        return receiver.recv().ok();
    }
    loop {
        match receiver.try_recv() {
            Ok(message) => return Some(message),
            Err(mpsc::TryRecvError::Disconnected) => return None,
            Err(mpsc::TryRecvError::Empty) => {
                if rayon::yield_now() != Some(rayon::Yield::Executed) {
                    std::thread::yield_now();
                }
            }
        }
    }
}

fn push(recording: &mut Recording, first: usize, track: Track) {
    recording.blocks.push(Arc::new(Block::new(first, track)));
}
