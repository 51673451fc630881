//! What a person chooses about a solve.

use driftscope_base::field::{Field, Real};
use driftscope_base::interpolant::Interpolant;
use serde::{Deserialize, Serialize};

use super::controller::{Controller, ControllerKind, StepControl, Tolerances, Verdict};
use super::method::{Adapting, MethodRef};
use super::stepper::{SamplerKnobs, Task};
use super::tableau::{Dense, ErrorWeights, Tableau};
use super::track::Stop;

/// Whose error the step size follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Each particle takes its own steps (diffrax under vmap, torchode).
    #[default]
    PerParticle,
    /// One step size for all, by the RMS over every coordinate (torchdiffeq).
    WholeBatch,
}

/// How an adaptive solve meets the end of the interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// The last step is cut to land on the end (SciPy, diffrax).
    #[default]
    Clamp,
    /// The last step goes beyond and is interpolated (torchdiffeq).
    Overshoot,
}

/// What becomes of a step of the least length whose error is too large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MinStepPolicy {
    /// It is rejected, and the solve stops there and says so.
    #[default]
    Stop,
    /// It is kept whatever its error (torchdiffeq's `min_step`, diffrax's `dtmin` with
    /// `force_dtmin`), unless that is not finite.
    Accept,
}

/// All choices about an ODE solve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OdeSettings {
    /// The method.
    pub method: MethodRef,
    /// The path to which the field belongs; only diffusion samplers look at it.
    pub path: Interpolant,
    /// Tolerances; fixed steps only report their error in units of them.
    pub tolerances: Tolerances,
    /// Step-size control, and the norm in which errors are reported.
    pub control: StepControl,
    /// Error weights for DOPRI5; with [`Self::repeats_torchdiffeq`] also how bosh3 interpolates.
    pub error_weights: ErrorWeights,
    /// How the end is met.
    pub end: End,
    /// First t.
    pub start_time: f64,
    /// Last t, larger than the first.
    pub end_time: f64,
    /// First step; chosen by Hairer's rule if none.
    pub first_step: Option<f64>,
    /// The least step: shorter ones are raised to it. Only the end may cut a step below it.
    pub min_step: f64,
    /// What becomes of a step of the least length whose error is too large.
    pub min_step_policy: MinStepPolicy,
    /// The greatest step, no less than the least; infinite for no limit.
    pub max_step: f64,
    /// Attempts after which a particle (or the batch) gives up.
    pub max_attempts: usize,
    /// Noise of the diffusion samplers that draw some.
    pub noise: SamplerKnobs,
}

impl OdeSettings {
    /// `method` at `tolerances` from `start_time` to `end_time`, all else as usual; on the linear path
    /// if it asks for one.
    #[must_use]
    pub fn new(
        method: MethodRef,
        tolerances: Tolerances,
        (start_time, end_time): (f64, f64),
    ) -> Self {
        Self {
            method,
            path: Interpolant::default(),
            tolerances,
            control: StepControl::default(),
            error_weights: ErrorWeights::default(),
            end: End::default(),
            start_time,
            end_time,
            first_step: None,
            min_step: 0.0,
            min_step_policy: MinStepPolicy::default(),
            max_step: f64::INFINITY,
            max_attempts: 10_000,
            noise: SamplerKnobs::default(),
        }
    }

    /// What the method's stepper works on: `count` particles in `steps` steps without noise.
    #[must_use]
    pub fn task<'a, S: Real>(
        &self,
        field: &'a dyn Field<S>,
        count: usize,
        steps: usize,
    ) -> Task<'a, S> {
        Task {
            field,
            path: self.path,
            error_weights: self.error_weights,
            sampler_knobs: self.noise,
            noise: None,
            count,
            steps,
            adaptive: false,
        }
    }

    /// The controller these settings ask for.
    #[must_use]
    pub fn controller(&self) -> Controller {
        let order = match self.method.adapting(&self.noise) {
            Ok(Adapting::OwnEstimate { order }) => order,
            Ok(Adapting::StepDoubling) | Err(_) => self.method.order,
        };
        let keeps_up_to = match self.min_step_policy {
            MinStepPolicy::Stop => 0.0,
            MinStepPolicy::Accept => self.min_step,
        };
        Controller::new(self.control, order).keeping_up_to(keeps_up_to)
    }

    /// Whether an adaptive solve is to be torchdiffeq's: its controller, its error weights and its
    /// way to the end.
    #[must_use]
    pub fn repeats_torchdiffeq(&self) -> bool {
        self.control.kind == ControllerKind::ITorchdiffeq
            && self.error_weights == ErrorWeights::Torchdiffeq
            && self.end == End::Overshoot
    }

    /// How an adaptive solve finds positions within its steps.
    ///
    /// # Panics
    /// As [`Self::adaptive_tableau`].
    #[must_use]
    pub fn dense_output(&self) -> &'static Dense {
        let tableau = self.adaptive_tableau();
        let torchdiffeq = tableau.torchdiffeq_dense.as_ref();
        torchdiffeq.filter(|_| self.repeats_torchdiffeq()).unwrap_or(&tableau.dense)
    }

    /// The tableau of an adaptive solve.
    ///
    /// # Panics
    /// If the method has none: only methods with an embedded pair adapt.
    #[must_use]
    pub fn adaptive_tableau(&self) -> &'static Tableau {
        self.method.embedded_tableau().expect("only methods with an embedded pair adapt")
    }

    /// The step to attempt from `t` when the controller wants `h`.
    #[must_use]
    pub fn clamp(&self, t: f64, h: f64) -> f64 {
        match self.end {
            End::Clamp => h.min(self.end_time - t),
            End::Overshoot => h,
        }
    }

    /// Where a step of `h` from `t` ends: exactly on the end if it was cut to land there.
    #[must_use]
    pub fn step_end(&self, t: f64, h: f64) -> f64 {
        if self.end == End::Clamp && h >= self.end_time - t { self.end_time } else { t + h }
    }

    /// The step from `t` that comes closest to `h` within the limits and moves t.
    #[must_use]
    pub fn within_limits(&self, t: f64, h: f64) -> f64 {
        h.min(self.max_step).max(self.min_step).max(t.next_up() - t)
    }

    /// The step to attempt from `t` after an attempt of length `step` with this error ratio and
    /// verdict, the last of so many.
    ///
    /// A step is tried at the least length before it is given up, and one that was kept never ends
    /// a solve, however short the next one would be.
    ///
    /// # Errors
    /// Why there is none.
    pub fn next_step(
        &self,
        t: f64,
        step: f64,
        (ratio, verdict): (f64, Verdict),
        attempts: usize,
    ) -> Result<f64, Stop> {
        let h = step * verdict.factor;
        let next = if verdict.accepted {
            self.within_limits(t, h)
        } else if step > self.min_step {
            h.max(self.min_step)
        } else {
            h
        };
        let can_be_made = next >= self.min_step && t + next > t;
        if can_be_made && attempts >= self.max_attempts {
            Err(Stop::StepLimit { t, limit: self.max_attempts })
        } else if can_be_made {
            Ok(next)
        } else if ratio.is_finite() {
            Err(Stop::StepUnderflow { t, h })
        } else {
            Err(Stop::NotFinite { t })
        }
    }

    /// The first step where it does not depend on the field.
    #[must_use]
    pub fn given_first_step(&self) -> Option<f64> {
        let interval = self.end_time - self.start_time;
        self.first_step
            .map(|step| step.min(interval))
            .or_else(|| (self.control.kind == ControllerKind::IDiffrax).then(|| interval.min(0.01)))
    }
}
