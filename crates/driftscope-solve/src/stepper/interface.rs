//! The one interface that every method of the table has.

use driftscope_base::field::{Field, Real};
use driftscope_base::interpolant::Interpolant;
use serde::{Deserialize, Serialize};

use crate::brownian::Noise;
use crate::explicit::Within;
use crate::tableau::ErrorWeights;

/// A step that a whole batch makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its number, from 0.
    pub index: usize,
    /// Where it starts.
    pub t: f64,
    /// Where it ends.
    pub t1: f64,
}

impl Step {
    /// Its length.
    #[must_use]
    pub fn h(self) -> f64 {
        self.t1 - self.t
    }
}

/// A method at work on a batch, all particles making the same steps.
///
/// A step is an attempt first, which may be made again with another length, and then kept. Positions
/// are feature-major: for n particles, n values of x, then n of y.
pub trait Stepper<S: Real>: Send {
    /// Attempts `step` from `state`, which is where the step kept last has led, unless
    /// [`Self::restart`] came between.
    fn attempt(&mut self, step: Step, state: &[S]);

    /// Keeps the step just attempted: the next attempt starts from its answer.
    fn keep(&mut self);

    /// Forgets all earlier steps; the next one may start anywhere.
    fn restart(&mut self);

    /// Says what the slope at `t` is, where the next step starts, so that it need not be evaluated
    /// again. To be called after [`Self::restart`] or before the first attempt.
    fn begin_with(&mut self, _t: f64, _slope: &[S]) {}

    /// The slope where the step just attempted started, if [`Self::begin_with`] can use it.
    fn start_slope(&self) -> Option<&[S]> {
        None
    }

    /// The slope at its answer, likewise, where the step itself has found it.
    fn end_slope(&self) -> Option<&[S]> {
        None
    }

    /// Where the step just attempted has led.
    fn answer(&self) -> &[S];

    /// Evaluations of the field that the attempt cost particle `i`.
    fn evaluations(&self, i: usize) -> u32;

    /// The error of the answer, where the method has an estimate of its own.
    fn error(&self) -> Option<&[S]> {
        None
    }

    /// A second estimate of order three beside [`Self::error`] (DOP853).
    fn third_order_error(&self) -> Option<&[S]> {
        None
    }

    /// Whether the step of particle `i` could be made at all (implicit methods may fail to).
    fn succeeded(&self, _i: usize) -> bool {
        true
    }

    /// Evaluates what [`Self::within`] needs within the step just attempted from `state`, and says
    /// how many evaluations served nothing else; `last` says that no step follows.
    fn prepare_dense(&mut self, state: &[S], last: bool) -> u32;

    /// Coordinate `j` within the step just attempted from `state`, before it is kept.
    fn within(&self, state: &[S], j: usize) -> Inside;
}

/// What a stepper works on.
pub struct Task<'a, S> {
    /// The field.
    pub field: &'a dyn Field<S>,
    /// The path to which the field belongs; only diffusion samplers look at it.
    pub path: Interpolant,
    /// Error weights of the methods that come with two sets.
    pub error_weights: ErrorWeights,
    /// What is chosen about diffusion samplers.
    pub sampler_knobs: SamplerKnobs,
    /// Standard normals of every step, for methods that draw some.
    pub noise: Option<&'a Noise<S>>,
    /// Particles in the batch.
    pub count: usize,
    /// Steps of the whole run; only diffusion samplers look at it.
    pub steps: usize,
    /// Whether the error decides which steps are kept: then all that its estimate costs counts, and
    /// a step that is hard to solve had better be shorter.
    pub adaptive: bool,
}

/// One coordinate within a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Inside {
    /// One polynomial.
    Whole(Within),
    /// One for each half of the step.
    Halves([Within; 2]),
}

impl Inside {
    /// The coordinate at `theta`, the share of the step that is over.
    #[must_use]
    pub fn at(&self, theta: f64) -> f64 {
        match self {
            Self::Whole(within) => within.at(theta),
            Self::Halves([first, _]) if theta < 0.5 => first.at(2.0 * theta),
            Self::Halves([_, second]) => second.at(2.0 * theta - 1.0),
        }
    }
}

impl From<Within> for Inside {
    fn from(within: Within) -> Self {
        Self::Whole(within)
    }
}

/// What can be chosen about diffusion samplers; each looks at what is its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplerKnobs {
    /// η of ancestral steps, 0 to 1: 0 draws none, 1 is DDPM's ancestral step.
    pub eta: f64,
    /// η of an SDE, from 0: its diffusion is η times SBDM's.
    pub eta_sde: f64,
    /// τ of SA-Solver, from 0: its diffusion is τ² times SBDM's.
    pub tau: f64,
    /// Predictions that SA-Solver's predictor uses, 1 to 4.
    pub predictor: usize,
    /// Predictions that its corrector uses, the new one among them, 0 (none) to 5.
    pub corrector: usize,
    /// Order of ER-SDE, 1 to 3.
    pub order: usize,
    /// How two predictions are extrapolated; the method's own way if none.
    pub solver_type: Option<SolverType>,
    /// What `UniPC`'s differences are divided by.
    pub b: UniPcB,
    /// Whether orders fall towards the end of a run.
    pub final_order: FinalOrder,
    /// What the second difference of DPM-Solver++(3M) counts: 1 as published, 2 as it should.
    pub kappa: usize,
    /// In which variable levels are counted.
    pub variable: Variable,
    /// Points of ER-SDE's integrals; 0 for exact ones.
    pub integral_points: usize,
    /// EDM's `S_churn`, spread over the steps of a run; 0 draws none.
    pub s_churn: f64,
    /// Lowest noise level σ/α that is churned.
    pub s_min: f64,
    /// Highest noise level σ/α that is churned.
    pub s_max: f64,
    /// Standard deviation of churn's normals.
    pub s_noise: f64,
}

impl Default for SamplerKnobs {
    fn default() -> Self {
        Self {
            eta: 0.0,
            eta_sde: 0.0,
            tau: 0.0,
            predictor: 2,
            corrector: 2,
            order: 3,
            solver_type: None,
            b: UniPcB::default(),
            final_order: FinalOrder::default(),
            kappa: 1,
            variable: Variable::default(),
            integral_points: 100,
            s_churn: 0.0,
            s_min: 0.0,
            s_max: f64::INFINITY,
            s_noise: 1.0,
        }
    }
}

/// How DPM-Solver++ extrapolates two predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SolverType {
    /// To the middle of the step.
    Midpoint,
    /// Along the line, integrated exactly (exponential Adams).
    Heun,
}

/// B(h) of `UniPC`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UniPcB {
    /// h.
    Bh1,
    /// e^h − 1.
    #[default]
    Bh2,
}

/// Whether multistep methods keep their order to the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FinalOrder {
    /// They do.
    #[default]
    Full,
    /// It falls as in the programs that they come from.
    Lower,
}

impl FinalOrder {
    /// Runs of so many steps and more keep their order all the same, as in diffusers.
    const LONG_RUN: usize = 15;

    /// Whether orders of DPM-Solver++ and DEIS fall at the end of a run of so many steps.
    #[must_use]
    pub fn falls_within(self, steps: usize) -> bool {
        self == Self::Lower && steps < Self::LONG_RUN
    }
}

/// In which variable a diffusion sampler steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variable {
    /// The level σ/α.
    #[default]
    Level,
    /// σ/(α + σ), which is 1 − t on Linear.
    Flow,
}
