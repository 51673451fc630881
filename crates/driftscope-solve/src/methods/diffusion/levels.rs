//! Noise levels at the ends of a step.

use driftscope_base::interpolant::{Coefficients, Interpolant};

use crate::stepper::{SamplerKnobs, Variable};

/// A noise level, as a rule sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    /// Share of the data.
    pub alpha: f64,
    /// Share of the noise.
    pub sigma: f64,
    /// What the rule steps is this times the point of the path.
    pub scale: f64,
}

impl Level {
    /// That of a path at `t`. In the flow variable it is that of the point over α + σ, as if the data were not
    /// diminished: `x/(α + σ) = x1 + s (x0 − x1)`, `s = σ/(α + σ)`.
    pub fn at(path: Interpolant, t: f64, variable: Variable) -> Self {
        Self::of(&path.coefficients(t), variable)
    }

    /// The same of coefficients that are known.
    pub fn of(&Coefficients { alpha, sigma, .. }: &Coefficients, variable: Variable) -> Self {
        match variable {
            Variable::Level => Self { alpha, sigma, scale: 1.0 },
            Variable::Flow => {
                let scale = 1.0 / (alpha + sigma);
                Self { alpha: 1.0, sigma: sigma * scale, scale }
            }
        }
    }

    /// `k = σ/α`; infinite where there are no data.
    pub fn ratio(self) -> f64 {
        self.sigma / self.alpha
    }

    /// Whether it holds both data and noise, so that λ is finite.
    pub fn is_finite(self) -> bool {
        self.alpha > 0.0 && self.sigma > 0.0
    }
}

/// A step between two levels, and what decides how it is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between<'a> {
    pub path: Interpolant,
    /// When it ends.
    pub t1: f64,
    /// Where it starts and ends.
    pub start: Level,
    pub end: Level,
    /// Where the steps before it started whose predictions are kept, the latest first.
    pub before: &'a [Level],
    /// Its number, from 0, and the number of steps of the run.
    pub index: usize,
    pub steps: usize,
    pub knobs: &'a SamplerKnobs,
}

impl Between<'_> {
    /// `e^{−h}` with h the rise in λ.
    pub fn decay(&self) -> f64 {
        (self.end.sigma / self.start.sigma) * (self.start.alpha / self.end.alpha)
    }

    /// h, the rise in λ.
    pub fn rise(&self) -> f64 {
        -self.decay().ln()
    }

    /// When the path has a level k of the variable of the step, and all of that level.
    pub fn place(&self, ratio: f64) -> (f64, Level) {
        let variable = self.knobs.variable;
        let time = match variable {
            Variable::Level => self.path.time_of_level(1.0, ratio),
            Variable::Flow => self.path.time_of_level(1.0 - ratio, ratio),
        };
        (time, Level::at(self.path, time, variable))
    }

    /// Levels k at the start and the end.
    pub fn ratios(&self) -> [f64; 2] {
        [self.start.ratio(), self.end.ratio()]
    }

    /// λ where earlier steps started, less that where this one does: below 0, the nearest first.
    pub fn earlier(&self) -> impl Iterator<Item = f64> {
        self.before
            .iter()
            .map(|level| ((level.alpha / self.start.alpha) * (self.start.sigma / level.sigma)).ln())
    }

    /// How many steps are left, this one counted.
    pub fn left(&self) -> usize {
        self.steps.saturating_sub(self.index).max(1)
    }
}
