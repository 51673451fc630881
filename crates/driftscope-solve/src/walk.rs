//! The way of a batch over a grid of times: what every fixed or noisy step leaves behind.

use driftscope_base::field::Real;
use serde::{Deserialize, Serialize};

use super::stepper::{Step, Stepper};
use super::track::{Attempt, Keep, Stop, Track};

/// One step over the particles of a tile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepTotal {
    /// Sum of the squared error ratios.
    pub squares: f64,
    /// Particles that have one.
    pub estimated: u32,
    /// Sum of the evaluations until the end of the step.
    pub nfe: f64,
    /// Particles that made the step.
    pub particles: u32,
}

impl StepTotal {
    /// Of both sets of particles together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            squares: self.squares + other.squares,
            estimated: self.estimated + other.estimated,
            nfe: self.nfe + other.nfe,
            particles: self.particles + other.particles,
        }
    }

    /// Root mean square of the error ratios; NaN where there are none.
    #[must_use]
    pub fn error_ratio(self) -> f64 {
        (self.squares / f64::from(self.estimated)).sqrt()
    }

    /// Mean evaluations until the end of the step.
    #[must_use]
    pub fn mean_nfe(self) -> f64 {
        self.nfe / f64::from(self.particles)
    }
}

/// A batch on its way along a grid, whatever makes its steps.
pub(super) struct Walk<'a, S> {
    keyframes: &'a [f64],
    next_keyframe: usize,
    state: Vec<S>,
    /// Particles that are still on their way; the others stay where they were last finite.
    alive: Vec<bool>,
    nfe: Vec<u32>,
    track: Track,
}

impl<'a, S: Real> Walk<'a, S> {
    /// From `starts` (feature-major), with places for `keyframes`, the first of which is the start
    /// if `at_start` says so.
    pub fn start(keyframes: &'a [f64], at_start: bool, starts: &[S], keep: Keep) -> Self {
        let count = starts.len() / 2;
        let mut track = Track::new(count, keyframes.len(), keep);
        for i in 0..if at_start { count } else { 0 } {
            track.place(i, 0, starts[i].to_f64(), starts[count + i].to_f64());
        }
        Self {
            keyframes,
            next_keyframe: usize::from(at_start),
            state: starts.to_vec(),
            alive: vec![true; count],
            nfe: vec![0; count],
            track,
        }
    }

    /// Where the particles are, feature-major.
    pub fn state(&self) -> &[S] {
        &self.state
    }

    /// Whether no particle is under way any more.
    pub fn is_over(&self) -> bool {
        !self.alive.contains(&true)
    }

    /// Keeps the step that `stepper` has just attempted, its length as the log is to have it;
    /// `ratios` is empty where there are no estimates, `last` says that no step follows.
    pub fn follow(
        &mut self,
        stepper: &mut dyn Stepper<S>,
        (step, h): (Step, f64),
        ratios: &[f64],
        last: bool,
    ) -> StepTotal {
        self.place_inner_keyframes(stepper, step, last);
        let total = self.take(stepper, (step, h), ratios);
        stepper.keep();
        total
    }

    /// The track, ended where the particles are now.
    pub fn end(mut self) -> Track {
        let count = self.alive.len();
        for (i, end) in self.track.ends.iter_mut().enumerate() {
            *end = [self.state[i].to_f64(), self.state[count + i].to_f64()];
        }
        self.track
    }

    /// Whether particle `i` can take over the step just made.
    fn can_follow(&self, stepper: &dyn Stepper<S>, i: usize) -> bool {
        let answer = stepper.answer();
        stepper.succeeded(i) && answer[i].is_finite() && answer[self.alive.len() + i].is_finite()
    }

    /// Places the keyframes that lie strictly inside the step just made.
    fn place_inner_keyframes(&mut self, stepper: &mut dyn Stepper<S>, step: Step, last: bool) {
        let inner = self.keyframes[self.next_keyframe..].iter().take_while(|&&t| t < step.t1);
        let inner = inner.count();
        if inner == 0 {
            return;
        }
        let only_for_dense = stepper.prepare_dense(&self.state, last);
        let count = self.alive.len();
        for i in 0..count {
            if !self.alive[i] || !self.can_follow(stepper, i) {
                continue;
            }
            self.track.counts[i].dense_nfe += only_for_dense;
            let within = [i, count + i].map(|j| stepper.within(&self.state, j));
            for k in self.next_keyframe..self.next_keyframe + inner {
                let theta = (self.keyframes[k] - step.t) / step.h();
                let [x, y] = within.map(|within| within.at(theta));
                self.track.place(i, k, x, y);
            }
        }
        self.next_keyframe += inner;
    }

    /// Takes over the step just made, particle by particle; `ratios` is empty where there are no
    /// estimates.
    fn take(
        &mut self,
        stepper: &dyn Stepper<S>,
        (step, h): (Step, f64),
        ratios: &[f64],
    ) -> StepTotal {
        let count = self.alive.len();
        // More than one where keyframes are so close that their times coincide.
        let reached = self.keyframes[self.next_keyframe..].iter().take_while(|&&t| t <= step.t1);
        let reached = self.next_keyframe..self.next_keyframe + reached.count();
        let (answer_x, answer_y) = stepper.answer().split_at(count);
        let (state_x, state_y) = self.state.split_at_mut(count);
        let mut total = StepTotal::default();
        for i in 0..count {
            if !self.alive[i] {
                continue;
            }
            self.nfe[i] += stepper.evaluations(i);
            let (x, y) = (answer_x[i], answer_y[i]);
            let succeeded = stepper.succeeded(i);
            if !(succeeded && x.is_finite() && y.is_finite()) {
                self.alive[i] = false;
                self.track.counts[i].nfe = self.nfe[i];
                let t = step.t;
                let stop = if succeeded { Stop::NotFinite { t } } else { Stop::NotSolved { t } };
                self.track.stops.push((i, stop));
                continue;
            }
            (state_x[i], state_y[i]) = (x, y);
            for k in reached.clone() {
                self.track.place(i, k, x.to_f64(), y.to_f64());
            }
            total.particles += 1;
            total.nfe += f64::from(self.nfe[i]);
            let error_ratio = ratios.get(i).copied().unwrap_or(f64::NAN);
            if error_ratio.is_finite() {
                total.squares += error_ratio * error_ratio;
                total.estimated += 1;
            }
            let attempt = Attempt { t: step.t, h, error_ratio, accepted: true, nfe: self.nfe[i] };
            self.track.note(i, attempt);
        }
        self.next_keyframe = reached.end;
        total
    }
}
