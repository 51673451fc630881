//! Kutta's two methods of order four.

use super::Method;
use crate::solver::tableau::{Dense, Tableau};

pub(super) static RK4: Method = Method {
    name: "rk4",
    title: "RK4",
    about: "The classical Runge–Kutta method. Order 4, four evaluations a step (Kutta 1901). torchdiffeq's rk4 is the 3/8 rule instead.",
    order: 4,
    adaptive_by_default: false,
    tableau: Tableau {
        c: &[0.0, 0.5, 0.5, 1.0],
        a: &[&[], &[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0]],
        b: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
        embedded: None,
        first_same_as_last: false,
        dense: Dense::Hermite,
    },
};

pub(super) static RK4_38: Method = Method {
    name: "rk4-38",
    title: "RK4 (3/8 rule)",
    about: "Kutta's 3/8 rule: slightly smaller error constants than the classical method. Order 4, four evaluations a step (Kutta 1901). This is what torchdiffeq calls rk4.",
    order: 4,
    adaptive_by_default: false,
    tableau: Tableau {
        c: &[0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0],
        a: &[&[], &[1.0 / 3.0], &[-1.0 / 3.0, 1.0], &[1.0, -1.0, 1.0]],
        b: &[0.125, 0.375, 0.375, 0.125],
        embedded: None,
        first_same_as_last: false,
        dense: Dense::Hermite,
    },
};
