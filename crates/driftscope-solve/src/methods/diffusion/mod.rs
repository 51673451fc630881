//! Samplers made for diffusion models: they know the path's α and σ and integrate in noise level
//! instead of t, from the data prediction `m1 = E[x1|x]` and the noise prediction `m0 = E[x0|x]`.
//!
//! All are written in this program's time (t = 0 noise, t = 1 data) for any path, with
//! `λ = log(α/σ)`. Where λ is infinite (α = 0 or σ = 0) they fall back to DDIM's step, which stays
//! finite there.

mod levels;
mod stepper;
mod written;

use self::stepper::Recipe;
use crate::complex::Complex;
use crate::method::{Adapting, Method, NoiseSetting, NotAdaptive, Rule};
use crate::stepper::{Stepper, Task};
use crate::update::{StepNow, Update};

pub(in crate::methods) static DDIM: Method = Method {
    name: "ddim",
    title: "DDIM",
    about: "x ← α₁·E[x1|x] + σ₁·E[x0|x]: follows the predicted data and noise along the path. Order 1, one evaluation a step. η mixes fresh noise in; η = 1 is DDPM's ancestral step.",
    reference: "Song, Meng & Ermon 2021, arXiv:2010.02502",
    order: 1,
    adaptive_by_default: false,
    rule: &Recipe::Ddim,
};

pub(in crate::methods) static DPM_SOLVER_2: Method = Method {
    name: "dpm-solver-2",
    title: "DPM-Solver-2",
    about: "The noise prediction at the middle of the step in log-SNR, with the linear part of the ODE solved exactly. Order 2, two evaluations a step.",
    reference: "Lu et al. 2022, arXiv:2206.00927, algorithm 1",
    order: 2,
    adaptive_by_default: false,
    rule: &Recipe::DpmSolver2,
};

pub(in crate::methods) static DPMPP_2M: Method = Method {
    name: "dpmpp-2m",
    title: "DPM-Solver++(2M)",
    about: "Extrapolates the last two data predictions in log-SNR. Order 2 for one evaluation a step; the first step, and those to or from an end without noise or data, are DDIM's.",
    reference: "Lu et al. 2022, arXiv:2211.01095, algorithm 2",
    order: 2,
    adaptive_by_default: false,
    rule: &Recipe::DpmSolverPlusPlus2M,
};

pub(in crate::methods) static UNIPC_2: Method = Method {
    name: "unipc-2",
    title: "UniPC (order 2)",
    about: "Predicts like DPM-Solver++(2M), then corrects each step with the prediction made at its end, which the next step needs anyway: one evaluation a step. The corrector brings it to order 3.",
    reference: "Zhao et al. 2023, arXiv:2302.04867, with B(h) = e^h − 1",
    order: 3,
    adaptive_by_default: false,
    rule: &Recipe::UniPc2,
};

pub(in crate::methods) static EDM_HEUN: Method = Method {
    name: "edm-heun",
    title: "EDM Heun",
    about: "Heun's rule for x/α in the noise level σ/α. Order 2, two evaluations a step. S_churn raises the noise before each step, between noise levels S_min and S_max.",
    reference: "Karras et al. 2022, arXiv:2206.00364, algorithm 2",
    order: 2,
    adaptive_by_default: false,
    rule: &Recipe::EdmHeun,
};

impl Rule for Recipe {
    fn single<'a>(&'static self, task: &Task<'a, f32>) -> Box<dyn Stepper<f32> + 'a> {
        stepper::stepper(task, *self)
    }

    fn double<'a>(&'static self, task: &Task<'a, f64>) -> Box<dyn Stepper<f64> + 'a> {
        stepper::stepper(task, *self)
    }

    fn own_estimate(&self) -> Option<String> {
        Rule::looks_back(self).then(|| "step of order 1".into())
    }

    fn looks_back(&self) -> bool {
        Recipe::looks_back(*self)
    }

    fn adapting(&self) -> Result<Adapting, NotAdaptive> {
        if Rule::looks_back(self) {
            return Err(NotAdaptive::NothingToCompare);
        }
        Ok(Adapting::StepDoubling)
    }

    fn needs_noising_process(&self) -> bool {
        true
    }

    fn noise_setting(&self) -> Option<NoiseSetting> {
        match self {
            Self::Ddim => Some(NoiseSetting::Eta),
            Self::EdmHeun => Some(NoiseSetting::Churn),
            Self::DpmSolver2 | Self::DpmSolverPlusPlus2M | Self::UniPc2 => None,
        }
    }

    fn arrays_kept(&self) -> usize {
        match self {
            // State and the prediction.
            Self::Ddim => 2,
            // The point in between and the second prediction as well.
            Self::DpmSolver2 | Self::EdmHeun => 4,
            // State and two predictions.
            Self::DpmSolverPlusPlus2M => 3,
            // Also the point from which the corrector starts, and its prediction.
            Self::UniPc2 => 5,
        }
    }

    fn evaluations_per_step(&self) -> usize {
        match self {
            Self::Ddim | Self::DpmSolverPlusPlus2M | Self::UniPc2 => 1,
            Self::DpmSolver2 | Self::EdmHeun => 2,
        }
    }

    fn update(&self, now: &StepNow) -> Update {
        written::update(*self, now)
    }

    /// None: they integrate the linear part of the field exactly.
    fn amplification(&self, _z: Complex) -> Option<f64> {
        None
    }
}
