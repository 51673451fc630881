//! Implicit methods for stiff fields.

use crate::method::{ImplicitRule, Method, Rule};

pub(super) static IMPLICIT_EULER: Method = Method {
    name: "implicit-euler",
    title: "Implicit Euler",
    about: "y₁ = y + h·f(t₁, y₁): stable for any step on decaying fields, and damps what it cannot follow. Order 1; Newton's iteration takes four evaluations a step and more, Jacobian included.",
    reference: "Hairer & Wanner 1996, Solving ODEs II, IV.3",
    order: 1,
    adaptive_by_default: false,
    rule: Rule::Implicit(ImplicitRule::Euler),
};

pub(super) static IMPLICIT_MIDPOINT: Method = Method {
    name: "implicit-midpoint",
    title: "Implicit midpoint",
    about: "y₁ = y + h·f(t + ½h, ½(y + y₁)): stable for any step, symplectic, and keeps the energy of the oscillator. Order 2; Newton's iteration takes four evaluations a step and more, Jacobian included.",
    reference: "Hairer, Lubich & Wanner 2006, Geometric Numerical Integration, II.1",
    order: 2,
    adaptive_by_default: false,
    rule: Rule::Implicit(ImplicitRule::Midpoint),
};

pub(super) static TRAPEZOID: Method = Method {
    name: "trapezoid",
    title: "Trapezoidal rule",
    about: "y₁ = y + ½h(f(t, y) + f(t₁, y₁)): stable for any step, but rings where it cannot follow. Order 2; Newton's iteration takes four evaluations a step and more, Jacobian included.",
    reference: "Hairer & Wanner 1996, Solving ODEs II, IV.3",
    order: 2,
    adaptive_by_default: false,
    rule: Rule::Implicit(ImplicitRule::Trapezoid),
};
