//! The steps of diffusion samplers: one stepper, whose recipe says what it makes of the predictions.

use driftscope_base::field::{Field, Real, Times};
use driftscope_base::interpolant::{Coefficients, Interpolant};

use super::levels::{Levels, Memory, correct, log_snr};
use crate::brownian::Noise;
use crate::explicit::Within;
use crate::stepper::{Inside, SamplerNoise, Step, Stepper, Task};

/// Which diffusion sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipe {
    /// DDIM, with η up to DDPM's ancestral step.
    Ddim,
    /// DPM-Solver-2.
    DpmSolver2,
    /// DPM-Solver++(2M).
    DpmSolverPlusPlus2M,
    /// `UniPC` of order 2.
    UniPc2,
    /// EDM's Heun with churn.
    EdmHeun,
}

impl Recipe {
    /// Whether its steps use what earlier steps found.
    pub fn looks_back(self) -> bool {
        matches!(self, Self::DpmSolverPlusPlus2M | Self::UniPc2)
    }
}

/// The recipe at work on the batch of `task`.
pub(super) fn stepper<'a, S: Real>(task: &Task<'a, S>, recipe: Recipe) -> Box<dyn Stepper<S> + 'a> {
    let zeros = vec![S::ZERO; 2 * task.count];
    Box::new(DiffusionStepper {
        field: task.field,
        path: task.path,
        recipe,
        knobs: task.sampler_noise,
        steps: task.steps,
        normals: task.noise,
        step: Step { index: 0, t: 0.0, t1: 0.0 },
        evaluations: 0,
        velocity: zeros.clone(),
        second_velocity: zeros.clone(),
        point: zeros.clone(),
        answer: zeros.clone(),
        error: zeros.clone(),
        end_slope: zeros,
        end_slope_known: false,
        start: Start::Unknown,
        memory: None,
        next_memory: None,
    })
}

/// A diffusion sampler on a batch.
struct DiffusionStepper<'a, S> {
    field: &'a dyn Field<S>,
    path: Interpolant,
    recipe: Recipe,
    knobs: SamplerNoise,
    /// Steps of the whole run, over which churn is spread.
    steps: usize,
    normals: Option<&'a Noise<S>>,
    step: Step,
    evaluations: u32,
    /// v at the start of the step, or after churn.
    velocity: Vec<S>,
    second_velocity: Vec<S>,
    /// A point between the ends.
    point: Vec<S>,
    answer: Vec<S>,
    error: Vec<S>,
    /// v at the answer, where dense output asked for it.
    end_slope: Vec<S>,
    end_slope_known: bool,
    /// Whether `velocity` is that of the state already.
    start: Start,
    /// What the steps before left for the methods that look back.
    memory: Option<Memory>,
    /// What the attempt leaves, if it is kept.
    next_memory: Option<Memory>,
}

/// What is known of the velocity where a step starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Unknown,
    /// Dense output of the step before has evaluated it: it is billed with this step.
    Evaluated,
    /// An earlier attempt has evaluated it, which was billed.
    Billed,
}

impl<S: Real> DiffusionStepper<'_, S> {
    /// Data and noise predictions of coordinate `j` of `points`.
    fn predictions(&self, t: f64, points: &[S], velocities: &[S], j: usize) -> (f64, f64) {
        self.path.means_from_velocity(t, points[j].to_f64(), velocities[j].to_f64())
    }

    fn data_predictions(&self, t: f64, points: &[S]) -> Vec<f64> {
        (0..points.len()).map(|j| self.predictions(t, points, &self.velocity, j).0).collect()
    }

    fn ddim(&mut self, step: Step, levels: Levels, state: &[S]) {
        let Levels { start, end } = levels;
        // The share of fresh noise: η times that of the posterior q(x₁|x, x1).
        let ratio = start.alpha / end.alpha;
        let posterior =
            (start.sigma * start.sigma - ratio * ratio * end.sigma * end.sigma).max(0.0);
        let eta = if self.recipe == Recipe::Ddim { self.knobs.eta } else { 0.0 };
        let fresh = eta * (end.sigma / start.sigma) * posterior.sqrt();
        let kept = (end.sigma * end.sigma - fresh * fresh).max(0.0).sqrt();
        for j in 0..state.len() {
            let (data, noise) = self.predictions(step.t, state, &self.velocity, j);
            let drawn = match self.normals {
                Some(normals) if fresh > 0.0 => fresh * normals.z[step.index][j].to_f64(),
                _ => 0.0,
            };
            let kept = if fresh > 0.0 { kept } else { end.sigma };
            self.answer[j] = S::from_f64(end.alpha * data + kept * noise + drawn);
        }
    }

    fn dpm_solver_2(&mut self, step: Step, levels: Levels, state: &[S]) {
        if !levels.are_finite() {
            self.ddim(step, levels, state);
            return;
        }
        let middle_level = 0.5 * (log_snr(&levels.start) + log_snr(&levels.end));
        let middle_time = self.path.time_of_level(middle_level.exp(), 1.0);
        let middle = self.path.coefficients(middle_time);
        let half = Levels { end: middle, ..levels };
        for j in 0..state.len() {
            let (data, noise) = self.predictions(step.t, state, &self.velocity, j);
            self.point[j] = S::from_f64(half.ddim(data, noise));
        }
        self.field.velocity(Times::Shared(middle_time), &self.point, &mut self.second_velocity);
        self.evaluations += 1;
        // x·α₁/α₀ − σ₁(e^h − 1)·noise: the exact step for a constant noise prediction.
        let Levels { start, end } = levels;
        let growth = end.sigma * (1.0 / levels.decay() - 1.0);
        for (j, x) in state.iter().enumerate() {
            let noise = self.predictions(middle_time, &self.point, &self.second_velocity, j).1;
            self.answer[j] = S::from_f64(x.to_f64() * end.alpha / start.alpha - growth * noise);
        }
    }

    fn dpm_solver_plus_plus_2m(&mut self, step: Step, levels: Levels, state: &[S]) {
        let data = self.data_predictions(step.t, state);
        let before = self.memory.as_ref();
        let here = log_snr(&levels.start);
        // The slope of the data prediction in λ, half a step of it.
        let lead = before
            .filter(|before| before.start.is_finite() && levels.are_finite())
            .map(|before| 0.5 * levels.rise() / (here - before.start));
        for j in 0..state.len() {
            let (x, now) = (state[j].to_f64(), data[j]);
            let plain = levels.with_data(x, now);
            let answer = match (lead, before) {
                (Some(lead), Some(before)) => {
                    levels.with_data(x, now + lead * (now - before.data[j]))
                }
                _ => plain,
            };
            self.answer[j] = S::from_f64(answer);
            self.error[j] = S::from_f64(answer - plain);
        }
        let level = levels.start;
        self.next_memory =
            Some(Memory { level, start: here, data, state: Vec::new(), earlier: None });
    }

    /// `state` is the last step's prediction; the data prediction there corrects that step first.
    fn uni_pc_2(&mut self, step: Step, levels: Levels, state: &[S]) {
        let data = self.data_predictions(step.t, state);
        let here = log_snr(&levels.start);
        let before = self.memory.as_ref();
        let corrected: Vec<f64> = match before {
            Some(before) if before.start.is_finite() && here.is_finite() => {
                correct(before, levels.start, here, &data)
            }
            _ => state.iter().map(|x| x.to_f64()).collect(),
        };
        let slope = before
            .filter(|before| before.start.is_finite() && levels.are_finite())
            .map(|before| 0.5 * levels.rise() / (here - before.start));
        for j in 0..state.len() {
            let plain = levels.with_data(corrected[j], data[j]);
            let lead = match (slope, before) {
                (Some(slope), Some(before)) => slope * (data[j] - before.data[j]),
                _ => 0.0,
            };
            let share = levels.end.alpha * (1.0 - levels.decay());
            self.answer[j] = S::from_f64(plain + share * lead);
            self.error[j] = S::from_f64(share * lead);
        }
        let level = levels.start;
        self.next_memory =
            Some(Memory { level, start: here, data, state: corrected, earlier: None });
    }

    fn edm_heun(&mut self, step: Step, levels: Levels, state: &[S]) {
        let (mut time, mut start) = (step.t, levels.start);
        self.point.copy_from_slice(state);
        if let Some((raised_time, raised, fresh)) =
            churn(&self.knobs, self.path, self.steps, &start)
            && let Some(normals) = self.normals
        {
            // In units of x/α the noise level goes up; α falls with it.
            let shrink = raised.alpha / start.alpha;
            for (j, point) in self.point.iter_mut().enumerate() {
                let z = normals.z[step.index][j].to_f64();
                *point = S::from_f64(shrink * point.to_f64() + raised.alpha * fresh * z);
            }
            (time, start) = (raised_time, raised);
        }
        if time < step.t || self.start == Start::Unknown {
            self.field.velocity(Times::Shared(time), &self.point, &mut self.velocity);
        }
        let whole = Levels { start, end: levels.end };
        for j in 0..state.len() {
            let (data, noise) = self.predictions(time, &self.point, &self.velocity, j);
            self.answer[j] = S::from_f64(whole.ddim(data, noise));
        }
        if !whole.are_finite() {
            return;
        }
        self.field.velocity(Times::Shared(step.t1), &self.answer, &mut self.second_velocity);
        self.evaluations += 1;
        let (from, to) = (start.sigma / start.alpha, levels.end.sigma / levels.end.alpha);
        for j in 0..state.len() {
            let (data, noise) = self.predictions(time, &self.point, &self.velocity, j);
            let ahead = self.predictions(step.t1, &self.answer, &self.second_velocity, j).1;
            // d(x/α)/d(σ/α) is the noise prediction.
            let scaled = data + from * noise + 0.5 * (to - from) * (noise + ahead);
            self.answer[j] = S::from_f64(levels.end.alpha * scaled);
        }
    }
}

/// The time and level to which churn raises the noise from `start` in a run of so many steps, and the
/// standard deviation of what is added in units of x/α.
pub(super) fn churn(
    knobs: &SamplerNoise,
    path: Interpolant,
    steps: usize,
    start: &Coefficients,
) -> Option<(f64, Coefficients, f64)> {
    let SamplerNoise { s_churn, s_min, s_max, s_noise, .. } = *knobs;
    let level = start.sigma / start.alpha;
    if s_churn == 0.0 || !level.is_finite() || !(s_min..=s_max).contains(&level) {
        return None;
    }
    let gamma = (s_churn / steps as f64).min(std::f64::consts::SQRT_2 - 1.0);
    let raised = level * (1.0 + gamma);
    // A path that starts with some data left (VP) has no level beyond its first.
    let time = path.time_of_level(1.0, raised).max(0.0);
    let coefficients = path.coefficients(time);
    let raised = raised.min(coefficients.sigma / coefficients.alpha);
    let fresh = s_noise * (raised * raised - level * level).max(0.0).sqrt();
    Some((time, coefficients, fresh))
}

impl<S: Real> Stepper<S> for DiffusionStepper<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        self.step = step;
        self.evaluations = u32::from(self.start != Start::Billed);
        let levels =
            Levels { start: self.path.coefficients(step.t), end: self.path.coefficients(step.t1) };
        if self.start == Start::Unknown && self.recipe != Recipe::EdmHeun {
            self.field.velocity(Times::Shared(step.t), state, &mut self.velocity);
        }
        match self.recipe {
            Recipe::Ddim => self.ddim(step, levels, state),
            Recipe::DpmSolver2 => self.dpm_solver_2(step, levels, state),
            Recipe::DpmSolverPlusPlus2M => self.dpm_solver_plus_plus_2m(step, levels, state),
            Recipe::UniPc2 => self.uni_pc_2(step, levels, state),
            Recipe::EdmHeun => self.edm_heun(step, levels, state),
        }
        // Churn has moved the point at which it was evaluated.
        let moved = self.recipe == Recipe::EdmHeun && self.knobs.s_churn > 0.0;
        self.start = if moved { Start::Unknown } else { Start::Billed };
        self.end_slope_known = false;
    }

    fn keep(&mut self) {
        self.start = Start::Unknown;
        if self.end_slope_known {
            std::mem::swap(&mut self.velocity, &mut self.end_slope);
            self.start = Start::Evaluated;
        }
        let before = self.memory.take();
        self.memory = self.next_memory.take();
        if let (Some(memory), Some(before)) = (&mut self.memory, before)
            && self.recipe == Recipe::UniPc2
        {
            memory.earlier = Some((before.start, before.data));
        }
    }

    fn restart(&mut self) {
        self.memory = None;
        self.start = Start::Unknown;
    }

    fn begin_with(&mut self, _t: f64, slope: &[S]) {
        self.velocity.copy_from_slice(slope);
        self.start = Start::Billed;
    }

    fn start_slope(&self) -> Option<&[S]> {
        (self.start == Start::Billed).then_some(&self.velocity)
    }

    fn answer(&self) -> &[S] {
        &self.answer
    }

    fn evaluations(&self, _i: usize) -> u32 {
        self.evaluations
    }

    fn error(&self) -> Option<&[S]> {
        self.recipe.looks_back().then_some(&self.error)
    }

    fn prepare_dense(&mut self, _state: &[S], last: bool) -> u32 {
        self.field.velocity(Times::Shared(self.step.t1), &self.answer, &mut self.end_slope);
        self.end_slope_known = true;
        u32::from(last)
    }

    fn within(&self, state: &[S], j: usize) -> Inside {
        let slopes = [&self.velocity[..], &self.end_slope[..]];
        Within::between(j, self.step.h(), [state, &self.answer], slopes).into()
    }
}
