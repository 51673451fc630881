//! The table of ODE methods. One entry adds a method to the menu, the command line, the
//! convergence test and the docs.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tableau::{Dense, Embedded, Tableau};

/// One ODE method.
#[derive(Debug)]
pub struct Method {
    /// Name in files and on the command line.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// What it is, what it costs and where it comes from, for a tooltip.
    pub about: &'static str,
    /// Order of accuracy of the global error.
    pub order: u32,
    /// Whether step-size control is on unless the scene says otherwise.
    pub adaptive_by_default: bool,
    /// Its coefficients.
    pub tableau: Tableau,
}

impl Method {
    /// Whether its step size can be controlled by its own error estimate.
    #[must_use]
    pub fn can_adapt(&self) -> bool {
        self.tableau.embedded.is_some()
    }

    /// State-sized arrays kept while stepping: the stages and the state itself.
    #[must_use]
    pub fn arrays_kept(&self) -> usize {
        self.tableau.stages() + 1
    }

    /// Evaluations of the field per accepted step, once running.
    #[must_use]
    pub fn evaluations_per_step(&self) -> usize {
        self.tableau.stages() - usize::from(self.tableau.first_same_as_last)
    }
}

/// A method of the table; equal when the names are.
#[derive(Clone, Copy)]
pub struct MethodRef(&'static Method);

impl MethodRef {
    /// The method called `name`, if the table has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        METHODS.iter().find(|method| method.name == name).map(Self)
    }

    /// Every method, in menu order.
    pub fn all() -> impl Iterator<Item = Self> {
        METHODS.iter().map(Self)
    }

    /// The table entry, for as long as the program runs.
    #[must_use]
    pub fn get(self) -> &'static Method {
        self.0
    }

    /// Position in the table, which fixes its colour everywhere.
    #[must_use]
    pub fn index(self) -> usize {
        METHODS.iter().position(|method| method.name == self.name).unwrap_or(0)
    }
}

impl std::ops::Deref for MethodRef {
    type Target = Method;
    fn deref(&self) -> &Method {
        self.0
    }
}

impl PartialEq for MethodRef {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for MethodRef {}

impl fmt::Debug for MethodRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Default for MethodRef {
    fn default() -> Self {
        Self::named("dopri5").expect("the table has dopri5")
    }
}

impl Serialize for MethodRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for MethodRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| {
            let names: Vec<_> = METHODS.iter().map(|method| format!("`{}`", method.name)).collect();
            serde::de::Error::custom(format!(
                "unknown method `{name}`, expected one of {}",
                names.join(", ")
            ))
        })
    }
}

/// Every ODE method, in menu order.
pub static METHODS: &[Method] = &[
    Method {
        name: "euler",
        title: "Euler",
        about: "y + h·k₁: follows the tangent. Order 1, one evaluation a step (Euler 1768).",
        order: 1,
        adaptive_by_default: false,
        tableau: Tableau {
            c: &[0.0],
            a: &[&[]],
            b: &[1.0],
            embedded: None,
            first_same_as_last: false,
            dense: Dense::Line,
        },
    },
    Method {
        name: "heun",
        title: "Heun",
        about: "y + ½h(k₁ + k₂): averages the slopes at both ends. Order 2, two evaluations a step, embedded Euler for the error (Heun 1900; torchdiffeq's heun2).",
        order: 2,
        adaptive_by_default: false,
        tableau: Tableau {
            c: &[0.0, 1.0],
            a: &[&[], &[1.0]],
            b: &[0.5, 0.5],
            embedded: Some(Embedded { weights: &[-0.5, 0.5], torchdiffeq_weights: None, order: 1 }),
            first_same_as_last: false,
            dense: Dense::Hermite,
        },
    },
    Method {
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
    },
    Method {
        name: "dopri5",
        title: "DOPRI5",
        about: "Dormand–Prince 5(4): order 5 with an embedded error estimate that sets the step size. Six evaluations a step, the seventh is the next step's first (Dormand & Prince 1980; Hairer, Nørsett & Wanner II.5).",
        order: 5,
        adaptive_by_default: true,
        tableau: Tableau {
            c: &[0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0],
            a: &[
                &[],
                &[0.2],
                &[3.0 / 40.0, 9.0 / 40.0],
                &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
                &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
                &[
                    9017.0 / 3168.0,
                    -355.0 / 33.0,
                    46732.0 / 5247.0,
                    49.0 / 176.0,
                    -5103.0 / 18656.0,
                ],
                &DOPRI5_B,
            ],
            b: &[DOPRI5_B[0], DOPRI5_B[1], DOPRI5_B[2], DOPRI5_B[3], DOPRI5_B[4], DOPRI5_B[5], 0.0],
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
        },
    },
];

const DOPRI5_B: [f64; 6] =
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_sum_to_their_nodes_and_errors_cancel() {
        for method in METHODS {
            let tableau = &method.tableau;
            for (row, node) in tableau.a.iter().zip(tableau.c) {
                assert!((row.iter().sum::<f64>() - node).abs() < 1e-14, "{}", method.name);
            }
            assert!((tableau.b.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            if let Some(embedded) = &tableau.embedded {
                assert!(embedded.weights.iter().sum::<f64>().abs() < 1e-14);
                if let Some(pair) = embedded.torchdiffeq_weights {
                    for (classical, two_thirds) in embedded.weights.iter().zip(pair) {
                        assert!((classical * 2.0 / 3.0 - two_thirds).abs() < 1e-15);
                    }
                }
            }
            if let Dense::Polynomial(rows) = tableau.dense {
                // At θ = 1 dense output is the step itself.
                for (row, weight) in rows.iter().zip(tableau.b) {
                    assert!((row.iter().sum::<f64>() - weight).abs() < 1e-13);
                }
            }
        }
    }
}
