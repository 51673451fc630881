//! Turning a scene into a recording, here and now. Tasks, the command line and the
//! tests all come through here.

mod audience;
mod error;
mod job;
mod load;
mod log;
mod options;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::ScoredField;
use driftscope_flow::field::Evaluate;
use driftscope_solve::brownian::Noise;
use driftscope_solve::fixed::{FixedProblem, StepTotal};
use driftscope_solve::sde::{LastStep, SdeProblem};
use driftscope_solve::{Scope, Track, grid, per_particle, whole_batch};
use rayon::prelude::*;

use self::audience::{Audience, Blocks, Pictures};
use self::job::{Job, all_tiles};
use self::load::Load;
use self::log::{log_of_noisy_steps, log_of_totals};
use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::given_noise::Ordered;
use crate::recording::{Block, Recording};
use crate::scene::Precision;

pub use error::RunError;
pub use options::{DOUBLED, RunOptions, Tiles};

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

/// How many tiles of particles a run of so many has.
#[must_use]
pub(crate) fn tile_count(particles: usize) -> usize {
    all_tiles(particles).count()
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
        step_totals: None,
        network: experiment.network.as_ref().and_then(|network| network.foreign_words()),
        paired: experiment
            .network
            .as_ref()
            .is_some_and(|network| !network.is_of_independent_ends()),
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

impl<S: Evaluate> Job<'_, S> {
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
                let track = per_particle::solve(
                    self.field,
                    &settings,
                    &keyframes,
                    &starts,
                    keep,
                    self.cancel,
                )?;
                Ok(self.jumped(track))
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
            push(&mut recording, first, self.jumped(track))?;
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
        let given = self.experiment.given_noise(&grid)?;
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
                if self.options.tiles != Tiles::ALL {
                    recording.step_totals = Some(totals.clone());
                }
                push(recording, first, self.jumped(solved.track))
            },
        )
    }

    /// The track with the jump at the end, where the field asks for one.
    fn jumped(&self, mut track: Track) -> Track {
        track.jump(|end| self.experiment.jump(end));
        track
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
        let load = Load { noise, ..self.load::<A>(keyframes.len(), Some(log_grid.len() - 1)) };
        let attempts = load.check()?;
        let given = self.experiment.given_noise(&grid)?;
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
                let track =
                    problem.solve(&starts, &noise, self.keep(attempts, first), self.cancel)?;
                Ok(self.jumped(track))
            },
            push,
        )
    }
}

fn push(recording: &mut Recording, first: usize, track: Track) -> Result<(), RunError> {
    if track.log_is_cut {
        return Err(Load::log_refused(&track).into());
    }
    recording.blocks.push(Arc::new(Block::new(first, track)));
    Ok(())
}
