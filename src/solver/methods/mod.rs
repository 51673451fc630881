//! The table of methods. One entry adds a method to the menu, the command line, the
//! convergence test and the docs.

pub(super) mod adams_bashforth;
mod bosh3;
pub(super) mod diffusion;
mod dop853;
mod dopri5;
pub(super) mod implicit;
mod low_order;
mod rk4;
#[cfg(test)]
mod tests;
mod tsit5;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::diffusion::Recipe;
pub use self::implicit::ImplicitRule;
use super::settings::SamplerNoise;
use super::tableau::Tableau;

/// One method.
#[derive(Debug)]
pub struct Method {
    /// Name in files and on the command line.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// What it is and what it costs, for a tooltip.
    pub about: &'static str,
    /// Where it comes from.
    pub reference: &'static str,
    /// Order of accuracy of the global error.
    pub order: u32,
    /// Whether step-size control is on unless the scene says otherwise.
    pub adaptive_by_default: bool,
    /// How it makes a step.
    pub rule: Rule,
}

/// How a method makes a step.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one for each entry of a static table")]
pub enum Rule {
    /// By an explicit tableau.
    RungeKutta(Tableau),
    /// By looking back over as many slopes as its order, after a start with another method.
    AdamsBashforth {
        /// The method of the first steps.
        start: &'static Method,
    },
    /// By solving an equation.
    Implicit(ImplicitRule),
    /// By the data and noise predictions of a diffusion model.
    Diffusion(Recipe),
}

impl Method {
    /// Its coefficients, if it is an explicit Runge–Kutta method.
    #[must_use]
    pub fn tableau(&self) -> Option<&Tableau> {
        if let Rule::RungeKutta(tableau) = &self.rule { Some(tableau) } else { None }
    }

    /// Whether its step size can be controlled by its own error estimate.
    #[must_use]
    pub fn can_adapt(&self) -> bool {
        self.tableau().is_some_and(|tableau| tableau.embedded.is_some())
    }

    /// Whether it works only on the field of a noising process, which a classic ODE is not.
    #[must_use]
    pub fn needs_noising_process(&self) -> bool {
        matches!(self.rule, Rule::Diffusion(_))
    }

    /// Whether it draws noise with these settings.
    #[must_use]
    pub fn draws_noise(&self, noise: &SamplerNoise) -> bool {
        if let Rule::Diffusion(recipe) = self.rule { recipe.draws_noise(noise) } else { false }
    }

    /// State-sized arrays kept while stepping: the state itself, the stages or what is looked back
    /// on.
    #[must_use]
    pub fn arrays_kept(&self) -> usize {
        match &self.rule {
            Rule::RungeKutta(tableau) => tableau.stages() + 1,
            Rule::AdamsBashforth { .. } => self.order as usize + 1,
            // State, iterate, base, slope, moved slope and the Jacobian's two columns.
            Rule::Implicit(_) => 7,
            Rule::Diffusion(recipe) => recipe.arrays_kept(),
        }
    }

    /// Evaluations of the field per accepted step, once running; the least for implicit methods,
    /// whose iteration takes as many as it needs.
    #[must_use]
    pub fn evaluations_per_step(&self) -> usize {
        match &self.rule {
            Rule::RungeKutta(tableau) => tableau.stages() - usize::from(tableau.first_same_as_last),
            Rule::AdamsBashforth { .. } => 1,
            // Value and Jacobian, then the value that confirms the answer.
            Rule::Implicit(_) => 4,
            Rule::Diffusion(recipe) => recipe.evaluations_per_step(),
        }
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
