//! Fixed steps over a grid of times, with an error estimate beside every step.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Real};

use super::brownian::Noise;
use super::norm::ScaledError;
use super::settings::OdeSettings;
use super::stepper::{Step, Stepper, Task};
use super::track::{Attempt, Keep, Stop, Track};

/// A fixed-step solve.
pub struct FixedProblem<'a, S> {
    /// The field.
    pub field: &'a dyn Field<S>,
    /// The method and its settings; tolerances serve as the unit of the reported errors.
    pub settings: &'a OdeSettings,
    /// Times of the steps.
    pub grid: &'a [f64],
    /// Times at which positions are kept, the first and last of the grid among them.
    pub keyframes: &'a [f64],
}

/// What a fixed-step solve of one tile leaves behind.
#[derive(Debug)]
pub struct Fixed {
    /// Keyframes, counts and logs.
    pub track: Track,
    /// Every step over the particles of the tile.
    pub steps: Vec<StepTotal>,
}

/// One step over the particles of a tile.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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

impl<S: Real> FixedProblem<'_, S> {
    /// Solves a tile from `starts` (feature-major), with `noise` for methods that draw some.
    ///
    /// Methods with an estimate of their own report the error of every particle; the others by step
    /// doubling, and only where `doubling` is set, since that costs twice the work (not billed).
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised; it is looked at before every step.
    pub fn solve(
        &self,
        starts: &[S],
        noise: Option<&Noise<S>>,
        keep: impl Into<Keep>,
        doubling: bool,
        cancel: &Cancel,
    ) -> Result<Fixed, Cancelled> {
        let count = starts.len() / 2;
        let Self { field, settings, .. } = *self;
        let task = Task { noise, ..settings.task(field, count, self.grid.len() - 1) };
        let mut stepper = settings.method.stepper(&task);
        let mut doubling = doubling.then(|| settings.method.doubling(&task)).flatten();
        let mut walk = Walk {
            keyframes: self.keyframes,
            next_keyframe: 1,
            state: starts.to_vec(),
            alive: vec![true; count],
            nfe: vec![0; count],
            track: Track::new(count, self.keyframes.len(), keep.into()),
        };
        for i in 0..count {
            walk.track.place(i, 0, starts[i].to_f64(), starts[count + i].to_f64());
        }
        let mut totals = Vec::with_capacity(self.grid.len() - 1);
        let mut ratios = Vec::with_capacity(count);
        for (index, pair) in self.grid.windows(2).enumerate() {
            cancel.check()?;
            if !walk.alive.contains(&true) {
                break;
            }
            let step = Step { index, t: pair[0], t1: pair[1] };
            stepper.attempt(step, &walk.state);
            let error = match &mut doubling {
                Some(doubling) => Some(doubling.error(step, &walk.state, stepper.answer())),
                None => stepper.error(),
            };
            ratios.clear();
            if let Some(error) = error {
                let norm = settings.control.norm;
                let in_tolerances = |error, i| {
                    settings.tolerances.gather(norm, &walk.state, stepper.answer(), error, i)
                };
                let third = stepper.third_order_error();
                ratios.extend((0..count).map(|i| {
                    let scaled = ScaledError {
                        estimate: in_tolerances(error, i),
                        third_order: third.map(|third| in_tolerances(third, i)),
                    };
                    scaled.ratio(norm, field.dimension())
                }));
            }
            let last = index + 2 == self.grid.len();
            walk.place_inner_keyframes(&mut *stepper, step, last);
            totals.push(walk.take(&*stepper, step, &ratios));
            stepper.keep();
        }
        for i in 0..count {
            walk.track.ends[i] = [walk.state[i].to_f64(), walk.state[count + i].to_f64()];
        }
        Ok(Fixed { track: walk.track, steps: totals })
    }
}

/// A batch on its way along a grid.
struct Walk<'a, S> {
    keyframes: &'a [f64],
    next_keyframe: usize,
    state: Vec<S>,
    /// Particles that are still on their way; the others stay where they were last finite.
    alive: Vec<bool>,
    nfe: Vec<u32>,
    track: Track,
}

impl<S: Real> Walk<'_, S> {
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
    fn take(&mut self, stepper: &dyn Stepper<S>, step: Step, ratios: &[f64]) -> StepTotal {
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
            let attempt =
                Attempt { t: step.t, h: step.h(), error_ratio, accepted: true, nfe: self.nfe[i] };
            self.track.note(i, attempt);
        }
        self.next_keyframe = reached.end;
        total
    }
}
