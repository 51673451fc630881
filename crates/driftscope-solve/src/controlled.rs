//! Adaptive solves of every method with an error estimate, through its stepper: one step size for a
//! batch, which may be one particle.
//!
//! Explicit Runge–Kutta methods with an embedded pair have drivers of their own, which are faster.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Real, Times};
use rayon::prelude::*;

use super::controller::{FirstStep, History, Verdict};
use super::norm::ScaledError;
use super::settings::OdeSettings;
use super::stepper::{Inside, Step, Stepper, Task};
use super::track::{Attempt, Keep, Stop, Track};

/// What the solve of a batch leaves behind.
pub(super) struct Controlled {
    /// One track per tile, in order; without logs.
    pub tracks: Vec<Track>,
    /// Every attempt; evaluations are the mean over the particles, rounded.
    pub log: Vec<Attempt>,
    /// Why the batch did not arrive, if it did not.
    pub stop: Option<Stop>,
}

/// Solves all particles of `tiles` (feature-major each) with one step size.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised; it is looked at before every attempt.
///
/// # Panics
/// If the method cannot adapt with these settings.
pub(super) fn solve<S: Real>(
    field: &dyn Field<S>,
    settings: &OdeSettings,
    keyframes: &[f64],
    tiles: &[Vec<S>],
    keep: Keep,
    cancel: &Cancel,
) -> Result<Controlled, Cancelled> {
    let mut batch = Batch::new(field, settings, keyframes, tiles, keep);
    let controller = settings.controller();
    let (mut t, mut history) = (settings.start_time, History::default());
    let mut h = settings.within_limits(t, batch.first_step());
    let mut log: Vec<Attempt> = Vec::new();
    let mut stop = None;
    let mut index = 0;
    while t < settings.end_time {
        cancel.check()?;
        let length = settings.clamp(t, h);
        let step = Step { index, t, t1: settings.step_end(t, length) };
        let error_ratio = batch.attempt(step);
        let verdict = controller.judge(length, error_ratio, &mut history);
        let Verdict { accepted, .. } = verdict;
        log.push(Attempt { t, h: length, error_ratio, accepted, nfe: batch.mean_nfe() });
        if accepted {
            batch.keep(step);
            t = step.t1;
            index += 1;
        }
        if t >= settings.end_time {
            break;
        }
        match settings.next_step(t, length, (error_ratio, verdict), log.len()) {
            Ok(next) => h = next,
            Err(Stop::NotFinite { t }) if batch.is_unsolved() => {
                stop = Some(Stop::NotSolved { t });
                break;
            }
            Err(why) => {
                stop = Some(why);
                break;
            }
        }
    }
    let tracks = batch.tiles.into_iter().map(|tile| tile.finish(&log, stop)).collect();
    Ok(Controlled { tracks, log, stop })
}

/// All particles on their way.
struct Batch<'a, S> {
    field: &'a dyn Field<S>,
    settings: &'a OdeSettings,
    keyframes: &'a [f64],
    /// The next keyframe, of all.
    cursor: usize,
    tiles: Vec<Tile<'a, S>>,
}

/// Those that one stepper moves.
struct Tile<'a, S> {
    stepper: Box<dyn Stepper<S> + 'a>,
    state: Vec<S>,
    /// Error of each particle in the last attempt, in units of the tolerance.
    errors: Vec<ScaledError>,
    track: Track,
}

impl<'a, S: Real> Batch<'a, S> {
    fn new(
        field: &'a dyn Field<S>,
        settings: &'a OdeSettings,
        keyframes: &'a [f64],
        tiles: &[Vec<S>],
        keep: Keep,
    ) -> Self {
        let keep = Keep { logged: 0, ..keep };
        let tile = |starts: &Vec<S>| {
            let count = starts.len() / 2;
            // The number of steps, which nobody knows, is asked for by churn only.
            let task = Task { adaptive: true, ..settings.task(field, count, 1) };
            let stepper = settings.method.adaptive_stepper(&task);
            let mut track = Track::new(count, keyframes.len(), keep);
            for i in 0..if keyframes.is_empty() { 0 } else { count } {
                track.place(i, 0, starts[i].to_f64(), starts[count + i].to_f64());
            }
            Tile {
                stepper: stepper.expect("the settings were checked: the method adapts"),
                state: starts.clone(),
                errors: vec![ScaledError::NONE; count],
                track,
            }
        };
        Self { field, settings, keyframes, cursor: 1, tiles: tiles.iter().map(tile).collect() }
    }

    fn coordinates(&self) -> usize {
        let particles: usize = self.tiles.iter().map(|tile| tile.errors.len()).sum();
        self.field.dimension() * particles
    }

    /// The first step by Hairer's rule, unless it is given.
    fn first_step(&mut self) -> f64 {
        if let Some(h) = self.settings.given_first_step() {
            return h;
        }
        let (t, norm) = (self.settings.start_time, self.settings.control.norm);
        let interval = self.settings.end_time - t;
        let slopes: Vec<Vec<S>> =
            self.tiles.par_iter_mut().map(|tile| tile.start_slope(self.field, t)).collect();
        let coordinates = self.coordinates();
        let of_batch = |value: &dyn Fn(usize, usize) -> f64| {
            let tiles = self.tiles.iter().enumerate();
            let all = tiles.map(|(k, tile)| tile.norm_at_start(self.settings, |j| value(k, j)));
            norm.of(all.fold(0.0, |a, b| norm.join(a, b)), coordinates)
        };
        let first = FirstStep {
            state: of_batch(&|k, j| self.tiles[k].state[j].to_f64()),
            velocity: of_batch(&|k, j| slopes[k][j].to_f64()),
        };
        let probe = first.probe(interval);
        let states: Vec<&[S]> = self.tiles.iter().map(|tile| &tile.state[..]).collect();
        let probed: Vec<Vec<S>> = states
            .par_iter()
            .zip(&slopes)
            .map(|(state, slope)| {
                let ahead = state.iter().zip(slope);
                let points: Vec<S> = ahead.map(|(&x, &v)| x + S::from_f64(probe) * v).collect();
                let mut after = vec![S::ZERO; points.len()];
                self.field.velocity(Times::Shared(t + probe), &points, &mut after);
                after
            })
            .collect();
        let change = of_batch(&|k, j| probed[k][j].to_f64() - slopes[k][j].to_f64());
        for tile in &mut self.tiles {
            for counts in &mut tile.track.counts {
                counts.nfe = 2;
            }
        }
        first.step(interval, change, self.settings.controller().exponent)
    }

    /// Attempts a step; the error ratio of the batch.
    fn attempt(&mut self, step: Step) -> f64 {
        let norm = self.settings.control.norm;
        let errors: Vec<ScaledError> =
            self.tiles.par_iter_mut().map(|tile| tile.attempt(self.settings, step)).collect();
        // In order, so that the number of threads does not change a bit.
        let error = errors.into_iter().fold(ScaledError::default(), |a, b| a.join(b, norm));
        error.ratio(norm, self.coordinates())
    }

    /// Keeps the step just attempted.
    fn keep(&mut self, step: Step) {
        let Self { field, settings, keyframes, cursor, tiles } = self;
        let ahead = &keyframes[(*cursor).min(keyframes.len())..];
        let inner = ahead.iter().take_while(|&&t| t < step.t1).count();
        // Keyframes so close that their times coincide are one place.
        let reached = ahead[inner..].iter().take_while(|&&t| t <= step.t1).count();
        let places = Places { first: *cursor, times: &ahead[..inner], reached };
        let dimension = field.dimension();
        tiles.par_iter_mut().for_each(|tile| tile.keep(settings, dimension, step, &places));
        *cursor += inner + reached;
    }

    /// Evaluations so far, on average.
    fn mean_nfe(&self) -> u32 {
        let counts = || self.tiles.iter().flat_map(|tile| &tile.track.counts);
        let sum: f64 = counts().map(|counts| f64::from(counts.nfe)).sum();
        (sum / counts().count() as f64).round() as u32
    }

    /// Whether the step just attempted could not be solved for some particle.
    fn is_unsolved(&self) -> bool {
        self.tiles.iter().any(|tile| (0..tile.errors.len()).any(|i| !tile.stepper.succeeded(i)))
    }
}

/// Keyframes that a step passes.
struct Places<'a> {
    /// The number of the first.
    first: usize,
    /// The times of those strictly within.
    times: &'a [f64],
    /// How many stand at its end.
    reached: usize,
}

impl<S: Real> Tile<'_, S> {
    /// The slope where all begins, which the first step need not evaluate again.
    fn start_slope(&mut self, field: &dyn Field<S>, t: f64) -> Vec<S> {
        let mut slope = vec![S::ZERO; self.state.len()];
        field.velocity(Times::Shared(t), &self.state, &mut slope);
        self.stepper.begin_with(t, &slope);
        slope
    }

    /// Squares of `value` of every coordinate in units of the tolerance at the state.
    fn norm_at_start(&self, settings: &OdeSettings, value: impl Fn(usize) -> f64) -> f64 {
        self.state.iter().enumerate().fold(0.0, |gathered, (j, y)| {
            let scale = settings.tolerances.scale(y.to_f64(), y.to_f64());
            // As for explicit methods: without an absolute tolerance a coordinate that starts at 0
            // says nothing of the first step.
            if scale == 0.0 {
                gathered
            } else {
                settings.control.norm.gather(gathered, value(j) / scale)
            }
        })
    }

    fn attempt(&mut self, settings: &OdeSettings, step: Step) -> ScaledError {
        let Self { stepper, state, errors, track } = self;
        stepper.attempt(step, state);
        let (norm, count) = (settings.control.norm, errors.len());
        for (i, own) in errors.iter_mut().enumerate() {
            track.counts[i].nfe += stepper.evaluations(i);
            *own = scaled_error(&**stepper, settings, state, i, count);
        }
        errors.iter().fold(ScaledError::default(), |a, &b| a.join(b, norm))
    }

    fn keep(&mut self, settings: &OdeSettings, dimension: usize, step: Step, places: &Places<'_>) {
        let count = self.errors.len();
        let beyond = step.t1 > settings.end_time;
        let Self { stepper, state, errors, track } = self;
        let dense = !places.times.is_empty() || beyond;
        let only_for_dense =
            if dense { stepper.prepare_dense(state, step.t1 >= settings.end_time) } else { 0 };
        for (i, error) in errors.iter().enumerate() {
            let counts = &mut track.counts[i];
            counts.dense_nfe += only_for_dense;
            let own = error.ratio(settings.control.norm, dimension) as f32;
            counts.largest_error = counts.largest_error.max(own);
            let answer = [i, count + i].map(|j| stepper.answer()[j].to_f64());
            let at = |within: &[Inside; 2], t: f64| {
                let theta = (t - step.t) / step.h();
                [within[0].at(theta), within[1].at(theta)]
            };
            let within = dense.then(|| [i, count + i].map(|j| stepper.within(state, j)));
            if let Some(within) = &within {
                for (k, &t) in (places.first..).zip(places.times) {
                    let [x, y] = at(within, t);
                    track.place(i, k, x, y);
                }
            }
            let reached = places.first + places.times.len();
            for k in reached..reached + places.reached {
                track.place(i, k, answer[0], answer[1]);
            }
            if step.t1 >= settings.end_time {
                let end = within.filter(|_| beyond).map(|within| at(&within, settings.end_time));
                track.ends[i] = end.unwrap_or(answer);
            }
        }
        state.copy_from_slice(stepper.answer());
        stepper.keep();
    }

    /// The track, with what the batch's `log` says of every particle.
    fn finish(mut self, log: &[Attempt], stop: Option<Stop>) -> Track {
        let accepted = log.iter().filter(|attempt| attempt.accepted).count() as u32;
        let count = self.errors.len();
        for (i, counts) in self.track.counts.iter_mut().enumerate() {
            (counts.accepted, counts.rejected) = (accepted, log.len() as u32 - accepted);
            if let Some(stop) = stop {
                self.track.ends[i] = [i, count + i].map(|j| self.state[j].to_f64());
                self.track.stops.push((i, stop));
            }
        }
        self.track
    }
}

/// The error of particle `i` of `count` in units of the tolerance after an attempt from `state`:
/// infinite where the step could not be solved.
pub(super) fn scaled_error<S: Real>(
    stepper: &dyn Stepper<S>,
    settings: &OdeSettings,
    state: &[S],
    i: usize,
    count: usize,
) -> ScaledError {
    let answer = stepper.answer();
    if !stepper.succeeded(i) {
        return ScaledError { estimate: f64::INFINITY, third_order: None };
    }
    let finite = answer[i].is_finite() && answer[count + i].is_finite();
    let Some(error) = stepper.error().filter(|_| finite) else { return ScaledError::NONE };
    let of = |error| settings.tolerances.gather(settings.control.norm, state, answer, error, i);
    ScaledError { estimate: of(error), third_order: stepper.third_order_error().map(of) }
}
