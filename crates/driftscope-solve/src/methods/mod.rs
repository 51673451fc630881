//! The table of methods. One entry adds a method to the menu, the command line, the
//! convergence test and the docs.

mod adams_bashforth;
mod bosh3;
mod diffusion;
mod dop853;
mod dopri5;
mod flow_map;
mod implicit;
mod low_order;
mod own;
mod rk4;
mod runge_kutta;
#[cfg(test)]
mod tests;
mod tsit5;

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::coefficients::Coefficients;
use crate::method::{Method, MethodRef};
use crate::stepper::SamplerKnobs;

impl MethodRef {
    /// The method called `name`, if the table has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        METHODS.iter().find(|method| method.name == name).map(|method| Self(method))
    }

    /// Every method of the table, in menu order.
    pub fn all() -> impl Iterator<Item = Self> {
        METHODS.iter().map(|method| Self(method))
    }

    /// Every method of the table that any field can be followed by, in menu order; the others need a flow map.
    pub fn of_any_field() -> impl Iterator<Item = Self> {
        Self::all().filter(|method| !method.needs_flow_map())
    }

    /// Those of them that solve an ODE as long as nothing makes them draw noise, in menu order.
    pub fn of_odes() -> impl Iterator<Item = Self> {
        let usual = SamplerKnobs::default();
        Self::of_any_field().filter(move |method| !method.draws_noise(&usual))
    }

    /// Position in the table, which fixes its colour everywhere; methods of one's own come behind it, in
    /// the order in which they were read.
    #[must_use]
    pub fn index(self) -> usize {
        let among = Self::all().position(|method| method == self);
        among.or_else(|| Some(METHODS.len() + own::place(self)?)).unwrap_or(0)
    }

    /// The coefficients of a method of one's own; none of one of the table.
    #[must_use]
    pub fn coefficients(self) -> Option<&'static Coefficients> {
        own::coefficients(self)
    }
}

impl Default for MethodRef {
    fn default() -> Self {
        Self::named("dopri5").expect("the table has dopri5")
    }
}

/// A method of the table by its name, one of one's own by its coefficients.
impl Serialize for MethodRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.coefficients() {
            Some(own) => own.serialize(serializer),
            None => serializer.serialize_str(self.name),
        }
    }
}

impl<'de> Deserialize<'de> for MethodRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MethodVisitor)
    }
}

struct MethodVisitor;

impl<'de> Visitor<'de> for MethodVisitor {
    type Value = MethodRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a method, or coefficients")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<MethodRef, E> {
        MethodRef::named(name).ok_or_else(|| {
            let names: Vec<_> = METHODS.iter().map(|method| format!("`{}`", method.name)).collect();
            E::custom(format!("unknown method `{name}`, expected one of {}", names.join(", ")))
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<MethodRef, A::Error> {
        let own = Coefficients::deserialize(MapAccessDeserializer::new(table))?;
        own.method().map_err(A::Error::custom)
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
    &diffusion::EULER_A_FLOW,
    &diffusion::DPMPP_2S,
    &diffusion::DPMPP_SDE,
    &diffusion::DPMPP_3M,
    &diffusion::UNIPC_1,
    &diffusion::UNIPC_3,
    &diffusion::DEIS_2,
    &diffusion::DEIS_3,
    &diffusion::LMS_2,
    &diffusion::LMS_3,
    &diffusion::LMS_4,
    &diffusion::IPNDM,
    &diffusion::GRADIENT_ESTIMATION,
    &diffusion::SA_SOLVER,
    &diffusion::ER_SDE,
    &flow_map::FLOW_MAP,
    &flow_map::CONSISTENCY,
];
