//! The table of ODE methods. One entry adds a method to the menu, the command line, the
//! convergence test and the docs.

mod bosh3;
mod dopri5;
mod low_order;
mod rk4;
mod tsit5;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tableau::Tableau;

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
        METHODS.iter().find(|method| method.name == name).map(|method| Self(method))
    }

    /// Every method, in menu order.
    pub fn all() -> impl Iterator<Item = Self> {
        METHODS.iter().map(|method| Self(method))
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
pub static METHODS: &[&Method] = &[
    &low_order::EULER,
    &low_order::MIDPOINT,
    &low_order::HEUN,
    &low_order::HEUN3,
    &bosh3::BOSH3,
    &rk4::RK4,
    &rk4::RK4_38,
    &dopri5::DOPRI5,
    &tsit5::TSIT5,
];

#[cfg(test)]
mod tests {
    use super::super::tableau::Dense;
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
