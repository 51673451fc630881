//! What goes into a network of others, and what comes out.

use driftscope_base::interpolant::Interpolant;
use serde::{Deserialize, Serialize};

use crate::prediction::Prediction;

use super::refusal::Refusal;
use super::statements::Statements;
use crate::network::words::{self, Word};

/// What a network's output is, `x_t = α x1 + σ x0` with data x1 and noise x0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ForeignOutput {
    /// `E[α' x1 + σ' x0 | x_t]`, towards data or towards noise.
    Velocity(Towards),
    /// `E[x1 | x_t]`.
    Data,
    /// `E[x0 | x_t]`.
    Noise,
    /// `∇ log p_t(x_t)`.
    Score,
    /// F of EDM (Karras et al. 2022, arXiv:2206.00364, table 1): the data are `c_skip x + c_out F(c_in x)`.
    Edm {
        /// The standard deviation of the data that the factors are made for.
        sigma_data: f64,
    },
}

/// Where a velocity points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Towards {
    /// dx/dt, t = 1 at the data.
    Data,
    /// The opposite: the derivative by a time that grows towards the noise.
    Noise,
}

/// How noise is mixed in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Noising {
    /// One of the program's own paths.
    Path(Interpolant),
    /// Variance exploding: `x = x1 + σ x0`.
    Exploding {
        /// The least σ the network has seen.
        sigma_min: f64,
        /// The largest.
        sigma_max: f64,
    },
}

/// What the network takes as its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeInput {
    /// t, from 0 at the noise to 1 at the data.
    T,
    /// 1 − t.
    Reversed,
    /// The index of 1000 noise levels, 0 at the data: 1000 (1 − t), on VP that of DDPM's own table.
    Index,
    /// σ/α.
    Sigma,
    /// `ln(α²/σ²)`.
    LogSnr,
    /// EDM's `c_noise = ln(σ)/4`.
    QuarterLogSigma,
}

/// All that has to be known of a network to follow it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convention {
    /// What comes out.
    pub prediction: ForeignOutput,
    /// How noise is mixed in.
    pub noising: Noising,
    /// What goes in as the time.
    pub time: TimeInput,
    /// The time is multiplied by this before it goes in.
    pub time_scale: f64,
    /// The network's data are `(x1 − shift)/scale`.
    pub scale: f64,
    /// See `scale`.
    pub shift: [f64; 2],
}

/// What a network may predict; how a velocity is meant is said apart.
pub(super) const PREDICTIONS: [Word<PredictionKind>; 5] = [
    Word::new(
        "velocity",
        "Velocity",
        "E[α′·x1 + σ′·x0 | x], the velocity of flow matching.",
        PredictionKind::Velocity,
    ),
    Word::new("data", "Data x1", "E[x1 | x], the denoised point.", PredictionKind::Data),
    Word::new("noise", "Noise x0", "E[x0 | x], DDPM's ε.", PredictionKind::Noise),
    Word::new("score", "Score", "∇ log p_t(x).", PredictionKind::Score),
    Word::new(
        "edm",
        "EDM's F",
        "The data are c_skip·x + c_out·F(c_in·x), with the factors of Karras et al. 2022, table 1.",
        PredictionKind::Edm,
    ),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PredictionKind {
    Velocity,
    Data,
    Noise,
    Score,
    Edm,
}

/// The ways of mixing noise in.
pub(super) const NOISINGS: [Word<Option<Interpolant>>; 4] = [
    on_path(Interpolant::Linear),
    on_path(Interpolant::Gvp),
    on_path(Interpolant::Vp),
    Word::new("ve", "VE", "x = x1 + σ·x0, with σ up to sigma_max (EDM).", None),
];

const fn on_path(path: Interpolant) -> Word<Option<Interpolant>> {
    Word::new(path.name(), path.title(), path.about(), Some(path))
}

/// Where a velocity may point.
pub(super) const TOWARDS: [Word<Towards>; 2] = [
    Word::new("data", "The data", "dx/dt with t = 1 at the data.", Towards::Data),
    Word::new(
        "noise",
        "The noise",
        "The derivative by a time that grows towards the noise.",
        Towards::Noise,
    ),
];

impl TimeInput {
    /// Every time.
    pub const ALL: [Word<Self>; 6] = [
        Word::new("t", "t", "0 at the noise, 1 at the data.", Self::T),
        Word::new("1-t", "1 − t", "0 at the data, 1 at the noise.", Self::Reversed),
        Word::new(
            "index",
            "Index of 1000",
            "0 at the data, 999 at the noise; on VP the index of DDPM's own table.",
            Self::Index,
        ),
        Word::new("sigma", "σ/α", "The noise level, EDM's σ.", Self::Sigma),
        Word::new("log-snr", "log α²/σ²", "The logarithmic signal-to-noise ratio.", Self::LogSnr),
        Word::new("c_noise", "ln(σ)/4", "EDM's c_noise.", Self::QuarterLogSigma),
    ];

    /// Whether it is one that a path in t from 0 to 1 has.
    fn needs_path(self) -> bool {
        matches!(self, Self::T | Self::Reversed | Self::Index)
    }
}

impl Convention {
    /// What a file states.
    ///
    /// # Errors
    /// If something is missing that has no safe default, or what is stated does not go together.
    pub fn stated(statements: &Statements, origin: &str) -> Result<Self, Refusal> {
        let kind = statements.needed("prediction", &PREDICTIONS, origin)?;
        let noising = match kind {
            PredictionKind::Edm => {
                statements.choice("interpolant", &NOISINGS, origin)?.unwrap_or(None)
            }
            _ => statements.needed("interpolant", &NOISINGS, origin)?,
        };
        let noising = noising.map_or_else(
            || {
                let sigma_min = statements.positive("sigma_min", 0.002, origin)?;
                let sigma_max = statements.positive("sigma_max", 80.0, origin)?;
                if sigma_min < sigma_max {
                    Ok(Noising::Exploding { sigma_min, sigma_max })
                } else {
                    let reason =
                        format!("sigma_min = {sigma_min} is not below sigma_max = {sigma_max}");
                    Err(Refusal::new(origin, reason))
                }
            },
            |path| Ok(Noising::Path(path)),
        )?;
        let time = match (kind, noising) {
            (PredictionKind::Edm, _) => statements
                .choice("time", &TimeInput::ALL, origin)?
                .unwrap_or(TimeInput::QuarterLogSigma),
            (_, Noising::Exploding { .. }) => {
                statements.choice("time", &TimeInput::ALL, origin)?.unwrap_or(TimeInput::Sigma)
            }
            _ => statements.needed("time", &TimeInput::ALL, origin)?,
        };
        let towards = statements.choice("velocity_towards", &TOWARDS, origin)?;
        let towards = towards.unwrap_or(match time {
            TimeInput::Reversed => Towards::Noise,
            _ => Towards::Data,
        });
        let shift = match statements.numbers("shift", origin)?.as_deref() {
            None => [0.0; 2],
            Some(&[x, y]) => [x, y],
            Some(other) => {
                let reason = format!("shift has {} numbers; two are needed, x and y", other.len());
                return Err(Refusal::new(origin, reason));
            }
        };
        let convention = Self {
            prediction: match kind {
                PredictionKind::Velocity => ForeignOutput::Velocity(towards),
                PredictionKind::Data => ForeignOutput::Data,
                PredictionKind::Noise => ForeignOutput::Noise,
                PredictionKind::Score => ForeignOutput::Score,
                PredictionKind::Edm => ForeignOutput::Edm {
                    sigma_data: statements.positive("sigma_data", 0.5, origin)?,
                },
            },
            noising,
            time,
            time_scale: statements.positive("time_scale", 1.0, origin)?,
            scale: statements.positive("scale", 1.0, origin)?,
            shift,
        };
        convention.check().map_err(|reason| Refusal::new(origin, reason))?;
        Ok(convention)
    }

    /// That of a network of this program.
    #[must_use]
    pub fn of_own(prediction: Prediction, trained_on: Interpolant) -> Self {
        Self {
            prediction: match prediction {
                Prediction::Velocity => ForeignOutput::Velocity(Towards::Data),
                Prediction::Data => ForeignOutput::Data,
                Prediction::Noise => ForeignOutput::Noise,
                Prediction::Score => ForeignOutput::Score,
            },
            noising: Noising::Path(trained_on),
            time: TimeInput::T,
            time_scale: 1.0,
            scale: 1.0,
            shift: [0.0; 2],
        }
    }

    /// Whether its parts go together.
    ///
    /// # Errors
    /// A sentence that names the keys and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        let exploding = matches!(self.noising, Noising::Exploding { .. });
        match self.prediction {
            ForeignOutput::Velocity(_) if exploding => Err(
                "prediction = \"velocity\" with interpolant = \"ve\"; a velocity needs linear, gvp or vp"
                    .to_owned(),
            ),
            ForeignOutput::Edm { .. } if !exploding => Err(format!(
                "prediction = \"edm\" with interpolant = \"{}\"; EDM's network needs ve",
                self.noising.name()
            )),
            _ if exploding && self.time.needs_path() => Err(format!(
                "time = \"{}\" with interpolant = \"ve\"; allowed there are sigma, log-snr, c_noise",
                words::name(&self.time, &TimeInput::ALL)
            )),
            _ => Ok(()),
        }
    }

    /// The convention in the words of files, such as `prediction = noise, interpolant = vp, time = index`.
    #[must_use]
    pub fn words(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("prediction", self.prediction.name().to_owned())];
        if let ForeignOutput::Velocity(towards) = self.prediction {
            all.push(("velocity_towards", words::name(&towards, &TOWARDS).to_owned()));
        }
        all.push(("interpolant", self.noising.name().to_owned()));
        all.push(("time", words::name(&self.time, &TimeInput::ALL).to_owned()));
        if (self.time_scale - 1.0).abs() > 0.0 {
            all.push(("time_scale", self.time_scale.to_string()));
        }
        if let ForeignOutput::Edm { sigma_data } = self.prediction {
            all.push(("sigma_data", sigma_data.to_string()));
        }
        all.push(("scale", self.scale.to_string()));
        all.push(("shift", format!("{} {}", self.shift[0], self.shift[1])));
        all
    }
}

impl ForeignOutput {
    /// The prediction that the output says, and the factor that makes it that; none for EDM's F.
    #[must_use]
    pub fn prediction(self) -> Option<(Prediction, f64)> {
        match self {
            Self::Velocity(Towards::Data) => Some((Prediction::Velocity, 1.0)),
            Self::Velocity(Towards::Noise) => Some((Prediction::Velocity, -1.0)),
            Self::Data => Some((Prediction::Data, 1.0)),
            Self::Noise => Some((Prediction::Noise, 1.0)),
            Self::Score => Some((Prediction::Score, 1.0)),
            Self::Edm { .. } => None,
        }
    }

    /// The word that files have for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        let kind = match self {
            Self::Velocity(_) => PredictionKind::Velocity,
            Self::Data => PredictionKind::Data,
            Self::Noise => PredictionKind::Noise,
            Self::Score => PredictionKind::Score,
            Self::Edm { .. } => PredictionKind::Edm,
        };
        words::name(&kind, &PREDICTIONS)
    }
}

impl Noising {
    /// The word that files have for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        let path = match self {
            Self::Path(path) => Some(path),
            Self::Exploding { .. } => None,
        };
        words::name(&path, &NOISINGS)
    }

    /// Variance exploding from σ = 0.002 to 80, as EDM has it.
    #[must_use]
    pub fn exploding() -> Self {
        Self::Exploding { sigma_min: 0.002, sigma_max: 80.0 }
    }
}
