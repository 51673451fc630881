//! Methods of order one to three.

use crate::method::Method;
use crate::tableau::{Dense, Embedded, Tableau};

pub(super) static EULER: Method = Method {
    name: "euler",
    title: "Euler",
    about: "y + h·k₁: follows the tangent. Order 1, one evaluation a step.",
    reference: "Euler 1768",
    order: 1,
    adaptive_by_default: false,
    rule: &Tableau {
        c: &[0.0],
        a: &[&[]],
        b: &[1.0],
        embedded: None,
        first_same_as_last: false,
        dense: Dense::Line,
        torchdiffeq_dense: None,
    },
};

pub(super) static MIDPOINT: Method = Method {
    name: "midpoint",
    title: "Midpoint",
    about: "y + h·k₂ with k₂ half a step ahead: the explicit midpoint rule. Order 2, two evaluations a step, embedded Euler for the error.",
    reference: "Runge 1895",
    order: 2,
    adaptive_by_default: false,
    rule: &Tableau {
        c: &[0.0, 0.5],
        a: &[&[], &[0.5]],
        b: &[0.0, 1.0],
        embedded: Some(Embedded {
            weights: &[-1.0, 1.0],
            third_order_weights: None,
            torchdiffeq_weights: None,
            order: 1,
        }),
        first_same_as_last: false,
        dense: Dense::Hermite,
        torchdiffeq_dense: None,
    },
};

pub(super) static HEUN: Method = Method {
    name: "heun",
    title: "Heun",
    about: "y + ½h(k₁ + k₂): averages the slopes at both ends. Order 2, two evaluations a step, embedded Euler for the error.",
    reference: "Heun 1900; torchdiffeq's heun2",
    order: 2,
    adaptive_by_default: false,
    rule: &Tableau {
        c: &[0.0, 1.0],
        a: &[&[], &[1.0]],
        b: &[0.5, 0.5],
        embedded: Some(Embedded {
            weights: &[-0.5, 0.5],
            third_order_weights: None,
            torchdiffeq_weights: None,
            order: 1,
        }),
        first_same_as_last: false,
        dense: Dense::Hermite,
        torchdiffeq_dense: None,
    },
};

pub(super) static HEUN3: Method = Method {
    name: "heun3",
    title: "Heun 3",
    about: "Heun's third-order method. Order 3, three evaluations a step.",
    reference: "Heun 1900; torchdiffeq's heun3",
    order: 3,
    adaptive_by_default: false,
    rule: &Tableau {
        c: &[0.0, 1.0 / 3.0, 2.0 / 3.0],
        a: &[&[], &[1.0 / 3.0], &[0.0, 2.0 / 3.0]],
        b: &[0.25, 0.0, 0.75],
        embedded: None,
        first_same_as_last: false,
        dense: Dense::Hermite,
        torchdiffeq_dense: None,
    },
};
