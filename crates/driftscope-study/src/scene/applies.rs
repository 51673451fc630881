//! When settings have an effect, and why they have none: the reasons that stand in the table of
//! parameters.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::network::{Pairing, TimeDensity, Weighting};
use driftscope_flow::prediction::Prediction;
use driftscope_solve::grid::Spacing;
use driftscope_solve::sde::LastStep;
use driftscope_solve::{Knob, NotAdaptive, Tableau};

use super::{Direction, FieldKind, Projection, Scene};

/// Why data of one's own do nothing where they are not given.
pub(super) const OTHER_DATA: &str =
    "Other data are sampled. Give these, and no others, to use this.";
/// Why path, field and diffusion do nothing in the forward direction.
const FORWARDS: &str = "Data → noise follows the linear diffusion of the VP-SDE, which needs no path, field or diffusion form. Choose Generate to use this.";
/// Why distribution, path and diffusion do nothing with a classic field.
pub const CLASSIC: &str = "A classic ODE has no distribution, path, direction or score. Choose Learned or Exact as the field to use this.";
const NO_MODEL: &str = "Only a learned field has a model. Choose Learned as the field to use this.";
const NO_SYSTEM: &str =
    "Only a classic ODE has a system. Choose Classic ODE as the field to use this.";
const OTHER_SYSTEM: &str = "This is the parameter of another system.";

const NOISY: &str = "The SDE scheme makes the steps while there is noise. Set the diffusion form to None to choose an ODE method.";
const NOISY_FORWARDS: &str = "The SDE scheme makes the steps in the forward direction. Choose Generate to use an ODE method.";
const NOISY_TOLERANCE: &str =
    "SDE steps are fixed: there is no error estimate to hold against a tolerance.";
const FIXED_HERE: &str = "The steps of this method are fixed, so no tolerance is asked. Choose a method with an error estimate.";
const FIXED: &str = "The steps are fixed, so no tolerance is asked. Turn Adaptive on, or choose a method with an error estimate.";
const TABLEAU: &str = "A tableau of one's own stands in its place.";
const NO_TABLEAU: &str = "The method is one of the table. Open a tableau to use one of your own.";
const NOTHING_TO_COMPARE: &str = "This method looks back on earlier steps, and where there are none it has nothing to judge a step by.";
const DRAWS_NOISE: &str = "The method draws noise, which steps that are tried again would choose among. Set what makes it noisy to 0 to use this.";
const NO_VARIANT: &str = "Only DOPRI5 comes with two sets of error weights, and only bosh3 with another dense output in torchdiffeq.";
const NO_LEAST: &str = "There is no least step.";
const NO_COEFFICIENTS: &str = "Only the controllers PI and PID take coefficients.";

const ADAPTIVE: &str = "The error sets the steps. Turn Adaptive off to choose them yourself.";
const ADAPTIVE_TIMES: &str = "The error sets the steps: of these times only the first and the last count, as the interval. Turn Adaptive off to step from one to the next.";
const SIZED: &str = "The step size is given, which sets their number.";
const LISTED: &str = "The steps go from one time of the list to the next.";
const UNEVEN: &str = "The steps are not equal on this grid. Choose their number.";
const NOT_LISTED: &str = "No list of times is given.";
const NOT_KARRAS: &str = "Only the grids of Karras and poly-exponential ones have a ρ.";
const NOT_BY_LEVEL: &str = "Only grids by noise level go from one level to another.";
const NOT_AYS: &str = "Only AYS takes a table.";
const BY_MU: &str = "μ is given, which says the shift.";
const NOT_SHIFTED: &str = "Only the shifted grid has a shift.";

const NOT_ANCESTRAL: &str = "Only DDIM, DPM-Solver-2, DPM-Solver++ 2S and SDE, Euler a and Consistency mix fresh noise in by η.";
const NOT_AN_SDE: &str = "Only DPM-Solver++ 2M and 3M are made SDEs by this η.";
const NOT_SA: &str = "Only SA-Solver has this.";
const NOT_ER: &str = "Only ER-SDE has this.";
const NOT_2M: &str = "Only DPM-Solver++ 2M and 3M extrapolate two predictions in one of two ways.";
const NOT_UNIPC: &str = "Only UniPC has a B(h).";
const NOT_LOWERED: &str = "Only DPM-Solver++ 2M and 3M, UniPC, DEIS and iPNDM know another end.";
const NOT_3M: &str = "Only DPM-Solver++ 3M has a second difference.";
const NOT_IN_FLOW: &str =
    "Only DPM-Solver-2, DPM-Solver++ 2M, LMS and EDM Heun are run in another variable elsewhere.";
const NOT_EDM: &str = "Only EDM Heun churns.";
const STILL: &str = "Nothing is churned: S_churn is 0.";

const NO_NOISE: &str =
    "There is no noise: the diffusion form is None. Choose another form to use this.";
const NO_LAST_STEP: &str = "There is no last step. Choose one to set its size.";

const STARTS_AS_NOISE: &str = "The particles start at t = 0, where p_t is N(0, I).";
const STARTS_AS_SOURCE: &str = "The particles start at t = 0, where p_t is the source.";

const IN_PLANE: &str = "The plane is shown whole. Choose Over time as the picture to use this.";
const ONE_DIMENSION: &str = "This system has one dimension, which is drawn over time.";
const WHOLE_TRAILS: &str = "Over time the trails go back to the start.";

const VELOCITIES: &str =
    "A flow map predicts average velocities. Choose Flow matching as the objective to use this.";
const ALIKE: &str = "Errors of the velocity are what others would be weighed by. Choose another prediction to use this.";
const UNWEIGHED: &str = "Nothing is weighed up. Choose another prediction than the velocity, and its weighting, to use this.";
const NOT_LOGIT_NORMAL: &str = "Only logit-normal times have a mean and a spread.";
const NOT_DRAWN: &str = "The density of the times is a formula. Choose Drawn to use this.";
const NO_FLOW_MAP: &str =
    "Flow matching has no second time. Choose another objective to train a flow map.";
const AS_DRAWN: &str = "Noise and data are paired as drawn. Choose another coupling to use this.";
const NOT_ENTROPIC: &str = "Only the entropic coupling has an ε and iterations.";
const PAIRS_WITHOUT_LABELS: &str =
    "Pairs of reflow have no labels. Turn Learn labels off to use this.";
const NO_ROUNDS: &str = "There are no rounds of reflow.";
const UNLABELLED: &str = "The network is not given labels. Turn Learn labels on to use this.";

pub(super) fn with_prediction(scene: &Scene) -> Option<&'static str> {
    scene.training.objective.is_flow_map().then_some(VELOCITIES)
}

pub(super) fn with_weighting(scene: &Scene) -> Option<&'static str> {
    let velocity = scene.training.prediction == Prediction::Velocity;
    with_prediction(scene).or(velocity.then_some(ALIKE))
}

pub(super) fn with_clip(scene: &Scene) -> Option<&'static str> {
    let plain = scene.training.weighting == Weighting::Plain;
    with_weighting(scene).or(plain.then_some(UNWEIGHED))
}

pub(super) fn with_logit_normal(scene: &Scene) -> Option<&'static str> {
    (scene.training.times != TimeDensity::LogitNormal).then_some(NOT_LOGIT_NORMAL)
}

pub(super) fn with_drawn_times(scene: &Scene) -> Option<&'static str> {
    (scene.training.times != TimeDensity::Drawn).then_some(NOT_DRAWN)
}

pub(super) fn with_flow_map(scene: &Scene) -> Option<&'static str> {
    (!scene.training.objective.is_flow_map()).then_some(NO_FLOW_MAP)
}

pub(super) fn with_reflow(scene: &Scene) -> Option<&'static str> {
    scene.training.labels.then_some(PAIRS_WITHOUT_LABELS)
}

pub(super) fn with_rounds(scene: &Scene) -> Option<&'static str> {
    let none = scene.training.rounds == 0;
    with_reflow(scene).or(none.then_some(NO_ROUNDS))
}

pub(super) fn with_coupling(scene: &Scene) -> Option<&'static str> {
    (scene.training.coupling == Pairing::Independent).then_some(AS_DRAWN)
}

pub(super) fn with_sinkhorn(scene: &Scene) -> Option<&'static str> {
    (scene.training.coupling != Pairing::Sinkhorn).then_some(NOT_ENTROPIC)
}

pub(super) fn with_labels(scene: &Scene) -> Option<&'static str> {
    (!scene.training.labels).then_some(UNLABELLED)
}

pub(super) fn without_classic(scene: &Scene) -> Option<&'static str> {
    (scene.field.kind == FieldKind::Classic).then_some(CLASSIC)
}

pub(super) fn generating(scene: &Scene) -> Option<&'static str> {
    (scene.direction == Direction::Noise).then_some(FORWARDS)
}

/// What only a noising process has, and only on the way to the data.
pub(super) fn with_process(scene: &Scene) -> Option<&'static str> {
    without_classic(scene).or(generating(scene))
}

pub(super) fn with_system(scene: &Scene) -> Option<&'static str> {
    (scene.field.kind != FieldKind::Classic).then_some(NO_SYSTEM)
}

pub(super) fn with_parameter(scene: &Scene, key: &str) -> Option<&'static str> {
    let classic = scene.classic();
    let parameter = classic.as_ref().and_then(|classic| classic.system().parameter.as_ref());
    let own = parameter.is_some_and(|parameter| parameter.key == key);
    with_system(scene).or((!own).then_some(OTHER_SYSTEM))
}

pub(super) fn with_ode(scene: &Scene) -> Option<&'static str> {
    let noisy = if scene.direction == Direction::Noise { NOISY_FORWARDS } else { NOISY };
    scene.is_sde().then_some(noisy)
}

pub(super) fn with_method(scene: &Scene) -> Option<&'static str> {
    with_ode(scene).or(scene.sampler.tableau.as_ref().map(|_| TABLEAU))
}

pub(super) fn with_tableau(scene: &Scene) -> Option<&'static str> {
    with_ode(scene).or(scene.sampler.tableau.is_none().then_some(NO_TABLEAU))
}

/// Why the method cannot adapt.
fn without_adapting(scene: &Scene) -> Option<&'static str> {
    match scene.sampler.method().adapting(&scene.sampler.noise()) {
        Ok(_) => None,
        Err(NotAdaptive::NothingToCompare) => Some(NOTHING_TO_COMPARE),
        Err(NotAdaptive::DrawsNoise(_)) => Some(DRAWS_NOISE),
    }
}

pub(super) fn with_fixed_steps(scene: &Scene) -> Option<&'static str> {
    scene.is_adaptive().then_some(ADAPTIVE)
}

/// What belongs to step-size control.
pub(super) fn with_step_control(scene: &Scene) -> Option<&'static str> {
    let fixed = if without_adapting(scene).is_some() { FIXED_HERE } else { FIXED };
    with_ode(scene).or((!scene.is_adaptive()).then_some(fixed))
}

pub(super) fn with_tolerance(scene: &Scene) -> Option<&'static str> {
    scene.is_sde().then_some(NOISY_TOLERANCE).or(with_step_control(scene))
}

pub(super) fn with_coefficients(scene: &Scene) -> Option<&'static str> {
    let taken = scene.sampler.controller.takes_coefficients();
    with_step_control(scene).or((!taken).then_some(NO_COEFFICIENTS))
}

/// What only some diffusion samplers have.
fn with_knob(scene: &Scene, knob: Knob) -> Option<&'static str> {
    let otherwise = match knob {
        Knob::Eta => NOT_ANCESTRAL,
        Knob::EtaSde => NOT_AN_SDE,
        Knob::Tau | Knob::Predictor | Knob::Corrector => NOT_SA,
        Knob::Churn => NOT_EDM,
        Knob::Order | Knob::IntegralPoints => NOT_ER,
        Knob::SolverType => NOT_2M,
        Knob::B => NOT_UNIPC,
        Knob::FinalOrder => NOT_LOWERED,
        Knob::Kappa => NOT_3M,
        Knob::Variable => NOT_IN_FLOW,
    };
    let own = scene.sampler.method().rule.knobs().contains(&knob);
    with_ode(scene).or((!own).then_some(otherwise))
}

/// One condition a knob: the table of parameters takes functions.
macro_rules! knobs {
    ($($name:ident $knob:ident),* $(,)?) => {
        $(pub(super) fn $name(scene: &Scene) -> Option<&'static str> {
            with_knob(scene, Knob::$knob)
        })*
    };
}

knobs!(
    with_eta Eta,
    with_eta_sde EtaSde,
    with_tau Tau,
    with_predictor Predictor,
    with_corrector Corrector,
    with_order Order,
    with_solver_type SolverType,
    with_b B,
    with_final_order FinalOrder,
    with_kappa Kappa,
    with_variable Variable,
    with_integral_points IntegralPoints,
    with_edm Churn,
);

pub(super) fn with_churn(scene: &Scene) -> Option<&'static str> {
    with_edm(scene).or((scene.sampler.s_churn == 0.0).then_some(STILL))
}

/// What belongs to noise added on the way to the data.
pub(super) fn with_noise(scene: &Scene) -> Option<&'static str> {
    with_process(scene).or((scene.diffusion.form == DiffusionForm::None).then_some(NO_NOISE))
}

/// Whether `p_t` is N(0, I) at the first t.
fn starts_as_noise(scene: &Scene) -> bool {
    let first = scene.direction.own_time(scene.interval(1.0).0);
    scene.path().coefficients(first).alpha == 0.0
}

pub(super) fn in_two_dimensions(scene: &Scene) -> Option<&'static str> {
    let one = scene.classic().is_some_and(|classic| classic.system().one_dimensional);
    one.then_some(ONE_DIMENSION)
}

pub(super) fn with_name(scene: &Scene) -> Option<&'static str> {
    without_classic(scene).or(scene.data.own().map(|own| own.words().instead))
}

pub(super) fn with_model(scene: &Scene) -> Option<&'static str> {
    generating(scene).or((scene.field.kind != FieldKind::Learned).then_some(NO_MODEL))
}

pub(super) fn with_pair(scene: &Scene) -> Option<&'static str> {
    with_ode(scene).or(without_adapting(scene))
}

pub(super) fn with_number_of_steps(scene: &Scene) -> Option<&'static str> {
    let listed = (scene.sampler.spacing() == Spacing::List).then_some(LISTED);
    with_fixed_steps(scene).or(listed).or(scene.sampler.step_size.map(|_| SIZED))
}

pub(super) fn with_equal_steps(scene: &Scene) -> Option<&'static str> {
    with_fixed_steps(scene).or((scene.sampler.spacing() != Spacing::Uniform).then_some(UNEVEN))
}

pub(super) fn with_inner_times(scene: &Scene) -> Option<&'static str> {
    let inner = scene.sampler.times.as_ref().is_some_and(|own| own.content().0.len() > 2);
    with_fixed_steps(scene).filter(|_| inner).map(|_| ADAPTIVE_TIMES)
}

pub(super) fn with_list(scene: &Scene) -> Option<&'static str> {
    without_classic(scene).or((scene.sampler.spacing() != Spacing::List).then_some(NOT_LISTED))
}

pub(super) fn with_karras(scene: &Scene) -> Option<&'static str> {
    let has = matches!(scene.sampler.spacing(), Spacing::Karras | Spacing::PolyExponential);
    with_fixed_steps(scene).or((!has).then_some(NOT_KARRAS))
}

pub(super) fn with_shift(scene: &Scene) -> Option<&'static str> {
    with_fixed_steps(scene).or((scene.sampler.spacing() != Spacing::Shifted).then_some(NOT_SHIFTED))
}

pub(super) fn with_plain_shift(scene: &Scene) -> Option<&'static str> {
    with_shift(scene).or(scene.sampler.mu.map(|_| BY_MU))
}

pub(super) fn with_levels(scene: &Scene) -> Option<&'static str> {
    let by_level = scene.sampler.spacing().is_by_level();
    with_fixed_steps(scene).or((!by_level).then_some(NOT_BY_LEVEL))
}

pub(super) fn with_ays(scene: &Scene) -> Option<&'static str> {
    with_fixed_steps(scene).or((scene.sampler.spacing() != Spacing::Ays).then_some(NOT_AYS))
}

/// What only methods have whose tableau comes in two variants.
pub(super) fn with_variants(scene: &Scene) -> Option<&'static str> {
    let tableau = scene.sampler.method().tableau();
    let varies = tableau.is_some_and(Tableau::has_torchdiffeq_variant);
    with_ode(scene).or((!varies).then_some(NO_VARIANT))
}

pub(super) fn with_least_step(scene: &Scene) -> Option<&'static str> {
    with_step_control(scene).or((scene.sampler.min_step == 0.0).then_some(NO_LEAST))
}

pub(super) fn with_scheme(scene: &Scene) -> Option<&'static str> {
    without_classic(scene).or((!scene.is_sde()).then_some(NO_NOISE))
}

pub(super) fn with_last_step(scene: &Scene) -> Option<&'static str> {
    with_noise(scene).or((scene.diffusion.last_step == LastStep::None).then_some(NO_LAST_STEP))
}

pub(super) fn with_starts(scene: &Scene) -> Option<&'static str> {
    let begins = if scene.has_source() { STARTS_AS_SOURCE } else { STARTS_AS_NOISE };
    without_classic(scene).or(starts_as_noise(scene).then_some(begins))
}

pub(super) fn with_trails(scene: &Scene) -> Option<&'static str> {
    (scene.view.projection == Projection::OverTime).then_some(WHOLE_TRAILS)
}

pub(super) fn with_direction(scene: &Scene) -> Option<&'static str> {
    let plane = scene.view.projection == Projection::Plane;
    in_two_dimensions(scene).or(plane.then_some(IN_PLANE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings, and values that are not the usual ones.
    const CHANGES: &[(&str, &str)] = &[
        ("data.name", "rings"),
        ("interpolant.kind", "gvp"),
        ("field.system", "decay"),
        ("field.mu", "5"),
        ("field.ratio", "30"),
        ("field.lambda", "9"),
        ("sampler.method", "rk4"),
        ("sampler.adaptive", "false"),
        ("sampler.steps", "7"),
        ("sampler.step_size", "0.11"),
        ("sampler.grid", "cosine"),
        ("sampler.rho", "3"),
        ("sampler.shift", "5"),
        ("sampler.mu", "0.4"),
        ("sampler.levels", "[3.0, 0.1]"),
        ("sampler.ays", "svd"),
        ("sampler.atol", "1e-2"),
        ("sampler.rtol", "1e-2"),
        ("sampler.scope", "whole-batch"),
        ("sampler.error_weights", "torchdiffeq"),
        ("sampler.controller", "i-scipy"),
        ("sampler.norm", "max"),
        ("sampler.safety", "0.5"),
        ("sampler.min_factor", "0.9"),
        ("sampler.max_factor", "1.1"),
        ("sampler.pcoeff", "0.05"),
        ("sampler.icoeff", "0.9"),
        ("sampler.dcoeff", "0.07"),
        ("sampler.first_step", "0.003"),
        ("sampler.max_step", "0.05"),
        ("sampler.max_attempts", "2"),
        ("sampler.eta", "0.7"),
        ("sampler.eta_sde", "0.6"),
        ("sampler.tau", "0.8"),
        ("sampler.predictor", "3"),
        ("sampler.corrector", "3"),
        ("sampler.order", "2"),
        ("sampler.solver_type", "midpoint"),
        ("sampler.b", "bh1"),
        ("sampler.final_order", "lower"),
        ("sampler.kappa", "2"),
        ("sampler.variable", "flow"),
        ("sampler.integral_points", "0"),
        ("sampler.s_churn", "5"),
        ("sampler.s_min", "1.5"),
        ("sampler.s_max", "1.2"),
        ("sampler.s_noise", "1.2"),
        ("diffusion.form", "sigma"),
        ("diffusion.norm", "0.4"),
        ("diffusion.scheme", "heun"),
        ("diffusion.last_step", "tweedie"),
        ("diffusion.last_step_size", "0.1"),
    ];
    /// Each of them makes some settings idle and others not.
    const SCENES: &[&[&str]] = &[
        &["sampler.rtol=1e-3"],
        &["sampler.controller=pi", "sampler.rtol=1e-3"],
        &["sampler.controller=pid", "sampler.rtol=1e-3"],
        &["sampler.method=tsit5", "sampler.rtol=1e-3"],
        &["sampler.method=heun", "sampler.steps=9"],
        &["sampler.method=euler", "sampler.step_size=0.2"],
        &["sampler.method=euler", "sampler.grid=karras", "sampler.steps=9"],
        &["sampler.method=euler", "sampler.grid=shifted", "sampler.steps=9"],
        &["sampler.method=euler", "sampler.grid=ays", "sampler.steps=9"],
        &["sampler.method=ddim", "sampler.steps=9"],
        &["sampler.method=edm-heun", "sampler.steps=9"],
        &["sampler.method=edm-heun", "sampler.steps=9", "sampler.s_churn=3"],
        &["sampler.method=dpmpp-3m", "sampler.steps=9", "time.start=0.02", "time.end=0.98"],
        &["sampler.method=dpm-solver-2", "sampler.steps=9"],
        &["sampler.method=unipc-3", "sampler.steps=9", "time.end=0.98"],
        &["sampler.method=sa-solver", "sampler.steps=9", "time.start=0.02", "time.end=0.98"],
        &["sampler.method=er-sde", "sampler.steps=9", "time.start=0.02", "time.end=0.98"],
        &["diffusion.form=linear", "sampler.steps=9"],
        &["diffusion.form=linear", "sampler.steps=9", "diffusion.last_step=none"],
        &["direction=noise", "sampler.steps=9"],
        &["field.kind=classic", "field.system=van-der-pol"],
        &["field.kind=classic", "field.system=stiff-linear", "sampler.rtol=1e-3"],
        &["field.kind=classic", "field.system=stiff-cosine", "sampler.rtol=1e-3"],
        &["field.kind=classic", "sampler.method=rk4", "sampler.steps=9"],
    ];

    /// What is set away from its usual value and said to be idle changes nothing of a run, and what
    /// is said to be in force does.
    #[test]
    fn what_is_idle_changes_no_number() {
        use std::sync::Arc;

        use driftscope_base::cancel::Cancel;

        use crate::experiment::Experiment;
        use crate::networks::Networks;
        use crate::recording::Recording;
        use crate::run::{RunOptions, run};

        let record = |settings: &[&str]| -> Option<Recording> {
            let common = ["particles.count=6", "field.kind=exact", "data.name=two-moons"];
            let all: Vec<String> =
                common.iter().chain(settings).map(|&setting| setting.to_owned()).collect();
            // Some changes are refused in some scenes, which says enough.
            let scene = Arc::new(Scene::with_settings(None, &all).ok()?);
            let options = RunOptions::for_window(6);
            let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
            Some(run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs"))
        };
        // Of NaN as well, where particles stop.
        let numbers = |recording: &Recording| -> (Vec<[u64; 2]>, Vec<u32>) {
            let ends = recording.ends().map(|end| end.map(f64::to_bits)).collect();
            (ends, recording.counts().map(|counts| counts.nfe).collect())
        };
        let (mut idle, mut effective) = (Vec::new(), Vec::new());
        for settings in SCENES {
            let plain = record(settings).expect("a scene");
            for (key, value) in CHANGES {
                let setting = format!("{key}={value}");
                let Some(changed) = record(&[*settings, &[setting.as_str()]].concat()) else {
                    continue;
                };
                let reason = changed.scene.idle(key);
                if numbers(&plain) == numbers(&changed) {
                    idle.extend(reason.map(|_| *key));
                } else {
                    assert!(reason.is_none(), "{settings:?} {setting} has an effect: {reason:?}");
                    effective.push(*key);
                }
            }
        }
        for (key, _) in CHANGES {
            assert!(idle.contains(key), "{key} was never idle");
            assert!(effective.contains(key), "{key} never had an effect");
        }
    }
}
