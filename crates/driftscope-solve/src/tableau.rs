//! Butcher tableaus of explicit Runge–Kutta methods.

use serde::{Deserialize, Serialize};

/// An explicit Runge–Kutta method: `k_i = f(t + c_i h, y + h Σ_j a_ij k_j)`, `y1 = y + h Σ b_i k_i`.
#[derive(Debug)]
pub struct Tableau {
    /// Nodes c, one per stage; `c[0] = 0`.
    pub c: &'static [f64],
    /// Rows of a below the diagonal; row i has i entries.
    pub a: &'static [&'static [f64]],
    /// Weights b of the answer.
    pub b: &'static [f64],
    /// The embedded error estimate, where the method has one.
    pub embedded: Option<Embedded>,
    /// The last stage is `f(t + h, y1)`, so it serves as the first stage of the next step.
    pub first_same_as_last: bool,
    /// How positions between t and t + h are found.
    pub dense: Dense,
    /// torchdiffeq's way of finding them, where that is another. It serves only to repeat what
    /// torchdiffeq does.
    pub torchdiffeq_dense: Option<Dense>,
}

/// An embedded error estimate `err = h Σ e_i k_i` with `e = b − b̂`.
#[derive(Debug)]
pub struct Embedded {
    /// Error weights, one per stage.
    pub weights: &'static [f64],
    /// A second estimate, of order three, which tempers the first (DOP853).
    pub third_order_weights: Option<&'static [f64]>,
    /// The two-thirds pair of torchdiffeq and diffrax, where that differs.
    pub torchdiffeq_weights: Option<&'static [f64]>,
    /// Order of the lower answer (7 for DOP853's two estimates together); the step-size exponent is
    /// `1/(order + 1)`.
    pub order: u32,
}

/// Dense output of a method.
#[derive(Debug)]
pub enum Dense {
    /// The straight line that the method itself drew (Euler).
    Line,
    /// Cubic Hermite through both ends and their slopes.
    Hermite,
    /// `y(θ) = y0 + h Σ_i k_i Σ_j p_ij θ^{j+1}`: rows `p_i`, one per stage.
    Polynomial(&'static [&'static [f64]]),
    /// The same with further stages, evaluated only for it.
    Extended {
        /// Their nodes.
        c: &'static [f64],
        /// Their rows of a, over all stages before them.
        a: &'static [&'static [f64]],
        /// One row per stage, the further ones last.
        polynomial: &'static [&'static [f64]],
    },
}

impl Dense {
    /// Stages evaluated only for dense output.
    #[must_use]
    pub fn further_stages(&self) -> usize {
        if let Self::Extended { c, .. } = self { c.len() } else { 0 }
    }
}

impl Tableau {
    /// Evaluations of the field in one step.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.b.len()
    }

    /// Whether torchdiffeq's variant of the method differs: in its error weights or its dense
    /// output.
    #[must_use]
    pub fn has_torchdiffeq_variant(&self) -> bool {
        let weights = self.embedded.as_ref().and_then(|pair| pair.torchdiffeq_weights);
        weights.is_some() || self.torchdiffeq_dense.is_some()
    }
}

/// Which error weights DOPRI5 uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorWeights {
    /// Dormand and Prince's own (SciPy, Hairer).
    #[default]
    Classical,
    /// Two thirds of them (torchdiffeq, diffrax).
    Torchdiffeq,
}

impl ErrorWeights {
    /// The weights to use instead of the tableau's own, if any.
    #[must_use]
    pub fn of(self, tableau: &Tableau) -> Option<&'static [f64]> {
        let embedded = tableau.embedded.as_ref()?;
        match self {
            Self::Classical => None,
            Self::Torchdiffeq => embedded.torchdiffeq_weights,
        }
    }
}
