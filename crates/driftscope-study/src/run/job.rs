//! A run in progress: its tiles, what it keeps, and how tiles are solved on all threads and taken in
//! order.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, mpsc};

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::Field;
use driftscope_flow::field::Evaluate;
use driftscope_solve::{Keep, TILE};

use super::audience::Audience;
use super::error::RunError;
use super::load::Load;
use super::options::{RunOptions, Tiles};
use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::recording::{FIRST_PICTURE, Recording, is_worth_a_picture};
use crate::scene::Scene;

/// Particles of a tile where there are many: more would be a matter of bookkeeping only.
const LARGE_TILE: usize = 256;
/// From so many particles on tiles are large.
const MANY: usize = 8_192;

/// The tiles of so many particles: the number of the first particle and how many there are. They do not depend
/// on the number of threads.
pub(super) fn all_tiles(count: usize) -> impl Iterator<Item = (usize, usize)> {
    let size = if count < MANY { TILE } else { LARGE_TILE };
    // Those of the first picture come in small tiles, for all threads.
    let first = FIRST_PICTURE.min(count);
    let small = (0..first).step_by(TILE).map(move |start| (start, TILE.min(first - start)));
    let rest = (first..count).step_by(size).map(move |start| (start, size.min(count - start)));
    small.chain(rest)
}

/// A run in progress.
pub(super) struct Job<'a, S> {
    pub(super) experiment: &'a Experiment,
    pub(super) scene: &'a Scene,
    pub(super) options: &'a RunOptions,
    pub(super) cancel: &'a Cancel,
    pub(super) field: &'a dyn Field<S>,
    pub(super) interval: (f64, f64),
    pub(super) began: Instant,
}

impl<S: Evaluate> Job<'_, S> {
    /// The tiles of [`RunOptions::tiles`]: the number of the first particle and how many there are.
    pub(super) fn tiles(&self) -> Vec<(usize, usize)> {
        let Tiles { from, step, count } = self.options.tiles;
        all_tiles(self.scene.particles.count).skip(from).step_by(step).take(count).collect()
    }

    /// Starting points of the `size` particles from `first`, feature-major.
    pub(super) fn starts(&self, (first, size): (usize, usize)) -> Vec<S> {
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
    pub(super) fn load<A: Audience>(&self, keyframes: usize, attempts: Option<usize>) -> Load {
        let count = self.scene.particles.count;
        let tile = if count < MANY { TILE } else { LARGE_TILE };
        let whole = self.scene.is_one_batch();
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
    pub(super) fn noise_bytes(&self, steps: usize) -> usize {
        let area = self.scene.is_sde() && self.scene.diffusion.scheme.needs_area();
        let given = self.experiment.given().noise.is_some();
        steps * 2 * size_of::<S>() * if area && !given { 2 } else { 1 }
    }

    /// What is kept of a tile at `first`.
    pub(super) fn keep(&self, attempts: usize, first: usize) -> Keep {
        let logged = self.options.logged.saturating_sub(first);
        Keep { logged, attempts, precise: self.options.precise }
    }

    /// Keyframe times as the window shows them: t, which falls where noising time rises. What jumps at the
    /// end arrives at t = 1.
    pub(super) fn shown(&self, times: &[f64]) -> Arc<[f64]> {
        let own = times.iter().map(|&time| self.scene.direction.own_time(time));
        let mut own: Vec<f64> = own.collect();
        if let Some(last) = own.last_mut().filter(|_| self.experiment.jumps()) {
            *last = 1.0;
        }
        own.into()
    }

    /// Solves tiles on all threads and takes them in order, publishing what is there ever less
    /// often: the first picture comes soon, and no thread waits for another, unless what is solved
    /// is not to be kept: then no tile is begun long before its turn to be taken.
    pub(super) fn in_order<A: Audience, T: Send>(
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
                    // Tiles of what was withdrawn leave the queue at once: others wait behind them.
                    let solve = || self.cancel.check().and_then(|()| solve(tile));
                    let solved = catch_unwind(AssertUnwindSafe(solve));
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
            let (mut done, mut shown) = (0, 0);
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
                    if recording.complete || is_worth_a_picture(recording.count(), shown) {
                        shown = recording.count();
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

/// Tiles that are begun before the first of them is taken, where they are not kept.
fn ahead() -> usize {
    2 * rayon::current_num_threads()
}
