//! Adaptive solves in which every particle takes its own steps.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Real, Times};

use super::controlled;
use super::controller::{Controller, FirstStep, History, Verdict};
use super::settings::{End, OdeSettings};
use super::tile::{EndSlope, Tile};
use super::track::{Attempt, Keep, Track};

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

/// Particles that make their attempts together: few enough to stay in cache, and a whole number of
/// the network's widest panels with AVX2 and AVX-512.
const LANES: usize = 48;

/// Solves the particles of `starts` (feature-major), keeping positions at `keyframes` and what
/// `keep` says (a number of logged particles will do). Those that are through make room for others, so that
/// a few slow ones do not hold up the rest.
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
    starts: &[S],
    keep: impl Into<Keep>,
    cancel: &Cancel,
) -> Result<Track, Cancelled> {
    if settings.method.embedded_tableau().is_none() {
        return one_by_one(field, settings, keyframes, starts, keep.into(), cancel);
    }
    let mut solve = PerParticle::start(field, settings, keyframes, starts, keep.into());
    while !solve.is_over() {
        cancel.check()?;
        solve.attempt();
        solve.settle();
    }
    let mut track = solve.tile.track;
    track.stops.sort_by_key(|&(particle, _)| particle);
    Ok(track)
}

/// Solves each particle as a batch of its own: steppers make one step of one length.
fn one_by_one<S: Real>(
    field: &dyn Field<S>,
    settings: &OdeSettings,
    keyframes: &[f64],
    starts: &[S],
    keep: Keep,
    cancel: &Cancel,
) -> Result<Track, Cancelled> {
    let count = starts.len() / 2;
    let mut track = Track::new(count, keyframes.len(), keep);
    for i in 0..count {
        let tile = vec![starts[i], starts[count + i]];
        let precise = Keep { precise: true, ..keep };
        let solved = controlled::solve(field, settings, keyframes, &[tile], precise, cancel)?;
        for attempt in solved.log {
            track.note(i, attempt);
        }
        for own in solved.tracks {
            for (k, [x, y]) in own.precise.into_iter().flatten().enumerate() {
                track.place(i, k, x, y);
            }
            (track.ends[i], track.counts[i]) = (own.ends[0], own.counts[0]);
        }
        track.stops.extend(solved.stop.map(|stop| (i, stop)));
    }
    Ok(track)
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
    waiting: Waiting<S>,
}

/// Particles whose first stage is evaluated and first step chosen.
struct Waiting<S> {
    /// The first one that has not joined yet.
    next: usize,
    starts: Vec<S>,
    slopes: Vec<S>,
    paces: Vec<Pace>,
}

impl<'a, S: Real> PerParticle<'a, S> {
    /// Evaluates the first stages and chooses first steps.
    pub fn start(
        field: &'a dyn Field<S>,
        settings: &'a OdeSettings,
        keyframes: &'a [f64],
        starts: &[S],
        keep: Keep,
    ) -> Self {
        let mut all = Tile::new(field, settings, &[], starts, Keep::default());
        let paces = first_paces(&mut all, settings);
        let slopes = all.runge_kutta.stage(0, paces.len()).to_vec();
        let waiting = Waiting { next: 0, starts: all.state, slopes, paces };
        let lanes = LANES.min(waiting.paces.len());
        let mut solve = Self {
            tile: Tile::empty(field, settings, keyframes, starts, keep, lanes),
            settings,
            controller: settings.controller(),
            paces: Vec::new(),
            times: Vec::new(),
            steps: Vec::new(),
            judged: Vec::new(),
            leaves: Vec::new(),
            waiting,
        };
        solve.admit();
        solve
    }

    /// Lets particles that wait take the lanes that are free.
    fn admit(&mut self) {
        let Waiting { next, starts, slopes, paces } = &mut self.waiting;
        let free = LANES.saturating_sub(self.tile.lanes());
        let newcomers = *next..paces.len().min(*next + free);
        if newcomers.is_empty() {
            return;
        }
        self.paces.extend_from_slice(&paces[newcomers.clone()]);
        *next = newcomers.end;
        self.tile.join(newcomers, starts, slopes);
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
            let verdict = self.controller.judge(steps[lane], ratio, &mut pace.history);
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
        self.admit();
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
                let looked_into = tile.has_inner_keyframe(lane, end) || end > settings.end_time;
                if judged.verdict.accepted && looked_into {
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
        if !judged[lane].verdict.accepted {
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

    /// Chooses the next step of a lane, or stops one that cannot go on; whether it was stopped.
    fn give_up(&mut self, lane: usize) -> bool {
        let (pace, Judged { ratio, verdict }) = (&mut self.paces[lane], self.judged[lane]);
        let step = self.steps[lane];
        match self.settings.next_step(pace.t, step, (ratio, verdict), pace.attempts) {
            Ok(next) => pace.h = next,
            Err(stop) => {
                self.tile.stop(lane, stop);
                return true;
            }
        }
        false
    }
}

/// Evaluates the first stages and chooses first steps.
fn first_paces<S: Real>(tile: &mut Tile<'_, S>, settings: &OdeSettings) -> Vec<Pace> {
    let t = settings.start_time;
    let interval = settings.end_time - t;
    let (norm, dimension) = (settings.control.norm, tile.field.dimension());
    tile.first_stage(Times::Shared(t));
    let pace = |h, nfe| {
        let h = settings.within_limits(t, h);
        Pace { t, h, nfe, attempts: 0, history: History::default() }
    };
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
