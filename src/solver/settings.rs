//! What a person chooses about a solve.

use serde::{Deserialize, Serialize};

use super::controller::{Controller, ControllerKind, StepControl, Tolerances};
use super::methods::MethodRef;
use super::tableau::Tableau;

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

/// Which error weights DOPRI5 uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorWeights {
    /// Dormand and Prince's own (SciPy, Hairer).
    #[default]
    Classical,
    /// Two thirds of them (torchdiffeq, diffrax).
    Torchdiffeq,
}

impl ErrorWeights {
    /// The weights to use instead of the tableau's own, if any.
    #[must_use]
    pub fn of(self, tableau: &Tableau) -> Option<&'static [f64]> {
        let embedded = tableau.embedded.as_ref()?;
        match self {
            Self::Classical => None,
            Self::Torchdiffeq => embedded.torchdiffeq_weights,
        }
    }
}

/// Noise that some diffusion samplers mix in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplerNoise {
    /// DDIM's η, 0 to 1: 0 draws none, 1 is DDPM's ancestral step.
    pub eta: f64,
    /// EDM's `S_churn`, spread over the steps of a run; 0 draws none.
    pub s_churn: f64,
    /// Lowest noise level σ/α that is churned.
    pub s_min: f64,
    /// Highest noise level σ/α that is churned.
    pub s_max: f64,
    /// Standard deviation of churn's normals.
    pub s_noise: f64,
}

impl Default for SamplerNoise {
    fn default() -> Self {
        Self { eta: 0.0, s_churn: 0.0, s_min: 0.0, s_max: f64::INFINITY, s_noise: 1.0 }
    }
}

/// All choices about an ODE solve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OdeSettings {
    /// The method.
    pub method: MethodRef,
    /// Tolerances; fixed steps only report their error in units of them.
    pub tolerances: Tolerances,
    /// Step-size control, and the norm in which errors are reported.
    pub control: StepControl,
    /// Error weights for DOPRI5.
    pub error_weights: ErrorWeights,
    /// How the end is met.
    pub end: End,
    /// First t.
    pub start_time: f64,
    /// Last t, larger than the first.
    pub end_time: f64,
    /// First step; chosen by Hairer's rule if none.
    pub first_step: Option<f64>,
    /// Steps smaller than this end the solve.
    pub min_step: f64,
    /// Attempts after which a particle (or the batch) gives up.
    pub max_attempts: usize,
    /// Noise of the diffusion samplers that draw some.
    pub noise: SamplerNoise,
}

impl OdeSettings {
    /// `method` at `tolerances` from `start_time` to `end_time`, all else as usual.
    #[must_use]
    pub fn new(
        method: MethodRef,
        tolerances: Tolerances,
        (start_time, end_time): (f64, f64),
    ) -> Self {
        Self {
            method,
            tolerances,
            control: StepControl::default(),
            error_weights: ErrorWeights::default(),
            end: End::default(),
            start_time,
            end_time,
            first_step: None,
            min_step: 0.0,
            max_attempts: 10_000,
            noise: SamplerNoise::default(),
        }
    }

    /// The controller these settings ask for.
    #[must_use]
    pub fn controller(&self) -> Controller {
        let pair = self.method.tableau().and_then(|tableau| tableau.embedded.as_ref());
        Controller::new(self.control, pair.map_or(self.method.order, |pair| pair.order))
    }

    /// The tableau of an adaptive solve.
    ///
    /// # Panics
    /// If the method has none: only methods with an embedded pair adapt.
    #[must_use]
    pub fn adaptive_tableau(&self) -> &'static Tableau {
        self.method.get().tableau().expect("only methods with an embedded pair adapt")
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

    /// Whether a step of `h` from `t` is too small to be made.
    #[must_use]
    pub fn underflows(&self, t: f64, h: f64) -> bool {
        !(h >= self.min_step && t + h > t)
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
