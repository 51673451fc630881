//! Dormand–Prince 5(4).

use crate::method::{Method, Rule};
use crate::tableau::{Dense, Embedded, Tableau};

const WEIGHTS: [f64; 6] =
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0];

pub(super) static DOPRI5: Method = Method {
    name: "dopri5",
    title: "DOPRI5",
    about: "Dormand–Prince 5(4): order 5 with an embedded error estimate that sets the step size. Six evaluations a step, the seventh is the next step's first.",
    reference: "Dormand & Prince 1980; Hairer, Nørsett & Wanner II.5",
    order: 5,
    adaptive_by_default: true,
    rule: Rule::RungeKutta(Tableau {
        c: &[0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0],
        a: &[
            &[],
            &[0.2],
            &[3.0 / 40.0, 9.0 / 40.0],
            &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
            &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
            &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
            &WEIGHTS,
        ],
        b: &[WEIGHTS[0], WEIGHTS[1], WEIGHTS[2], WEIGHTS[3], WEIGHTS[4], WEIGHTS[5], 0.0],
        embedded: Some(Embedded {
            // b − b̂ with b̂ of Hairer, Nørsett & Wanner, table II.5.2.
            weights: &[
                71.0 / 57600.0,
                0.0,
                -71.0 / 16695.0,
                71.0 / 1920.0,
                -17253.0 / 339_200.0,
                22.0 / 525.0,
                -1.0 / 40.0,
            ],
            // b̂ = 1951/21600, 0, 22642/50085, 451/720, −12231/42400, 649/6300, 1/60.
            third_order_weights: None,
            torchdiffeq_weights: Some(&[
                35.0 / 384.0 - 1951.0 / 21600.0,
                0.0,
                500.0 / 1113.0 - 22642.0 / 50085.0,
                125.0 / 192.0 - 451.0 / 720.0,
                -2187.0 / 6784.0 + 12231.0 / 42400.0,
                11.0 / 84.0 - 649.0 / 6300.0,
                -1.0 / 60.0,
            ]),
            order: 4,
        }),
        first_same_as_last: true,
        // Shampine 1986, as in SciPy's RK45.
        dense: Dense::Polynomial(&[
            &[
                1.0,
                -8048581381.0 / 2820520608.0,
                8663915743.0 / 2820520608.0,
                -12715105075.0 / 11282082432.0,
            ],
            &[0.0, 0.0, 0.0, 0.0],
            &[
                0.0,
                131558114200.0 / 32700410799.0,
                -68118460800.0 / 10900136933.0,
                87487479700.0 / 32700410799.0,
            ],
            &[
                0.0,
                -1754552775.0 / 470086768.0,
                14199869525.0 / 1410260304.0,
                -10690763975.0 / 1880347072.0,
            ],
            &[
                0.0,
                127303824393.0 / 49829197408.0,
                -318862633887.0 / 49829197408.0,
                701980252875.0 / 199316789632.0,
            ],
            &[
                0.0,
                -282668133.0 / 205662961.0,
                2019193451.0 / 616988883.0,
                -1453857185.0 / 822651844.0,
            ],
            &[0.0, 40617522.0 / 29380423.0, -110615467.0 / 29380423.0, 69997945.0 / 29380423.0],
        ]),
        torchdiffeq_dense: None,
    }),
};
