//! Adaptive solves with one step size for the whole batch, by the norm over every coordinate.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Real, Times};
use rayon::prelude::*;

use super::controlled;
use super::controller::{FirstStep, History};
use super::norm::ScaledError;
use super::settings::OdeSettings;
use super::tile::{EndSlope, Tile};
use super::track::{Attempt, Keep, Stop, Track};

/// Tracks of all tiles, and the one log they share.
#[derive(Debug)]
pub struct WholeBatch {
    /// One track per tile, in order.
    pub tracks: Vec<Track>,
    /// Every attempt; its error ratio is the batch's, its evaluations the mean over the particles.
    pub log: Vec<Attempt>,
    /// Why the batch did not arrive, if it did not.
    pub stop: Option<Stop>,
}

/// Solves all particles together; `tiles` holds their starts, feature-major per tile.
///
/// Sums run in a fixed order, so that the number of threads does not change a bit.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised; it is looked at before every attempt.
///
/// # Panics
/// If the method cannot adapt with these settings ([`Method::adapting`](crate::Method::adapting)).
pub fn solve<S: Real>(
    field: &dyn Field<S>,
    settings: &OdeSettings,
    keyframes: &[f64],
    tiles: &[Vec<S>],
    keep: impl Into<Keep>,
    cancel: &Cancel,
) -> Result<WholeBatch, Cancelled> {
    let keep = Keep { logged: 0, ..keep.into() };
    if settings.method.embedded_tableau().is_none() {
        let solved = controlled::solve(field, settings, keyframes, tiles, keep, cancel)?;
        let controlled::Controlled { tracks, log, stop } = solved;
        return Ok(WholeBatch { tracks, log, stop });
    }
    let mut tiles: Vec<Tile<'_, S>> =
        tiles.iter().map(|starts| Tile::new(field, settings, keyframes, starts, keep)).collect();
    let coordinates = field.dimension() * tiles.iter().map(Tile::lanes).sum::<usize>();
    let norm = settings.control.norm;
    let of_batch = |gathered: Vec<f64>| {
        norm.of(gathered.into_iter().fold(0.0, |a, b| norm.join(a, b)), coordinates)
    };

    let controller = settings.controller();
    let tableau = settings.adaptive_tableau();
    let later_stages = tableau.stages() as u32 - 1;
    let recycles = tableau.first_same_as_last;
    let further_stages = tableau.dense.further_stages() as u32;
    let mut t = settings.start_time;
    tiles.par_iter_mut().for_each(|tile| tile.first_stage(Times::Shared(t)));
    let (first, mut nfe) = first_step(&mut tiles, settings, of_batch);
    let mut h = settings.within_limits(t, first);
    let mut dense_nfe = 0;
    let mut history = History::default();
    let mut log: Vec<Attempt> = Vec::new();
    let mut stop = None;

    while t < settings.end_time {
        cancel.check()?;
        let step = settings.clamp(t, h);
        // Gathered tile by tile in order, so that the number of threads does not change a bit.
        let errors: Vec<ScaledError> = tiles
            .par_iter_mut()
            .map(|tile| {
                tile.attempt(Times::Shared(t), Times::Shared(step));
                (0..tile.lanes())
                    .map(|lane| tile.scaled_error(lane))
                    .fold(ScaledError::default(), |a, b| a.join(b, norm))
            })
            .collect();
        let error = errors.into_iter().fold(ScaledError::default(), |a, b| a.join(b, norm));
        let ratio = error.ratio(norm, coordinates);
        let verdict = controller.judge(step, ratio, &mut history);
        nfe += later_stages;
        log.push(Attempt { t, h: step, error_ratio: ratio, accepted: verdict.accepted, nfe });
        if verdict.accepted {
            let t1 = settings.step_end(t, step);
            let through = t1 >= settings.end_time;
            let looked_into = t1 > settings.end_time
                || tiles.first().is_some_and(|tile| tile.has_inner_keyframe(0, t1));
            let dense = further_stages > 0 && looked_into;
            tiles.par_iter_mut().for_each(|tile| {
                if dense {
                    tile.further_stages(Times::Shared(t), Times::Shared(step));
                }
                accept(tile, settings, t, t1, recycles);
            });
            dense_nfe += if dense { further_stages } else { 0 };
            if !recycles {
                if through { dense_nfe += 1 } else { nfe += 1 }
            }
            t = t1;
        }
        if t >= settings.end_time {
            break;
        }
        match settings.next_step(t, step, (ratio, verdict), log.len()) {
            Ok(next) => h = next,
            Err(why) => {
                stop = Some(why);
                break;
            }
        }
    }

    let tracks = tiles
        .into_iter()
        .map(|mut tile| {
            if let Some(stop) = stop {
                for lane in 0..tile.lanes() {
                    tile.stop(lane, stop);
                }
            }
            let mut track = tile.track;
            for counts in &mut track.counts {
                let own_error = counts.largest_error;
                for attempt in &log {
                    counts.note(attempt);
                }
                // The batch decides together, but every particle has an error of its own.
                counts.largest_error = own_error;
                counts.nfe = nfe;
                counts.dense_nfe = dense_nfe;
            }
            track
        })
        .collect();
    Ok(WholeBatch { tracks, log, stop })
}

fn accept<S: Real>(
    tile: &mut Tile<'_, S>,
    settings: &OdeSettings,
    t: f64,
    t1: f64,
    recycles: bool,
) {
    let slope = if recycles {
        EndSlope::LastStage
    } else {
        tile.end_slope(Times::Shared(t1));
        EndSlope::Evaluated
    };
    for lane in 0..tile.lanes() {
        let own_error =
            tile.scaled_error(lane).ratio(settings.control.norm, tile.field.dimension()) as f32;
        let largest = &mut tile.track.counts[tile.particles[lane]].largest_error;
        *largest = largest.max(own_error);
        tile.place_keyframes(lane, t, t1);
        if t1 >= settings.end_time {
            let end = tile.within_step(lane, t, t1, settings.end_time);
            tile.arrive(lane, end);
        }
        tile.move_on(lane, slope);
    }
}

/// The first step and the evaluations made so far.
fn first_step<S: Real>(
    tiles: &mut [Tile<'_, S>],
    settings: &OdeSettings,
    of_batch: impl Fn(Vec<f64>) -> f64,
) -> (f64, u32) {
    if let Some(h) = settings.given_first_step() {
        return (h, 1);
    }
    let t = settings.start_time;
    let interval = settings.end_time - t;
    let norm = settings.control.norm;
    let (states, velocities) = tiles
        .iter()
        .map(|tile| {
            (0..tile.lanes())
                .map(|lane| tile.start_norms(lane))
                .fold((0.0, 0.0), |a, b| (norm.join(a.0, b.0), norm.join(a.1, b.1)))
        })
        .unzip();
    let first = FirstStep { state: of_batch(states), velocity: of_batch(velocities) };
    let probe = first.probe(interval);
    let changes = tiles
        .par_iter_mut()
        .map(|tile| {
            tile.probe(Times::Shared(t), Times::Shared(probe));
            (0..tile.lanes()).map(|lane| tile.probed_change(lane)).fold(0.0, |a, b| norm.join(a, b))
        })
        .collect();
    (first.step(interval, of_batch(changes), settings.controller().exponent), 2)
}
