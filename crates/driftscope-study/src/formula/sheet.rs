//! The card: what is written on it at a moment.

use driftscope_base::expression::Value;
use driftscope_solve::by_hand::AttemptByHand;
use driftscope_solve::sde::LastStep;
use driftscope_solve::update::{ANSWER, ERROR, Equation, Right, STEP, TIME};

use super::control;
use super::line::{Line, Number, Role, Section, Sheet};
use super::process::{letter, limit_of, of_time, sections};
use super::step::{Step, error_of_halves, in_own_time, steps_of, usual};
use super::worked::Worked;
use crate::scene::{Direction, Scene};

/// An attempt, as far as it has been shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What it is an attempt of.
    pub scene: &'a Scene,
    /// All attempts of the particle.
    pub attempts: &'a [AttemptByHand],
    /// Which.
    pub index: usize,
    /// Its start is 0, its stages come next, then the answers and the verdict.
    pub phase: usize,
}

/// Whether a quantity is one of the step's end, which is not known in general.
fn is_ahead(name: &str) -> bool {
    let bare = ["\\alpha", "\\hat", "\\theta", "\\phi", "\\rho"]
        .iter()
        .fold(name.to_owned(), |name, letter| name.replace(letter, ""));
    bare.contains('h')
}

/// What a scene says, at `t` with steps of `h`.
#[must_use]
pub fn general(scene: &Scene, t: f64, h: f64) -> Sheet {
    let own = scene.direction.own_time(t);
    let update = usual(scene, [own, own + h]);
    let mut worked = Worked::default();
    worked.add(TIME, Value::Scalar(own), 0, Role::Plain);
    worked.add(STEP, Value::Scalar(h), 0, Role::Plain);
    let given: Vec<_> = update.given.iter().filter(|(name, _)| !is_ahead(name)).collect();
    for (name, value) in given {
        worked.add(name, *value, 0, Role::Plain);
    }
    let step = in_own_time(scene, Step { update, worked, part: "" });
    let number = |name: &str| {
        let quantity = step.worked.get(name)?;
        Some(Number { value: quantity.value, role: quantity.role, shown: true })
    };
    let letter = letter(scene);
    let all = equations_in_general(scene, &step);
    let lines = all.into_iter().map(|equation| Line {
        is_answer: equation.left.starts_with("x_") && equation.left.contains("+h"),
        ..Line::of_equation(equation, letter).with(&number)
    });
    let title = format!("Step: {}", method_title(scene, false));
    let lines = lines.collect();
    let mut section = Section { title, lines, remark: remark(&step), ..Section::default() };
    if scene.doubles_steps() {
        let method = scene.sampler.method();
        let power = format!("2^{} − 1 = {}", method.order, (1_u32 << method.order) - 1);
        section.remark = Some(format!(
            "Every step is made whole and in two halves, which are kept; e is their difference over {power}."
        ));
    }
    let mut sections = process(scene, t);
    sections.push(section);
    sections.extend(control::section(scene, None).map(|section| with(section, &number)));
    Sheet { sections }
}

/// The step that was made, with its numbers, as far as it has been shown.
#[must_use]
pub fn of_attempt(shown: &Shown<'_>) -> Sheet {
    let Shown { scene, attempts, index, phase } = *shown;
    let attempt = &attempts[index];
    let steps = steps_of(scene, attempts, index);
    let at = part_of(&steps, attempt, phase);
    let mut worked = steps[at].worked.clone();
    if at + 1 == steps.len() {
        complete(&mut worked, scene, attempt, &steps);
        control::know(&mut worked, scene, attempts, index);
    }
    let Step { update, part, .. } = steps[at].clone();
    let step = in_own_time(scene, Step { update, worked, part });
    let answers = attempt.stages.len() + 1;
    let arrives = if attempt.noise.is_some() { answers + 1 } else { answers };
    let from = |name: &str| {
        let quantity = step.worked.get(name)?;
        let from = match quantity.role {
            Role::Answer => quantity.from.max(arrives),
            Role::Error => quantity.from.max(answers),
            _ => quantity.from,
        };
        Some((quantity, from))
    };
    let number = |name: &str| {
        let (quantity, from) = from(name)?;
        Some(Number { value: quantity.value, role: quantity.role, shown: from <= phase })
    };
    let is_new = |name: &str| phase > 0 && from(name).is_some_and(|(_, from)| from == phase);
    let letter = letter(scene);
    let line = |equation: &Equation| {
        let line = Line::of_equation(equation, letter).with(&number);
        let is_answer = step.worked.get(&equation.left).is_some_and(|q| q.role == Role::Answer);
        Line { at_work: is_new(&equation.left), is_answer, ..line }
    };
    let many = step.update.stages.as_ref();
    let mut lines: Vec<Line> = many.map(line).into_iter().collect();
    for equation in &step.update.equations {
        let is_stage = matches!(equation.right, Right::Field { .. });
        if many.is_none() || !is_stage || is_new(&equation.left) {
            lines.push(line(equation));
        }
    }
    if scene.doubles_steps() && at + 1 == steps.len() {
        let error = error_of_halves(scene.sampler.method().order);
        lines.push(line(&in_own_time(scene, as_step(error)).update.equations[0]));
    }
    let mut title = format!("Step: {}", method_title(scene, attempt.noise.is_none()));
    if !part.is_empty() {
        title = format!("{title}, {part}");
    }
    let mut sections = process(scene, scene.direction.own_time(attempt.t));
    sections.push(Section { title, lines, remark: remark(&step), ..Section::default() });
    let control = control::section(scene, Some((attempts, index)));
    sections.extend(control.map(|section| {
        let mut section = with(section, &number);
        for line in &mut section.lines {
            line.at_work = line.pieces.first().is_some_and(|piece| is_new(&piece.latex));
        }
        section
    }));
    Sheet { sections }
}

/// The part of a doubled step whose evaluation was shown last.
fn part_of(steps: &[Step], attempt: &AttemptByHand, phase: usize) -> usize {
    let last = steps.len() - 1;
    if phase > attempt.stages.len() {
        return last;
    }
    let reaches = |step: &Step| {
        let stages = step.worked.quantities.iter().filter_map(|quantity| match quantity.role {
            Role::Stage(index) => Some(index + 1),
            _ => None,
        });
        stages.max().is_some_and(|reached| reached >= phase)
    };
    steps.iter().position(reaches).unwrap_or(last)
}

/// Adds what the attempt itself says of its answers.
fn complete(worked: &mut Worked, scene: &Scene, attempt: &AttemptByHand, steps: &[Step]) {
    worked.add(ANSWER, Value::Vector(attempt.answer), 0, Role::Answer);
    if let Some(embedded) = attempt.embedded {
        let error = [0, 1].map(|d| attempt.answer[d] - embedded[d]);
        worked.add(ERROR, Value::Vector(error), 0, Role::Error);
    }
    if scene.doubles_steps() {
        let answers = attempt.stages.len() + 1;
        for quantity in &steps[0].worked.quantities {
            if quantity.role == Role::Answer {
                worked.add(&quantity.name, quantity.value, answers, Role::Plain);
            }
        }
    }
    let denoises = scene.is_sde() && attempt.noise.is_none();
    if denoises && scene.last_step().0 == LastStep::Tweedie {
        let level = scene.path().coefficients(attempt.t);
        worked.add(r"\alpha_{t}", Value::Scalar(level.alpha), 0, Role::Plain);
    }
}

fn as_step(equation: Equation) -> Step {
    let update = driftscope_solve::update::Update::of(vec![equation]);
    Step { update, worked: Worked::default(), part: "" }
}

/// The equations of a step that no attempt stands for: where there are many stages, one line for all.
fn equations_in_general<'a>(scene: &Scene, step: &'a Step) -> Vec<&'a Equation> {
    let many = step.update.stages.as_ref();
    let is_stage = |equation: &Equation| matches!(equation.right, Right::Field { .. });
    let shown = |equation: &&Equation| {
        let error = equation.left == ERROR && scene.doubles_steps();
        !(error || many.is_some() && is_stage(equation))
    };
    many.into_iter().chain(step.update.equations.iter().filter(shown)).collect()
}

fn remark(step: &Step) -> Option<String> {
    step.update.remark.map(str::to_owned)
}

fn method_title(scene: &Scene, denoises: bool) -> String {
    if !scene.is_sde() {
        return scene.sampler.method().title.to_owned();
    }
    let (kind, _) = scene.last_step();
    if denoises && scene.direction == Direction::Generate && kind != LastStep::None {
        return format!("last, {}", kind.title());
    }
    scene.diffusion.scheme.title().to_owned()
}

fn with(section: Section, number: &dyn Fn(&str) -> Option<Number>) -> Section {
    let lines = section.lines.into_iter().map(|line| line.with(number)).collect();
    Section { lines, ..section }
}

/// Path and field, with the numbers at t.
fn process(scene: &Scene, t: f64) -> Vec<Section> {
    let mut worked = Worked::default();
    worked.add("t", Value::Scalar(t), 0, Role::Plain);
    let norm = match limit_of(scene) {
        Some(limit) => {
            let level = scene.path().coefficients(t);
            (limit.norm)(&scene.sampler.noise(), level.sigma / level.alpha)
        }
        None => scene.diffusion.norm,
    };
    worked.add("n", Value::Scalar(norm), 0, Role::Plain);
    for (name, is) in of_time(scene) {
        if let Some(value) = is.value(&|name| worked.value(name)) {
            worked.add(&name, value, 0, Role::Plain);
        }
    }
    if scene.classic().is_none() {
        let level = scene.path().coefficients(t);
        for (name, value) in
            [(r"\dot\alpha_{t}", level.d_alpha), (r"\dot\sigma_{t}", level.d_sigma)]
        {
            worked.add(name, Value::Scalar(value), 0, Role::Plain);
        }
    }
    let number = |name: &str| {
        let quantity = worked.get(name)?;
        Some(Number { value: quantity.value, role: quantity.role, shown: true })
    };
    sections(scene).into_iter().map(|section| with(section, &number)).collect()
}
