//! Implicit methods for stiff fields.

mod newton;

use driftscope_base::expression::{name, number};

use self::newton::{ImplicitRule, Newton};
use crate::complex::Complex;
use crate::method::{Method, Rule};
use crate::stepper::{Stepper, Task};
use crate::update::{ANSWER, Equation, START, STEP, StepNow, Update, later};

pub(in crate::methods) static IMPLICIT_EULER: Method = Method {
    name: "implicit-euler",
    title: "Implicit Euler",
    about: "y₁ = y + h·f(t₁, y₁): stable for any step on decaying fields, and damps what it cannot follow. Order 1; Newton's iteration takes four evaluations a step and more, Jacobian included.",
    reference: "Hairer & Wanner 1996, Solving ODEs II, IV.3",
    order: 1,
    adaptive_by_default: false,
    rule: &ImplicitRule::Euler,
};

pub(in crate::methods) static IMPLICIT_MIDPOINT: Method = Method {
    name: "implicit-midpoint",
    title: "Implicit midpoint",
    about: "y₁ = y + h·f(t + ½h, ½(y + y₁)): stable for any step, symplectic, and keeps the energy of the oscillator. Order 2; Newton's iteration takes four evaluations a step and more, Jacobian included.",
    reference: "Hairer, Lubich & Wanner 2006, Geometric Numerical Integration, II.1",
    order: 2,
    adaptive_by_default: false,
    rule: &ImplicitRule::Midpoint,
};

pub(in crate::methods) static TRAPEZOID: Method = Method {
    name: "trapezoid",
    title: "Trapezoidal rule",
    about: "y₁ = y + ½h(f(t, y) + f(t₁, y₁)): stable for any step, but rings where it cannot follow. Order 2; Newton's iteration takes four evaluations a step and more, Jacobian included.",
    reference: "Hairer & Wanner 1996, Solving ODEs II, IV.3",
    order: 2,
    adaptive_by_default: false,
    rule: &ImplicitRule::Trapezoid,
};

impl Rule for ImplicitRule {
    fn single<'a>(&'static self, task: &Task<'a, f32>) -> Box<dyn Stepper<f32> + 'a> {
        Box::new(Newton::new(task, *self))
    }

    fn double<'a>(&'static self, task: &Task<'a, f64>) -> Box<dyn Stepper<f64> + 'a> {
        Box::new(Newton::new(task, *self))
    }

    fn arrays_kept(&self) -> usize {
        // State, iterate, base, slope, moved slope and the Jacobian's two columns.
        7
    }

    fn evaluations_per_step(&self) -> usize {
        // Value and Jacobian, then the value that confirms the answer.
        4
    }

    fn iterates(&self) -> bool {
        true
    }

    fn update(&self, _now: &StepNow) -> Update {
        let [x, answer, h] = [START, ANSWER, STEP].map(name);
        let [first, second] = [name("k_{1}"), name("k_{2}")];
        let equations = match self {
            Self::Euler => vec![
                Equation::field("k_{1}", answer, later(1.0)),
                Equation::is(ANSWER, x + h * first),
            ],
            Self::Midpoint => vec![
                Equation::field("k_{1}", number(0.5) * (x.clone() + answer), later(0.5)),
                Equation::is(ANSWER, x + h * first),
            ],
            Self::Trapezoid => vec![
                Equation::field("k_{1}", x.clone(), later(0.0)),
                Equation::field("k_{2}", answer, later(1.0)),
                Equation::is(ANSWER, x + h * (number(0.5) * first + number(0.5) * second)),
            ],
        };
        let remark = "The answer stands on both sides: Newton's iteration finds it.";
        Update { implicit: true, remark: Some(remark), ..Update::of(equations) }
    }

    fn amplification(&self, z: Complex) -> Option<f64> {
        let growth = match self {
            Self::Euler => Complex::ONE / (Complex::ONE - z),
            Self::Midpoint | Self::Trapezoid => (Complex::ONE + 0.5 * z) / (Complex::ONE - 0.5 * z),
        };
        Some(growth.abs())
    }
}
