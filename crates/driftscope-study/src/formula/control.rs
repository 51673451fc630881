//! The error against the tolerance, and the next step.

use driftscope_base::expression::{Expr, Function, Piece, PieceKind, Value, decimal, name, number};
use driftscope_solve::by_hand::AttemptByHand;
use driftscope_solve::update::{ANSWER, ERROR, START, STEP, THIRD_ORDER_ERROR};
use driftscope_solve::{Controller, ControllerKind, Norm, OdeSettings, Scope, Tolerances};

use super::line::{Line, Role, Section};
use super::worked::Worked;
use crate::scene::Scene;

const ATOL: &str = r"\mathrm{atol}";
const RTOL: &str = r"\mathrm{rtol}";
/// The tolerance of each coordinate.
pub const TOLERANCE: &str = r"\mathrm{tol}";
/// The error in units of it.
pub const RATIO: &str = "E";
/// Those of the last two attempts that were kept.
const RATIOS_BEFORE: [&str; 2] = ["E_{-1}", "E_{-2}"];
/// The next step.
pub const NEXT: &str = r"h_{\mathrm{next}}";

/// `atol + rtol·max(|x|, |x'|)`.
#[must_use]
pub fn tolerance() -> Expr {
    let largest = [START, ANSWER].map(|point| name(point).of(Function::Abs));
    name(ATOL) + name(RTOL) * Expr::Call(Function::Max, largest.to_vec())
}

/// What the next step is, after an attempt with this error ratio; `after_rejection` says that the attempt
/// before it was rejected.
#[must_use]
pub fn next_step(
    controller: &Controller,
    (accepted, after_rejection): (bool, bool),
    ratio: f64,
) -> Expr {
    let control = controller.control();
    if !ratio.is_finite() {
        return name(STEP) * decimal(control.min_factor);
    }
    let [now, last, before] = controller.exponents();
    let mut wanted = decimal(control.safety) * name(RATIO).power(number(-now));
    if control.kind.takes_coefficients() {
        for (exponent, ratio) in [last, before].into_iter().zip(RATIOS_BEFORE) {
            if exponent != 0.0 {
                wanted = wanted * name(ratio).power(decimal(-exponent));
            }
        }
    }
    let (low, high) = controller.limits(accepted, after_rejection, ratio);
    if low > 0.0 {
        wanted = Expr::Call(Function::Max, vec![decimal(low), wanted]);
    }
    name(STEP) * Expr::Call(Function::Min, vec![decimal(high), wanted])
}

/// The controller of a scene.
#[must_use]
pub fn controller(scene: &Scene) -> Controller {
    let sampler = &scene.sampler;
    let tolerances = Tolerances { atol: sampler.atol, rtol: sampler.rtol };
    let usual = OdeSettings::new(sampler.method(), tolerances, (0.0, 1.0));
    let (control, noise) = (sampler.control(), sampler.noise());
    OdeSettings { control, noise, ..usual }.controller()
}

/// Adds what an attempt says of its error.
pub fn know(worked: &mut Worked, scene: &Scene, attempts: &[AttemptByHand], index: usize) {
    let attempt = &attempts[index];
    let answers = attempt.stages.len() + 1;
    let mut add = |name: &str, value, from| worked.add(name, value, from, Role::Plain);
    add(ATOL, Value::Scalar(scene.sampler.atol), 0);
    add(RTOL, Value::Scalar(scene.sampler.rtol), 0);
    add(TOLERANCE, Value::Vector(attempt.tolerance), answers);
    add(RATIO, Value::Scalar(attempt.error_ratio), answers);
    let kept = attempts[..index].iter().rev().filter(|attempt| attempt.accepted);
    let ratios = kept.map(|attempt| Controller::remembered(attempt.error_ratio));
    for (name, ratio) in RATIOS_BEFORE.into_iter().zip(ratios.chain([1.0, 1.0])) {
        add(name, Value::Scalar(ratio), 0);
    }
    add(NEXT, Value::Scalar(attempt.h * attempt.factor), answers + 1);
}

/// The lines about the error and the next step; none where there is no estimate.
#[must_use]
pub fn section(scene: &Scene, attempts: Option<(&[AttemptByHand], usize)>) -> Option<Section> {
    let method = scene.sampler.method();
    let attempt = attempts.map(|(all, index)| &all[index]);
    let estimated = attempt.map_or_else(
        || scene.is_adaptive() || method.embedded_tableau().is_some(),
        |attempt| attempt.embedded.is_some(),
    );
    if scene.is_sde() || !estimated {
        return None;
    }
    let pair = method.embedded_tableau().and_then(|tableau| tableau.embedded.as_ref());
    let third = pair.is_some_and(|pair| pair.third_order_weights.is_some());
    let norm = match scene.sampler.norm {
        Norm::Rms => r"\mathrm{rms}",
        Norm::Max => r"\max",
    };
    let ratio = if third {
        let scaled = |error: &str| format!(r"\lVert {error}/\mathrm{{tol}}\rVert^2");
        let [fifth, third] = [ERROR, THIRD_ORDER_ERROR].map(scaled);
        format!(r"\frac{{{fifth}}}{{\sqrt{{{fifth}+0.01\,{third}}}}}")
    } else {
        format!(r"\left\lVert {ERROR}/\mathrm{{tol}}\right\rVert_{{{norm}}}")
    };
    let mut lines = vec![
        Line::is(TOLERANCE, &tolerance()),
        Line::of(RATIO, vec![Piece::new(PieceKind::Closed, ratio)]),
    ];
    if !scene.is_adaptive() {
        let remark = Some("The steps are fixed: the error is reported only.".into());
        return Some(Section { title: "Error".into(), lines, remark, ..Section::default() });
    }
    let controller = controller(scene);
    let after_rejection =
        attempts.is_some_and(|(all, index)| index > 0 && !all[index - 1].accepted);
    // In general: an attempt that is kept.
    let (accepted, ratio) =
        attempt.map_or((true, 0.5), |attempt| (attempt.accepted, attempt.error_ratio));
    lines.push(Line::is(NEXT, &next_step(&controller, (accepted, after_rejection), ratio)));
    let sign = match scene.sampler.controller {
        ControllerKind::ITorchdiffeq => "≤",
        _ => "<",
    };
    let shared = match scene.sampler.scope {
        Scope::PerParticle => "",
        Scope::WholeBatch => " All share the step: E is over all particles, its number this one's.",
    };
    let remark = Some(format!("An attempt is kept where E {sign} 1.{shared}"));
    Some(Section { title: "Error and next step".into(), lines, remark, ..Section::default() })
}
