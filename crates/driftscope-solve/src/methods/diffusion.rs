//! Samplers made for diffusion models: they know the path's α and σ and integrate in noise level
//! instead of t, from the data prediction `m1 = E[x1|x]` and the noise prediction `m0 = E[x0|x]`.
//!
//! All are written in this program's time (t = 0 noise, t = 1 data) for any path, with
//! `λ = log(α/σ)`. Where λ is infinite (α = 0 or σ = 0) they fall back to DDIM's step, which stays
//! finite there.

use crate::method::{Method, Recipe, Rule};

pub(super) static DDIM: Method = Method {
    name: "ddim",
    title: "DDIM",
    about: "x ← α₁·E[x1|x] + σ₁·E[x0|x]: follows the predicted data and noise along the path. Order 1, one evaluation a step. η mixes fresh noise in; η = 1 is DDPM's ancestral step.",
    reference: "Song, Meng & Ermon 2021, arXiv:2010.02502",
    order: 1,
    adaptive_by_default: false,
    rule: Rule::Diffusion(Recipe::Ddim),
};

pub(super) static DPM_SOLVER_2: Method = Method {
    name: "dpm-solver-2",
    title: "DPM-Solver-2",
    about: "The noise prediction at the middle of the step in log-SNR, with the linear part of the ODE solved exactly. Order 2, two evaluations a step.",
    reference: "Lu et al. 2022, arXiv:2206.00927, algorithm 1",
    order: 2,
    adaptive_by_default: false,
    rule: Rule::Diffusion(Recipe::DpmSolver2),
};

pub(super) static DPMPP_2M: Method = Method {
    name: "dpmpp-2m",
    title: "DPM-Solver++(2M)",
    about: "Extrapolates the last two data predictions in log-SNR. Order 2 for one evaluation a step; the first step, and those to or from an end without noise or data, are DDIM's.",
    reference: "Lu et al. 2022, arXiv:2211.01095, algorithm 2",
    order: 2,
    adaptive_by_default: false,
    rule: Rule::Diffusion(Recipe::DpmSolverPlusPlus2M),
};

pub(super) static UNIPC_2: Method = Method {
    name: "unipc-2",
    title: "UniPC (order 2)",
    about: "Predicts like DPM-Solver++(2M), then corrects each step with the prediction made at its end, which the next step needs anyway: one evaluation a step. The corrector brings it to order 3.",
    reference: "Zhao et al. 2023, arXiv:2302.04867, with B(h) = e^h − 1",
    order: 3,
    adaptive_by_default: false,
    rule: Rule::Diffusion(Recipe::UniPc2),
};

pub(super) static EDM_HEUN: Method = Method {
    name: "edm-heun",
    title: "EDM Heun",
    about: "Heun's rule for x/α in the noise level σ/α. Order 2, two evaluations a step. S_churn raises the noise before each step, between noise levels S_min and S_max.",
    reference: "Karras et al. 2022, arXiv:2206.00364, algorithm 2",
    order: 2,
    adaptive_by_default: false,
    rule: Rule::Diffusion(Recipe::EdmHeun),
};
