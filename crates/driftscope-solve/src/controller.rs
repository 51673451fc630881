//! Step-size control: when an attempt is accepted, and how large the next one is.

use driftscope_base::field::Real;
use serde::{Deserialize, Serialize};

use super::norm::Norm;

/// Whose rules the step size follows.
///
/// All multiply h by a power of the error ratio E, clipped to `[min_factor, max_factor]`. The
/// integral controllers take `safety·E^(−1/q)`; they differ at the edges, and those decide step
/// counts.
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
    /// Proportional–integral: looks at the last accepted error too, which calms the steps where
    /// stability limits them (Gustafsson 1991; Hairer & Wanner IV.2).
    Pi,
    /// Proportional–integral–derivative: looks at the last two (Söderlind 2003).
    Pid,
}

impl ControllerKind {
    /// Every kind, in menu order.
    pub const ALL: [Self; 5] =
        [Self::ITorchdiffeq, Self::IScipy, Self::IDiffrax, Self::Pi, Self::Pid];

    /// The name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ITorchdiffeq => "I (torchdiffeq)",
            Self::IScipy => "I (SciPy)",
            Self::IDiffrax => "I (diffrax)",
            Self::Pi => "PI",
            Self::Pid => "PID",
        }
    }

    /// The rule in words, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::ITorchdiffeq => {
                "h ← h·0.9·E^(−1/q). Accepts at E ≤ 1; an accepted step never makes the next one smaller."
            }
            Self::IScipy => {
                "h ← h·0.9·E^(−1/q). Accepts at E < 1; may shrink after an accepted step, does not grow right after a rejected one."
            }
            Self::IDiffrax => {
                "h ← h·0.9·E^(−1/q). Accepts at E < 1; a rejected step shrinks at least by the safety factor; the first step is 0.01."
            }
            Self::Pi => {
                "h ← h·0.9·Eₙ^(−(p+i)/q)·Eₙ₋₁^(p/q): the last accepted error counts too, which calms the steps where stability limits them (Gustafsson 1991)."
            }
            Self::Pid => {
                "h ← h·0.9·Eₙ^(−(p+i+d)/q)·Eₙ₋₁^((p+2d)/q)·Eₙ₋₂^(−d/q): the last two accepted errors count too (Söderlind 2003)."
            }
        }
    }

    /// Coefficients (p, i, d) that stand in where none are given: i = 1 for the integral
    /// controllers, PI3040 of Söderlind 2002 for `pi`, and for `pid` those of Kennedy & Carpenter 2003.
    #[must_use]
    pub fn usual_coefficients(self) -> [f64; 3] {
        match self {
            Self::ITorchdiffeq | Self::IScipy | Self::IDiffrax => [0.0, 1.0, 0.0],
            Self::Pi => [0.4, 0.3, 0.0],
            Self::Pid => [0.01, 0.47, 0.1],
        }
    }

    /// Whether coefficients other than the usual ones have an effect.
    #[must_use]
    pub fn takes_coefficients(self) -> bool {
        matches!(self, Self::Pi | Self::Pid)
    }
}

/// All choices about step-size control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepControl {
    /// Whose rules.
    pub kind: ControllerKind,
    /// Multiplies the step that the error estimate asks for.
    pub safety: f64,
    /// Smallest factor between two steps.
    pub min_factor: f64,
    /// Largest factor between two steps.
    pub max_factor: f64,
    /// Coefficients p, i and d of `pi` and `pid`.
    pub coefficients: [f64; 3],
    /// How the errors of many coordinates become one number.
    pub norm: Norm,
}

impl StepControl {
    /// The usual constants: safety 0.9, factors from 0.2 to 10, RMS.
    #[must_use]
    pub fn usual(kind: ControllerKind) -> Self {
        Self {
            kind,
            safety: 0.9,
            min_factor: 0.2,
            max_factor: 10.0,
            coefficients: kind.usual_coefficients(),
            norm: Norm::Rms,
        }
    }
}

impl Default for StepControl {
    fn default() -> Self {
        Self::usual(ControllerKind::default())
    }
}

/// The rules and constants of one controller for error estimates of one order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Controller {
    control: StepControl,
    /// `1/q`, with q the order of the error estimate plus one.
    pub exponent: f64,
    /// Exponents of this error and of the last two accepted ones.
    exponents: [f64; 3],
    /// Steps up to this length are accepted whatever their error, if it is finite.
    keeps_up_to: f64,
}

/// What a controller remembers of the attempts before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct History {
    /// Whether the attempt before was rejected.
    after_rejection: bool,
    /// Error ratios of the last two accepted attempts; 1 before there are any.
    accepted: [f64; 2],
}

impl Default for History {
    fn default() -> Self {
        Self { after_rejection: false, accepted: [1.0; 2] }
    }
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
    /// Errors smaller than this count as this in the memory of `pi` and `pid`, so that one lucky
    /// step does not rule the next two.
    const SMALLEST_REMEMBERED: f64 = 1e-4;

    /// A controller for an error estimate of `order`.
    #[must_use]
    pub fn new(control: StepControl, order: u32) -> Self {
        let exponent = 1.0 / (f64::from(order) + 1.0);
        let [p, i, d] = if control.kind.takes_coefficients() {
            control.coefficients
        } else {
            control.kind.usual_coefficients()
        };
        let exponents = [(p + i + d) * exponent, -(p + 2.0 * d) * exponent, d * exponent];
        Self { control, exponent, exponents, keeps_up_to: 0.0 }
    }

    /// The same, but it accepts steps up to this length whatever their error, if it is finite.
    #[must_use]
    pub fn keeping_up_to(self, keeps_up_to: f64) -> Self {
        Self { keeps_up_to, ..self }
    }

    /// All choices about it.
    #[must_use]
    pub fn control(&self) -> &StepControl {
        &self.control
    }

    /// The exponents of 1/E for this attempt and for the last two accepted ones.
    #[must_use]
    pub fn exponents(&self) -> [f64; 3] {
        self.exponents
    }

    /// The error that is remembered of an accepted attempt with this one.
    #[must_use]
    pub fn remembered(error_ratio: f64) -> f64 {
        error_ratio.max(Self::SMALLEST_REMEMBERED)
    }

    /// Between which factors the next step stays after an attempt with this error ratio;
    /// `after_rejection` says that the attempt before it was rejected.
    #[must_use]
    pub fn limits(&self, accepted: bool, after_rejection: bool, error_ratio: f64) -> (f64, f64) {
        let StepControl { kind, safety, min_factor, max_factor, .. } = self.control;
        match (kind, accepted) {
            // torchdiffeq tests E < 1 for its lower bound, so that E = 1 is accepted and shrinks.
            (ControllerKind::ITorchdiffeq, _) => {
                (if error_ratio < 1.0 { 1.0 } else { min_factor }, max_factor)
            }
            (ControllerKind::IDiffrax, true) => (1.0, max_factor),
            (ControllerKind::IScipy, true) => (0.0, if after_rejection { 1.0 } else { max_factor }),
            (ControllerKind::IScipy, false) | (ControllerKind::Pi | ControllerKind::Pid, true) => {
                (min_factor, max_factor)
            }
            (ControllerKind::IDiffrax | ControllerKind::Pi | ControllerKind::Pid, false) => {
                (min_factor, safety)
            }
        }
    }

    /// Judges an attempt of length `step` by its error ratio E (error over tolerance; not finite
    /// when the field was not), and remembers it.
    #[must_use]
    pub fn judge(&self, step: f64, error_ratio: f64, history: &mut History) -> Verdict {
        let StepControl { kind, safety, min_factor, max_factor, .. } = self.control;
        let after_rejection = history.after_rejection;
        history.after_rejection = true;
        if !error_ratio.is_finite() {
            return Verdict { accepted: false, factor: min_factor };
        }
        let is_small = match kind {
            ControllerKind::ITorchdiffeq => error_ratio <= 1.0,
            _ => error_ratio < 1.0,
        };
        let accepted = is_small || step <= self.keeps_up_to;
        let wanted = if error_ratio == 0.0 {
            max_factor
        } else {
            let [now, last, before] = self.exponents;
            let mut wanted = safety * error_ratio.powf(-now);
            if kind.takes_coefficients() {
                let [last_error, error_before] = history.accepted;
                wanted *= last_error.powf(-last) * error_before.powf(-before);
            }
            wanted
        };
        let (low, high) = self.limits(accepted, after_rejection, error_ratio);
        if accepted {
            history.after_rejection = false;
            history.accepted = [Self::remembered(error_ratio), history.accepted[0]];
        }
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

    /// The squares of particle `i`'s error on the way from `state` to `answer`, in units of the
    /// tolerance and gathered by `norm`. All slices are feature-major.
    #[must_use]
    pub fn gather<S: Real>(
        &self,
        norm: Norm,
        state: &[S],
        answer: &[S],
        error: &[S],
        i: usize,
    ) -> f64 {
        [i, state.len() / 2 + i].into_iter().fold(0.0, |gathered, j| {
            let scale = self.scale(state[j].to_f64(), answer[j].to_f64());
            norm.gather(gathered, in_units(error[j].to_f64(), scale))
        })
    }
}

/// `value` in units of the tolerance `scale`. What is exactly 0 is within any tolerance, 0 included
/// (a coordinate that stays at 0 while atol is 0).
#[must_use]
fn in_units(value: f64, scale: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value / scale }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(control: StepControl, ratios: &[f64]) -> Vec<f64> {
        let (controller, mut history) = (Controller::new(control, 4), History::default());
        ratios.iter().map(|&ratio| controller.judge(0.1, ratio, &mut history).factor).collect()
    }

    #[test]
    fn pi_and_pid_look_back_at_accepted_errors() {
        let pi = factors(StepControl::usual(ControllerKind::Pi), &[0.5, 0.25]);
        let expected = [
            0.9 * 0.5_f64.powf(-0.7 / 5.0),
            0.9 * 0.25_f64.powf(-0.7 / 5.0) * 0.5_f64.powf(0.4 / 5.0),
        ];
        for (found, wanted) in pi.iter().zip(expected) {
            assert!((found - wanted).abs() < 1e-15);
        }
        let pid = factors(StepControl::usual(ControllerKind::Pid), &[0.5, 2.0, 0.25, 0.8]);
        // The rejected attempt in between is not remembered, and shrinks by safety at least.
        let wanted =
            0.9 * 0.8_f64.powf(-0.58 / 5.0) * 0.25_f64.powf(0.21 / 5.0) * 0.5_f64.powf(-0.1 / 5.0);
        assert!((pid[3] - wanted).abs() < 1e-15 && pid[1] <= 0.9);
    }

    #[test]
    fn coefficients_belong_to_pi_and_pid_only() {
        for kind in ControllerKind::ALL {
            let usual = StepControl::usual(kind);
            let other = StepControl { coefficients: [0.1, 0.8, 0.05], ..usual };
            let ratios = [0.4, 3.0, 0.2];
            assert_eq!(
                factors(usual, &ratios) != factors(other, &ratios),
                kind.takes_coefficients(),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn factors_stay_in_their_range() {
        for kind in ControllerKind::ALL {
            let control =
                StepControl { min_factor: 0.5, max_factor: 3.0, ..StepControl::usual(kind) };
            assert!((factors(control, &[1e-9])[0] - 3.0).abs() < 1e-15, "{kind:?}");
            assert!((factors(control, &[1e9])[0] - 0.5).abs() < 1e-15, "{kind:?}");
            assert!((factors(control, &[f64::NAN])[0] - 0.5).abs() < 1e-15, "{kind:?}");
        }
    }
}
