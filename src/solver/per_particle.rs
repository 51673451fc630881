//! Adaptive solves in which every particle takes its own steps.

use super::controller::FirstStep;
use super::settings::{End, OdeSettings};
use super::tile::{EndSlope, Tile};
use super::track::{Attempt, Stop, Track};
use super::{Cancel, Cancelled};
use crate::field::{Field, Real, Times};

/// One lane's own time and step.
#[derive(Clone, Copy)]
struct Pace {
    t: f64,
    h: f64,
    nfe: u32,
    attempts: usize,
    after_rejection: bool,
}

/// Solves a tile from `starts` (feature-major), keeping positions at `keyframes` and the attempts
/// of the first `logged` particles.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised; it is looked at before every attempt.
pub fn solve<S: Real>(
    field: &dyn Field<S>,
    settings: &OdeSettings,
    keyframes: &[f64],
    starts: &[S],
    logged: usize,
    cancel: &Cancel,
) -> Result<Track, Cancelled> {
    let mut tile = Tile::new(
        field,
        settings.method,
        settings.error_weights,
        settings.tolerances,
        keyframes,
        starts,
        logged,
    );
    let dimension = field.dimension() as f64;
    let mut paces = start(&mut tile, settings);
    let controller = settings.controller();
    let method = settings.method.get();
    let later_stages = method.tableau.stages() as u32 - 1;
    let recycles = method.tableau.first_same_as_last;
    let mut leaves = vec![false; tile.lanes()];
    let (mut times, mut steps) = (Vec::new(), Vec::new());
    let mut verdicts = Vec::new();

    while tile.lanes() > 0 {
        cancel.check()?;
        times.clear();
        steps.clear();
        for pace in &paces {
            times.push(pace.t);
            steps.push(settings.clamp(pace.t, pace.h));
        }
        tile.attempt(Times::Each(&times), Times::Each(&steps));

        verdicts.clear();
        for (lane, pace) in paces.iter_mut().enumerate() {
            let ratio = (tile.squared_error(lane) / dimension).sqrt();
            let verdict = controller.judge(ratio, pace.after_rejection);
            pace.nfe += later_stages;
            pace.attempts += 1;
            let attempt = Attempt {
                t: pace.t,
                h: steps[lane],
                error_ratio: ratio,
                accepted: verdict.accepted,
                nfe: pace.nfe,
            };
            tile.track.note(tile.particles[lane], attempt);
            verdicts.push((verdict, ratio));
        }

        // Without a last stage at the answer, the next first stage is evaluated now: dense output
        // of this step wants it too. Lanes that were rejected are not billed for it.
        let slope = if recycles {
            EndSlope::LastStage
        } else if verdicts.iter().any(|(verdict, _)| verdict.accepted) {
            for (time, step) in times.iter_mut().zip(&steps) {
                *time += step;
            }
            tile.end_slope(Times::Each(&times));
            EndSlope::Evaluated
        } else {
            EndSlope::Unknown
        };

        leaves.truncate(tile.lanes());
        for (lane, pace) in paces.iter_mut().enumerate() {
            let (verdict, ratio) = verdicts[lane];
            let step_end = settings.step_end(pace.t, steps[lane]);
            pace.h = steps[lane] * verdict.factor;
            pace.after_rejection = !verdict.accepted;
            leaves[lane] = false;
            if verdict.accepted {
                let through = step_end >= settings.end_time;
                tile.place_keyframes(lane, pace.t, step_end);
                if through {
                    let end = tile.within_step(lane, pace.t, step_end, settings.end_time);
                    tile.arrive(lane, end);
                    leaves[lane] = true;
                }
                tile.move_on(lane, slope);
                if slope == EndSlope::Evaluated {
                    let counts = &mut tile.track.counts[tile.particles[lane]];
                    if through { counts.dense_nfe += 1 } else { pace.nfe += 1 }
                }
                pace.t = step_end;
            }
            if leaves[lane] {
                continue;
            }
            let stop = if settings.underflows(pace.t, settings.clamp(pace.t, pace.h)) {
                Some(if ratio.is_finite() {
                    Stop::StepUnderflow { t: pace.t, h: pace.h }
                } else {
                    Stop::NotFinite { t: pace.t }
                })
            } else if pace.attempts >= settings.max_attempts {
                Some(Stop::StepLimit { t: pace.t, limit: settings.max_attempts })
            } else {
                None
            };
            if let Some(stop) = stop {
                tile.stop(lane, stop);
                leaves[lane] = true;
            }
        }
        tile.close_ranks(&leaves, |from, to| paces[to] = paces[from]);
        paces.truncate(tile.lanes());
    }
    Ok(tile.track)
}

/// Evaluates the first stages and chooses first steps.
fn start<S: Real>(tile: &mut Tile<'_, S>, settings: &OdeSettings) -> Vec<Pace> {
    let t = settings.start_time;
    let interval = settings.end_time - t;
    let dimension = tile.field.dimension() as f64;
    tile.first_stage(Times::Shared(t));
    let pace = |h, nfe| Pace { t, h, nfe, attempts: 0, after_rejection: false };
    if let Some(h) = settings.given_first_step() {
        return vec![pace(h, 1); tile.lanes()];
    }
    let firsts: Vec<FirstStep> = (0..tile.lanes())
        .map(|lane| {
            let (state, velocity) = tile.start_norms(lane);
            FirstStep { state: (state / dimension).sqrt(), velocity: (velocity / dimension).sqrt() }
        })
        .collect();
    let probes: Vec<f64> = firsts.iter().map(|first| first.probe(interval)).collect();
    tile.probe(Times::Shared(t), Times::Each(&probes));
    let exponent = settings.controller().exponent;
    firsts
        .iter()
        .enumerate()
        .map(|(lane, first)| {
            let change = (tile.probed_change(lane) / dimension).sqrt();
            pace(first.step(interval, change, exponent), 2)
        })
        .collect()
}

/// Whether an interval may be overshot: only where the field goes on beyond its end.
#[must_use]
pub fn may_overshoot(end: End, last_time: f64) -> bool {
    end == End::Clamp || last_time.is_infinite()
}
