//! A tile of particles on its way through an adaptive solve: the state, the attempt in progress and
//! what is kept of it. The drivers (per particle, whole batch) decide times and steps.

use driftscope_base::field::{Field, Real, Times};

use super::controller::Tolerances;
use super::explicit::{RungeKutta, Steps, Within, later};
use super::norm::{Norm, ScaledError};
use super::settings::OdeSettings;
use super::track::{Keep, Stop, Track};

/// Particles of a tile: few enough to stay in cache, and enough tiles to share among threads.
pub const TILE: usize = 64;

/// A tile in motion. Particles that are through or stopped leave; the rest close ranks, others may
/// join, and "lane" counts those under way.
pub(super) struct Tile<'a, S> {
    pub field: &'a dyn Field<S>,
    pub runge_kutta: RungeKutta<S>,
    /// Feature-major state of the lanes: 2 × lanes.
    pub state: Vec<S>,
    /// The particle in each lane.
    pub particles: Vec<usize>,
    pub track: Track,
    tolerances: Tolerances,
    norm: Norm,
    keyframes: &'a [f64],
    /// The next keyframe of each lane.
    cursors: Vec<usize>,
    /// The slope at the end of the step, where dense output wants it.
    end_slopes: Vec<S>,
}

impl<'a, S: Real> Tile<'a, S> {
    /// A tile of all particles of `starts` (feature-major) at their start, which is the first
    /// keyframe.
    pub fn new(
        field: &'a dyn Field<S>,
        settings: &OdeSettings,
        keyframes: &'a [f64],
        starts: &[S],
        keep: Keep,
    ) -> Self {
        let count = starts.len() / 2;
        let mut tile = Self::empty(field, settings, keyframes, starts, keep, count);
        tile.state = starts.to_vec();
        tile.particles = (0..count).collect();
        tile.cursors = vec![1; count];
        tile
    }

    /// A tile that none of the particles of `starts` has joined yet, with room for `capacity` at
    /// a time.
    pub fn empty(
        field: &'a dyn Field<S>,
        settings: &OdeSettings,
        keyframes: &'a [f64],
        starts: &[S],
        keep: Keep,
        capacity: usize,
    ) -> Self {
        let count = starts.len() / 2;
        let tableau = settings.adaptive_tableau();
        let mut track = Track::new(count, keyframes.len(), keep);
        for i in 0..if keyframes.is_empty() { 0 } else { count } {
            track.place(i, 0, starts[i].to_f64(), starts[count + i].to_f64());
        }
        Self {
            field,
            runge_kutta: RungeKutta::new(tableau, settings.error_weights.of(tableau), capacity)
                .with_dense(settings.dense_output()),
            state: Vec::with_capacity(2 * capacity),
            particles: Vec::with_capacity(capacity),
            track,
            tolerances: settings.tolerances,
            norm: settings.control.norm,
            keyframes,
            cursors: Vec::with_capacity(capacity),
            end_slopes: vec![S::ZERO; 2 * capacity],
        }
    }

    /// Lets particles join after those under way. `starts` and `slopes` (the first stages there)
    /// are those of all particles, feature-major.
    pub fn join(&mut self, newcomers: std::ops::Range<usize>, starts: &[S], slopes: &[S]) {
        let (old, all) = (self.lanes(), starts.len() / 2);
        let new = old + newcomers.len();
        let of = |values: &[S], d: usize| {
            values[d * all + newcomers.start..d * all + newcomers.end].to_vec()
        };
        self.state.splice(old..old, of(starts, 0));
        self.state.extend(of(starts, 1));
        self.runge_kutta.join(old, new, [&of(slopes, 0), &of(slopes, 1)]);
        self.particles.extend(newcomers);
        self.cursors.resize(new, 1);
    }

    /// Particles still under way.
    pub fn lanes(&self) -> usize {
        self.particles.len()
    }

    /// Where `lane` is.
    pub fn position(&self, lane: usize) -> [f64; 2] {
        [self.state[lane].to_f64(), self.state[self.lanes() + lane].to_f64()]
    }

    /// Evaluates the first stage.
    pub fn first_stage(&mut self, times: Times<'_>) {
        self.runge_kutta.first_stage(self.field, times, &self.state);
    }

    /// Makes an attempt from the first stage.
    pub fn attempt(&mut self, times: Times<'_>, steps: Steps<'_>) {
        self.runge_kutta.attempt(self.field, times, steps, &self.state);
    }

    /// Evaluates the slope at the answer, for dense output and as the next first stage.
    pub fn end_slope(&mut self, end_times: Times<'_>) {
        let answer = self.runge_kutta.answer(self.lanes());
        self.field.velocity(end_times, answer, &mut self.end_slopes[..answer.len()]);
    }

    /// Evaluates the stages that only dense output needs.
    pub fn further_stages(&mut self, times: Times<'_>, steps: Steps<'_>) {
        self.runge_kutta.further_stages(self.field, times, steps, &self.state);
    }

    /// The error of `lane` in units of the tolerance.
    pub fn scaled_error(&self, lane: usize) -> ScaledError {
        let lanes = self.lanes();
        let Some(error) = self.runge_kutta.error(lanes) else { return ScaledError::NONE };
        let third = self.runge_kutta.third_order_error(lanes);
        ScaledError {
            estimate: self.in_tolerances(lane, error),
            third_order: third.map(|third| self.in_tolerances(lane, third)),
        }
    }

    fn in_tolerances(&self, lane: usize, error: &[S]) -> f64 {
        let lanes = self.lanes();
        let answer = self.runge_kutta.answer(lanes);
        self.tolerances.gather(self.norm, &self.state, answer, error, lane)
    }

    /// State and first stage in units of the tolerance at the state, for choosing a first step;
    /// squares, gathered by the norm.
    pub fn start_norms(&self, lane: usize) -> (f64, f64) {
        let first = self.runge_kutta.stage(0, self.lanes());
        (
            self.norm_at_start(lane, |j| self.state[j].to_f64()),
            self.norm_at_start(lane, |j| first[j].to_f64()),
        )
    }

    /// Evaluates the slope after Euler steps `probes` into the buffer of end slopes.
    pub fn probe(&mut self, times: Times<'_>, probes: Steps<'_>) {
        let lanes = self.lanes();
        let first = self.runge_kutta.stage(0, lanes);
        let points: Vec<S> = (0..2 * lanes)
            .map(|j| self.state[j] + S::from_f64(probes.at(j % lanes)) * first[j])
            .collect();
        let mut buffer = vec![0.0; lanes];
        let after = later(times, probes, 1.0, &mut buffer);
        self.field.velocity(after, &points, &mut self.end_slopes[..2 * lanes]);
    }

    /// The change of slope that [`Self::probe`] found, likewise.
    pub fn probed_change(&self, lane: usize) -> f64 {
        let first = self.runge_kutta.stage(0, self.lanes());
        self.norm_at_start(lane, |j| self.end_slopes[j].to_f64() - first[j].to_f64())
    }

    fn norm_at_start(&self, lane: usize, value: impl Fn(usize) -> f64) -> f64 {
        [lane, self.lanes() + lane].into_iter().fold(0.0, |gathered, j| {
            let y = self.state[j].to_f64();
            let scale = self.tolerances.scale(y, y);
            // Without an absolute tolerance a coordinate that starts at 0 says nothing of the first
            // step; its error is judged once it has moved.
            if scale == 0.0 { gathered } else { self.norm.gather(gathered, value(j) / scale) }
        })
    }

    /// Whether keyframes of `lane` lie strictly inside a step that ends at `t1`.
    pub fn has_inner_keyframe(&self, lane: usize, t1: f64) -> bool {
        self.keyframes.get(self.cursors[lane]).is_some_and(|&t| t < t1)
    }

    /// Places the keyframes of `lane` that a kept step from `t0` to `t1 = t0 + h` passes.
    pub fn place_keyframes(&mut self, lane: usize, t0: f64, t1: f64) {
        let particle = self.particles[lane];
        if self.has_inner_keyframe(lane, t1) {
            let within = self.within(lane, t1 - t0);
            while let Some(&t) = self.keyframes.get(self.cursors[lane])
                && t < t1
            {
                let theta = (t - t0) / (t1 - t0);
                let [x, y] = within.map(|within| within.at(theta));
                self.track.place(particle, self.cursors[lane], x, y);
                self.cursors[lane] += 1;
            }
        }
        // Keyframes so close that their times coincide are one place.
        while self.keyframes.get(self.cursors[lane]) == Some(&t1) {
            let [x, y] = self.answer(lane);
            self.track.place(particle, self.cursors[lane], x, y);
            self.cursors[lane] += 1;
        }
    }

    /// Where `lane` is at `t` within the step from `t0` to `t1`.
    pub fn within_step(&self, lane: usize, t0: f64, t1: f64, t: f64) -> [f64; 2] {
        if t >= t1 {
            return self.answer(lane);
        }
        self.within(lane, t1 - t0).map(|within| within.at((t - t0) / (t1 - t0)))
    }

    fn answer(&self, lane: usize) -> [f64; 2] {
        let lanes = self.lanes();
        [lane, lanes + lane].map(|j| self.runge_kutta.answer(lanes)[j].to_f64())
    }

    /// The step of length `h` that `lane` has just made.
    fn within(&self, lane: usize, h: f64) -> [Within; 2] {
        let slopes = self.runge_kutta.dense_needs_end_slope().then_some(&self.end_slopes[..]);
        [lane, self.lanes() + lane].map(|j| self.runge_kutta.within(&self.state, slopes, h, j))
    }

    /// Makes the answer of `lane` its state, and the slope there its first stage where known.
    pub fn move_on(&mut self, lane: usize, slope: EndSlope) {
        let lanes = self.lanes();
        for j in [lane, lanes + lane] {
            self.state[j] = self.runge_kutta.answer(lanes)[j];
            if slope == EndSlope::Evaluated {
                self.runge_kutta.first_stage_mut(lanes)[j] = self.end_slopes[j];
            }
        }
        if slope == EndSlope::LastStage {
            self.runge_kutta.recycle_last_stage(lane, lanes);
        }
    }

    /// Notes that `lane` has come to its end at `position`; it leaves at [`Self::close_ranks`].
    pub fn arrive(&mut self, lane: usize, position: [f64; 2]) {
        self.track.ends[self.particles[lane]] = position;
    }

    /// Notes that `lane` cannot go on; its last position is kept.
    pub fn stop(&mut self, lane: usize, stop: Stop) {
        let particle = self.particles[lane];
        self.track.ends[particle] = self.position(lane);
        self.track.stops.push((particle, stop));
    }

    /// Removes the lanes for which `leaves` is true, keeping the order of the others; `follow`
    /// moves the caller's own lane `from` to lane `to`.
    pub fn close_ranks(&mut self, leaves: &[bool], mut follow: impl FnMut(usize, usize)) {
        let old = self.lanes();
        let mut new = 0;
        for (lane, &leaves) in leaves.iter().enumerate().take(old) {
            if leaves {
                continue;
            }
            if new != lane {
                self.particles[new] = self.particles[lane];
                self.cursors[new] = self.cursors[lane];
                self.state[new] = self.state[lane];
                self.state[old + new] = self.state[old + lane];
                self.runge_kutta.move_first_stage(lane, new, old);
                follow(lane, new);
            }
            new += 1;
        }
        if new != old {
            self.state.copy_within(old..old + new, new);
            self.state.truncate(2 * new);
            self.runge_kutta.shrink(old, new);
            self.particles.truncate(new);
            self.cursors.truncate(new);
        }
    }
}

/// Where the slope at the end of an accepted step is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndSlope {
    /// In the last stage (first same as last).
    LastStage,
    /// Evaluated by [`Tile::end_slope`].
    Evaluated,
}
