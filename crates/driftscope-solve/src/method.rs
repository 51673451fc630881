//! What a method is: its words, its order, and the rule by which it makes a step.

use std::fmt;

use crate::tableau::Tableau;

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
pub struct MethodRef(pub(crate) &'static Method);

impl MethodRef {
    /// The table entry, for as long as the program runs.
    #[must_use]
    pub fn get(self) -> &'static Method {
        self.0
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

/// Which implicit equation a step solves.
///
/// Each is `u = b + γh·f(τ, u)` for a point u, from which the answer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImplicitRule {
    /// b = y, γ = 1, τ = t₁; the answer is u.
    Euler,
    /// b = y, γ = ½, τ = t + ½h; the answer is 2u − y.
    Midpoint,
    /// b = y + ½h·f(t, y), γ = ½, τ = t₁; the answer is u.
    Trapezoid,
}

/// Which diffusion sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// DDIM, with η up to DDPM's ancestral step.
    Ddim,
    /// DPM-Solver-2.
    DpmSolver2,
    /// DPM-Solver++(2M).
    DpmSolverPlusPlus2M,
    /// `UniPC` of order 2.
    UniPc2,
    /// EDM's Heun with churn.
    EdmHeun,
}

impl Recipe {
    /// Evaluations of the field in one step.
    #[must_use]
    pub fn evaluations_per_step(self) -> usize {
        match self {
            Self::Ddim | Self::DpmSolverPlusPlus2M | Self::UniPc2 => 1,
            Self::DpmSolver2 | Self::EdmHeun => 2,
        }
    }

    /// State-sized arrays kept while stepping.
    #[must_use]
    pub fn arrays_kept(self) -> usize {
        match self {
            // State and the prediction.
            Self::Ddim => 2,
            // The point in between and the second prediction as well.
            Self::DpmSolver2 | Self::EdmHeun => 4,
            // State and two predictions.
            Self::DpmSolverPlusPlus2M => 3,
            // Also the point from which the corrector starts, and its prediction.
            Self::UniPc2 => 5,
        }
    }

    /// Whether its steps use what earlier steps found.
    #[must_use]
    pub fn looks_back(self) -> bool {
        matches!(self, Self::DpmSolverPlusPlus2M | Self::UniPc2)
    }

    /// Whether it draws noise with these settings.
    #[must_use]
    pub fn draws_noise(self, noise: &SamplerNoise) -> bool {
        match self {
            Self::Ddim => noise.eta > 0.0,
            Self::EdmHeun => noise.s_churn > 0.0,
            Self::DpmSolver2 | Self::DpmSolverPlusPlus2M | Self::UniPc2 => false,
        }
    }
}

/// Noise that some diffusion samplers mix in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplerNoise {
    /// DDIM's η, 0 to 1: 0 draws none, 1 is DDPM's ancestral step.
    pub eta: f64,
    /// EDM's `S_churn`, spread over the steps of a run; 0 draws none.
    pub s_churn: f64,
    /// Lowest noise level σ/α that is churned.
    pub s_min: f64,
    /// Highest noise level σ/α that is churned.
    pub s_max: f64,
    /// Standard deviation of churn's normals.
    pub s_noise: f64,
}

impl Default for SamplerNoise {
    fn default() -> Self {
        Self { eta: 0.0, s_churn: 0.0, s_min: 0.0, s_max: f64::INFINITY, s_noise: 1.0 }
    }
}
