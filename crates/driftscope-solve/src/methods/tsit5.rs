//! Tsitouras 5(4).

use crate::method::Method;
use crate::tableau::{Dense, Embedded, Tableau};

const WEIGHTS: [f64; 6] = [
    0.09646076681806523,
    0.01,
    0.4798896504144996,
    1.379008574103742,
    -3.290069515436081,
    2.324710524099774,
];

/// Coefficients of θ, θ², θ³, θ⁴ of `scale·θ²·(θ² + linear·θ + constant)`.
const fn from_square(scale: f64, linear: f64, constant: f64) -> [f64; 4] {
    [0.0, scale * constant, scale * linear, scale]
}

/// The same of `scale·θ²·(θ − first)(θ − second)`.
const fn with_roots(scale: f64, first: f64, second: f64) -> [f64; 4] {
    from_square(scale, -(first + second), first * second)
}

/// The interpolant of the paper, one row per stage.
const INTERPOLANT: [[f64; 4]; 7] = [
    first_row(),
    from_square(0.1017, -2.1966568338249754, 1.2949852507374631),
    from_square(2.490627285651252793, -2.38535645472061657, 1.57803468208092486),
    with_roots(-16.54810288924490272, 1.21712927295533244, 0.61620406037800089),
    with_roots(47.37952196281928122, 1.203071208372362603, 0.658047292653547382),
    with_roots(-34.87065786149660974, 1.2, 0.666666666666666667),
    with_roots(2.5, 1.0, 0.6),
];

/// `scale·θ·(θ − root)(θ² + linear·θ + constant)`.
const fn first_row() -> [f64; 4] {
    let (scale, root) = (-1.0530884977290216, 1.3299890189751412);
    let (linear, constant) = (-1.4364028541716351, 0.7139816917074209);
    [-scale * root * constant, scale * (constant - root * linear), scale * (linear - root), scale]
}

pub(super) static TSIT5: Method = Method {
    name: "tsit5",
    title: "Tsit5",
    about: "Tsitouras 5(4): order 5 with an embedded error estimate and smaller error constants than DOPRI5. Six evaluations a step, the seventh is the next step's first.",
    reference: "Tsitouras 2011",
    order: 5,
    adaptive_by_default: true,
    rule: &Tableau {
        c: &[0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0],
        a: &[
            &[],
            &[0.161],
            &[-0.008480655492356989, 0.335480655492357],
            &[2.8971530571054935, -6.359448489975075, 4.3622954328695815],
            &[5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
            &[
                5.86145544294642,
                -12.92096931784711,
                8.159367898576159,
                -0.071584973281401,
                -0.028269050394068383,
            ],
            &WEIGHTS,
        ],
        b: &[WEIGHTS[0], WEIGHTS[1], WEIGHTS[2], WEIGHTS[3], WEIGHTS[4], WEIGHTS[5], 0.0],
        embedded: Some(Embedded {
            weights: &[
                0.00178001105222577714,
                0.0008164344596567469,
                -0.007880878010261995,
                0.1447110071732629,
                -0.5823571654525552,
                0.45808210592918697,
                -1.0 / 66.0,
            ],
            third_order_weights: None,
            torchdiffeq_weights: None,
            order: 4,
        }),
        first_same_as_last: true,
        dense: Dense::Polynomial(&[
            &INTERPOLANT[0],
            &INTERPOLANT[1],
            &INTERPOLANT[2],
            &INTERPOLANT[3],
            &INTERPOLANT[4],
            &INTERPOLANT[5],
            &INTERPOLANT[6],
        ]),
        torchdiffeq_dense: None,
    },
};
