//! How the ODE is solved: the method, fixed steps, and what single methods have of their own.

use driftscope_solve::MethodRef;
use driftscope_solve::grid::{Ays, Spacing};

use super::super::applies::{
    with_ays, with_equal_steps, with_fixed_steps, with_inner_times, with_karras, with_levels,
    with_list, with_method, with_number_of_steps, with_pair, with_plain_shift, with_shift,
    with_tableau,
};
use super::super::{Precision, Scene, TimesIn};
use super::access::{chosen, chosen_if_any, counted, given, optional};
use super::choice::Named;
use super::kind::{Choices, Kind, Number, Switch, Written, decimal};
use super::parameter::Parameter;
use super::range::Range;
use crate::own::{Content, Own};

/// Largest number of fixed steps.
pub const MOST_STEPS: usize = 100_000;

/// As in scene files.
fn in_toml<T: Content>(own: &Own<T>) -> String {
    toml::Value::try_from(own).expect("what a scene holds is TOML").to_string()
}

/// The method and its fixed steps, in the order of the guide.
pub(super) fn steps() -> Vec<Parameter<Scene>> {
    [methods(), grids()].into_iter().flatten().collect()
}

/// The method, and how many steps.
fn methods() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "sampler.method",
            "Method",
            "How a step of the ODE is made; an SDE scheme makes the steps where there is noise.",
            Choices::new(MethodRef::choices, chosen!(Scene: sampler.method)),
        )
        .when(with_method),
        Parameter::new(
            "sampler.tableau",
            "Own tableau",
            "The Butcher tableau of an explicit method of one's own, which stands in place of the method: a TOML file, in a scene file seen from its folder, or the tableau itself. With b_hat the error can set the steps.",
            Kind::Text(Written {
                form: "a file, or `{ name, c, a, b }` and, if wanted, `b_hat`, `dense`, `order`, `about`",
                entries: None,
                absent: "none",
                read: |scene: &Scene| scene.sampler.tableau.as_ref().map(in_toml),
            }),
        )
        .when(with_tableau),
        Parameter::new(
            "sampler.adaptive",
            "Adaptive",
            "Whether the error estimate sets the step size.",
            Switch::new(optional!(Scene: sampler.adaptive))
                .or_value("the method's own habit", Scene::is_adaptive),
        )
        .when(with_pair),
        Parameter::new(
            "sampler.steps",
            "Steps",
            "Number of fixed steps. More steps: less error, more evaluations.",
            Number::new(counted!(Scene: sampler.steps), 1..=MOST_STEPS as u64)
                .slider(1..=1000)
                .logarithmic(),
        )
        .when(with_number_of_steps),
        Parameter::new(
            "sampler.step_size",
            "Step size",
            "Size of the fixed steps: the interval over their number.",
            // The interval bounds it on both sides.
            Number::new(optional!(Scene: sampler.step_size), Range::above(0.0))
                .with_others()
                .logarithmic()
                .or("none: their number is given"),
        )
        .symbol("h")
        .when(with_equal_steps),
    ]
}

/// How they are spread.
fn grids() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "sampler.grid",
            "Grid",
            "How fixed steps are spread over the interval. On every grid a step is at least 1e-12 of t.",
            Choices::new(Spacing::choices, chosen_if_any!(Scene: sampler.grid)).or_value(
                "uniform; list where times are given",
                |scene| scene.sampler.spacing().name(),
            ),
        )
        .when(with_fixed_steps),
        Parameter::new(
            "sampler.times",
            "Times",
            "The times of the fixed steps, rising, or the noise levels that go with them, which set the interval too: the numbers, or a file of them, in a scene file seen from its folder.",
            Kind::List(Written {
                form: "`[t0, t1, …]`, or a file",
                entries: None,
                absent: "none",
                read: |scene: &Scene| scene.sampler.times.as_ref().map(in_toml),
            }),
        )
        .when(with_inner_times),
        Parameter::new(
            "sampler.times_in",
            "Times in",
            "What the numbers of the list are.",
            Choices::new(TimesIn::choices, chosen!(Scene: sampler.times_in)),
        )
        .when(with_list),
        Parameter::new(
            "sampler.rho",
            "ρ",
            "ρ of the grids of Karras and of poly-exponential ones. Turning it up makes the steps shorter where little noise is left.",
            Number::new(given!(Scene: sampler.rho), 1.0..=100.0).slider(1.0..=15.0).logarithmic(),
        )
        .symbol("ρ")
        .when(with_karras),
        Parameter::new(
            "sampler.levels",
            "Levels",
            "Highest and lowest noise level σ/α of a grid by level: the run begins with the highest, and goes from the lowest to the data in its last step. Without them EDM's 80, or where the path begins, and 0.002.",
            Kind::List(Written {
                form: "`[highest, lowest]`, both above 0",
                entries: None,
                absent: "[80, 0.002]",
                read: |scene: &Scene| {
                    scene.sampler.levels.map(|[highest, lowest]| {
                        format!("[{}, {}]", decimal(highest), decimal(lowest))
                    })
                },
            }),
        )
        .when(with_levels),
        Parameter::new(
            "sampler.ays",
            "Table",
            "The model for which the levels of AYS were found.",
            Choices::new(Ays::choices, chosen!(Scene: sampler.ays)),
        )
        .when(with_ays),
        Parameter::new(
            "sampler.mu",
            "μ",
            "The shift as dynamic shifts say it: s = e^μ.",
            Number::new(optional!(Scene: sampler.mu), -4.0..=4.0).or("none: the shift is given"),
        )
        .symbol("μ")
        .when(with_shift),
        Parameter::new(
            "sampler.shift",
            "Shift",
            "How far the shifted grid leans. Above 1 there are more steps near the noise, below 1 near the data.",
            Number::new(given!(Scene: sampler.shift), 0.01..=100.0)
                .slider(0.1..=10.0)
                .logarithmic(),
        )
        .symbol("s")
        .when(with_plain_shift),
    ]
}

/// The particles' precision.
pub(super) fn precision() -> Vec<Parameter<Scene>> {
    vec![Parameter::new(
        "sampler.precision",
        "Precision",
        "The floating-point type of the particles. Automatic: single for a network and for points of one's own, double for other formulas and for tolerances (atol + rtol below 1e-6) that single precision cannot hold.",
        Choices::new(Precision::choices, chosen_if_any!(Scene: sampler.precision))
            .or("Auto", "As the field and the tolerance ask.")
            .optional(),
    )]
}
