//! Settings that are one of several things, each with a name, a title and a sentence.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{TOYS, Toy};
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::SYSTEMS;
use driftscope_flow::network::{
    Activation, Decay, GradientMethod, LossRef, Objective, Pairing, TimeDensity, Weighting, Word,
};
use driftscope_flow::prediction::Prediction;
use driftscope_solve::grid::{Ays, Spacing};
use driftscope_solve::sde::{LastStep, Scheme};
use driftscope_solve::{
    ControllerKind, End, ErrorWeights, FinalOrder, MethodRef, MinStepPolicy, Norm, Scope,
    SolverType, UniPcB, Variable,
};

use super::super::layer::Layer;
use super::super::view::{Clock, ColourBy, Overlap, Projection};
use super::super::{Direction, FieldKind, Precision, Start, TimesIn};

/// One of several things that a setting can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in scene files and on the command line.
    pub name: &'static str,
    /// Its name in menus.
    pub title: &'static str,
    /// The formula or the meaning, for a tooltip.
    pub about: &'static str,
}

impl Choice {
    const fn new(name: &'static str, title: &'static str, about: &'static str) -> Self {
        Self { name, title, about }
    }
}

/// A type whose values are choices.
pub trait Named: Copy + 'static {
    /// All of them, in menu order.
    fn all() -> Vec<Self>;

    /// Name, title and what it means.
    fn words(self) -> Choice;

    /// All in words, in menu order.
    fn choices() -> Vec<Choice> {
        Self::all().into_iter().map(Self::words).collect()
    }

    /// The one called `name` in scene files.
    fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|value| value.words().name == name)
    }
}

/// The built-in distributions.
pub(in crate::scene) fn toys() -> Vec<Choice> {
    TOYS.iter().map(of_toy).collect()
}

/// A built-in distribution as a choice.
pub(in crate::scene) fn of_toy(toy: &Toy) -> Choice {
    Choice::new(toy.name, toy.title, toy.about)
}

/// The classic ODEs.
pub(super) fn systems() -> Vec<Choice> {
    SYSTEMS.iter().map(|system| Choice::new(system.name, system.title, system.about)).collect()
}

/// Choices whose type has the words itself.
macro_rules! in_its_own_words {
    ($($type:ty),*) => {$(
        impl Named for $type {
            fn all() -> Vec<Self> {
                Self::ALL.to_vec()
            }

            fn words(self) -> Choice {
                Choice::new(self.name(), self.title(), self.about())
            }
        }
    )*};
}

in_its_own_words!(Interpolant, Spacing, DiffusionForm, Scheme, Layer, Prediction);

/// Choices whose type has a table of words.
macro_rules! in_a_table {
    ($($type:ty),*) => {$(
        impl Named for $type {
            fn all() -> Vec<Self> {
                Self::ALL.iter().map(|word| word.value).collect()
            }

            fn words(self) -> Choice {
                let word = Self::ALL.into_iter().find(|word| word.value == self);
                let Word { name, title, about, .. } = word.expect("the table has every value");
                Choice::new(name, title, about)
            }
        }
    )*};
}

in_a_table!(Activation, Decay, Objective, Pairing, TimeDensity, Weighting);

/// Choices whose type has titles and sentences, with their names.
macro_rules! by_name {
    ($type:ty: $($value:ident $name:literal),*) => {
        impl Named for $type {
            fn all() -> Vec<Self> {
                Self::ALL.to_vec()
            }

            fn words(self) -> Choice {
                let name = match self {
                    $(Self::$value => $name),*
                };
                Choice::new(name, self.title(), self.about())
            }
        }
    };
}

by_name!(ControllerKind:
    ITorchdiffeq "i-torchdiffeq", IScipy "i-scipy", IDiffrax "i-diffrax", Pi "pi", Pid "pid");
by_name!(LastStep: Mean "mean", Tweedie "tweedie", Euler "euler", None "none");
by_name!(ColourBy:
    Plain "plain", StartAngle "start-angle", Component "component", LocalError "local-error",
    Nfe "nfe", Steps "steps", Rejected "rejected", Speed "speed", Distance "distance");

/// Choices with all their words.
macro_rules! words {
    ($type:ty: $($value:ident $name:literal, $title:literal, $about:literal;)*) => {
        impl Named for $type {
            fn all() -> Vec<Self> {
                vec![$(Self::$value),*]
            }

            fn words(self) -> Choice {
                match self {
                    $(Self::$value => Choice::new($name, $title, $about)),*
                }
            }
        }
    };
}

words!(Direction:
    Generate "generate", "Generate", "From noise to data.";
    Noise "noise", "Noise", "From data to noise: the linear diffusion of the VP-SDE run forwards.";
    Encode "encode", "Encode", "From data to noise by the probability-flow ODE: the field run backwards, without noise.";
);
words!(FieldKind:
    Learned "learned", "Learned", "A network trained on this distribution: solver error and model error together.";
    Exact "exact", "Exact", "The distribution's own velocity in closed form: the only error left is the solver's.";
    Classic "classic", "Classic ODE", "An ODE from the textbooks instead of a distribution: decay, the oscillator, Van der Pol and others.";
);
words!(Precision:
    F32 "f32", "f32", "Single precision.";
    F64 "f64", "f64", "Double precision.";
);
words!(Start:
    Marginal "marginal", "p_t", "A draw of p_t at the first t.";
    Noise "noise", "N(0, I)", "A standard normal point, whatever the first t.";
);
words!(Scope:
    PerParticle "per-particle", "Particle", "Each particle takes its own steps, as diffrax under vmap or torchode.";
    WholeBatch "whole-batch", "Batch", "One step size for the whole batch, by the norm over every coordinate, as torchdiffeq.";
);
words!(End:
    Clamp "clamp", "Clamp", "The last step is cut to land on the end (SciPy, diffrax).";
    Overshoot "overshoot", "Overshoot", "The last step goes beyond and is interpolated (torchdiffeq).";
);
words!(ErrorWeights:
    Classical "classical", "Classical", "Dormand and Prince's own (SciPy, Hairer).";
    Torchdiffeq "torchdiffeq", "Torch", "Two thirds of them (torchdiffeq, diffrax).";
);
words!(Norm:
    Rms "rms", "RMS", "Root of the mean square (SciPy, torchdiffeq, diffrax).";
    Max "max", "Max", "The largest: no coordinate may exceed its tolerance.";
);
words!(MinStepPolicy:
    Stop "stop", "Stop", "It is rejected; the particle stops there and says so.";
    Accept "accept", "Accept", "It is kept whatever its error (torchdiffeq, diffrax).";
);
words!(Ays:
    Sd15 "sd15", "SD 1.5", "Stable Diffusion 1.5: 14.615 to 0.029.";
    Sdxl "sdxl", "SDXL", "Stable Diffusion XL: 14.615 to 0.029.";
    Svd "svd", "SVD", "Stable Video Diffusion: 700 to 0.002.";
);
words!(SolverType:
    Midpoint "midpoint", "Midpoint", "Half the step's rise of the last difference, as DPM-Solver++ has it.";
    Heun "heun", "Heun", "The line through both, integrated exactly: exponential Adams, ComfyUI's res_multistep.";
);
words!(UniPcB:
    Bh1 "bh1", "h", "B(h) = h. It has no limit at σ = 0.";
    Bh2 "bh2", "e^h − 1", "B(h) = e^h − 1.";
);
words!(FinalOrder:
    Full "full", "Full", "The method keeps its order to the end.";
    Lower "lower", "Lower", "It falls as in diffusers (2M, 3M and DEIS in runs of fewer than 15 steps, UniPC always); iPNDM ends in the data prediction, as in ComfyUI.";
);
words!(Variable:
    Level "level", "σ/α", "The level σ/α, or its logarithm.";
    Flow "flow", "1 − t", "σ/(α + σ), which is 1 − t on Linear: what ComfyUI hands to rules written for σ/α when the model is a flow.";
);
words!(TimesIn:
    T "t", "t", "Times t, rising; noising times 1 − t where t falls.";
    Sigma "sigma", "σ", "Noise σ, falling from noise to data.";
    Level "level", "σ/α", "Noise levels σ/α, falling from noise to data: the σ of EDM, k-diffusion and ComfyUI.";
    LogSnr "log-snr", "log α/σ", "Log signal-to-noise ratios log(α/σ), rising from noise to data: the λ of DPM-Solver.";
);
words!(Projection:
    Plane "plane", "Plane", "Where the particles are at the current t.";
    OverTime "over-time", "Over time", "t to the right, one direction of the plane upwards.";
);
words!(Overlap:
    Automatic "automatic", "Auto", "20 000 particles and more of one colour add up, others cover.";
    Cover "cover", "Cover", "The upper one covers the lower one.";
    AddUp "add-up", "Add up", "Where particles overlap it becomes brighter; darker on a light ground.";
);
words!(Clock:
    Time "time", "In t", "t runs evenly.";
    Steps "steps", "In steps", "Each accepted step takes equally long.";
);

impl Named for MethodRef {
    fn all() -> Vec<Self> {
        Self::all().collect()
    }

    fn words(self) -> Choice {
        let method = self.get();
        Choice::new(method.name, method.title, method.about)
    }
}

impl Named for LossRef {
    fn all() -> Vec<Self> {
        Self::all().collect()
    }

    fn words(self) -> Choice {
        Choice::new(self.name, self.title, self.about)
    }
}

impl Named for GradientMethod {
    fn all() -> Vec<Self> {
        Self::all().collect()
    }

    fn words(self) -> Choice {
        match self {
            Self::Fused => Choice::new(
                "fused",
                "Fused",
                "Forward and backward in one pass, on up to four threads.",
            ),
            Self::Autodiff(_) => Choice::new(
                "autodiff",
                "Autodiff",
                "burn's automatic differentiation, which gives the same network up to rounding, later.",
            ),
        }
    }
}
