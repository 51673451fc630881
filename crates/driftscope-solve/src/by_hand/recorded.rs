//! Steps of the methods without a tableau and of the SDE schemes: the solver's own steppers, with
//! every evaluation of the field written down.

use std::sync::{Mutex, PoisonError};

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, ScoredField, Times};

use super::{AttemptByHand, Stage, pair, tolerance};
use crate::brownian::Noise;
use crate::controlled::scaled_error;
use crate::per_particle;
use crate::sde::{LastStep, Scheme, SdeProblem, Work};
use crate::settings::OdeSettings;
use crate::stepper::{Step, Task};
use crate::track::{Attempt, Keep};

/// A field that writes down where it was evaluated and what it was.
struct Recorder<'a, F: ?Sized> {
    field: &'a F,
    /// D(t); none where only the velocity counts.
    diffusion: Option<&'a (dyn Fn(f64) -> f64 + Sync)>,
    stages: Mutex<Vec<Stage>>,
}

impl<'a, F: ?Sized> Recorder<'a, F> {
    fn new(field: &'a F, diffusion: Option<&'a (dyn Fn(f64) -> f64 + Sync)>) -> Self {
        Self { field, diffusion, stages: Mutex::default() }
    }

    fn note(&self, t: f64, point: &[f64], slope: [f64; 2]) {
        let stage = Stage { t, point: pair(point), slope };
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push(stage);
    }

    fn take(&self) -> Vec<Stage> {
        std::mem::take(&mut *self.stages.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<F: Field<f64> + ?Sized> Field<f64> for Recorder<'_, F> {
    fn velocity(&self, times: Times<'_>, points: &[f64], velocities: &mut [f64]) {
        self.field.velocity(times, points, velocities);
        self.note(times.at(0), points, pair(velocities));
    }

    fn is_flow_map(&self) -> bool {
        self.field.is_flow_map()
    }

    fn average_velocity(&self, from: f64, to: f64, points: &[f64], velocities: &mut [f64]) {
        self.field.average_velocity(from, to, points, velocities);
        self.note(from, points, pair(velocities));
    }

    fn last_time(&self) -> f64 {
        self.field.last_time()
    }

    fn dimension(&self) -> usize {
        self.field.dimension()
    }
}

impl<F: ScoredField<f64> + ?Sized> ScoredField<f64> for Recorder<'_, F> {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[f64],
        velocities: &mut [f64],
        scores: &mut [f64],
    ) {
        self.field.velocity_and_score(times, points, velocities, scores);
        let t = times.at(0);
        let diffusion = self.diffusion.map_or(0.0, |diffusion| diffusion(t));
        self.note(t, points, [0, 1].map(|d| velocities[d] + diffusion * scores[d]));
    }
}

/// Fixed steps of one particle with any method, taken apart.
pub struct FixedByHand<'a> {
    /// The field.
    pub field: &'a dyn Field<f64>,
    /// The method and its settings.
    pub settings: &'a OdeSettings,
    /// Noise of methods that draw some.
    pub noise: Option<&'a Noise<f64>>,
}

impl FixedByHand<'_> {
    /// At most `most` steps over `grid` from `start`.
    #[must_use]
    pub fn steps(&self, grid: &[f64], start: [f64; 2], most: usize) -> Vec<AttemptByHand> {
        let recorder = Recorder::new(self.field, None);
        let task = Task { noise: self.noise, ..self.settings.task(&recorder, 1, grid.len() - 1) };
        let mut stepper = self.settings.method.stepper(&task);
        let (mut state, mut nfe) = (start, 0);
        let mut made = Vec::new();
        for (index, ends) in grid.windows(2).enumerate().take(most) {
            let step = Step { index, t: ends[0], t1: ends[1] };
            stepper.attempt(step, &state);
            let answer = pair(stepper.answer());
            nfe += stepper.evaluations(0);
            let error = stepper.error().map(pair);
            made.push(AttemptByHand {
                t: step.t,
                h: step.h(),
                start: state,
                stages: recorder.take(),
                answer,
                embedded: error.map(|error| [0, 1].map(|d| answer[d] - error[d])),
                noise: None,
                tolerance: tolerance(self.settings, state, answer),
                error_ratio: f64::NAN,
                accepted: true,
                factor: 1.0,
                nfe,
            });
            if !(stepper.succeeded(0) && answer.iter().all(|x| x.is_finite())) {
                break;
            }
            state = answer;
            stepper.keep();
        }
        made
    }
}

/// Adaptive steps of one particle with any method but an explicit one with an embedded pair (which
/// [`super::AdaptiveByHand`] takes apart), from their log.
pub struct ControlledByHand<'a> {
    /// The field.
    pub field: &'a dyn Field<f64>,
    /// The method and its settings.
    pub settings: &'a OdeSettings,
}

impl ControlledByHand<'_> {
    /// Solves the particle from `start` and takes at most `most` of its attempts apart; also says
    /// how many evaluations each had.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised.
    ///
    /// # Panics
    /// If the method cannot adapt with these settings.
    pub fn solve(
        &self,
        start: [f64; 2],
        most: usize,
        cancel: &Cancel,
    ) -> Result<Vec<AttemptByHand>, Cancelled> {
        let keep = Keep { logged: 1, attempts: most, precise: false };
        let track = per_particle::solve(self.field, self.settings, &[], &start, keep, cancel)?;
        Ok(self.repeat(track.logs.first().map_or(&[], |log| log), start))
    }

    /// Makes the attempts of `log` again, from `start`. In a batch others may have set their lengths.
    ///
    /// # Panics
    /// If the method cannot adapt with these settings.
    #[must_use]
    pub fn repeat(&self, log: &[Attempt], start: [f64; 2]) -> Vec<AttemptByHand> {
        let settings = self.settings;
        let recorder = Recorder::new(self.field, None);
        let task = Task { adaptive: true, ..settings.task(&recorder, 1, 1) };
        let stepper = settings.method.adaptive_stepper(&task);
        let mut stepper = stepper.expect("the settings were checked: the method adapts");
        let (mut state, mut index) = (start, 0);
        let mut made = Vec::with_capacity(log.len());
        for (k, attempt) in log.iter().enumerate() {
            let t1 = settings.step_end(attempt.t, attempt.h);
            stepper.attempt(Step { index, t: attempt.t, t1 }, &state);
            let answer = pair(stepper.answer());
            let error = scaled_error(&*stepper, settings, &state, 0, 1);
            let next = log.get(k + 1);
            made.push(AttemptByHand {
                t: attempt.t,
                h: attempt.h,
                start: state,
                stages: recorder.take(),
                answer,
                embedded: stepper.error().map(|error| [0, 1].map(|d| answer[d] - error[d])),
                noise: None,
                tolerance: tolerance(settings, state, answer),
                error_ratio: error.ratio(settings.control.norm, self.field.dimension()),
                accepted: attempt.accepted,
                factor: next.map_or(1.0, |next| next.h / attempt.h),
                nfe: attempt.nfe,
            });
            if attempt.accepted {
                stepper.keep();
                state = answer;
                index += 1;
            }
            if !state.iter().all(|x| x.is_finite()) {
                break;
            }
        }
        made
    }
}

/// The noisy steps of one particle, taken apart.
pub struct NoisyByHand<'a> {
    /// The run they belong to.
    pub problem: SdeProblem<'a, f64>,
    /// The particle's noise.
    pub noise: &'a Noise<f64>,
}

impl NoisyByHand<'_> {
    /// At most `most` steps from `start`, the last, noiseless one included.
    #[must_use]
    pub fn steps(&self, start: [f64; 2], most: usize) -> Vec<AttemptByHand> {
        let whole = &self.problem;
        let recorder = Recorder::new(whole.field, Some(whole.diffusion));
        let problem = SdeProblem { field: &recorder, ..*whole };
        let mut work = Work::new(2);
        let (mut state, mut nfe) = (start, 0);
        let mut made = Vec::new();
        let blank = |t, h, start: [f64; 2]| AttemptByHand {
            t,
            h,
            start,
            stages: Vec::new(),
            answer: start,
            embedded: None,
            noise: None,
            tolerance: [f64::NAN; 2],
            error_ratio: f64::NAN,
            accepted: true,
            factor: 1.0,
            nfe: 0,
        };
        for (index, ends) in problem.grid.windows(2).enumerate().take(most) {
            let h = ends[1] - ends[0];
            let mut step = blank(ends[0], h, state);
            problem.noisy_step([ends[0], ends[1]], self.noise, index, &mut step.answer, &mut work);
            step.stages = recorder.take();
            nfe += problem.scheme.evaluations_per_step();
            step.nfe = nfe;
            let drift = drift(problem.scheme, h, &step.stages);
            step.noise = Some([0, 1].map(|d| step.answer[d] - state[d] - drift[d]));
            state = step.answer;
            made.push(step);
            if !state.iter().all(|x| x.is_finite()) {
                return made;
            }
        }
        let (last_step, size) = problem.last_step;
        if last_step != LastStep::None && made.len() + 1 == problem.grid.len() && made.len() < most
        {
            let end = problem.grid[problem.grid.len() - 1];
            let mut step = blank(end, size, state);
            problem.denoise(last_step, end, size, &mut step.answer, &mut work);
            step.stages = recorder.take();
            step.nfe = nfe + 1;
            made.push(step);
        }
        made
    }
}

/// How far the drift moves the particle in a step of length `h`.
fn drift(scheme: Scheme, h: f64, stages: &[Stage]) -> [f64; 2] {
    let weights: &[f64] = match scheme {
        Scheme::EulerMaruyama => &[1.0],
        Scheme::StochasticHeun => &[0.5, 0.5],
        Scheme::Sra1 => &[1.0 / 3.0, 2.0 / 3.0],
    };
    [0, 1].map(|d| {
        let sum: f64 = weights.iter().zip(stages).map(|(w, stage)| w * stage.slope[d]).sum();
        h * sum
    })
}
