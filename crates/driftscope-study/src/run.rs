//! Turning a scene into a recording, here and now. The engine's worker, the command line and the
//! tests all come through here.

mod audience;
mod load;
mod log;
mod options;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, ScoredField};
use driftscope_base::memory::TooLarge;
use driftscope_flow::field::Evaluate;
use driftscope_solve::brownian::Noise;
use driftscope_solve::fixed::{FixedProblem, StepTotal};
use driftscope_solve::sde::{LastStep, SdeProblem};
use driftscope_solve::{Keep, Scope, TILE, Track, grid, per_particle, whole_batch};
use rayon::prelude::*;
use thiserror::Error;

use self::audience::{Audience, Blocks, Pictures};
use self::load::Load;
use self::log::{log_of_noisy_steps, log_of_totals};
use crate::clock::Instant;
use crate::experiment::{Experiment, ExperimentError};
use crate::given_noise::{GivenNoiseError, Ordered};
use crate::recording::{Block, Recording};
use crate::scene::{Precision, Scene};

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
    /// It is no experiment.
    #[error(transparent)]
    Refused(#[from] ExperimentError),
    /// Noise that does not serve the scene.
    #[error(transparent)]
    Noise(#[from] GivenNoiseError),
    /// More than there is memory for.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// Withdrawn by whoever asked.
    #[error("cancelled")]
    Cancelled,
}

impl From<Cancelled> for RunError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Runs an experiment, handing the recording so far to `publish` as blocks are finished, and returns it
/// when complete.
///
/// # Errors
/// If the noise that was given is not that of the scene's steps, the run would not fit into memory, or
/// `cancel` is raised.
pub fn run(
    experiment: &Experiment,
    id: u64,
    options: &RunOptions,
    cancel: &Cancel,
    publish: impl FnMut(&Recording),
) -> Result<Recording, RunError> {
    run_for(experiment, id, options, cancel, &mut Pictures(publish))
}

/// Runs an experiment, handing the recording to `take` whenever it has one more block of particles, in
/// order. What a block has beside ends, counts and stops is there in that call only, so that the
/// paths and logs of all particles need never be in memory together (but in whole-batch scope).
///
/// # Errors
/// As [`run`]; [`RunError::Cancelled`] if `take` gives up.
pub fn run_in_blocks(
    experiment: &Experiment,
    options: &RunOptions,
    cancel: &Cancel,
    take: impl FnMut(&Recording) -> Result<(), Cancelled>,
) -> Result<Recording, RunError> {
    run_for(experiment, 1, options, cancel, &mut Blocks(take))
}

fn run_for<A: Audience>(
    experiment: &Experiment,
    id: u64,
    options: &RunOptions,
    cancel: &Cancel,
    audience: &mut A,
) -> Result<Recording, RunError> {
    match experiment.scene.precision() {
        Precision::F32 => start::<f32, A>(experiment, id, options, cancel, audience),
        Precision::F64 => start::<f64, A>(experiment, id, options, cancel, audience),
    }
}

fn start<S: Evaluate, A: Audience>(
    experiment: &Experiment,
    id: u64,
    options: &RunOptions,
    cancel: &Cancel,
    audience: &mut A,
) -> Result<Recording, RunError> {
    let scene = &*experiment.scene;
    let (field, interval) = (experiment.field::<S>(), experiment.interval);
    let job = Job { experiment, scene, options, cancel, field, interval, began: Instant::now() };
    let blank = Recording {
        interval,
        id,
        scene: Arc::clone(&experiment.scene),
        times: Arc::new([]),
        blocks: Vec::new(),
        shared_log: None,
        complete: false,
        batch_stop: None,
        elapsed: Duration::ZERO,
    };
    if let (true, Some(process)) = (scene.is_sde(), experiment.process()) {
        job.sde(process, blank, audience)
    } else if !scene.is_adaptive() {
        job.fixed(blank, audience)
    } else if scene.sampler.scope == Scope::PerParticle {
        job.per_particle(blank, audience)
    } else {
        job.whole_batch(blank, audience)
    }
}

/// A run in progress.
struct Job<'a, S> {
    experiment: &'a Experiment,
    scene: &'a Scene,
    options: &'a RunOptions,
    cancel: &'a Cancel,
    field: &'a dyn Field<S>,
    interval: (f64, f64),
    began: Instant,
}

impl<S: Evaluate> Job<'_, S> {
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
            let [x, y] = self.experiment.start(first + i);
            points[i] = S::from_f64(x);
            points[size + i] = S::from_f64(y);
        }
        points
    }

    /// What a run keeps in memory, if it keeps so many keyframes, and so many attempts in a
    /// particle's log (none if nobody knows yet).
    fn load<A: Audience>(&self, keyframes: usize, attempts: Option<usize>) -> Load {
        let count = self.scene.particles.count;
        let tile = if count < MANY { TILE } else { LARGE_TILE };
        let whole = self.scene.is_adaptive() && self.scene.sampler.scope == Scope::WholeBatch;
        let at_once = if A::STREAMED && !whole { ahead() * tile } else { count };
        Load {
            particles: count,
            keyframes,
            precise: self.options.precise,
            logged: if whole { 0 } else { self.options.logged },
            attempts,
            tile,
            at_once: at_once.min(count),
            solving: (rayon::current_num_threads() * tile).min(count),
            noise: 0,
        }
    }

    /// Bytes of the noise of one particle over `steps` steps.
    fn noise_bytes(&self, steps: usize) -> usize {
        let area = self.scene.is_sde() && self.scene.diffusion.scheme.needs_area();
        let given = self.experiment.given().noise.is_some();
        steps * 2 * size_of::<S>() * if area && !given { 2 } else { 1 }
    }

    /// What is kept of a tile at `first`.
    fn keep(&self, attempts: usize, first: usize) -> Keep {
        let logged = self.options.logged.saturating_sub(first);
        Keep { logged, attempts, precise: self.options.precise }
    }

    /// Keyframe times as the window shows them: t, which falls where noising time rises.
    fn shown(&self, times: &[f64]) -> Arc<[f64]> {
        times.iter().map(|&time| self.scene.direction.own_time(time)).collect()
    }

    /// Solves tiles on all threads and takes them in order, publishing what is there ever less
    /// often: the first picture comes soon, and no thread waits for another, unless what is solved
    /// is not to be kept: then no tile is begun long before its turn to be taken.
    fn in_order<A: Audience, T: Send>(
        &self,
        mut recording: Recording,
        audience: &mut A,
        solve: impl Fn((usize, usize)) -> Result<T, Cancelled> + Sync,
        mut add: impl FnMut(&mut Recording, usize, T) -> Result<(), RunError>,
    ) -> Result<Recording, RunError> {
        let tiles = self.tiles();
        let (sender, receiver) = mpsc::channel();
        rayon::in_place_scope_fifo(|scope| {
            let begin = |index: usize| {
                let (sender, solve, tile) = (sender.clone(), &solve, tiles[index]);
                scope.spawn_fifo(move |_| {
                    let solved = catch_unwind(AssertUnwindSafe(|| solve(tile)));
                    let (outcome, panic) = match solved {
                        Ok(outcome) => (outcome, None),
                        Err(panic) => (Err(Cancelled), Some(panic)),
                    };
                    // Nobody listens any more once one tile was cancelled.
                    let _ = sender.send((index, outcome));
                    if let Some(panic) = panic {
                        resume_unwind(panic);
                    }
                });
            };
            let mut begun = if A::STREAMED { ahead().min(tiles.len()) } else { tiles.len() };
            (0..begun).for_each(&begin);
            let mut early = BTreeMap::new();
            let (mut done, mut next_picture) = (0, FIRST_PICTURE);
            let mut take_all = || {
                while done < tiles.len() {
                    let Some((index, outcome)) = receive(&receiver) else { break };
                    early.insert(index, outcome?);
                    while let Some(track) = early.remove(&done) {
                        add(&mut recording, tiles[done].0, track)?;
                        audience.take(&mut recording)?;
                        done += 1;
                        if begun < tiles.len() {
                            begin(begun);
                            begun += 1;
                        }
                    }
                    recording.elapsed = self.began.elapsed();
                    recording.complete = done == tiles.len();
                    if recording.complete || recording.count() >= next_picture {
                        next_picture = GROWTH * recording.count();
                        audience.picture(&recording);
                    }
                }
                Ok(())
            };
            // Whatever went wrong, nobody waits for the tiles that are under way.
            take_all().inspect_err(|_: &RunError| self.cancel.raise())?;
            Ok(recording)
        })
    }

    fn per_particle<A: Audience>(
        &self,
        mut recording: Recording,
        audience: &mut A,
    ) -> Result<Recording, RunError> {
        let settings = self.experiment.ode_settings();
        let keyframes = grid::uniform(self.interval.0, self.interval.1, self.options.keyframes - 1);
        recording.times = self.shown(&keyframes);
        let attempts = self.load::<A>(keyframes.len(), None).check()?;
        self.in_order(
            recording,
            audience,
            |tile| {
                let keep = self.keep(attempts, tile.0);
                let starts = self.starts(tile);
                per_particle::solve(self.field, &settings, &keyframes, &starts, keep, self.cancel)
            },
            push,
        )
    }

    fn whole_batch<A: Audience>(
        &self,
        mut recording: Recording,
        audience: &mut A,
    ) -> Result<Recording, RunError> {
        let settings = self.experiment.ode_settings();
        let keyframes = grid::uniform(self.interval.0, self.interval.1, self.options.keyframes - 1);
        recording.times = self.shown(&keyframes);
        let attempts = self.load::<A>(keyframes.len(), None).check()?;
        let places = self.tiles();
        let tiles: Vec<Vec<S>> = places.par_iter().map(|&tile| self.starts(tile)).collect();
        let field = self.field;
        let solved = whole_batch::solve(
            field,
            &settings,
            &keyframes,
            &tiles,
            self.keep(attempts, 0),
            self.cancel,
        )?;
        for ((first, _), track) in places.into_iter().zip(solved.tracks) {
            push(&mut recording, first, track)?;
            audience.take(&mut recording)?;
        }
        recording.shared_log = Some(solved.log.into());
        recording.batch_stop = solved.stop;
        recording.elapsed = self.began.elapsed();
        recording.complete = true;
        audience.picture(&recording);
        Ok(recording)
    }

    fn fixed<A: Audience>(
        &self,
        mut recording: Recording,
        audience: &mut A,
    ) -> Result<Recording, RunError> {
        let settings = self.experiment.ode_settings();
        let grid = self.experiment.grid();
        let stochastic = self.scene.is_stochastic();
        let keyframes = if self.options.even_keyframes && !stochastic {
            grid::uniform(self.interval.0, self.interval.1, self.options.keyframes - 1)
        } else {
            grid::keyframes_on_grid(&grid, self.options.keyframes, !stochastic)
        };
        recording.times = self.shown(&keyframes);
        let noise = if stochastic { self.noise_bytes(grid.len() - 1) } else { 0 };
        let load = Load { noise, ..self.load::<A>(keyframes.len(), Some(grid.len() - 1)) };
        let attempts = load.check()?;
        let given = self.experiment.given_noise(grid.len() - 1)?;
        let problem = FixedProblem {
            field: self.field,
            settings: &settings,
            grid: &grid,
            keyframes: &keyframes,
        };
        let mut totals = vec![StepTotal::default(); grid.len() - 1];
        self.in_order(
            recording,
            audience,
            |(first, count)| {
                let starts = self.starts((first, count));
                let noise = stochastic.then(|| self.noise(given.as_ref(), &grid, first, count));
                let doubling = first < self.options.doubled;
                problem.solve(
                    &starts,
                    noise.as_ref(),
                    self.keep(attempts, first),
                    doubling,
                    self.cancel,
                )
            },
            |recording, first, solved| {
                for (total, tile) in totals.iter_mut().zip(solved.steps) {
                    *total = total.plus(tile);
                }
                recording.shared_log = Some(log_of_totals(&grid, &totals));
                push(recording, first, solved.track)
            },
        )
    }

    /// Noise of `count` particles from `first`: what was given, or each particle's own path.
    fn noise(&self, given: Option<&Ordered>, grid: &[f64], first: usize, count: usize) -> Noise<S> {
        match given {
            Some(given) => given.of(first, count),
            None => self.experiment.paths(grid, first, count),
        }
    }

    fn sde<A: Audience>(
        &self,
        process: &dyn ScoredField<S>,
        mut recording: Recording,
        audience: &mut A,
    ) -> Result<Recording, RunError> {
        let grid = self.experiment.grid();
        let end = self.interval.1;
        let (last_step, size) = self.scene.last_step();
        let mut log_grid = grid.clone();
        if last_step != LastStep::None {
            log_grid.push(end + size);
        }
        let keyframes = grid::keyframes_on_grid(&log_grid, self.options.keyframes, false);
        recording.times = self.shown(&keyframes);
        let noise = self.noise_bytes(grid.len() - 1);
        let load = Load { noise, logged: 0, ..self.load::<A>(keyframes.len(), None) };
        let attempts = load.check()?;
        let given = self.experiment.given_noise(grid.len() - 1)?;
        recording.shared_log = Some(log_of_noisy_steps(self.scene, &log_grid));
        let diffusion = |t: f64| self.experiment.diffusion(t);
        let problem = SdeProblem {
            field: process,
            diffusion: &diffusion,
            level_at_end: self.experiment.level_at_end(),
            scheme: self.scene.diffusion.scheme,
            last_step: (last_step, size),
            grid: &grid,
            keyframes: &keyframes,
        };
        self.in_order(
            recording,
            audience,
            |(first, count)| {
                let starts = self.starts((first, count));
                let noise = self.noise(given.as_ref(), &grid, first, count);
                problem.solve(&starts, &noise, self.keep(attempts, first), self.cancel)
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

fn push(recording: &mut Recording, first: usize, track: Track) -> Result<(), RunError> {
    if track.log_is_cut {
        return Err(Load::log_refused(&track).into());
    }
    recording.blocks.push(Arc::new(Block::new(first, track)));
    Ok(())
}

/// Tiles that are begun before the first of them is taken, where they are not kept.
fn ahead() -> usize {
    2 * rayon::current_num_threads()
}
