//! The diffusion coefficient D(t) of `dx = [v + D s] dt + √(2D) dW`, which leaves every marginal
//! `p_t` as it is. Source: Ma et al. 2024 (SiT, arXiv:2401.08740);
//! texts that write `dx = [v + ½g² s] dt + g dW` mean `g² = 2D`.

use std::f64::consts::PI;

use driftscope_base::interpolant::Interpolant;
use serde::{Deserialize, Serialize};

/// A choice of D(t).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffusionForm {
    /// D = 0: the probability-flow ODE.
    #[default]
    None,
    /// D = n.
    Constant,
    /// D = n·b(t): the reverse SDE of score-based diffusion models.
    Sbdm,
    /// D = n·σ(t).
    Sigma,
    /// D = n·(1 − t).
    Linear,
    /// D = ¼(n·cos πt + 1)².
    Decreasing,
    /// D = n·sin² πt.
    IncreasingDecreasing,
}

impl DiffusionForm {
    /// Every form, in menu order.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Constant,
        Self::Sbdm,
        Self::Sigma,
        Self::Linear,
        Self::Decreasing,
        Self::IncreasingDecreasing,
    ];

    /// The name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Constant => "constant",
            Self::Sbdm => "sbdm",
            Self::Sigma => "sigma",
            Self::Linear => "linear",
            Self::Decreasing => "decreasing",
            Self::IncreasingDecreasing => "increasing-decreasing",
        }
    }

    /// The name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::None => "None (ODE)",
            Self::Constant => "Constant",
            Self::Sbdm => "SBDM",
            Self::Sigma => "Sigma",
            Self::Linear => "Linear",
            Self::Decreasing => "Decreasing",
            Self::IncreasingDecreasing => "Increasing–decreasing",
        }
    }

    /// D(t) in words and symbols, in both notations, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::None => "D = 0, g = 0: the probability-flow ODE. No noise after the start.",
            Self::Constant => "D = n, g² = 2n: the same noise at every t.",
            Self::Sbdm => {
                "D = n·b(t), g² = 2n·b(t), with b = σ²α'/α − σσ': the reverse SDE of score-based diffusion models (Song et al. 2021). Diverges at t = 0 on Linear and GVP."
            }
            Self::Sigma => "D = n·σ(t), g² = 2n·σ(t): noise in proportion to what is left of it.",
            Self::Linear => "D = n·(1 − t), g² = 2n·(1 − t): falls in a straight line.",
            Self::Decreasing => {
                "D = ¼(n·cos πt + 1)², g² = ½(n·cos πt + 1)²: decreasing for n ≤ 1; n stands inside the square."
            }
            Self::IncreasingDecreasing => {
                "D = n·sin² πt, g² = 2n·sin² πt: most noise half-way, none at the ends."
            }
        }
    }

    /// D(t) with norm `n` on `path`; +∞ where it diverges (SBDM at t = 0 on Linear and GVP).
    #[must_use]
    pub fn coefficient(self, path: Interpolant, norm: f64, t: f64) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Constant => norm,
            Self::Sbdm => norm * path.score_weight(t),
            Self::Sigma => norm * path.coefficients(t).sigma,
            Self::Linear => norm * (1.0 - t),
            Self::Decreasing => {
                let g = norm * (PI * t).cos() + 1.0;
                0.25 * g * g
            }
            Self::IncreasingDecreasing => {
                let sin = (PI * t).sin();
                norm * sin * sin
            }
        }
    }

    /// Whether D is infinite at t = 0, so that a run has to start a little later.
    #[must_use]
    pub fn diverges_at_start(self, path: Interpolant) -> bool {
        self == Self::Sbdm && path != Interpolant::Vp
    }
}
