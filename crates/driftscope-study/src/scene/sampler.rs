//! How the ODE is solved.

use driftscope_solve::grid::{Ays, Schedule, Spacing};
use driftscope_solve::{
    ControllerKind, End, ErrorWeights, FinalOrder, MethodRef, MinStepPolicy, Norm, SamplerKnobs,
    Scope, SolverType, StepControl, UniPcB, Variable,
};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize};

use super::Precision;
use super::schedule::{TimeList, TimesIn};
use super::tableau::OwnTableau;
use crate::own::Own;

/// How the ODE is solved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sampler {
    /// The method of the table; [`Self::method`] is the one in force.
    #[serde(deserialize_with = "listed")]
    pub(super) method: MethodRef,
    /// The tableau of one's own that stands in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tableau: Option<Own<OwnTableau>>,
    /// Whether the error sets the step size; the method's own habit if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<bool>,
    /// Number of fixed steps (noisy steps of an SDE, the last step not counted).
    pub steps: usize,
    /// Size of the fixed steps, instead of their number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_size: Option<f64>,
    /// How fixed steps are spread; `list` where times are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Spacing>,
    /// Times or noise levels of the fixed steps for `grid = "list"`; they set the interval too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<Own<TimeList>>,
    /// What those numbers are.
    #[serde(skip_serializing_if = "is_usual")]
    pub times_in: TimesIn,
    /// ρ of the grids of Karras and of poly-exponential ones.
    pub rho: f64,
    /// Highest and lowest level σ/α of grids by level; where the path begins, at most 80, and 0.002 if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<[f64; 2]>,
    /// Whose table AYS takes.
    #[serde(skip_serializing_if = "is_usual")]
    pub ays: Ays,
    /// ln of the shift, as dynamic shifts say it; the shift itself if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mu: Option<f64>,
    /// How far the shifted grid leans towards noise.
    pub shift: f64,
    /// Absolute tolerance.
    pub atol: f64,
    /// Relative tolerance.
    pub rtol: f64,
    /// Whose error the step size follows.
    pub scope: Scope,
    /// How the end is met.
    pub end: End,
    /// DOPRI5's error weights; where all is torchdiffeq's, also bosh3's dense output.
    pub error_weights: ErrorWeights,
    /// Whose step-size rules.
    pub controller: ControllerKind,
    /// How the errors of the coordinates become one number.
    pub norm: Norm,
    /// Multiplies the step that the error estimate asks for.
    pub safety: f64,
    /// Smallest factor between two steps.
    pub min_factor: f64,
    /// Largest factor between two steps.
    pub max_factor: f64,
    /// Proportional coefficient of `pi` and `pid`; the controller's usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pcoeff: Option<f64>,
    /// Integral coefficient of `pi` and `pid`; the controller's usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icoeff: Option<f64>,
    /// Derivative coefficient of `pid`; the controller's usual one if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dcoeff: Option<f64>,
    /// First step of an adaptive solve; automatic if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_step: Option<f64>,
    /// The least step of an adaptive solve; only the end may cut one below it.
    pub min_step: f64,
    /// What becomes of a least step whose error is too large.
    pub min_step_policy: MinStepPolicy,
    /// The greatest step of an adaptive solve; no limit if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_step: Option<f64>,
    /// Attempts after which an adaptive solve gives up.
    pub max_attempts: usize,
    /// η of ancestral steps: 0 draws no noise, 1 is DDPM's ancestral step.
    pub eta: f64,
    /// η of the SDE whose steps DPM-Solver++ (2M, 3M) makes.
    #[serde(skip_serializing_if = "is_usual")]
    pub eta_sde: f64,
    /// τ of SA-Solver.
    #[serde(skip_serializing_if = "is_usual")]
    pub tau: f64,
    /// Predictions that SA-Solver's predictor uses.
    #[serde(skip_serializing_if = "is_two")]
    pub predictor: usize,
    /// Predictions that its corrector uses, the new one among them; 0 for none.
    #[serde(skip_serializing_if = "is_two")]
    pub corrector: usize,
    /// Order of ER-SDE.
    #[serde(skip_serializing_if = "is_three")]
    pub order: usize,
    /// How DPM-Solver++ extrapolates two predictions; the method's own way if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solver_type: Option<SolverType>,
    /// B(h) of `UniPC`.
    #[serde(skip_serializing_if = "is_usual")]
    pub b: UniPcB,
    /// Whether orders fall towards the end of a run.
    #[serde(skip_serializing_if = "is_usual")]
    pub final_order: FinalOrder,
    /// What the second difference of DPM-Solver++(3M) counts.
    #[serde(skip_serializing_if = "is_one")]
    pub kappa: usize,
    /// In which variable diffusion samplers step.
    #[serde(skip_serializing_if = "is_usual")]
    pub variable: Variable,
    /// Points of ER-SDE's integrals; 0 for exact ones.
    #[serde(skip_serializing_if = "is_hundred")]
    pub integral_points: usize,
    /// EDM's churn, spread over the steps of the run.
    pub s_churn: f64,
    /// Lowest noise level σ/α that is churned.
    pub s_min: f64,
    /// Highest noise level σ/α that is churned; no limit if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s_max: Option<f64>,
    /// Standard deviation of churn's normals.
    pub s_noise: f64,
    /// Precision of the particles; single, or double where the tolerance asks for it, if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
}

impl Default for Sampler {
    fn default() -> Self {
        let (control, noise) = (StepControl::default(), SamplerKnobs::default());
        Self {
            method: MethodRef::default(),
            tableau: None,
            adaptive: None,
            steps: 50,
            step_size: None,
            grid: None,
            times: None,
            times_in: TimesIn::default(),
            rho: 7.0,
            levels: None,
            ays: Ays::default(),
            mu: None,
            shift: 3.0,
            atol: 1e-6,
            rtol: 1e-5,
            scope: Scope::default(),
            end: End::default(),
            error_weights: ErrorWeights::default(),
            controller: ControllerKind::default(),
            norm: Norm::default(),
            safety: control.safety,
            min_factor: control.min_factor,
            max_factor: control.max_factor,
            pcoeff: None,
            icoeff: None,
            dcoeff: None,
            first_step: None,
            min_step: 0.0,
            min_step_policy: MinStepPolicy::default(),
            max_step: None,
            max_attempts: 10_000,
            eta: noise.eta,
            eta_sde: noise.eta_sde,
            tau: noise.tau,
            predictor: noise.predictor,
            corrector: noise.corrector,
            order: noise.order,
            solver_type: noise.solver_type,
            b: noise.b,
            final_order: noise.final_order,
            kappa: noise.kappa,
            variable: noise.variable,
            integral_points: noise.integral_points,
            s_churn: noise.s_churn,
            s_min: noise.s_min,
            s_max: None,
            s_noise: noise.s_noise,
            precision: None,
        }
    }
}

/// A method by its name: coefficients have a key of their own.
fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MethodRef, D::Error> {
    let name = String::deserialize(deserializer)?;
    MethodRef::deserialize(name.into_deserializer())
}

/// Whether a setting need not be written.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Whole numbers that are usual.
macro_rules! usual {
    ($($name:ident = $usual:literal),*) => {
        $(
            fn $name(value: &usize) -> bool {
                *value == $usual
            }
        )*
    };
}

usual!(is_one = 1, is_two = 2, is_three = 3, is_hundred = 100);

impl Sampler {
    /// Lets the steps go from one of these to the next, in the solver's own time.
    pub(super) fn step_through(&mut self, times: Vec<f64>) {
        self.step_through_list(Own::new(TimeList(times)), TimesIn::T);
    }

    /// Lets the steps go from one number of a list to the next; `kind` is what they are.
    pub fn step_through_list(&mut self, list: Own<TimeList>, kind: TimesIn) {
        self.grid = Some(Spacing::List);
        (self.times, self.times_in) = (Some(list), kind);
        self.step_size = None;
    }

    /// Leaves the list of times for a formula, if there is one.
    pub fn leave_list(&mut self) {
        if self.times.take().is_some() || self.grid == Some(Spacing::List) {
            self.grid = None;
        }
        self.times_in = TimesIn::T;
    }

    /// The method in force: that of the tableau of one's own, if there is one.
    #[must_use]
    pub fn method(&self) -> MethodRef {
        self.tableau.as_ref().map_or(self.method, |own| own.content().method())
    }

    /// Lets a tableau of one's own stand in place of the method; it adapts if it has a pair.
    pub fn set_tableau(&mut self, own: Own<OwnTableau>) {
        self.tableau = Some(own);
        self.adaptive = None;
    }

    /// Lets `method` be the one in force; a tableau that was is dropped.
    pub fn set_method(&mut self, method: MethodRef) {
        if method == self.method() {
            return;
        }
        self.tableau = OwnTableau::of(method).map(Own::new);
        if self.tableau.is_none() {
            self.method = method;
        }
    }

    /// How fixed steps are spread.
    #[must_use]
    pub fn spacing(&self) -> Spacing {
        let habit = if self.times.is_some() { Spacing::List } else { Spacing::Uniform };
        self.grid.unwrap_or(habit)
    }

    /// How fixed steps are spread, with the numbers that belong to it.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        Schedule {
            spacing: self.spacing(),
            rho: self.rho,
            shift: self.mu.map_or(self.shift, f64::exp),
            levels: self.levels,
            ays: self.ays,
        }
    }

    /// Step-size control.
    #[must_use]
    pub fn control(&self) -> StepControl {
        let [p, i, d] = self.controller.usual_coefficients();
        StepControl {
            kind: self.controller,
            safety: self.safety,
            min_factor: self.min_factor,
            max_factor: self.max_factor,
            coefficients: [
                self.pcoeff.unwrap_or(p),
                self.icoeff.unwrap_or(i),
                self.dcoeff.unwrap_or(d),
            ],
            norm: self.norm,
        }
    }

    /// Lets the method draw no noise; one that always does gives way to the usual one.
    pub fn draw_none(&mut self) {
        (self.eta, self.eta_sde, self.tau, self.s_churn) = (0.0, 0.0, 0.0, 0.0);
        if self.method().draws_noise(&self.noise()) {
            self.set_method(MethodRef::default());
            self.adaptive = None;
        }
    }

    /// Takes over what is chosen about diffusion samplers.
    pub fn take_knobs_of(&mut self, other: &Self) {
        (self.eta, self.eta_sde, self.tau) = (other.eta, other.eta_sde, other.tau);
        (self.predictor, self.corrector) = (other.predictor, other.corrector);
        (self.order, self.integral_points) = (other.order, other.integral_points);
        (self.solver_type, self.b, self.kappa) = (other.solver_type, other.b, other.kappa);
        (self.final_order, self.variable) = (other.final_order, other.variable);
        (self.s_churn, self.s_min, self.s_max) = (other.s_churn, other.s_min, other.s_max);
        self.s_noise = other.s_noise;
    }

    /// What is chosen about diffusion samplers.
    #[must_use]
    pub fn noise(&self) -> SamplerKnobs {
        SamplerKnobs {
            eta: self.eta,
            eta_sde: self.eta_sde,
            tau: self.tau,
            predictor: self.predictor,
            corrector: self.corrector,
            order: self.order,
            solver_type: self.solver_type,
            b: self.b,
            final_order: self.final_order,
            kappa: self.kappa,
            variable: self.variable,
            integral_points: self.integral_points,
            s_churn: self.s_churn,
            s_min: self.s_min,
            s_max: self.s_max.unwrap_or(f64::INFINITY),
            s_noise: self.s_noise,
        }
    }
}
