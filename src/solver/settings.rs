//! What a person chooses about a solve.

use serde::{Deserialize, Serialize};

use super::controller::{Controller, ControllerKind, Tolerances};
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

/// All choices about an ODE solve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OdeSettings {
    /// The method.
    pub method: MethodRef,
    /// Tolerances; fixed steps only report their error in units of them.
    pub tolerances: Tolerances,
    /// Step-size control.
    pub controller: ControllerKind,
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
}

impl OdeSettings {
    /// The controller these settings ask for.
    #[must_use]
    pub fn controller(&self) -> Controller {
        let order =
            self.method.tableau.embedded.as_ref().map_or(self.method.order, |pair| pair.order);
        Controller::new(self.controller, order)
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
            .or_else(|| (self.controller == ControllerKind::IDiffrax).then(|| interval.min(0.01)))
    }
}
