//! What single diffusion samplers have of their own.

use driftscope_solve::{FinalOrder, SolverType, UniPcB, Variable};

use super::super::Scene;
use super::super::applies::{
    with_b, with_churn, with_corrector, with_edm, with_eta, with_eta_sde, with_final_order,
    with_integral_points, with_kappa, with_order, with_predictor, with_solver_type, with_tau,
    with_variable,
};
use super::access::{chosen, chosen_if_any, counted, given, optional};
use super::choice::Named;
use super::kind::{Choices, Number};
use super::parameter::Parameter;
use super::range::Range;

/// The settings, in the order of the guide.
pub(super) fn recipes() -> Vec<Parameter<Scene>> {
    [noise(), rules(), churn()].into_iter().flatten().collect()
}

/// How noisy, and of which order.
fn noise() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "sampler.eta",
            "η",
            "How much fresh noise ancestral steps mix in: 0 follows the ODE, 1 is DDPM's ancestral step. In the limit of small steps it is SBDM with the norm η².",
            Number::new(given!(Scene: sampler.eta), 0.0..=1.0),
        )
        .symbol("η")
        .when(with_eta),
        Parameter::new(
            "sampler.eta_sde",
            "η of the SDE",
            "How noisy the SDE is whose steps the method makes: 0 follows the ODE, 1 is the reverse SDE. In the limit of small steps it is SBDM with the norm η.",
            Number::new(given!(Scene: sampler.eta_sde), 0.0..=10.0).slider(0.0..=1.0),
        )
        .symbol("η")
        .when(with_eta_sde),
        Parameter::new(
            "sampler.tau",
            "τ",
            "How noisy SA-Solver is: 0 follows the ODE, 1 is the reverse SDE. In the limit of small steps it is SBDM with the norm τ².",
            Number::new(given!(Scene: sampler.tau), 0.0..=10.0).slider(0.0..=1.5),
        )
        .symbol("τ")
        .when(with_tau),
        Parameter::new(
            "sampler.predictor",
            "Predictor order",
            "Predictions that SA-Solver extrapolates.",
            Number::new(counted!(Scene: sampler.predictor), 1..=4),
        )
        .when(with_predictor),
        Parameter::new(
            "sampler.corrector",
            "Corrector order",
            "Predictions that SA-Solver corrects a step with, the one at its end among them; 0 for no corrector.",
            Number::new(counted!(Scene: sampler.corrector), 0..=5),
        )
        .when(with_corrector),
        Parameter::new(
            "sampler.order",
            "Order",
            "Data predictions that ER-SDE extrapolates.",
            Number::new(counted!(Scene: sampler.order), 1..=3),
        )
        .when(with_order),
    ]
}

/// Which of several published rules.
fn rules() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "sampler.solver_type",
            "Extrapolation",
            "How the last two data predictions are extrapolated; the published way of each method if none is chosen.",
            Choices::new(SolverType::choices, chosen_if_any!(Scene: sampler.solver_type))
                .or("Usual", "Midpoint for 2M, Heun for the second step of 3M.")
                .optional(),
        )
        .when(with_solver_type),
        Parameter::new(
            "sampler.b",
            "B(h)",
            "What UniPC divides its differences by.",
            Choices::new(UniPcB::choices, chosen!(Scene: sampler.b)),
        )
        .when(with_b),
        Parameter::new(
            "sampler.final_order",
            "Order at the end",
            "Whether multistep methods keep their order to the end, or lower it as the programs they come from do.",
            Choices::new(FinalOrder::choices, chosen!(Scene: sampler.final_order)),
        )
        .when(with_final_order),
        Parameter::new(
            "sampler.kappa",
            "κ",
            "What the second difference of DPM-Solver++(3M) counts: 1 as published, which is order 2; 2 for order 3.",
            Number::new(counted!(Scene: sampler.kappa), 1..=2),
        )
        .symbol("κ")
        .when(with_kappa),
        Parameter::new(
            "sampler.variable",
            "Variable",
            "In which variable of the noise the method steps: ComfyUI takes 1 − t on flow models.",
            Choices::new(Variable::choices, chosen!(Scene: sampler.variable)),
        )
        .when(with_variable),
        Parameter::new(
            "sampler.integral_points",
            "Integral points",
            "Points of the left sums that ER-SDE takes for integrals: 100 as published, 200 in ComfyUI, 0 for exact integrals.",
            Number::new(counted!(Scene: sampler.integral_points), 0..=100_000).slider(0..=1000),
        )
        .when(with_integral_points),
    ]
}

/// EDM's four numbers.
fn churn() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "sampler.s_churn",
            "S_churn",
            "How far EDM raises the noise before the steps of a run, all together: 0 follows the ODE. Each step raises σ/α by at most a factor √2.",
            Number::new(given!(Scene: sampler.s_churn), 0.0..=1e6).slider(0.0..=80.0),
        )
        .when(with_edm),
        Parameter::new(
            "sampler.s_min",
            "S_min",
            "The lowest noise level σ/α that is churned.",
            Number::new(given!(Scene: sampler.s_min), 0.0..=1e9),
        )
        .when(with_churn),
        Parameter::new(
            "sampler.s_max",
            "S_max",
            "The highest noise level σ/α that is churned; 0 on the control for no limit.",
            // No less than the lowest.
            Number::new(optional!(Scene: sampler.s_max), Range::at_least(0.0))
                .with_others()
                .or("no limit"),
        )
        .when(with_churn),
        Parameter::new(
            "sampler.s_noise",
            "S_noise",
            "Standard deviation of the churned normals: slightly above 1 makes up for detail the network loses.",
            Number::new(given!(Scene: sampler.s_noise), 0.0..=10.0).slider(0.9..=1.1),
        )
        .when(with_churn),
    ]
}
