//! Adaptive solves in which every particle takes its own steps.

use super::controller::{Controller, FirstStep, History, Verdict};
use super::settings::{End, OdeSettings};
use super::tile::{EndSlope, Tile};
use super::track::{Attempt, Stop, Track};
use super::{Cancel, Cancelled};
use crate::field::{Field, Real, Times};

/// One lane's own time and step.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub t: f64,
    pub h: f64,
    nfe: u32,
    attempts: usize,
    history: History,
}

/// How a lane's attempt was judged.
#[derive(Clone, Copy)]
pub(super) struct Judged {
    pub ratio: f64,
    pub verdict: Verdict,
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
    let mut solve = PerParticle::start(field, settings, keyframes, starts, logged);
    while !solve.is_over() {
        cancel.check()?;
        solve.attempt();
        solve.settle();
    }
    Ok(solve.tile.track)
}

/// A solve under way, one attempt of all lanes at a time: [`Self::attempt`], then
/// [`Self::settle`].
pub(super) struct PerParticle<'a, S> {
    pub tile: Tile<'a, S>,
    settings: &'a OdeSettings,
    controller: Controller,
    pub paces: Vec<Pace>,
    /// The attempt in progress: where it starts, how long it is, how it was judged.
    times: Vec<f64>,
    pub steps: Vec<f64>,
    pub judged: Vec<Judged>,
    leaves: Vec<bool>,
}

impl<'a, S: Real> PerParticle<'a, S> {
    /// Evaluates the first stages and chooses first steps.
    pub fn start(
        field: &'a dyn Field<S>,
        settings: &'a OdeSettings,
        keyframes: &'a [f64],
        starts: &[S],
        logged: usize,
    ) -> Self {
        let mut tile = Tile::new(field, settings, keyframes, starts, logged);
        let paces = first_paces(&mut tile, settings);
        Self {
            tile,
            settings,
            controller: settings.controller(),
            paces,
            times: Vec::new(),
            steps: Vec::new(),
            judged: Vec::new(),
            leaves: Vec::new(),
        }
    }

    /// Whether no lane is under way any more.
    pub fn is_over(&self) -> bool {
        self.tile.lanes() == 0
    }

    /// Makes an attempt and judges it.
    pub fn attempt(&mut self) {
        let Self { tile, settings, paces, times, steps, judged, .. } = self;
        times.clear();
        steps.clear();
        for pace in &*paces {
            times.push(pace.t);
            steps.push(settings.clamp(pace.t, pace.h));
        }
        tile.attempt(Times::Each(times), Times::Each(steps));

        let (norm, dimension) = (settings.control.norm, tile.field.dimension());
        let later_stages = settings.adaptive_tableau().stages() as u32 - 1;
        judged.clear();
        for (lane, pace) in paces.iter_mut().enumerate() {
            let ratio = tile.scaled_error(lane).ratio(norm, dimension);
            let verdict = self.controller.judge(ratio, &mut pace.history);
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
            judged.push(Judged { ratio, verdict });
        }
    }

    /// Moves accepted lanes on; those that have arrived or cannot go on leave.
    pub fn settle(&mut self) {
        let slope = self.evaluate_for_dense();
        self.leaves.clear();
        for lane in 0..self.tile.lanes() {
            let through = self.settle_lane(lane, slope);
            let leaves = through || self.give_up(lane);
            self.leaves.push(leaves);
        }
        let paces = &mut self.paces;
        self.tile.close_ranks(&self.leaves, |from, to| paces[to] = paces[from]);
        self.paces.truncate(self.tile.lanes());
    }

    /// Evaluates what dense output of the accepted lanes needs; where their next slope is.
    fn evaluate_for_dense(&mut self) -> EndSlope {
        let Self { tile, settings, paces, times, steps, judged, .. } = self;
        let tableau = settings.adaptive_tableau();
        let further = tableau.dense.further_stages();
        if further > 0 {
            let mut wanted = false;
            for (lane, (pace, judged)) in paces.iter().zip(&*judged).enumerate() {
                let end = settings.step_end(pace.t, steps[lane]);
                if judged.verdict.accepted && tile.has_inner_keyframe(lane, end) {
                    wanted = true;
                    tile.track.counts[tile.particles[lane]].dense_nfe += further as u32;
                }
            }
            if wanted {
                tile.further_stages(Times::Each(times), Times::Each(steps));
            }
        }
        if tableau.first_same_as_last {
            return EndSlope::LastStage;
        }
        // Without a last stage at the answer, the next first stage is evaluated now: dense output
        // of this step wants it too. Lanes that were rejected are not billed for it.
        if judged.iter().any(|judged| judged.verdict.accepted) {
            for (time, step) in times.iter_mut().zip(&*steps) {
                *time += step;
            }
            tile.end_slope(Times::Each(times));
        }
        EndSlope::Evaluated
    }

    /// Takes over an accepted lane; whether it is through.
    fn settle_lane(&mut self, lane: usize, slope: EndSlope) -> bool {
        let Self { tile, settings, paces, steps, judged, .. } = self;
        let pace = &mut paces[lane];
        let step_end = settings.step_end(pace.t, steps[lane]);
        let Verdict { accepted, factor } = judged[lane].verdict;
        pace.h = steps[lane] * factor;
        if !accepted {
            return false;
        }
        let through = step_end >= settings.end_time;
        tile.place_keyframes(lane, pace.t, step_end);
        if through {
            let end = tile.within_step(lane, pace.t, step_end, settings.end_time);
            tile.arrive(lane, end);
        }
        tile.move_on(lane, slope);
        if slope == EndSlope::Evaluated {
            let counts = &mut tile.track.counts[tile.particles[lane]];
            if through { counts.dense_nfe += 1 } else { pace.nfe += 1 }
        }
        pace.t = step_end;
        through
    }

    /// Stops a lane that cannot go on; whether it was.
    fn give_up(&mut self, lane: usize) -> bool {
        let (pace, settings) = (self.paces[lane], self.settings);
        let stop = if settings.underflows(pace.t, pace.h) {
            if self.judged[lane].ratio.is_finite() {
                Stop::StepUnderflow { t: pace.t, h: pace.h }
            } else {
                Stop::NotFinite { t: pace.t }
            }
        } else if pace.attempts >= settings.max_attempts {
            Stop::StepLimit { t: pace.t, limit: settings.max_attempts }
        } else {
            return false;
        };
        self.tile.stop(lane, stop);
        true
    }
}

/// Evaluates the first stages and chooses first steps.
fn first_paces<S: Real>(tile: &mut Tile<'_, S>, settings: &OdeSettings) -> Vec<Pace> {
    let t = settings.start_time;
    let interval = settings.end_time - t;
    let (norm, dimension) = (settings.control.norm, tile.field.dimension());
    tile.first_stage(Times::Shared(t));
    let pace = |h, nfe| Pace { t, h, nfe, attempts: 0, history: History::default() };
    if let Some(h) = settings.given_first_step() {
        return vec![pace(h, 1); tile.lanes()];
    }
    let firsts: Vec<FirstStep> = (0..tile.lanes())
        .map(|lane| {
            let (state, velocity) = tile.start_norms(lane);
            FirstStep { state: norm.of(state, dimension), velocity: norm.of(velocity, dimension) }
        })
        .collect();
    let probes: Vec<f64> = firsts.iter().map(|first| first.probe(interval)).collect();
    tile.probe(Times::Shared(t), Times::Each(&probes));
    let exponent = settings.controller().exponent;
    firsts
        .iter()
        .enumerate()
        .map(|(lane, first)| {
            let change = norm.of(tile.probed_change(lane), dimension);
            pace(first.step(interval, change, exponent), 2)
        })
        .collect()
}

/// Whether an interval may be overshot: only where the field goes on beyond its end.
#[must_use]
pub fn may_overshoot(end: End, last_time: f64) -> bool {
    end == End::Clamp || last_time.is_infinite()
}
