//! A step of a method as one writes it down: equations in the order in which they are worked out.

use driftscope_base::expression::{Expr, Value, name, number};
use driftscope_base::interpolant::Interpolant;

use crate::stepper::SamplerKnobs;
use crate::tableau::ErrorWeights;

/// Where a step starts.
pub const START: &str = "x_{t}";
/// Where it leads.
pub const ANSWER: &str = "x_{t+h}";
/// The error estimate.
pub const ERROR: &str = "e";
/// A second error estimate, of order three.
pub const THIRD_ORDER_ERROR: &str = "e^{(3)}";
/// The time at which it starts.
pub const TIME: &str = "t";
/// Its length.
pub const STEP: &str = "h";

/// The step that is written down, and what decides how.
#[derive(Clone, Debug, PartialEq)]
pub struct StepNow {
    /// Where it starts.
    pub t: f64,
    /// Where it ends.
    pub t1: f64,
    /// Its number, from 0.
    pub index: usize,
    /// Where the kept steps before it started, the latest first; not always all of them.
    pub before: Vec<f64>,
    /// The path to which the field belongs.
    pub path: Interpolant,
    /// Error weights of the methods that come with two sets.
    pub error_weights: ErrorWeights,
    /// How much noise the methods that draw some mix in.
    pub noise: SamplerKnobs,
    /// Steps of the whole run, over which churn is spread.
    pub steps: usize,
}

/// A step of a method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// What is known beforehand, besides the point, t and h: α and σ at both ends, for example.
    pub given: Vec<(String, Value)>,
    /// In the order in which they are worked out. The last but the error's is that of the answer.
    pub equations: Vec<Equation>,
    /// What stands for all evaluations of the field together, where they are many.
    pub stages: Option<Equation>,
    /// What the next step knows by another name: its name in this step, and in that one.
    pub carried: Vec<(String, String)>,
    /// Whether the answer stands on the right as well, so that the equations are solved for it.
    pub implicit: bool,
    /// What else is to be said, in a sentence.
    pub remark: Option<&'static str>,
}

/// What a quantity of a step is.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// The quantity, as `LaTeX`.
    pub left: String,
    /// What it is.
    pub right: Right,
    /// The same in few signs, where it has many terms.
    pub short: Option<Expr>,
}

/// What stands on the right of an equation.
#[derive(Clone, Debug, PartialEq)]
pub enum Right {
    /// What a formula comes to.
    Is(Expr),
    /// The field, evaluated at a point and a time.
    Field {
        /// The point.
        point: Expr,
        /// The time.
        time: Expr,
    },
}

/// Quantities that an equation may have before it is written in few signs.
const MANY: usize = 7;

impl Equation {
    /// A quantity that is what a formula comes to.
    #[must_use]
    pub fn is(left: &str, right: Expr) -> Self {
        Self { left: left.to_owned(), right: Right::Is(right), short: None }
    }

    /// A quantity that is the field at a point and a time.
    #[must_use]
    pub fn field(left: &str, point: Expr, time: Expr) -> Self {
        Self { left: left.to_owned(), right: Right::Field { point, time }, short: None }
    }

    /// The same with a way to write it in few signs, if it has many quantities.
    #[must_use]
    pub fn in_short(self, short: Expr) -> Self {
        let mut names = 0;
        if let Right::Is(right) = &self.right {
            right.each_name(&mut |_| names += 1);
        }
        Self { short: (names > MANY + 1).then_some(short), ..self }
    }
}

impl Update {
    /// Of these equations, with nothing else to say.
    #[must_use]
    pub fn of(equations: Vec<Equation>) -> Self {
        Self { equations, ..Self::default() }
    }

    /// How many evaluations of the field it has.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.equations.iter().filter(|e| matches!(e.right, Right::Field { .. })).count()
    }
}

/// The name of a stage: `k_{1}` for 0.
#[must_use]
pub fn stage(index: usize) -> String {
    format!("k_{{{}}}", index + 1)
}

/// `t + node·h`.
#[must_use]
pub fn later(node: f64) -> Expr {
    if node == 0.0 { name(TIME) } else { name(TIME) + number(node) * name(STEP) }
}
