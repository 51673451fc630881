//! How the error sets the steps.

use driftscope_solve::{ControllerKind, End, ErrorWeights, MinStepPolicy, Norm, Scope};

use super::super::Scene;
use super::super::applies::{
    with_coefficients, with_least_step, with_step_control, with_tolerance, with_variants,
};
use super::access::{chosen, counted, given, optional};
use super::choice::Named;
use super::data_rows::LATEST;
use super::kind::{Access, Choices, Number, Unit};
use super::parameter::Parameter;
use super::range::Range;

/// Most attempts of an adaptive solve.
const MOST_ATTEMPTS: u64 = 10_000_000;

/// Tolerances and what is done with the error, in the order of the guide.
pub(super) fn errors() -> Vec<Parameter<Scene>> {
    let tolerance = |access| {
        // Not both may be 0.
        Number::new(access, 0.0..=1e3).slider(1e-10..=1e-1).logarithmic().unit(Unit::Power)
    };
    vec![
        Parameter::new(
            "sampler.atol",
            "atol",
            "Absolute tolerance: a step is kept when |error| ≤ atol + rtol·|y|. It rules where |y| is small.",
            tolerance(given!(Scene: sampler.atol)),
        )
        .when(with_tolerance),
        Parameter::new(
            "sampler.rtol",
            "rtol",
            "Relative tolerance: a step is kept when |error| ≤ atol + rtol·|y|. Turning it up takes fewer, longer steps.",
            tolerance(given!(Scene: sampler.rtol)),
        )
        .when(with_tolerance),
        Parameter::new(
            "sampler.scope",
            "Scope",
            "Whose error the step size follows. The same tolerance buys different accuracy.",
            Choices::new(Scope::choices, chosen!(Scene: sampler.scope)),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.end",
            "At the end",
            "How an adaptive solve meets its end.",
            Choices::new(End::choices, chosen!(Scene: sampler.end)),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.error_weights",
            "Error weights",
            "DOPRI5's error estimate comes in two sizes; step counts differ. With Torch, Overshoot and torchdiffeq's controller, bosh3 interpolates as torchdiffeq does.",
            Choices::new(ErrorWeights::choices, chosen!(Scene: sampler.error_weights)),
        )
        .when(with_variants),
        Parameter::new(
            "sampler.controller",
            "Controller",
            "Whose rules the step size h follows: E is the error over the tolerance, q the order of the estimate plus one.",
            Choices::new(ControllerKind::choices, chosen!(Scene: sampler.controller)),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.norm",
            "Error norm",
            "How the errors of the coordinates become one number.",
            Choices::new(Norm::choices, chosen!(Scene: sampler.norm)),
        )
        .when(with_step_control),
    ]
}

/// The controller's constants.
pub(super) fn constants() -> Vec<Parameter<Scene>> {
    let coefficient = |access: Access<Scene, f64>, usual: fn(&Scene) -> f64| {
        Number::new(access, -10.0..=10.0).or_value("the controller's usual one", usual)
    };
    vec![
        Parameter::new(
            "sampler.safety",
            "Safety",
            "Multiplies the step that the error asks for, so that the next attempt is likely to pass.",
            Number::new(given!(Scene: sampler.safety), 0.01..=1.0),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.min_factor",
            "Least factor",
            "No step is shorter than this times the one before.",
            Number::new(given!(Scene: sampler.min_factor), 1e-3..=1.0),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.max_factor",
            "Most factor",
            "No step is longer than this times the one before.",
            Number::new(given!(Scene: sampler.max_factor), 1.0..=1e3),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.pcoeff",
            "p",
            "Proportional coefficient: how much the change of the error counts.",
            coefficient(optional!(Scene: sampler.pcoeff), |scene| usual_coefficients(scene)[0]),
        )
        .symbol("p")
        .when(with_coefficients),
        Parameter::new(
            "sampler.icoeff",
            "i",
            "Integral coefficient: how much the error itself counts.",
            coefficient(optional!(Scene: sampler.icoeff), |scene| usual_coefficients(scene)[1]),
        )
        .symbol("i")
        .when(with_coefficients),
        Parameter::new(
            "sampler.dcoeff",
            "d",
            "Derivative coefficient: how much the change of the change counts.",
            coefficient(optional!(Scene: sampler.dcoeff), |scene| usual_coefficients(scene)[2]),
        )
        .symbol("d")
        .when(with_coefficients),
    ]
}

/// Where an adaptive solve begins, what its steps may be, and when it gives up.
pub(super) fn limits() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "sampler.first_step",
            "First step",
            "The first step attempted; 0 on the control leaves it to the rule of Hairer, Nørsett & Wanner (II.4).",
            Number::new(optional!(Scene: sampler.first_step), Range::above(0.0)).or("automatic"),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.min_step",
            "Least step",
            "Shorter steps are made this long; only the end may cut one below it.",
            Number::new(given!(Scene: sampler.min_step), 0.0..=LATEST).or("no limit"),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.max_step",
            "Greatest step",
            "Longer steps are made this long; 0 on the control for no limit.",
            // No less than the least one.
            Number::new(optional!(Scene: sampler.max_step), Range::above(0.0))
                .with_others()
                .or("no limit"),
        )
        .when(with_step_control),
        Parameter::new(
            "sampler.min_step_policy",
            "At least step",
            "What becomes of a least step whose error is too large.",
            Choices::new(MinStepPolicy::choices, chosen!(Scene: sampler.min_step_policy)),
        )
        .when(with_least_step),
        Parameter::new(
            "sampler.max_attempts",
            "Most attempts",
            "A particle that has attempted so many steps stops there and says so.",
            Number::new(counted!(Scene: sampler.max_attempts), 1..=MOST_ATTEMPTS),
        )
        .when(with_step_control),
    ]
}

fn usual_coefficients(scene: &Scene) -> [f64; 3] {
    scene.sampler.controller.usual_coefficients()
}
