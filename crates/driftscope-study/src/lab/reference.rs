//! Reference trajectories: DOP853 in double precision at 1e-12, from the same starts on the same
//! field.

use std::sync::{Arc, Mutex, PoisonError};

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::Field;
use driftscope_flow::network::NetworkId;
use driftscope_solve::{TILE, grid, per_particle};
use rayon::prelude::*;

use super::error::LabError;
use super::ode::tight;
use crate::experiment::Experiment;
use crate::scene::{Data, Direction, Guidance, Path, Scene, Start};

/// References kept for later measurements.
const KEPT: usize = 12;

/// Where particles truly are, as far as double precision can tell.
#[derive(Debug)]
pub struct Reference {
    /// Evenly spaced times, the ends of the interval among them.
    pub times: Vec<f64>,
    /// For each time the position of every particle; NaN where the field had none.
    pub positions: Vec<Vec<[f64; 2]>>,
}

/// What decides a reference; the sampler has no part in it.
#[derive(Clone, PartialEq)]
struct Key {
    seed: u64,
    direction: Direction,
    start: Start,
    data: Data,
    source: Option<Data>,
    guidance: Guidance,
    path: Path,
    field: crate::scene::Field,
    interval: (f64, f64),
    network: Option<NetworkId>,
    count: usize,
    legs: usize,
}

/// The references used last, newest first.
static KNOWN: Mutex<Vec<(Key, Arc<Reference>)>> = Mutex::new(Vec::new());

impl Reference {
    /// Of the first `count` particles of a experiment, at the ends of `legs` equal parts of the
    /// interval. One that is known already is not computed again.
    ///
    /// # Errors
    /// [`LabError::Cancelled`] if `cancel` was raised.
    pub fn of(
        experiment: &Experiment,
        count: usize,
        legs: usize,
        cancel: &Cancel,
    ) -> Result<Arc<Self>, LabError> {
        let scene: &Scene = &experiment.scene;
        let key = Key {
            seed: scene.seed,
            direction: scene.direction,
            start: scene.start(),
            data: scene.data.clone(),
            source: scene.source.clone(),
            guidance: scene.guidance.clone(),
            path: scene.interpolant,
            field: scene.field.clone(),
            interval: experiment.interval,
            network: experiment.network.as_ref().map(|network| network.id),
            count,
            legs,
        };
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, reference)) = known().iter().find(|(known, _)| *known == key) {
            return Ok(Arc::clone(reference));
        }
        let reference = Arc::new(Self::from(
            experiment.field(),
            &experiment.starts(count),
            experiment.interval,
            legs,
            cancel,
        )?);
        let mut known = known();
        known.insert(0, (key, Arc::clone(&reference)));
        known.truncate(KEPT);
        Ok(reference)
    }

    /// Of particles that start at `starts`.
    ///
    /// # Errors
    /// [`LabError::Cancelled`] if `cancel` was raised.
    pub fn from(
        field: &dyn Field<f64>,
        starts: &[[f64; 2]],
        interval: (f64, f64),
        legs: usize,
        cancel: &Cancel,
    ) -> Result<Self, LabError> {
        let times = grid::uniform(interval.0, interval.1, legs);
        // Few particles are spread over the threads all the same.
        let tile = starts.len().div_ceil(4 * rayon::current_num_threads()).clamp(8, TILE);
        let tiles = starts
            .par_chunks(tile)
            .map(|tile| {
                let mut now = tile.to_vec();
                let mut all = vec![now.clone()];
                for leg in times.windows(2) {
                    now = ends(field, &now, (leg[0], leg[1]), cancel)?;
                    all.push(now.clone());
                }
                Ok(all)
            })
            .collect::<Result<Vec<_>, Cancelled>>()?;
        let positions = (0..times.len())
            .map(|k| tiles.iter().flat_map(|tile| tile[k].iter().copied()).collect())
            .collect();
        Ok(Self { times, positions })
    }

    /// Where the particles end.
    #[must_use]
    pub fn ends(&self) -> &[[f64; 2]] {
        &self.positions[self.positions.len() - 1]
    }

    /// Where `particle` is at `t`, continued from the last known time before.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised.
    pub fn at(
        &self,
        field: &dyn Field<f64>,
        particle: usize,
        t: f64,
        cancel: &Cancel,
    ) -> Result<[f64; 2], Cancelled> {
        let before = self.times.partition_point(|&time| time <= t).saturating_sub(1);
        let from = self.positions[before][particle];
        Ok(ends(field, &[from], (self.times[before], t), cancel)?[0])
    }

    /// The path of one particle: times and positions.
    pub fn path(&self, particle: usize) -> impl Iterator<Item = (f64, [f64; 2])> + '_ {
        self.times.iter().zip(&self.positions).map(move |(&t, all)| (t, all[particle]))
    }
}

/// Where particles that are at `starts` at the first time of `interval` are at the last; NaN where
/// the field had no value.
pub(super) fn ends(
    field: &dyn Field<f64>,
    starts: &[[f64; 2]],
    interval: (f64, f64),
    cancel: &Cancel,
) -> Result<Vec<[f64; 2]>, Cancelled> {
    if interval.1 <= interval.0 {
        return Ok(starts.to_vec());
    }
    let track = per_particle::solve(
        field,
        &tight(interval),
        &[interval.0],
        &by_feature(starts),
        0,
        cancel,
    )?;
    let mut ends = track.ends;
    for (i, _) in track.stops {
        ends[i] = [f64::NAN; 2];
    }
    Ok(ends)
}

/// All x, then all y.
pub(super) fn by_feature(points: &[[f64; 2]]) -> Vec<f64> {
    [0, 1].iter().flat_map(|&d| points.iter().map(move |point| point[d])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::Networks;

    #[test]
    fn references_meet_the_answers_that_can_be_written_down_and_are_kept() {
        let settings =
            ["field.kind=classic", "field.system=harmonic", "particles.count=5"].map(str::to_owned);
        let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
        let experiment = Experiment::of_ode(&scene, &Networks::default()).expect("an experiment");
        let never = Cancel::default();
        let reference = Reference::of(&experiment, 5, 16, &never).expect("runs");
        let classic = scene.classic().expect("classic");
        for (particle, start) in experiment.starts(5).into_iter().enumerate() {
            for t in [0.0, 0.3, 1.234, std::f64::consts::TAU] {
                let found = reference.at(experiment.field(), particle, t, &never).expect("runs");
                let wanted = classic.answer(t, start).expect("known");
                let distance = (found[0] - wanted[0]).hypot(found[1] - wanted[1]);
                assert!(distance < 1e-11, "{distance:e} at t = {t}");
            }
        }
        let mut other = (*scene).clone();
        other.sampler.rtol = 1e-2;
        let again = Experiment::of_ode(&Arc::new(other.clone()), &Networks::default())
            .expect("an experiment");
        let again = Reference::of(&again, 5, 16, &never).expect("runs");
        assert!(Arc::ptr_eq(&reference, &again), "a tolerance changes no reference");
        other.seed = 1;
        let moved =
            Experiment::of_ode(&Arc::new(other), &Networks::default()).expect("an experiment");
        let moved = Reference::of(&moved, 5, 16, &never).expect("runs");
        assert!(!Arc::ptr_eq(&reference, &moved), "other starts have another reference");
    }
}
