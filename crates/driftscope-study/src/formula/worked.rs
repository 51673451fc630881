//! A step worked out: its quantities, with the numbers of an attempt.

use driftscope_base::expression::{Expr, Value};
use driftscope_solve::by_hand::{AttemptByHand, Stage};
use driftscope_solve::update::{ANSWER, ERROR, Right, START, STEP, TIME, Update};

use super::line::Role;

/// Points and times that differ by less are the same.
const SAME: f64 = 1e-9;
/// Newton's iteration leaves this much.
const SOLVED: f64 = 1e-6;

/// A quantity with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// As `LaTeX`.
    pub name: String,
    /// Its number.
    pub value: Value,
    /// The evaluations that have been shown when it is known: the number of a phase.
    pub from: usize,
    /// What it is on the stage.
    pub role: Role,
}

/// The quantities of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Worked {
    /// All that are known.
    pub quantities: Vec<Quantity>,
}

/// Where a step starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct From {
    /// The point.
    pub start: [f64; 2],
    /// The time.
    pub t: f64,
    /// The length of the step.
    pub h: f64,
}

/// Evaluations among which those of a step are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Evaluated<'a> {
    /// Of the attempt.
    pub stages: &'a [Stage],
    /// Attempts before it.
    pub before: &'a [AttemptByHand],
}

impl Worked {
    /// The number of a quantity.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        self.get(name).map(|quantity| quantity.value)
    }

    /// A quantity.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Quantity> {
        self.quantities.iter().rev().find(|quantity| quantity.name == name)
    }

    /// Adds a quantity; a later one of the same name takes the place of an earlier one.
    pub fn add(&mut self, name: &str, value: Value, from: usize, role: Role) {
        self.quantities.push(Quantity { name: name.to_owned(), value, from, role });
    }

    fn of(&self, expression: &Expr) -> Option<(Value, usize)> {
        let value = expression.value(&|name| self.value(name))?;
        let mut from = 0;
        expression.each_name(&mut |name| {
            from = from.max(self.get(name).map_or(0, |quantity| quantity.from));
        });
        Some((value, from))
    }

    /// Works out a step from what is `known` already.
    #[must_use]
    pub fn out(known: Self, update: &Update, from: From, evaluated: Evaluated<'_>) -> Self {
        let mut worked = known;
        worked.add(START, Value::Vector(from.start), 0, Role::Start);
        worked.add(TIME, Value::Scalar(from.t), 0, Role::Plain);
        worked.add(STEP, Value::Scalar(from.h), 0, Role::Plain);
        for (name, value) in &update.given {
            worked.add(name, *value, 0, Role::Plain);
        }
        let mut taken = Vec::new();
        for equation in &update.equations {
            let left = &equation.left;
            match &equation.right {
                Right::Is(right) => {
                    if let Some((value, from)) = worked.of(right) {
                        let role = match &left[..] {
                            ANSWER => Role::Answer,
                            ERROR => Role::Error,
                            _ => Role::Plain,
                        };
                        worked.add(left, value, from, role);
                    }
                }
                Right::Field { point, time } => {
                    let Some((time, _)) = worked.of(time) else { continue };
                    let time = time.coordinates()[0];
                    let found = match worked.of(point) {
                        Some((point, _)) => evaluated.at(time, point.coordinates()),
                        None if update.implicit => {
                            worked.solved(update, (left, point), time, evaluated.stages)
                        }
                        None => evaluated.next(time, &taken),
                    };
                    let Some((stage, index)) = found else { continue };
                    if let (Expr::Name(name), None) = (point, worked.of(point)) {
                        worked.add(name, Value::Vector(stage.point), 0, Role::Plain);
                    }
                    let (from, role) = match index {
                        Some(index) => (index + 1, Role::Stage(index)),
                        None => (0, Role::Plain),
                    };
                    taken.extend(index);
                    worked.add(left, Value::Vector(stage.slope), from, role);
                }
            }
        }
        worked
    }

    /// The evaluation with which the answer, worked out, is where the evaluation was made.
    fn solved(
        &self,
        update: &Update,
        (left, point): (&str, &Expr),
        time: f64,
        stages: &[Stage],
    ) -> Option<(Stage, Option<usize>)> {
        let answer = update.equations.iter().find(|equation| equation.left == ANSWER)?;
        let Right::Is(answer) = &answer.right else { return None };
        let off = |stage: &Stage| {
            let mut tried = self.clone();
            tried.add(left, Value::Vector(stage.slope), 0, Role::Plain);
            let (reached, _) = tried.of(answer)?;
            tried.add(ANSWER, reached, 0, Role::Plain);
            let (place, _) = tried.of(point)?;
            Some(distance(place.coordinates(), stage.point))
        };
        let same = stages.iter().enumerate().filter(|(_, stage)| is_near(stage.t, time));
        let all = same.filter_map(|(index, stage)| Some((off(stage)?, index, stage)));
        let (off, index, stage) = all.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (off <= SOLVED * size(stage.point)).then_some((*stage, Some(index)))
    }
}

impl Evaluated<'_> {
    /// The evaluation at a time and a point: of the attempt, or else of one before it.
    fn at(&self, time: f64, point: [f64; 2]) -> Option<(Stage, Option<usize>)> {
        let near = |stage: &&Stage| {
            is_near(stage.t, time) && distance(stage.point, point) <= SAME * size(point)
        };
        let by =
            |a: &&Stage, b: &&Stage| distance(a.point, point).total_cmp(&distance(b.point, point));
        if let Some(found) = self.stages.iter().filter(near).min_by(by) {
            let index = self.stages.iter().position(|stage| stage == found);
            return Some((*found, index));
        }
        let mut before = self.before.iter().rev();
        let found = before.find_map(|attempt| attempt.stages.iter().filter(near).min_by(by));
        found.map(|stage| (*stage, None))
    }

    /// The first evaluation at a time that has no name yet.
    fn next(&self, time: f64, taken: &[usize]) -> Option<(Stage, Option<usize>)> {
        let free = self.stages.iter().enumerate().filter(|(index, _)| !taken.contains(index));
        let mut same = free.filter(|(_, stage)| is_near(stage.t, time));
        same.next().map(|(index, stage)| (*stage, Some(index)))
    }
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() <= SAME * (1.0 + other.abs())
}

fn distance(one: [f64; 2], other: [f64; 2]) -> f64 {
    (one[0] - other[0]).hypot(one[1] - other[1])
}

/// How large a point is, for differences from it.
fn size(point: [f64; 2]) -> f64 {
    1.0 + point[0].abs().max(point[1].abs())
}
