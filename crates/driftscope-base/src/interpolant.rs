//! The paths between noise and data: `x_t = α(t) x1 + σ(t) x0`, with `t = 0` noise and `t = 1` data.
//!
//! Sources: Albergo, Boffi & Vanden-Eijnden 2023 (arXiv:2303.08797), Ma et al. 2024 (SiT,
//! arXiv:2401.08740); the VP schedule is that of DDPM and score-SDE (β from 0.1 to 20).

use std::f64::consts::{FRAC_PI_2, PI};

use serde::{Deserialize, Serialize};

/// Smallest β of the variance-preserving SDE, at the data end.
const BETA_MIN: f64 = 0.1;
/// β grows by this much from the data end to the noise end.
const BETA_RANGE: f64 = 19.9;

/// A way from noise to data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolant {
    /// `α = t, σ = 1 − t` (flow matching, rectified flow).
    #[default]
    Linear,
    /// `α = sin(πt/2), σ = cos(πt/2)` (trigonometric, variance preserving).
    Gvp,
    /// `α = e^L, σ = √(1 − e^{2L})` (DDPM, score-SDE).
    Vp,
}

/// α, σ and their derivatives at one t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// α(t), the share of data.
    pub alpha: f64,
    /// dα/dt.
    pub d_alpha: f64,
    /// σ(t), the share of noise.
    pub sigma: f64,
    /// dσ/dt; −∞ at t = 1 on VP.
    pub d_sigma: f64,
    /// σ·dσ/dt, finite where dσ/dt is not.
    pub sigma_d_sigma: f64,
}

impl Coefficients {
    /// The velocity `α' E[x1|x] + σ' E[x0|x]` of a point whose posterior means are
    /// `data = E[x1|x]` and `scaled_noise = E[x0|x]/σ = −score`.
    #[must_use]
    pub fn velocity(&self, data: f64, scaled_noise: f64) -> f64 {
        self.d_alpha * data + self.sigma_d_sigma * scaled_noise
    }
}

impl Interpolant {
    /// Every interpolant, in menu order.
    pub const ALL: [Self; 3] = [Self::Linear, Self::Gvp, Self::Vp];

    /// The interpolant called `name` in files and on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|path| path.name() == name)
    }

    /// The name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Gvp => "gvp",
            Self::Vp => "vp",
        }
    }

    /// The name in menus.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Linear => "Linear",
            Self::Gvp => "GVP (trigonometric)",
            Self::Vp => "VP (DDPM)",
        }
    }

    /// The formula, what it is and where it comes from, for a tooltip.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Linear => {
                "x_t = t·x1 + (1 − t)·x0\nStraight lines from noise to data, as in flow matching and rectified flow (Lipman et al. 2023; Liu et al. 2023)."
            }
            Self::Gvp => {
                "x_t = sin(πt/2)·x1 + cos(πt/2)·x0\nA quarter circle: data of unit variance keep unit variance (Albergo et al. 2023)."
            }
            Self::Vp => {
                "x_t = e^L·x1 + √(1 − e^2L)·x0, L = −¼(1−t)²·19.9 − ½(1−t)·0.1\nThe path of DDPM and the variance-preserving SDE (Song et al. 2021)."
            }
        }
    }

    /// α, σ and their derivatives at `t`.
    ///
    /// Any finite `t` is allowed for Linear and GVP; on VP σ is undefined (NaN) beyond `t = 1`.
    #[must_use]
    pub fn coefficients(self, t: f64) -> Coefficients {
        match self {
            Self::Linear => Coefficients {
                alpha: t,
                d_alpha: 1.0,
                sigma: 1.0 - t,
                d_sigma: -1.0,
                sigma_d_sigma: t - 1.0,
            },
            Self::Gvp => {
                let (sin, cos) = quarter_circle(t);
                Coefficients {
                    alpha: sin,
                    d_alpha: FRAC_PI_2 * cos,
                    sigma: cos,
                    d_sigma: -FRAC_PI_2 * sin,
                    sigma_d_sigma: -FRAC_PI_2 * sin * cos,
                }
            }
            Self::Vp => {
                let log_alpha = vp_log_alpha(t);
                let half_beta = 0.5 * beta(t);
                let alpha = log_alpha.exp();
                let sigma = (-(2.0 * log_alpha).exp_m1()).sqrt();
                let sigma_d_sigma = -alpha * alpha * half_beta;
                Coefficients {
                    alpha,
                    d_alpha: alpha * half_beta,
                    sigma,
                    d_sigma: sigma_d_sigma / sigma,
                    sigma_d_sigma,
                }
            }
        }
    }

    /// `b(t) = rσ² − σσ'` with `r = α'/α`: the D(t) of SBDM, and the factor in `v = r x + b s`.
    /// +∞ at t = 0 for Linear and GVP.
    #[must_use]
    pub fn score_weight(self, t: f64) -> f64 {
        match self {
            Self::Linear => (1.0 - t) / t,
            Self::Gvp => {
                let (sin, cos) = quarter_circle(t);
                FRAC_PI_2 * cos / sin
            }
            Self::Vp => 0.5 * beta(t),
        }
    }

    /// Posterior means of a point from its velocity: `(E[x1|x], E[x0|x])`, solving
    /// `x = α m1 + σ m0`, `v = α' m1 + σ' m0`. One coordinate at a time.
    #[must_use]
    pub fn means_from_velocity(self, t: f64, x: f64, v: f64) -> (f64, f64) {
        let [data, noise] = self.mean_weights(t);
        (data[0] * x + data[1] * v, noise[0] * x + noise[1] * v)
    }

    /// The weights of x and v in `E[x1|x]`, and those in `E[x0|x]`; see
    /// [`Self::means_from_velocity`].
    #[must_use]
    pub fn mean_weights(self, t: f64) -> [[f64; 2]; 2] {
        match self {
            Self::Linear => [[1.0, 1.0 - t], [1.0, -t]],
            Self::Gvp => {
                let (sin, cos) = quarter_circle(t);
                [[sin, cos / FRAC_PI_2], [cos, -sin / FRAC_PI_2]]
            }
            Self::Vp => {
                let Coefficients { alpha, sigma, .. } = self.coefficients(t);
                // E[x0|x] = σ (x − 2v/β), and α² + σ² = 1; α is at least 0.0066 on [0, 1].
                let slope = 2.0 * sigma / beta(t);
                [[alpha, slope * sigma / alpha], [sigma, -slope]]
            }
        }
    }

    /// The Wronskian `W(t) = α'σ − ασ'`, larger than 0 wherever there is a path: what velocities are
    /// divided by when means are made of them (`W = ασ d log(α/σ)/dt`). +∞ at t = 1 on VP.
    #[must_use]
    pub fn wronskian(self, t: f64) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::Gvp => FRAC_PI_2,
            Self::Vp => {
                let Coefficients { alpha, sigma, .. } = self.coefficients(t);
                0.5 * alpha * beta(t) / sigma
            }
        }
    }

    /// `r(t) = α'/α`, the weight of the point in `v = r x + b s`; see [`Self::score_weight`].
    /// +∞ at t = 0 for Linear and GVP.
    #[must_use]
    pub fn growth(self, t: f64) -> f64 {
        match self {
            Self::Linear => 1.0 / t,
            Self::Gvp => {
                let (sin, cos) = quarter_circle(t);
                FRAC_PI_2 * cos / sin
            }
            Self::Vp => 0.5 * beta(t),
        }
    }

    /// The weights of x and v in the score `s = (αv − α'x)/(σW)` of a process that begins at N(0, I).
    /// Finite on VP at t = 1, ±∞ there for Linear; on GVP the second is +∞ there.
    #[must_use]
    pub fn score_weights(self, t: f64) -> [f64; 2] {
        match self {
            Self::Linear => [-1.0 / (1.0 - t), t / (1.0 - t)],
            Self::Gvp => {
                let (sin, cos) = quarter_circle(t);
                [-1.0, sin / (FRAC_PI_2 * cos)]
            }
            Self::Vp => [-1.0, 2.0 / beta(t)],
        }
    }

    /// The t' of this path at which α/σ equals `alpha/sigma`, for converting a field trained on
    /// this path to another one. On VP noise levels beyond t' = 0 map to negative t'.
    #[must_use]
    pub fn time_of_level(self, alpha: f64, sigma: f64) -> f64 {
        match self {
            Self::Linear => alpha / (alpha + sigma),
            Self::Gvp => alpha.atan2(sigma) / FRAC_PI_2,
            Self::Vp => {
                // e^{2L} = α²/(α²+σ²); solve BETA_RANGE/4·u² + BETA_MIN/2·u = −L for u = 1 − t.
                let ratio = sigma / alpha;
                let minus_log_alpha = 0.5 * (ratio * ratio).ln_1p();
                let half_min = 0.5 * BETA_MIN;
                let root = (half_min * half_min + BETA_RANGE * minus_log_alpha).sqrt();
                1.0 - 2.0 * minus_log_alpha / (half_min + root)
            }
        }
    }

    /// The last t at which coefficients and scores are defined: 1 on VP (σ² < 0 beyond), else ∞.
    #[must_use]
    pub fn last_time(self) -> f64 {
        match self {
            Self::Linear | Self::Gvp => f64::INFINITY,
            Self::Vp => 1.0,
        }
    }
}

/// β(t) of the variance-preserving SDE at generation time t (noising time 1 − t): 20 at t = 0,
/// 0.1 at t = 1.
#[must_use]
pub fn beta(t: f64) -> f64 {
    BETA_MIN + BETA_RANGE * (1.0 - t)
}

fn vp_log_alpha(t: f64) -> f64 {
    let u = 1.0 - t;
    -0.25 * u * u * BETA_RANGE - 0.5 * u * BETA_MIN
}

/// (sin πt/2, cos πt/2), each taken from the side where it is small so that the ends are exact:
/// plain cos(π/2) is 6e-17, and a σ of that size would pass for noise at t = 1.
fn quarter_circle(t: f64) -> (f64, f64) {
    let cos = if t > 0.5 { (FRAC_PI_2 * (1.0 - t)).sin() } else { (FRAC_PI_2 * t).cos() };
    ((PI * t / 2.0).sin(), cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        let h = 1e-6;
        for path in Interpolant::ALL {
            for t in [0.05, 0.3, 0.5, 0.77, 0.95] {
                let (lo, mid, hi) =
                    (path.coefficients(t - h), path.coefficients(t), path.coefficients(t + h));
                assert!(((hi.alpha - lo.alpha) / (2.0 * h) - mid.d_alpha).abs() < 1e-7, "{path:?}");
                assert!(((hi.sigma - lo.sigma) / (2.0 * h) - mid.d_sigma).abs() < 1e-7, "{path:?}");
                assert!((mid.sigma * mid.d_sigma - mid.sigma_d_sigma).abs() < 1e-13);
                let b = mid.d_alpha / mid.alpha * mid.sigma * mid.sigma - mid.sigma_d_sigma;
                assert!((b - path.score_weight(t)).abs() < 1e-12 * b.abs(), "{path:?} {t}");
                let growth = mid.d_alpha / mid.alpha;
                assert!((growth - path.growth(t)).abs() < 1e-12 * growth.abs(), "{path:?} {t}");
                let wronskian = mid.d_alpha * mid.sigma - mid.alpha * mid.d_sigma;
                let found = path.wronskian(t);
                assert!((wronskian - found).abs() < 1e-12 * wronskian, "{path:?} {t}");
            }
        }
    }

    #[test]
    fn levels_invert() {
        for path in Interpolant::ALL {
            for t in [0.001, 0.2, 0.5, 0.9, 0.9999] {
                let c = path.coefficients(t);
                // Scaling both leaves the level alone.
                let back = path.time_of_level(3.0 * c.alpha, 3.0 * c.sigma);
                assert!((back - t).abs() < 1e-12, "{path:?} {t} {back}");
            }
        }
    }

    #[test]
    fn ends_are_exact() {
        assert!(Interpolant::Gvp.coefficients(1.0).sigma.abs() < f64::MIN_POSITIVE);
        assert!(Interpolant::Vp.coefficients(1.0).sigma.abs() < f64::MIN_POSITIVE);
        assert!((Interpolant::Vp.coefficients(0.0).alpha - 0.0066).abs() < 1e-4);
    }
}
