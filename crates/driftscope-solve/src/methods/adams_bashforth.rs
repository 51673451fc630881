//! Adams–Bashforth methods: one evaluation a step, by looking back at the slopes of earlier steps.

use super::{low_order, rk4};
use crate::method::{Method, Rule};

pub(super) static AB2: Method = Method {
    name: "ab2",
    title: "Adams–Bashforth 2",
    about: "Extrapolates the slopes of the last two points. Order 2 for one evaluation a step; the first step is Heun's. Its error is estimated by the Adams–Moulton rule of one order more.",
    reference: "Bashforth & Adams 1883; Hairer, Nørsett & Wanner III.1",
    order: 2,
    adaptive_by_default: false,
    rule: Rule::AdamsBashforth { start: &low_order::HEUN },
};

pub(super) static AB4: Method = Method {
    name: "ab4",
    title: "Adams–Bashforth 4",
    about: "Extrapolates the slopes of the last four points. Order 4 for one evaluation a step; the first three steps are RK4's. Its error is estimated by the Adams–Moulton rule of one order more.",
    reference: "Bashforth & Adams 1883; Hairer, Nørsett & Wanner III.1",
    order: 4,
    adaptive_by_default: false,
    rule: Rule::AdamsBashforth { start: &rk4::RK4 },
};
