//! Bogacki–Shampine 3(2).

use crate::method::Method;
use crate::tableau::{Dense, Embedded, Tableau};

pub(super) static BOSH3: Method = Method {
    name: "bosh3",
    title: "Bogacki–Shampine 3(2)",
    about: "Order 3 with an embedded error estimate. Three evaluations a step, the fourth is the next step's first.",
    reference: "Bogacki & Shampine 1989; SciPy's RK23",
    order: 3,
    adaptive_by_default: true,
    rule: &Tableau {
        c: &[0.0, 0.5, 0.75, 1.0],
        a: &[&[], &[0.5], &[0.0, 0.75], &[2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0]],
        b: &[2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0, 0.0],
        embedded: Some(Embedded {
            // b − b̂ with b̂ = 7/24, 1/4, 1/3, 1/8.
            weights: &[-5.0 / 72.0, 1.0 / 12.0, 1.0 / 9.0, -0.125],
            third_order_weights: None,
            torchdiffeq_weights: None,
            order: 2,
        }),
        first_same_as_last: true,
        dense: Dense::Hermite,
        // The quartic through y0, y1, f0, f1 and y0 + ½h·k₂. That point is of order one only, which
        // costs the whole quartic two orders.
        torchdiffeq_dense: Some(Dense::Polynomial(&[
            &[1.0, -46.0 / 9.0, 73.0 / 9.0, -34.0 / 9.0],
            &[0.0, 19.0 / 3.0, -34.0 / 3.0, 16.0 / 3.0],
            &[0.0, -20.0 / 9.0, 56.0 / 9.0, -32.0 / 9.0],
            &[0.0, 1.0, -3.0, 2.0],
        ])),
    },
};
