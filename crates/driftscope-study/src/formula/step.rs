//! The steps of an attempt, worked out: one, or with step doubling the whole and its two halves.

use driftscope_base::expression::{Expr, Value, name, number};
use driftscope_solve::by_hand::AttemptByHand;
use driftscope_solve::update::{
    ANSWER, ERROR, Equation, Right, START, STEP, StepNow, TIME, Update,
};

use super::line::Role;
use super::worked::{Evaluated, From, Worked};
use crate::scene::{Direction, Scene};

/// The answer of the whole step, where the halves are kept.
const WHOLE: &str = r"\bar x_{t+h}";
/// Where the halves meet.
const MIDDLE: &str = r"x_{t+h/2}";

/// A pass through the equations of a method.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The equations.
    pub update: Update,
    /// Their quantities, as far as they are known.
    pub worked: Worked,
    /// Which part of a doubled step it is, in words; empty for a step that is not.
    pub part: &'static str,
}

/// No method looks back on more kept steps than this, nor on what was found longer ago.
const LOOKS_BACK: usize = 8;

/// How many steps the grid of a run has.
fn count(scene: &Scene) -> usize {
    scene.grid(scene.interval(scene.path().last_time())).len() - 1
}

/// The step that is written down, in a run of so many.
fn step_now(
    scene: &Scene,
    ([t, t1], index): ([f64; 2], usize),
    before: Vec<f64>,
    steps: usize,
) -> StepNow {
    let path = scene.path();
    StepNow {
        t,
        t1,
        index,
        before,
        path,
        error_weights: scene.sampler.error_weights,
        noise: scene.sampler.noise(),
        steps,
    }
}

/// A step from `t` to `t1` in the solver's own time, in the middle of a run of such steps.
#[must_use]
pub fn usual(scene: &Scene, [t, t1]: [f64; 2]) -> Update {
    if scene.is_sde() {
        return scene.diffusion.scheme.update();
    }
    let (h, path) = (t1 - t, scene.path());
    // As many points to look back on as any method asks for, all of them between the ends of the path.
    let back = |k: i32| {
        if t > 0.0 && scene.classic().is_none() {
            t * (1.0 - h / t).max(0.5).powi(k)
        } else {
            t - f64::from(k) * h
        }
    };
    let has_noise = scene.classic().is_none();
    let t1 = if has_noise && t1 >= path.last_time().min(1.0) { t + 0.5 * (1.0 - t) } else { t1 };
    let even = (1..=4).map(|k| t - f64::from(k) * (t1 - t));
    let before = if scene.sampler.method().needs_noising_process() {
        (1..=4).map(back).collect()
    } else {
        even.collect()
    };
    let steps = count(scene);
    scene.sampler.method().rule.update(&step_now(scene, ([t, t1], steps / 2), before, steps))
}

/// The steps of an attempt.
///
/// # Panics
/// If there is no attempt of this number.
#[must_use]
pub fn steps_of(scene: &Scene, attempts: &[AttemptByHand], index: usize) -> Vec<Step> {
    let attempt = &attempts[index];
    if scene.is_sde() {
        return vec![noisy(scene, attempts, index)];
    }
    if scene.doubles_steps() {
        return doubled(scene, attempts, index);
    }
    let (rule, steps) = (scene.sampler.method().rule, count(scene));
    // The kept attempts that it looks back on, the last one first, and those that they look back on.
    let back = if rule.looks_back() { 2 * LOOKS_BACK } else { 0 };
    let kept: Vec<usize> =
        (0..index).rev().filter(|&place| attempts[place].accepted).take(back).collect();
    let before = |newest: usize| -> Vec<f64> {
        kept[newest..].iter().take(LOOKS_BACK).map(|&place| attempts[place].t).collect()
    };
    let kept_before = |place: usize| attempts[..place].iter().filter(|a| a.accepted).count();
    let mut known = Worked::default();
    for (newest, &place) in kept.iter().enumerate().take(LOOKS_BACK).rev() {
        let kept = &attempts[place];
        let ends = [kept.t, kept.t + kept.h];
        let number = kept_before(place);
        let update = rule.update(&step_now(scene, (ends, number), before(newest + 1), steps));
        let worked = whole(&update, known, kept, &attempts[..place]);
        known = carried(&update, &worked);
    }
    let ends = [attempt.t, attempt.t + attempt.h];
    let number = kept_before(index);
    let update = rule.update(&step_now(scene, (ends, number), before(0), steps));
    let worked = whole(&update, known, attempt, &attempts[..index]);
    vec![Step { update, worked, part: "" }]
}

fn whole(
    update: &Update,
    known: Worked,
    attempt: &AttemptByHand,
    before: &[AttemptByHand],
) -> Worked {
    let from = From { start: attempt.start, t: attempt.t, h: attempt.h };
    Worked::out(known, update, from, Evaluated { stages: &attempt.stages, before })
}

/// What the next step knows of a step.
fn carried(update: &Update, worked: &Worked) -> Worked {
    let mut known = Worked::default();
    for (here, there) in &update.carried {
        if let Some(value) = worked.value(here) {
            known.add(there, value, 0, Role::Plain);
        }
    }
    known
}

fn noisy(scene: &Scene, attempts: &[AttemptByHand], index: usize) -> Step {
    let (attempt, scheme) = (&attempts[index], scene.diffusion.scheme);
    let mut known = Worked::default();
    let update = match attempt.noise {
        None => scene.last_step().0.update(),
        Some(noise) => {
            let update = scheme.update();
            let name = scheme.noise_name();
            // It is shown last, unless the field is evaluated where it has led.
            let early = update.equations.iter().any(|equation| {
                let mut has = false;
                if let (Right::Is(right), true) = (&equation.right, equation.left != ANSWER) {
                    right.each_name(&mut |own| has |= own == name);
                }
                has
            });
            let from = if early { 0 } else { attempt.stages.len() + 2 };
            known.add(name, Value::Vector(noise), from, Role::Noise);
            update
        }
    };
    let worked = whole(&update, known, attempt, &attempts[..index]);
    Step { update, worked, part: "" }
}

/// A step made whole and in two halves, which are kept.
fn doubled(scene: &Scene, attempts: &[AttemptByHand], index: usize) -> Vec<Step> {
    let attempt = &attempts[index];
    let (rule, steps) = (scene.sampler.method().rule, count(scene));
    let evaluated = Evaluated { stages: &attempt.stages, before: &attempts[..index] };
    let half = 0.5 * attempt.h;
    let middle = 0.5 * (attempt.t + (attempt.t + attempt.h));
    let at = |start, t, h| From { start, t, h };
    let made = |from: From, names: &[[&str; 2]], part| {
        let update =
            rule.update(&step_now(scene, ([from.t, from.t + from.h], index), Vec::new(), steps));
        let worked = Worked::out(Worked::default(), &update, from, evaluated);
        renamed(Step { update, worked, part }, &|own| {
            let pair = names.iter().find(|[before, _]| *before == own);
            pair.map(|[_, after]| (*after).to_owned())
        })
    };
    let whole = made(at(attempt.start, attempt.t, attempt.h), &[[ANSWER, WHOLE]], "whole");
    let halved = [STEP, r"\tfrac{h}{2}"];
    let first = made(at(attempt.start, attempt.t, half), &[halved, [ANSWER, MIDDLE]], "first half");
    let mut made_of = vec![whole, first];
    if let Some(Value::Vector(point)) = made_of[1].worked.value(MIDDLE) {
        let names = [halved, [START, MIDDLE], [TIME, r"t + \tfrac{h}{2}"]];
        made_of.push(made(at(point, middle, half), &names, "second half"));
    }
    made_of
}

/// The error of a doubled step of a method of this order.
#[must_use]
pub fn error_of_halves(order: u32) -> Equation {
    let divisor = f64::from(1_u32 << order) - 1.0;
    let difference = name(ANSWER) - name(WHOLE);
    let error = if divisor > 1.0 { difference / number(divisor) } else { difference };
    Equation::is(ERROR, error)
}

/// A step with other names.
fn renamed(step: Step, other: &dyn Fn(&str) -> Option<String>) -> Step {
    let new = |name: &str| other(name).unwrap_or_else(|| name.to_owned());
    let formula = |formula: &Expr| formula.renamed(other);
    let equation = |equation: &Equation| Equation {
        left: new(&equation.left),
        right: match &equation.right {
            Right::Is(right) => Right::Is(formula(right)),
            Right::Field { point, time } => {
                Right::Field { point: formula(point), time: formula(time) }
            }
        },
        short: equation.short.as_ref().map(formula),
    };
    let Step { mut update, mut worked, part } = step;
    update.equations = update.equations.iter().map(equation).collect();
    update.stages = update.stages.as_ref().map(equation);
    for quantity in &mut worked.quantities {
        quantity.name = new(&quantity.name);
    }
    Step { update, worked, part }
}

/// A step with the names of a time that runs from data to noise, where that is so.
#[must_use]
pub fn in_own_time(scene: &Scene, step: Step) -> Step {
    if scene.direction == Direction::Generate {
        return step;
    }
    renamed(step, &|name| {
        let falling = [
            (TIME, r"\tau"),
            (START, r"x_{\tau}"),
            (ANSWER, r"x_{\tau+h}"),
            (WHOLE, r"\bar x_{\tau+h}"),
            (MIDDLE, r"x_{\tau+h/2}"),
            (r"t + \tfrac{h}{2}", r"\tau + \tfrac{h}{2}"),
            (r"\sqrt{2D_{t}}\,\Delta W", r"\sqrt{2D_{\tau}}\,\Delta W"),
            (
                r"\bigl[g_{t+h}\,\Delta W+(g_{t}-g_{t+h})\,J\bigr]",
                r"\bigl[g_{\tau+h}\,\Delta W+(g_{\tau}-g_{\tau+h})\,J\bigr]",
            ),
            ("g_{t+h}", r"g_{\tau+h}"),
        ];
        falling.iter().find(|(own, _)| *own == name).map(|(_, new)| (*new).to_owned())
    })
}
