//! The table of methods. One entry adds a method to the menu, the command line, the
//! convergence test and the docs.

mod adams_bashforth;
mod bosh3;
mod diffusion;
mod dop853;
mod dopri5;
mod implicit;
mod low_order;
mod rk4;
mod runge_kutta;
#[cfg(test)]
mod tests;
mod tsit5;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::method::{Method, MethodRef};

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

    /// Position in the table, which fixes its colour everywhere.
    #[must_use]
    pub fn index(self) -> usize {
        METHODS.iter().position(|method| method.name == self.name).unwrap_or(0)
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

/// Every method, in menu order.
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
    &dop853::DOP853,
    &adams_bashforth::AB2,
    &adams_bashforth::AB4,
    &implicit::IMPLICIT_EULER,
    &implicit::IMPLICIT_MIDPOINT,
    &implicit::TRAPEZOID,
    &diffusion::DDIM,
    &diffusion::DPM_SOLVER_2,
    &diffusion::DPMPP_2M,
    &diffusion::UNIPC_2,
    &diffusion::EDM_HEUN,
];
