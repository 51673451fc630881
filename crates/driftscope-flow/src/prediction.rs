//! What a network may predict of a noisy point, and how each prediction says all the others.
//!
//! With `x = α m1 + σ m0` and `v = α' m1 + σ' m0` any of the velocity v, the mean of the data
//! `m1 = E[x1|x]`, that of the noise `m0 = E[x0|x]` and the score gives the other three, all linear in the
//! point and the prediction. Velocity and means say each other whatever the joint law of x0 and x1; the
//! score is `−m0/σ` only where x0 is N(0, I) and independent of x1.
//!
//! Sources: Ho et al. 2020 (arXiv:2006.11239), Salimans & Ho 2022 (arXiv:2202.00512), Kingma & Gao 2023
//! (arXiv:2303.00848).

use driftscope_base::interpolant::{Coefficients, Interpolant};
use serde::{Deserialize, Serialize};

/// A prediction that says nothing of the other end of the path is not asked beyond this ratio of σ and α
/// or its inverse, which on Linear is t = 0.01 or 0.99.
const HELD: f64 = 99.0;

/// What a network predicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prediction {
    /// `v = E[α' x1 + σ' x0 | x_t]`.
    #[default]
    Velocity,
    /// `E[x1 | x_t]`.
    Data,
    /// `E[x0 | x_t]`.
    Noise,
    /// `∇ log p_t(x_t) = −E[x0 | x_t]/σ`.
    Score,
}

impl Prediction {
    /// Every prediction, in menu order.
    pub const ALL: [Self; 4] = [Self::Velocity, Self::Data, Self::Noise, Self::Score];

    /// The prediction called `name` in files and on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prediction| prediction.name() == name)
    }

    /// The name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Velocity => "velocity",
            Self::Data => "data",
            Self::Noise => "noise",
            Self::Score => "score",
        }
    }

    /// The name in menus.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Velocity => "Velocity",
            Self::Data => "Data x1",
            Self::Noise => "Noise x0",
            Self::Score => "Score",
        }
    }

    /// What it is and where it fails, for a tooltip.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Velocity => {
                "v = E[α′·x1 + σ′·x0 | x]\nThe velocity of flow matching: an error of the network is an error of the velocity, at every t."
            }
            Self::Data => {
                "E[x1 | x]\nThe denoised point: an error ε of the network is an error ε·W/σ of the velocity, which grows without bound towards the data."
            }
            Self::Noise => {
                "E[x0 | x]\nDDPM's ε: an error ε of the network is an error ε·W/α of the velocity, which grows without bound towards the noise on Linear and GVP."
            }
            Self::Score => {
                "∇ log p_t(x) = −E[x0 | x]/σ\nThe score: an error ε of the network is an error ε·σW/α of the velocity, which grows without bound towards the noise on Linear and GVP."
            }
        }
    }

    /// What it is of one pair: the target that a network learns from it, one coordinate at a time.
    ///
    /// `at` are the coefficients of the pair's t; −∞ or NaN for the velocity on VP at t = 1, and for the
    /// score where σ = 0.
    #[must_use]
    pub fn target(self, at: &Coefficients, noise: f64, data: f64) -> f64 {
        match self {
            Self::Velocity => at.d_alpha * data + at.d_sigma * noise,
            Self::Data => data,
            Self::Noise => noise,
            Self::Score => -noise / at.sigma,
        }
    }

    /// The weights of the point and of this prediction in `E[x1|x]`, and those in `E[x0|x]`.
    ///
    /// Not finite where it says nothing of one of them: data at σ = 0, noise and score at α = 0.
    #[must_use]
    pub fn mean_weights(self, path: Interpolant, t: f64) -> [[f64; 2]; 2] {
        let Coefficients { alpha, sigma, .. } = path.coefficients(t);
        self.mean_weights_of_level(alpha, sigma).unwrap_or_else(|| path.mean_weights(t))
    }

    /// The same for any α and σ, also those of no path; none for the velocity, which needs their
    /// derivatives.
    #[must_use]
    pub fn mean_weights_of_level(self, alpha: f64, sigma: f64) -> Option<[[f64; 2]; 2]> {
        match self {
            Self::Velocity => None,
            Self::Data => Some([[0.0, 1.0], [1.0 / sigma, -alpha / sigma]]),
            Self::Noise => Some([[1.0 / alpha, -sigma / alpha], [0.0, 1.0]]),
            Self::Score => Some([[1.0 / alpha, sigma * sigma / alpha], [0.0, -sigma]]),
        }
    }

    /// The weights of the point and of this prediction in another one.
    ///
    /// Not finite where this one does not say the other: data say no velocity, noise or score at σ = 0,
    /// noise and score no velocity and data at α = 0, noise no score at σ = 0.
    ///
    /// From data it also gives the velocity `(σ'x + W x1)/σ` and the score `(αx1 − x)/σ²` of the path
    /// through x that ends in x1.
    #[must_use]
    pub fn weights_in(self, other: Self, path: Interpolant, t: f64) -> [f64; 2] {
        let at = path.coefficients(t);
        match (self, other) {
            (Self::Velocity, Self::Velocity)
            | (Self::Data, Self::Data)
            | (Self::Noise, Self::Noise)
            | (Self::Score, Self::Score) => [0.0, 1.0],
            (_, Self::Data) => self.mean_weights(path, t)[0],
            (_, Self::Noise) => self.mean_weights(path, t)[1],
            (Self::Velocity, Self::Score) => path.score_weights(t),
            (Self::Data, Self::Score) => {
                let inverse = 1.0 / (at.sigma * at.sigma);
                [-inverse, at.alpha * inverse]
            }
            (Self::Noise, Self::Score) => [0.0, -1.0 / at.sigma],
            (Self::Data, Self::Velocity) => {
                [at.sigma_d_sigma / (at.sigma * at.sigma), path.wronskian(t) / at.sigma]
            }
            (Self::Noise, Self::Velocity) => [path.growth(t), -path.wronskian(t) / at.alpha],
            (Self::Score, Self::Velocity) => [path.growth(t), path.score_weight(t)],
        }
    }

    /// What another prediction is where this one is `value` at the point `x`, one coordinate at a time;
    /// see [`Self::weights_in`].
    #[must_use]
    pub fn converted(self, other: Self, path: Interpolant, t: f64, x: f64, value: f64) -> f64 {
        let [of_point, of_value] = self.weights_in(other, path, t);
        of_point * x + of_value * value
    }

    /// The weight ω that makes the squared error of this prediction the squared error of the velocity it
    /// says, sample by sample: 1, `(W/σ)²`, `(W/α)²`, `(σW/α)²`.
    ///
    /// +∞ for data at σ = 0, for noise and score at α = 0, and for noise on VP at t = 1.
    #[must_use]
    pub fn loss_weight(self, path: Interpolant, t: f64) -> f64 {
        let [_, of_value] = self.weights_in(Self::Velocity, path, t);
        of_value * of_value
    }

    /// The first and the last t at which a network that predicts this is asked: on Linear noise and score
    /// not before 0.01, data not after 0.99. α of VP is nowhere 0.
    #[must_use]
    pub fn times(self, path: Interpolant) -> (f64, f64) {
        match self {
            Self::Noise | Self::Score if path != Interpolant::Vp => {
                (path.time_of_level(1.0, HELD), 1.0)
            }
            Self::Data => (0.0, path.time_of_level(HELD, 1.0)),
            Self::Velocity | Self::Noise | Self::Score => (0.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_to_any_there_and_back_is_where_it_began() {
        let (x, data) = (0.7, -1.3);
        for path in Interpolant::ALL {
            for t in [1e-6, 0.02, 0.4, 0.9, 1.0 - 1e-6] {
                let at = path.coefficients(t);
                let noise = (x - at.alpha * data) / at.sigma;
                for from in Prediction::ALL {
                    let value = from.target(&at, noise, data);
                    for to in Prediction::ALL {
                        let wanted = to.target(&at, noise, data);
                        let [of_point, of_value] = from.weights_in(to, path, t);
                        let found = from.converted(to, path, t, x, value);
                        // Both terms may be far larger than what they leave.
                        let size = 1.0 + (of_point * x).abs() + (of_value * value).abs();
                        // What x0 = (x − αx1)/σ lost in rounding is in the target.
                        let lost = 1e-15 * (1.0 + of_value.abs()) / at.sigma.min(1.0);
                        let apart = (found - wanted).abs();
                        assert!(
                            apart <= 1e-13 * size + lost,
                            "{from:?} to {to:?} on {path:?} at {t}: {found} is not {wanted}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn ends_that_have_a_limit_have_it() {
        let velocity = Prediction::Velocity;
        for (path, t) in [
            (Interpolant::Linear, 0.0),
            (Interpolant::Linear, 1.0),
            (Interpolant::Gvp, 0.0),
            (Interpolant::Gvp, 1.0),
            (Interpolant::Vp, 0.0),
            (Interpolant::Vp, 1.0),
        ] {
            let weights = [Prediction::Data, Prediction::Noise]
                .map(|other| velocity.weights_in(other, path, t));
            assert!(weights.iter().flatten().all(|w| w.is_finite()), "{path:?} {t}: {weights:?}");
            assert!((velocity.loss_weight(path, t) - 1.0).abs() <= 0.0);
        }
        // s = 2v/β − x with β = 0.1.
        let [of_point, of_value] = velocity.weights_in(Prediction::Score, Interpolant::Vp, 1.0);
        assert!((of_point + 1.0).abs() < 1e-15 && (of_value - 20.0).abs() < 1e-12);
        let back = Prediction::Score.weights_in(velocity, Interpolant::Vp, 1.0);
        assert!((back[0] - 0.05).abs() < 1e-15 && (back[1] - 0.05).abs() < 1e-15);
        assert!(Prediction::Data.loss_weight(Interpolant::Linear, 1.0).is_infinite());
        assert!(Prediction::Noise.loss_weight(Interpolant::Linear, 0.0).is_infinite());
        assert!(Prediction::Noise.loss_weight(Interpolant::Vp, 0.0).is_finite());
    }

    #[test]
    fn weights_on_linear_are_those_of_the_closed_form() {
        let t: f64 = 0.2;
        let wanted = [1.0, 1.0 / (1.0 - t).powi(2), 1.0 / (t * t), ((1.0 - t) / t).powi(2)];
        for (prediction, wanted) in Prediction::ALL.into_iter().zip(wanted) {
            let found = prediction.loss_weight(Interpolant::Linear, t);
            assert!((found - wanted).abs() < 1e-13 * wanted, "{prediction:?}: {found}");
        }
        let held = Prediction::Noise.times(Interpolant::Linear);
        assert!((held.0 - 0.01).abs() < 1e-15 && (held.1 - 1.0).abs() <= 0.0);
        let held = Prediction::Data.times(Interpolant::Linear);
        assert!(held.0.abs() <= 0.0 && (held.1 - 0.99).abs() < 1e-15);
    }

    #[test]
    fn names_are_told_apart_and_read_back() {
        for prediction in Prediction::ALL {
            assert_eq!(Prediction::named(prediction.name()), Some(prediction));
        }
        assert_eq!(Prediction::named("edm"), None);
    }
}
