//! Solving a scene, in parts, and in shares.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use serde::{Deserialize, Serialize};

use super::product::Product;
use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::measure::distance_to_data;
use crate::recording::{Recording, is_worth_a_picture};
use crate::run::{RunError, RunOptions, Tiles, run, tile_count};
use crate::scene::Scene;
use crate::store::Store;
use crate::work::{News, Signal, Tell, Turn, Unfinished};

impl From<RunError> for Unfinished {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Cancelled => Self::Withdrawn,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Of a solve the tiles of particles `index`, `index + of`, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Which of them, from 0.
    pub index: usize,
    /// How many shares there are.
    pub of: usize,
}

/// What is kept of a scene that is solved for the window. Steps that all particles share are in one log.
fn options(scene: &Scene, tiles: Tiles) -> RunOptions {
    let usual = RunOptions::for_window(scene.particles.count);
    let logged = if scene.is_adaptive() { usual.logged } else { 0 };
    RunOptions { logged, tiles, ..usual }
}

pub(super) fn solve(
    scene: &Arc<Scene>,
    id: u64,
    store: &Store,
    signal: &Signal,
    tell: &mut Tell<'_, Product>,
) -> Result<(), Unfinished> {
    let experiment = Experiment::new(scene, &store.networks).map_err(RunError::from)?;
    let mut part = |recording: &Recording| {
        tell(News::Made(Product::Part(Arc::new(recording.clone()))));
    };
    let options = options(scene, Tiles::ALL);
    let recording = run(&experiment, id, &options, signal.cancel(), &mut part)?;
    if scene.classic().is_none() {
        let ends: Vec<[f64; 2]> = recording.ends().collect();
        tell(News::Made(measured(scene, id, &ends, signal.cancel())?));
    }
    Ok(())
}

/// How far the end points of a complete recording are from the data; of a problem that has no distribution
/// nobody asks.
pub(super) fn measured(
    scene: &Scene,
    id: u64,
    ends: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Product, Unfinished> {
    let distance = distance_to_data(scene, ends, cancel)?;
    Ok(Product::Measured { id, distance })
}

/// A share of a solve under way, a tile each turn.
pub struct ShareCourse {
    scene: Arc<Scene>,
    id: u64,
    share: Share,
    began: Instant,
    experiment: Option<Experiment>,
    /// Tiles that are solved.
    done: usize,
    /// All that is solved.
    recording: Option<Recording>,
    /// Particles of the last picture.
    shown: usize,
}

impl ShareCourse {
    pub(super) fn new(scene: Arc<Scene>, id: u64, share: Share) -> Self {
        let began = Instant::now();
        Self { scene, id, share, began, experiment: None, done: 0, recording: None, shown: 0 }
    }

    pub(super) fn go_on(
        &mut self,
        store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, Product>,
    ) -> Result<Turn, Unfinished> {
        let experiment = match self.experiment.take() {
            Some(made) => made,
            None => Experiment::new(&self.scene, &store.networks).map_err(RunError::from)?,
        };
        let from = self.share.index + self.share.of * self.done;
        let options = options(&self.scene, Tiles { from, step: self.share.of, count: 1 });
        let tile = run(&experiment, self.id, &options, signal.cancel(), |_| {})?;
        self.experiment = Some(experiment);
        self.done += 1;
        let mut recording = match self.recording.take() {
            Some(before) => before.followed_by(tile),
            None => tile,
        };
        recording.complete = from + self.share.of >= tile_count(self.scene.particles.count);
        recording.elapsed = self.began.elapsed();
        let count = recording.count();
        if recording.complete || is_worth_a_picture(count, self.shown) {
            self.shown = count;
            tell(News::Made(Product::Part(Arc::new(recording.clone()))));
        }
        let turn = if recording.complete { Turn::Done } else { Turn::More };
        self.recording = Some(recording);
        Ok(turn)
    }
}
