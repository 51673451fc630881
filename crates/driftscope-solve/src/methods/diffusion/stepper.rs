//! The steps of diffusion samplers: one stepper, whose recipe says what weighs the parts.

use driftscope_base::field::{Field, Real, Times};
use driftscope_base::interpolant::Interpolant;

use super::levels::{Between, Level};
use super::recipe::{MOST_NODES, Middle, Predicted, Recipe, Sum, answer, at_an_end, heeded};
use crate::brownian::Noise;
use crate::explicit::Within;
use crate::stepper::{Inside, SamplerKnobs, Step, Stepper, Task, Variable};

/// The recipe at work on the batch of `task`.
pub(super) fn stepper<'a, S: Real>(
    task: &Task<'a, S>,
    recipe: &'static dyn Recipe,
) -> Box<dyn Stepper<S> + 'a> {
    let zeros = vec![S::ZERO; 2 * task.count];
    let middle = if recipe.has_middle() { zeros.clone() } else { Vec::new() };
    Box::new(DiffusionStepper {
        field: task.field,
        path: task.path,
        recipe,
        knobs: heeded(recipe, &task.sampler_knobs),
        steps: task.steps,
        normals: task.noise,
        step: Step { index: 0, t: 0.0, t1: 0.0 },
        evaluations: 0,
        velocity: zeros.clone(),
        second_velocity: middle.clone(),
        point: middle,
        answer: zeros.clone(),
        error: zeros.clone(),
        end_slope: zeros,
        end_slope_known: false,
        start: Start::Unknown,
        memory: Memory::default(),
        next: None,
        spare: Vec::new(),
    })
}

/// A diffusion sampler on a batch.
struct DiffusionStepper<'a, S> {
    field: &'a dyn Field<S>,
    path: Interpolant,
    recipe: &'static dyn Recipe,
    knobs: SamplerKnobs,
    /// Steps of the whole run.
    steps: usize,
    normals: Option<&'a Noise<S>>,
    step: Step,
    evaluations: u32,
    /// v at the start of the step, or after churn.
    velocity: Vec<S>,
    second_velocity: Vec<S>,
    /// A point between the ends, or the start with more noise.
    point: Vec<S>,
    answer: Vec<S>,
    error: Vec<S>,
    /// v at the answer, where dense output asked for it.
    end_slope: Vec<S>,
    end_slope_known: bool,
    /// Whether `velocity` is that of the state already.
    start: Start,
    /// What the steps before have left.
    memory: Memory,
    /// What the attempt leaves, if it is kept.
    next: Option<Left>,
    /// Arrays that nobody needs any more.
    spare: Vec<Vec<f64>>,
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

/// What earlier steps have left, the latest first.
#[derive(Default)]
struct Memory {
    levels: Vec<Level>,
    predictions: Vec<Vec<f64>>,
    /// Where the last step started, as corrected, and its number.
    state: Vec<f64>,
    index: usize,
}

/// What an attempt leaves: the level where it started, the predictions there, and the point as corrected.
struct Left {
    level: Level,
    predictions: Vec<f64>,
    state: Vec<f64>,
}

impl<S: Real> DiffusionStepper<'_, S> {
    fn level(&self, t: f64) -> Level {
        Level::at(self.path, t, self.knobs.variable)
    }

    /// Data prediction, and the prediction that the recipe asks for, of coordinate `j` of `points` at `t`.
    fn predictions(&self, (t, level): (f64, Level), [x, v]: [S; 2]) -> [f64; 2] {
        let x = x.to_f64();
        let (data, noise) = self.path.means_from_velocity(t, x, v.to_f64());
        match self.recipe.predicted() {
            Predicted::Data => [data, data],
            Predicted::Noise if self.knobs.variable == Variable::Level => [data, noise],
            // In the flow variable it is what is left of the point besides the data.
            Predicted::Noise => [data, (level.scale * x - data) / level.sigma],
        }
    }

    /// Noise of coordinate `j` for a step with these weights.
    fn drawn(&self, index: usize, weights: [f64; 2], j: usize) -> f64 {
        let Some(normals) = self.normals else { return 0.0 };
        let whole = if weights[0] == 0.0 { 0.0 } else { weights[0] * normals.z[index][j].to_f64() };
        match &normals.inner {
            Some(inner) if weights[1] != 0.0 => whole + weights[1] * inner[index][j].to_f64(),
            _ => whole,
        }
    }

    /// The last step made again with the prediction at its end, which is where this one starts.
    fn corrected(&mut self, now: Level, data: &[f64], state: &[S]) -> Vec<f64> {
        let mut corrected = self.spare.pop().unwrap_or_default();
        corrected.clear();
        let step = Between {
            path: self.path,
            // A corrector goes no further than to where it is.
            t1: f64::NAN,
            start: self.memory.levels.first().copied().unwrap_or(now),
            end: now,
            before: self.memory.levels.get(1..).unwrap_or_default(),
            index: self.memory.index,
            steps: self.steps,
            knobs: &self.knobs,
        };
        let known = !self.memory.levels.is_empty() && step.start.is_finite() && now.is_finite();
        let Some(sum) = known.then(|| self.recipe.corrected(&step)).flatten() else {
            corrected.extend(state.iter().map(|x| x.to_f64()));
            return corrected;
        };
        let [before, after] = [step.start.scale, now.scale];
        corrected.extend((0..data.len()).map(|j| {
            let mut x = sum.state * before * self.memory.state[j] + sum.nodes[0] * data[j];
            for (weight, predictions) in sum.nodes[1..].iter().zip(&self.memory.predictions) {
                x += weight * predictions[j];
            }
            (x + self.drawn(step.index, sum.noise, j)) / after
        }));
        corrected
    }

    /// Lets more noise in before the step, where the recipe does; the time and level from where it goes on.
    fn raise(&mut self, step: Step, levels: &Between<'_>, state: &[S]) -> Option<(f64, Level)> {
        let (time, fresh) = self.recipe.raised(self.path, levels)?;
        let normals = self.normals?;
        let raised = self.level(time);
        // In units of x/α the noise level goes up; α falls with it.
        let shrink = raised.alpha / levels.start.alpha;
        for (j, (point, x)) in self.point.iter_mut().zip(state).enumerate() {
            let z = normals.z[step.index][j].to_f64();
            *point = S::from_f64(shrink * x.to_f64() + raised.alpha * fresh * z);
        }
        Some((time, raised))
    }
}

impl<S: Real> Stepper<S> for DiffusionStepper<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        self.step = step;
        self.evaluations = u32::from(self.start != Start::Billed);
        let (knobs, before) = (self.knobs, self.memory.levels.clone());
        let mut levels = Between {
            path: self.path,
            t1: step.t1,
            start: self.level(step.t),
            end: self.level(step.t1),
            before: &before,
            index: step.index,
            steps: self.steps,
            knobs: &knobs,
        };
        let raised = self.raise(step, &levels, state);
        let time = raised.map_or(step.t, |(time, _)| time);
        let mut raised_state = Vec::new();
        let state = match raised {
            None => state,
            Some((_, level)) => {
                levels.start = level;
                raised_state.clone_from(&self.point);
                &raised_state
            }
        };
        if raised.is_some() || self.start == Start::Unknown {
            self.field.velocity(Times::Shared(time), state, &mut self.velocity);
        }
        self.make(time, &levels, state);
        // Churn has moved the point at which it was evaluated.
        self.start = if raised.is_some() { Start::Unknown } else { Start::Billed };
        self.end_slope_known = false;
    }

    fn keep(&mut self) {
        self.start = Start::Unknown;
        if self.end_slope_known {
            std::mem::swap(&mut self.velocity, &mut self.end_slope);
            self.start = Start::Evaluated;
        }
        let kept = self.recipe.nodes(&self.knobs).saturating_sub(1);
        let Some(Left { level, predictions, state }) = self.next.take() else { return };
        let old = std::mem::replace(&mut self.memory.state, state);
        self.spare.push(old);
        self.memory.index = self.step.index;
        // A start without data is no history: the level there is infinite.
        if !level.is_finite() {
            self.spare.append(&mut self.memory.predictions);
            self.memory.levels.clear();
            self.spare.push(predictions);
            return;
        }
        self.memory.levels.insert(0, level);
        self.memory.predictions.insert(0, predictions);
        self.memory.levels.truncate(kept);
        while self.memory.predictions.len() > kept {
            self.spare.extend(self.memory.predictions.pop());
        }
    }

    fn restart(&mut self) {
        self.spare.append(&mut self.memory.predictions);
        self.memory.levels.clear();
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
        self.looks_back().then_some(&self.error)
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

impl<S: Real> DiffusionStepper<'_, S> {
    fn looks_back(&self) -> bool {
        self.recipe.nodes(&self.knobs) > 1 || self.recipe.corrects()
    }

    /// Makes the step from `state` at `time`, whose velocity is known.
    fn make(&mut self, time: f64, levels: &Between<'_>, state: &[S]) {
        let count = state.len();
        let from = (time, levels.start);
        let looks_back = self.looks_back();
        let mut own = looks_back.then(|| self.spare.pop().unwrap_or_default());
        if let Some(own) = &mut own {
            own.clear();
            own.extend((0..count).map(|j| self.predictions(from, [state[j], self.velocity[j]])[1]));
        }
        let corrected = match &own {
            Some(own) if self.recipe.corrects() => Some(self.corrected(levels.start, own, state)),
            _ => None,
        };
        let sum = answer(self.recipe, levels);
        let middle = (sum.middle != 0.0).then(|| self.recipe.middle(levels)).flatten();
        if let Some(middle) = &middle {
            self.go_to(middle, (from, levels), state);
        }
        let plain = looks_back.then(|| self.of_order_1(levels));
        let (before, after) = (levels.start.scale, 1.0 / levels.end.scale);
        for j in 0..count {
            let x = match &corrected {
                Some(corrected) => corrected[j],
                None => state[j].to_f64(),
            };
            let [data, newest] = self.predictions(from, [state[j], self.velocity[j]]);
            let parts = sum.state * before * x + sum.data * data + sum.nodes[0] * newest;
            let mut earlier = 0.0;
            for (weight, predictions) in sum.nodes[1..].iter().zip(&self.memory.predictions) {
                earlier += weight * predictions[j];
            }
            let mut whole = parts + earlier;
            if let Some(Middle { place, .. }) = middle {
                let there = [self.point[j], self.second_velocity[j]];
                whole += sum.middle * self.predictions(place, there)[1];
            }
            let drawn = self.drawn(levels.index, sum.noise, j);
            self.answer[j] = S::from_f64((whole + drawn) * after);
            if let Some(plain) = &plain {
                let first = plain.state * before * x + plain.data * data + plain.nodes[0] * newest;
                self.error[j] = S::from_f64((whole - first) * after);
            }
        }
        self.next = own.map(|predictions| {
            let state = corrected.unwrap_or_default();
            Left { level: levels.start, predictions, state }
        });
    }

    /// The step as it would be without anything to look back on; nothing is compared at an end where it is that
    /// anyway.
    fn of_order_1(&self, levels: &Between<'_>) -> Sum {
        let alone = Between { before: &[], ..*levels };
        at_an_end(self.recipe, &alone).unwrap_or_else(|| self.recipe.answer(&alone))
    }

    /// Goes to the point in between and evaluates the field there.
    fn go_to(
        &mut self,
        middle: &Middle,
        (from, levels): ((f64, Level), &Between<'_>),
        state: &[S],
    ) {
        let ((time, there), sum) = (middle.place, middle.point);
        // Given draws are those of the point itself; else they share what the whole step draws.
        let given = self.normals.is_some_and(|normals| normals.inner.is_some());
        let rest = (1.0 - middle.correlation * middle.correlation).max(0.0).sqrt();
        let area = self.normals.and_then(|normals| normals.area.as_ref());
        for j in 0..state.len() {
            let [data, newest] = self.predictions(from, [state[j], self.velocity[j]]);
            let mut point = sum.state * levels.start.scale * state[j].to_f64();
            point += sum.data * data + sum.nodes[0] * newest;
            if sum.noise[1] != 0.0 {
                point += if given {
                    self.drawn(levels.index, [0.0, sum.noise[1]], j)
                } else {
                    let whole = self.drawn(levels.index, [middle.correlation, 0.0], j);
                    let own = area.map_or(0.0, |area| area[levels.index][j].to_f64());
                    sum.noise[1] * (whole + rest * own)
                };
            }
            self.point[j] = S::from_f64(point / there.scale);
        }
        self.field.velocity(Times::Shared(time), &self.point, &mut self.second_velocity);
        self.evaluations += 1;
    }
}

const _: () = assert!(MOST_NODES == 5, "predictor and corrector of order 4 have so many");
