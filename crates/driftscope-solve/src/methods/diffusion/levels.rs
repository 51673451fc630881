//! Noise levels at the ends of a step, and what the step before has left.

use driftscope_base::interpolant::Coefficients;

/// The step before, for methods that look back. All arrays are feature-major.
pub(super) struct Memory {
    /// The level where the step started, and its λ.
    pub level: Coefficients,
    pub start: f64,
    /// Data predictions there.
    pub data: Vec<f64>,
    /// The state it started from, as corrected.
    pub state: Vec<f64>,
    /// Data predictions of the step before that, and λ there.
    pub earlier: Option<(f64, Vec<f64>)>,
}

/// Levels at both ends of a step.
#[derive(Clone, Copy)]
pub(super) struct Levels {
    pub start: Coefficients,
    pub end: Coefficients,
}

impl Levels {
    /// `e^{−h}` with h the rise in λ; 0 where h is infinite.
    pub fn decay(self) -> f64 {
        (self.end.sigma / self.start.sigma) * (self.start.alpha / self.end.alpha)
    }

    /// The rise in λ.
    pub fn rise(self) -> f64 {
        -self.decay().ln()
    }

    /// Whether both ends hold data and noise, so that λ is finite.
    pub fn are_finite(self) -> bool {
        self.start.alpha > 0.0 && self.end.sigma > 0.0
    }

    /// DDIM's step in one coordinate.
    pub fn ddim(self, data: f64, noise: f64) -> f64 {
        self.end.alpha * data + self.end.sigma * noise
    }

    /// `x·σ₁/σ₀ + α₁(1 − e^{−h})·data`: the exact step for a constant data prediction.
    pub fn with_data(self, x: f64, data: f64) -> f64 {
        x * self.end.sigma / self.start.sigma + self.end.alpha * (1.0 - self.decay()) * data
    }
}

pub(super) fn log_snr(level: &Coefficients) -> f64 {
    (level.alpha / level.sigma).ln()
}

/// `UniC`'s weights of the difference to the earlier prediction and of that to the new one, for a step of
/// `h` in λ; `earlier` is how far the step before that started from where it does.
pub(super) fn weights(h: f64, earlier: Option<f64>) -> (f64, f64) {
    // φ-functions of −h over B(h) = e^{−h} − 1, as the two conditions on the weights.
    let phi_1 = (-h).exp_m1() / -h;
    let phi_2 = (phi_1 - 1.0) / -h;
    let phi_3 = (phi_2 - 0.5) / -h;
    let conditions = [phi_2 / phi_1, 2.0 * phi_3 / phi_1];
    match earlier {
        None => (0.0, 0.5),
        Some(earlier) => {
            let ratio = earlier / h;
            let ahead = (conditions[1] - ratio * conditions[0]) / (1.0 - ratio);
            ((conditions[0] - ahead) / ratio, ahead)
        }
    }
}

/// `UniC`: the step that ended at λ = `here` made again, now with the data prediction there.
pub(super) fn correct(before: &Memory, end: Coefficients, here: f64, data: &[f64]) -> Vec<f64> {
    let levels = Levels { start: before.level, end };
    let h = here - before.start;
    let scale = end.alpha * (-h).exp_m1();
    let earlier = before.earlier.as_ref().filter(|(level, _)| level.is_finite());
    let (back, ahead) = weights(h, earlier.map(|(level, _)| level - before.start));
    (0..data.len())
        .map(|j| {
            let middle = before.data[j];
            let earlier = earlier.map_or(0.0, |(_, earlier)| back * (earlier[j] - middle));
            let correction = earlier + ahead * (data[j] - middle);
            levels.with_data(before.state[j], middle) - scale * correction
        })
        .collect()
}
