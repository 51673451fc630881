//! Kutta's two methods of order four.

use crate::method::Method;
use crate::tableau::{Dense, Tableau};

pub(super) static RK4: Method = Method {
    name: "rk4",
    title: "RK4",
    about: "The classical Runge–Kutta method. Order 4, four evaluations a step. torchdiffeq's rk4 is the 3/8 rule instead.",
    reference: "Kutta 1901",
    order: 4,
    adaptive_by_default: false,
    rule: &Tableau {
        c: &[0.0, 0.5, 0.5, 1.0],
        a: &[&[], &[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0]],
        b: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
        embedded: None,
        first_same_as_last: false,
        dense: Dense::Hermite,
        torchdiffeq_dense: None,
    },
};

pub(super) static RK4_38: Method = Method {
    name: "rk4-38",
    title: "RK4 (3/8 rule)",
    about: "Kutta's 3/8 rule: slightly smaller error constants than the classical method. Order 4, four evaluations a step. This is what torchdiffeq calls rk4.",
    reference: "Kutta 1901",
    order: 4,
    adaptive_by_default: false,
    rule: &Tableau {
        c: &[0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0],
        a: &[&[], &[1.0 / 3.0], &[-1.0 / 3.0, 1.0], &[1.0, -1.0, 1.0]],
        b: &[0.125, 0.375, 0.375, 0.125],
        embedded: None,
        first_same_as_last: false,
        dense: Dense::Hermite,
        torchdiffeq_dense: None,
    },
};
