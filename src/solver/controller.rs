//! Step-size control: when an attempt is accepted, and how large the next one is.

use serde::{Deserialize, Serialize};

/// Which program's rules the integral controller follows.
///
/// All multiply h by `safety·E^(−1/q)`, clipped to `[min_factor, max_factor]`; they differ at the
/// edges, and those decide step counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControllerKind {
    /// Accepts at E ≤ 1; an accepted step never makes the next one smaller.
    #[default]
    ITorchdiffeq,
    /// Accepts at E < 1; may shrink to 0.9 after an accepted step; does not grow right after a
    /// rejection.
    IScipy,
    /// Accepts at E < 1; an accepted step never makes the next one smaller, a rejected one
    /// shrinks at least by the safety factor; starts at min(0.01, interval).
    IDiffrax,
}

impl ControllerKind {
    /// Every kind, in menu order.
    pub const ALL: [Self; 3] = [Self::ITorchdiffeq, Self::IScipy, Self::IDiffrax];
}

/// The rules and constants of one controller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Controller {
    /// Whose rules.
    pub kind: ControllerKind,
    /// Multiplies the step that the error estimate asks for.
    pub safety: f64,
    /// Smallest factor between two steps.
    pub min_factor: f64,
    /// Largest factor between two steps.
    pub max_factor: f64,
    /// `1/q`, with q the order of the error estimate plus one.
    pub exponent: f64,
}

/// What one error ratio led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Whether the step counts.
    pub accepted: bool,
    /// The next attempt's h over this one's.
    pub factor: f64,
}

impl Controller {
    /// The usual constants (safety 0.9, factors from 0.2 to 10) for an error estimate of
    /// `order`.
    #[must_use]
    pub fn new(kind: ControllerKind, order: u32) -> Self {
        Self {
            kind,
            safety: 0.9,
            min_factor: 0.2,
            max_factor: 10.0,
            exponent: 1.0 / (f64::from(order) + 1.0),
        }
    }

    /// Judges an attempt by its error ratio E (error over tolerance; not finite when the field
    /// was not). `after_rejection` says that the attempt before this one was rejected.
    #[must_use]
    pub fn judge(&self, error_ratio: f64, after_rejection: bool) -> Verdict {
        if !error_ratio.is_finite() {
            return Verdict { accepted: false, factor: self.min_factor };
        }
        let wanted = if error_ratio == 0.0 {
            self.max_factor
        } else {
            self.safety * error_ratio.powf(-self.exponent)
        };
        let accepted = match self.kind {
            ControllerKind::ITorchdiffeq => error_ratio <= 1.0,
            ControllerKind::IScipy | ControllerKind::IDiffrax => error_ratio < 1.0,
        };
        let (low, high) = match (self.kind, accepted) {
            // torchdiffeq tests E < 1 for its lower bound, so that E = 1 is accepted and shrinks.
            (ControllerKind::ITorchdiffeq, _) => {
                (if error_ratio < 1.0 { 1.0 } else { self.min_factor }, self.max_factor)
            }
            (ControllerKind::IDiffrax, true) => (1.0, self.max_factor),
            (ControllerKind::IDiffrax, false) => (self.min_factor, self.safety),
            (ControllerKind::IScipy, true) => {
                (0.0, if after_rejection { 1.0 } else { self.max_factor })
            }
            (ControllerKind::IScipy, false) => (self.min_factor, self.max_factor),
        };
        Verdict { accepted, factor: wanted.max(low).min(high) }
    }
}

/// Absolute and relative tolerance; the error of a coordinate is measured in units of
/// `atol + rtol·max(|y0|, |y1|)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Absolute part, in units of the plane.
    pub atol: f64,
    /// Relative part, without unit.
    pub rtol: f64,
}

impl Tolerances {
    /// The error allowed in a coordinate that goes from `y0` to `y1`.
    #[must_use]
    pub fn scale(&self, y0: f64, y1: f64) -> f64 {
        self.atol + self.rtol * y0.abs().max(y1.abs())
    }
}

/// The first step by Hairer, Nørsett & Wanner, Solving ODEs I, II.4, from RMS norms measured in
/// units of the tolerance.
#[derive(Clone, Copy, Debug)]
pub struct FirstStep {
    /// Norm of the state.
    pub state: f64,
    /// Norm of the velocity.
    pub velocity: f64,
}

impl FirstStep {
    /// The length of the Euler step with which the second derivative is probed.
    #[must_use]
    pub fn probe(&self, interval: f64) -> f64 {
        let probe = if self.state < 1e-5 || self.velocity < 1e-5 {
            1e-6
        } else {
            0.01 * self.state / self.velocity
        };
        probe.min(interval)
    }

    /// The first step, given the norm of the change in velocity over the probe.
    #[must_use]
    pub fn step(&self, interval: f64, velocity_change: f64, exponent: f64) -> f64 {
        let probe = self.probe(interval);
        let curvature = velocity_change / probe;
        let steepest = self.velocity.max(curvature);
        let step = if steepest <= 1e-15 {
            (probe * 1e-3).max(1e-6)
        } else {
            (0.01 / steepest).powf(exponent)
        };
        (100.0 * probe).min(step).min(interval)
    }
}
