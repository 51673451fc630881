//! Steps by the map that a field knows of its own flow. Of one that knows none they are Euler's.

use driftscope_base::expression::{name, number};
use driftscope_base::field::{Field, Real};
use driftscope_base::interpolant::Interpolant;

use crate::brownian::Noise;
use crate::complex::Complex;
use crate::explicit::Within;
use crate::method::{Adapting, Knob, Method, NoiseSetting, NotAdaptive, Rule};
use crate::stepper::{Inside, Step, Stepper, Task};
use crate::update::{ANSWER, Equation, START, STEP, StepNow, TIME, Update, stage};

pub(super) static FLOW_MAP: Method = Method {
    name: "flow-map",
    title: "Flow map",
    about: "x + h·u(x, t, t + h): one step of the network's own map, however long. One evaluation a step. Of a field without a map it is Euler's step.",
    reference: "Geng et al. 2025, arXiv:2505.13447; Boffi et al. 2025, arXiv:2505.18825",
    order: 1,
    adaptive_by_default: false,
    rule: &Mapping::Chain,
};

pub(super) static CONSISTENCY: Method = Method {
    name: "consistency",
    title: "Consistency",
    about: "Jumps to t = 1 and noises back: x ← α₁·x̂1 + σ₁·z, with a share η of fresh noise z beside what was there. One evaluation a step. Of a field without a map it is DDIM's step.",
    reference: "Song et al. 2023, arXiv:2303.01469, algorithm 1",
    order: 1,
    adaptive_by_default: false,
    rule: &Mapping::Jumps,
};

/// How a step uses the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mapping {
    /// From its beginning to its end.
    Chain,
    /// To t = 1, and back to the noise at its end.
    Jumps,
}

impl Rule for Mapping {
    fn single<'a>(&'static self, task: &Task<'a, f32>) -> Box<dyn Stepper<f32> + 'a> {
        Box::new(MapStepper::new(*self, task))
    }

    fn double<'a>(&'static self, task: &Task<'a, f64>) -> Box<dyn Stepper<f64> + 'a> {
        Box::new(MapStepper::new(*self, task))
    }

    fn adapting(&self) -> Result<Adapting, NotAdaptive> {
        Ok(Adapting::StepDoubling)
    }

    fn needs_noising_process(&self) -> bool {
        *self == Self::Jumps
    }

    fn needs_flow_map(&self) -> bool {
        true
    }

    fn knobs(&self) -> &'static [Knob] {
        match self {
            Self::Chain => &[],
            Self::Jumps => &[Knob::Eta],
        }
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        (*self == Self::Jumps).then_some(NoiseSetting::Eta)
    }

    fn arrays_kept(&self) -> usize {
        2
    }

    fn evaluations_per_step(&self) -> usize {
        1
    }

    fn update(&self, now: &StepNow) -> Update {
        let k = stage(0);
        match self {
            Self::Chain => Update {
                remark: Some(
                    "The field is the average velocity of the step, as the network says it.",
                ),
                ..Update::of(vec![
                    Equation::field(&k, name(START), name(TIME)),
                    Equation::is(ANSWER, name(START) + name(STEP) * name(k.clone())),
                ])
            },
            Self::Jumps => {
                let [start, end] = [now.t, now.t1].map(|t| now.path.coefficients(t));
                let data = r"\hat x_1";
                let left = number(1.0 - now.t);
                let kept = share_kept(now.noise.eta);
                let ahead = name(START) + left * name(k.clone());
                let noise = (name(START) - number(start.alpha) * name(data)) / number(start.sigma);
                let answer = number(end.alpha) * name(data) + number(end.sigma * kept) * noise;
                Update {
                    remark: Some("A jump to t = 1, then back to the noise at the end of the step."),
                    ..Update::of(vec![
                        Equation::field(&k, name(START), name(TIME)),
                        Equation::is(data, ahead),
                        Equation::is(ANSWER, answer),
                    ])
                }
            }
        }
    }

    /// None: the map is not made of the field.
    fn amplification(&self, _z: Complex) -> Option<f64> {
        None
    }
}

/// Share of the noise that was there, where the share `eta` is fresh: their squares add up to 1.
fn share_kept(eta: f64) -> f64 {
    (1.0 - eta * eta).max(0.0).sqrt()
}

/// Steps of a map on a batch.
struct MapStepper<'a, S> {
    mapping: Mapping,
    field: &'a dyn Field<S>,
    path: Interpolant,
    eta: f64,
    normals: Option<&'a Noise<S>>,
    velocity: Vec<S>,
    answer: Vec<S>,
}

impl<'a, S: Real> MapStepper<'a, S> {
    fn new(mapping: Mapping, task: &Task<'a, S>) -> Self {
        let zeros = vec![S::ZERO; 2 * task.count];
        Self {
            mapping,
            field: task.field,
            path: task.path,
            eta: task.sampler_knobs.eta,
            normals: task.noise,
            velocity: zeros.clone(),
            answer: zeros,
        }
    }

    /// From where the jump led back to the noise at the end of the step.
    fn jump(&mut self, step: Step, state: &[S]) {
        let [start, end] = [step.t, step.t1].map(|t| self.path.coefficients(t));
        let kept = share_kept(self.eta);
        for (j, x) in state.iter().enumerate() {
            let x = x.to_f64();
            let velocity = self.velocity[j].to_f64();
            let data = if self.field.is_flow_map() {
                x + (1.0 - step.t) * velocity
            } else {
                self.path.means_from_velocity(step.t, x, velocity).0
            };
            let noise = (x - start.alpha * data) / start.sigma;
            let fresh = match self.normals {
                Some(normals) if self.eta > 0.0 => self.eta * normals.z[step.index][j].to_f64(),
                _ => 0.0,
            };
            let answer = end.alpha * data + end.sigma * (kept * noise + fresh);
            self.answer[j] = S::from_f64(answer);
        }
    }
}

impl<S: Real> Stepper<S> for MapStepper<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        match self.mapping {
            Mapping::Chain => {
                self.field.average_velocity(step.t, step.t1, state, &mut self.velocity);
                for ((answer, x), u) in self.answer.iter_mut().zip(state).zip(&self.velocity) {
                    *answer = *x + S::from_f64(step.h()) * *u;
                }
            }
            Mapping::Jumps => {
                self.field.average_velocity(step.t, 1.0, state, &mut self.velocity);
                self.jump(step, state);
            }
        }
    }

    fn keep(&mut self) {}

    fn restart(&mut self) {}

    fn answer(&self) -> &[S] {
        &self.answer
    }

    fn evaluations(&self, _i: usize) -> u32 {
        1
    }

    fn prepare_dense(&mut self, _state: &[S], _last: bool) -> u32 {
        0
    }

    /// Straight: a step knows nothing of the way.
    fn within(&self, state: &[S], j: usize) -> Inside {
        Within::line(state[j].to_f64(), self.answer[j].to_f64()).into()
    }
}
