//! Solving a scene, in parts.

use std::sync::Arc;

use super::product::Product;
use crate::experiment::Experiment;
use crate::measure::distance_to_data;
use crate::recording::Recording;
use crate::run::{RunError, RunOptions, run};
use crate::scene::Scene;
use crate::store::Store;
use crate::work::{News, Signal, Tell, Unfinished};

/// Attempts of fixed steps that are logged at most.
const MOST_LOGGED: usize = 1 << 20;

impl From<RunError> for Unfinished {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Cancelled => Self::Withdrawn,
            other => Self::Failed(other.to_string()),
        }
    }
}

pub(super) fn solve(
    scene: &Arc<Scene>,
    id: u64,
    store: &Store,
    signal: &Signal,
    tell: &mut Tell<'_, Product>,
) -> Result<(), Unfinished> {
    let mut options = RunOptions::for_window(scene.particles.count);
    // Many fixed steps are logged for fewer particles, so that memory stays bounded.
    options.logged = options.logged.min(MOST_LOGGED / scene.sampler.steps).max(1);
    let experiment = Experiment::new(scene, &store.networks).map_err(RunError::from)?;
    let mut part = |recording: &Recording| {
        tell(News::Made(Product::Part(Arc::new(recording.clone()))));
    };
    let recording = run(&experiment, id, &options, signal.cancel(), &mut part)?;
    if scene.classic().is_some() {
        // There is no distribution to compare with.
        return Ok(());
    }
    let ends: Vec<[f64; 2]> = recording.ends().collect();
    let distance = distance_to_data(scene, &ends, signal.cancel())?;
    tell(News::Made(Product::Measured { id, distance }));
    Ok(())
}
