//! Noisy steps and the last, noiseless one, written down. The field is the drift f = v + D s.

use driftscope_base::expression::{Expr, name, number, weighted};

use super::{LastStep, Scheme};
use crate::update::{ANSWER, Equation, START, STEP, Update, later};

impl Scheme {
    /// How far noise moves a particle in a step, as it is written down.
    #[must_use]
    pub fn noise_name(self) -> &'static str {
        match self {
            Self::EulerMaruyama | Self::StochasticHeun => r"\sqrt{2D_{t}}\,\Delta W",
            Self::Sra1 => r"\bigl[g_{t+h}\,\Delta W+(g_{t}-g_{t+h})\,J\bigr]",
        }
    }

    /// A step, written down.
    #[must_use]
    pub fn update(self) -> Update {
        let [x, h, noise] = [START, STEP, self.noise_name()].map(name);
        let first = name("k_{1}");
        let moved = r"\hat x";
        let both = |one, two| h.clone() * weighted([(one, "k_{1}"), (two, "k_{2}")]);
        let (equations, remark) = match self {
            Self::EulerMaruyama => {
                let equations = vec![
                    Equation::field("k_{1}", x.clone(), later(0.0)),
                    Equation::is(ANSWER, x + h * first + noise),
                ];
                (equations, "ΔW is the increment of the particle's Brownian path, N(0, h I).")
            }
            Self::StochasticHeun => {
                let equations = vec![
                    Equation::is(moved, x + noise),
                    Equation::field("k_{1}", name(moved), later(0.0)),
                    Equation::field("k_{2}", name(moved) + h.clone() * first, later(1.0)),
                    Equation::is(ANSWER, name(moved) + both(0.5, 0.5)),
                ];
                (
                    equations,
                    "Noise first: ΔW is the increment of the particle's Brownian path, N(0, h I).",
                )
            }
            Self::Sra1 => {
                let ahead = x.clone() + number(0.75) * h.clone() * first;
                let ahead = ahead + number(1.5) * name("g_{t+h}") * name("J");
                let equations = vec![
                    Equation::field("k_{1}", x.clone(), later(0.0)),
                    Equation::is(moved, ahead),
                    Equation::field("k_{2}", name(moved), later(0.75)),
                    Equation::is(ANSWER, x + both(1.0 / 3.0, 2.0 / 3.0) + noise),
                ];
                (equations, "g = √(2D); J is the mean of W(s) − W(t) over the step.")
            }
        };
        Update { remark: Some(remark), ..Update::of(equations) }
    }
}

impl LastStep {
    /// The last step, written down; α and σ are those of the time at which it starts.
    #[must_use]
    pub fn update(self) -> Update {
        let [x, h] = [START, STEP].map(name);
        let equations = match self {
            Self::Mean => vec![
                Equation::field("k_{1}", x.clone(), later(0.0)),
                Equation::is(ANSWER, x + h * name("k_{1}")),
            ],
            Self::Euler => vec![Equation::is(ANSWER, x + h * name(r"v(x_{t},\,t)"))],
            Self::Tweedie => {
                let [alpha, sigma] = [r"\alpha_{t}", r"\sigma_{t}"].map(name);
                let share: Expr = sigma.squared() / alpha.clone();
                vec![Equation::is(ANSWER, x / alpha + share * name(r"s(x_{t},\,t)"))]
            }
            Self::None => Vec::new(),
        };
        Update { remark: Some("The last step draws no noise."), ..Update::of(equations) }
    }
}
