//! What a network is trained to be: the velocity of a flow, or the average velocity of its map.

use driftscope_base::interpolant::Interpolant;

use crate::coupling::Coupling;
use crate::network::Word;
use crate::network::words::by_name;
use crate::prediction::Prediction;

/// What the targets of a training are made of. All but the first train a flow map, `u(x, s, t)` with
/// `X = x + (t − s) u` the solution at t from x at s; where s = t its target is that of flow matching.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Objective {
    /// The sample's own velocity, or another of its quantities (Lipman et al. 2023, arXiv:2210.02747).
    #[default]
    FlowMatching,
    /// `v_c + (t − s) (∂_s u + v_c·∇u)` (Geng et al. 2025, arXiv:2505.13447).
    MeanFlow,
    /// The mean of two steps of half the length (Frans et al. 2024, arXiv:2410.12557).
    Shortcut,
    /// The end of a jump from a little later on the same path (Song et al. 2023, arXiv:2303.01469).
    Consistency,
    /// The velocity where the step ends, less `(t − s) ∂_t u` (Boffi et al. 2025, arXiv:2505.18825).
    Lagrangian,
}

impl Objective {
    /// Every objective, the usual one first.
    pub const ALL: [Word<Self>; 5] = [
        Word::new(
            "flow-matching",
            "Flow matching",
            "The velocity of the sample's own path, or what else is predicted: its mean is the field.",
            Self::FlowMatching,
        ),
        Word::new(
            "mean-flow",
            "MeanFlow",
            "The average velocity u of a step from s to t: u = v + (t − s)·(∂_s u + v·∇u), the bracket by forward derivatives.",
            Self::MeanFlow,
        ),
        Word::new(
            "shortcut",
            "Shortcut",
            "One step is as far as two of half the length: lengths are 1, 1/2, … 1/64.",
            Self::Shortcut,
        ),
        Word::new(
            "consistency",
            "Consistency training",
            "A jump to t = 1 ends where one from a little later on the same path does. Only such jumps are learned.",
            Self::Consistency,
        ),
        Word::new(
            "lagrangian",
            "Lagrangian self-distillation",
            "The map moves with the velocity at its end: u + (t − s)·∂_t u = v(x + (t − s)·u, t).",
            Self::Lagrangian,
        ),
    ];

    /// Whether it trains a flow map.
    #[must_use]
    pub fn is_flow_map(self) -> bool {
        self != Self::FlowMatching
    }

    /// Whether steps of every length are learned, and the velocity with them; consistency training learns
    /// jumps to t = 1 alone.
    #[must_use]
    pub fn learns_every_step(self) -> bool {
        self != Self::Consistency
    }
}

by_name!(Objective, "objective");

/// How the errors at different times are weighed against each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weighting {
    /// As they are; a score's error times σ², which makes it that of the noise.
    #[default]
    Plain,
    /// So that the loss is that of the velocity, sample by sample.
    Velocity,
}

impl Weighting {
    /// Every weighting, the usual one first.
    pub const ALL: [Word<Self>; 2] = [
        Word::new(
            "plain",
            "Plain",
            "Errors of what is predicted count alike at all times; those of a score times σ².",
            Self::Plain,
        ),
        Word::new(
            "velocity",
            "As the velocity's",
            "Errors count as the errors of the velocity that they make, up to a limit.",
            Self::Velocity,
        ),
    ];
}

impl Weighting {
    /// The weight of the squared error of a prediction at t; none where it is 1 at all times.
    #[must_use]
    pub fn weight(self, prediction: Prediction, path: Interpolant, t: f64) -> Option<f64> {
        match (self, prediction) {
            (_, Prediction::Velocity) | (Self::Plain, Prediction::Data | Prediction::Noise) => None,
            (Self::Plain, Prediction::Score) => Some(path.coefficients(t).sigma.powi(2)),
            (Self::Velocity, _) => Some(prediction.loss_weight(path, t)),
        }
    }
}

by_name!(Weighting, "weighting");

/// How the points of a batch are paired with those of its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pairing {
    /// As drawn, [`Coupling::Independent`].
    #[default]
    Independent,
    /// By [`Coupling::Optimal`].
    Optimal,
    /// By [`Coupling::Sinkhorn`].
    Sinkhorn,
}

impl Pairing {
    /// Every pairing, the usual one first.
    pub const ALL: [Word<Self>; 3] = [
        Word::new(
            Coupling::ALL[0].name(),
            Coupling::ALL[0].title(),
            "Noise and data are paired as drawn: lines between them cross everywhere.",
            Self::Independent,
        ),
        Word::new(
            Coupling::ALL[1].name(),
            Coupling::ALL[1].title(),
            "Within blocks of a batch noise and data are paired so that the sum of squared distances is least. Paths become straight; there is no score any more.",
            Self::Optimal,
        ),
        Word::new(
            Coupling::ALL[2].name(),
            Coupling::ALL[2].title(),
            "Within blocks of a batch the data are drawn by the entropic plan: ε near 0 as optimal, far above the distances as independent. There is no score any more.",
            Self::Sinkhorn,
        ),
    ];
}

by_name!(Pairing, "coupling");

/// How the learning rate falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decay {
    /// Half a cosine down to zero.
    #[default]
    Cosine,
    /// A straight line down to zero.
    Linear,
    /// Not at all.
    Constant,
}

impl Decay {
    /// Every decay, the usual one first.
    pub const ALL: [Word<Self>; 3] = [
        Word::new("cosine", "Half a cosine", "Down to zero at the last step.", Self::Cosine),
        Word::new("linear", "Straight line", "Down to zero at the last step.", Self::Linear),
        Word::new("constant", "None", "It stays as it is after the warm-up.", Self::Constant),
    ];

    /// The factor of the learning rate when `progress` of the training, 0 to 1, is done.
    #[must_use]
    pub fn factor(self, progress: f64) -> f64 {
        match self {
            Self::Cosine => 0.5 + 0.5 * (std::f64::consts::PI * progress).cos(),
            Self::Linear => 1.0 - progress,
            Self::Constant => 1.0,
        }
    }
}

by_name!(Decay, "decay");
