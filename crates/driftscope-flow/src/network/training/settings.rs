//! What can be chosen about a training.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use driftscope_base::memory::product;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::device::ComputeDevice;
use super::error::TrainingError;
use super::loss::LossRef;
use super::objective::{Decay, Objective, Pairing, Weighting};
use super::times::{TimeDensity, TimeLaw};
use crate::coupling::Coupling;
use crate::network::{Activation, Architecture, WeightsError};
use crate::prediction::Prediction;

/// What can be chosen about a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingSettings {
    /// What the network is trained to be.
    pub objective: Objective,
    /// What it predicts; a flow map predicts velocities.
    pub prediction: Prediction,
    /// How errors at different times are weighed.
    pub weighting: Weighting,
    /// The largest weight of a sample, above 0.
    pub clip: f64,
    /// Which times are learned from.
    pub times: TimeDensity,
    /// Mean of the logit of logit-normal times.
    pub times_mean: f64,
    /// Standard deviation of the logit of logit-normal times, above 0.
    pub times_std: f64,
    /// Heights of the bars of drawn times, 1 to 256, none below 0, not all 0.
    pub times_density: Vec<f64>,
    /// How noise and data are paired.
    pub coupling: Pairing,
    /// Pairs of a batch that are exchanged among each other, within [`Coupling::BLOCK`].
    pub block: usize,
    /// ε of the entropic coupling in units of squared distance, above 0.
    pub epsilon: f64,
    /// Most iterations of the entropic coupling, within [`Coupling::ITERATIONS`].
    pub iterations: usize,
    /// Share of a flow map's samples with s = t, 0 to 1.
    pub same_time: f64,
    /// Whether the network is given the labels of the data.
    pub labels: bool,
    /// Probability with which a sample's label is left out, 0 to 1.
    pub drop_labels: f64,
    /// Units in each hidden layer.
    pub hidden: usize,
    /// Number of hidden layers.
    pub depth: usize,
    /// What stands between the layers.
    pub activation: Activation,
    /// Sine and cosine features of the time, even.
    pub time_features: usize,
    /// Points in a batch, within [`Self::BATCH`].
    pub batch: usize,
    /// Steps of the whole training, within [`Self::STEPS`]; the learning rate ends there.
    pub steps: u64,
    /// Rounds of reflow after that, each of as many steps on pairs of the network before, 0 to
    /// [`Self::MOST_ROUNDS`].
    pub rounds: u64,
    /// Pairs of noise and data that a round of reflow learns from, within [`Self::PAIRS`].
    pub pairs: usize,
    /// Seconds that the whole training may take, 0.1 to 86400: how many steps that is is measured when it
    /// begins, and stands in place of `steps` from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The training ends when so many steps are done, if that is sooner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<u64>,
    /// The highest learning rate, above 0, at most [`Self::HIGHEST_RATE`].
    pub learning_rate: f64,
    /// Share of the steps over which the learning rate rises, 0 to 1.
    pub warm_up: f64,
    /// How it falls.
    pub decay: Decay,
    /// Seed of the weights, the times and the noise.
    pub seed: u64,
    /// Decay per step of the moving average of the weights, 0 to below [`Self::EMA_DECAY_BOUND`].
    pub ema_decay: f64,
    /// What is made small.
    pub loss: LossRef,
    /// How the gradient of the loss is computed.
    pub gradient: GradientMethod,
}

/// How the gradient of the loss is computed; both ways give the same, up to rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GradientMethod {
    /// Forward and backward fused, on up to four threads.
    #[default]
    Fused,
    /// burn's automatic differentiation of the module, much slower: the reference.
    Autodiff(ComputeDevice),
}

impl GradientMethod {
    const FUSED: &str = "fused";
    const AUTODIFF: &str = "autodiff";

    /// Every way that there is, the usual one first; burn's on its usual device.
    pub fn all() -> impl Iterator<Item = Self> {
        let autodiff = ComputeDevice::ALL.first().map(|usual| Self::Autodiff(*usual));
        std::iter::once(Self::Fused).chain(autodiff)
    }
}

/// `fused`, `autodiff`, or `autodiff-` and a device that is not the usual one.
impl fmt::Display for GradientMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fused => formatter.write_str(Self::FUSED),
            Self::Autodiff(device) if Some(device) == ComputeDevice::ALL.first() => {
                formatter.write_str(Self::AUTODIFF)
            }
            Self::Autodiff(device) => write!(formatter, "{}-{device}", Self::AUTODIFF),
        }
    }
}

impl FromStr for GradientMethod {
    type Err = TrainingError;

    fn from_str(name: &str) -> Result<Self, TrainingError> {
        let device = name.strip_prefix(Self::AUTODIFF).and_then(|rest| rest.strip_prefix('-'));
        if let Some(device) = device {
            return device.parse().map(Self::Autodiff);
        }
        let found = Self::all().find(|method| method.to_string() == name);
        found.ok_or_else(|| TrainingError::Setting {
            name: "gradient",
            value: name.to_owned(),
            allowed: Self::all().map(|method| method.to_string()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Serialize for GradientMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GradientMethod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Default for TrainingSettings {
    fn default() -> Self {
        let Architecture { hidden, depth, activation, time_features, .. } = Architecture::default();
        Self {
            objective: Objective::default(),
            prediction: Prediction::Velocity,
            weighting: Weighting::default(),
            clip: 100.0,
            times: TimeDensity::default(),
            times_mean: 0.0,
            times_std: 1.0,
            times_density: vec![1.0],
            coupling: Pairing::default(),
            block: Coupling::USUAL_BLOCK,
            epsilon: Coupling::USUAL_EPSILON,
            iterations: Coupling::USUAL_ITERATIONS,
            same_time: 0.5,
            labels: false,
            drop_labels: 0.25,
            hidden,
            depth,
            activation,
            time_features,
            batch: 512,
            steps: 6_000,
            rounds: 0,
            pairs: 65_536,
            seconds: None,
            stop_after: None,
            learning_rate: 2e-3,
            warm_up: 0.02,
            decay: Decay::default(),
            seed: 0,
            ema_decay: 0.999,
            loss: LossRef::default(),
            gradient: GradientMethod::default(),
        }
    }
}

impl TrainingSettings {
    /// Whether nothing is chosen.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// No time is learned from beyond it: at t = 1 σ' of the VP interpolant diverges.
    pub const LAST_TIME: f64 = 1.0 - 1e-4;
    /// Allowed number of points in a batch.
    pub const BATCH: RangeInclusive<usize> = 1..=65_536;
    /// Allowed number of steps.
    pub const STEPS: RangeInclusive<u64> = 1..=10_000_000;
    /// The learning rate is above 0 and at most this.
    pub const HIGHEST_RATE: f64 = 1.0;
    /// The decay of the average is at least 0 and less than this.
    pub const EMA_DECAY_BOUND: f64 = 1.0;
    /// Most rounds of reflow.
    pub const MOST_ROUNDS: u64 = 8;
    /// Allowed number of pairs.
    pub const PAIRS: RangeInclusive<usize> = 512..=1_000_000;
    /// Allowed seconds of a training.
    pub const SECONDS: RangeInclusive<f64> = 0.1..=86_400.0;
    /// Allowed means of the logit of a time.
    pub const TIMES_MEAN: RangeInclusive<f64> = -10.0..=10.0;
    /// Allowed standard deviations of the logit of a time.
    pub const TIMES_STD: RangeInclusive<f64> = 0.01..=10.0;
    /// Most bars of a density of times.
    pub const MOST_BARS: usize = 256;
    /// Allowed ε of the entropic coupling.
    pub const EPSILON: RangeInclusive<f64> = 1e-3..=1e3;
    /// Allowed largest weights of a sample.
    pub const CLIP: RangeInclusive<f64> = 1.0..=1e6;

    /// The settings that are not the usual ones, by key.
    ///
    /// # Panics
    /// Never: settings are an object of JSON.
    #[must_use]
    pub fn unusual(&self) -> serde_json::Map<String, serde_json::Value> {
        let object = |settings: &Self| match serde_json::to_value(settings) {
            Ok(serde_json::Value::Object(map)) => map,
            _ => unreachable!("settings are an object"),
        };
        let usual = object(&Self::default());
        let mut map = object(self);
        map.retain(|key, value| usual.get(key) != Some(value));
        map
    }

    /// The network's form on data with so many labels.
    #[must_use]
    pub fn architecture(&self, labels: usize) -> Architecture {
        let Self { hidden, depth, activation, time_features, .. } = *self;
        Architecture {
            hidden,
            depth,
            time_features,
            activation,
            labels: if self.labels { labels } else { 0 },
            flow_map: self.objective.is_flow_map(),
        }
    }

    /// Steps that are made, those of all rounds together.
    #[must_use]
    pub fn steps_made(&self) -> u64 {
        let all = self.steps.saturating_mul(self.rounds + 1);
        self.stop_after.map_or(all, |stop| stop.min(all))
    }

    /// The settings of one round alone; each draws numbers of its own.
    #[must_use]
    pub fn of_round(&self, round: u64) -> Self {
        let independent = round > 0;
        Self {
            seed: self.seed.wrapping_add(round << 48),
            rounds: 0,
            // Pairs are pairs already.
            coupling: if independent { Pairing::Independent } else { self.coupling },
            stop_after: None,
            ..self.clone()
        }
    }

    /// The density of times, on 0 to 1; what is drawn is that times [`Self::LAST_TIME`].
    #[must_use]
    pub fn time_law(&self) -> TimeLaw {
        match self.times {
            TimeDensity::Uniform => TimeLaw::Uniform,
            TimeDensity::LogitNormal => {
                TimeLaw::LogitNormal { mean: self.times_mean, std: self.times_std }
            }
            TimeDensity::Drawn => TimeLaw::bars(&self.times_density),
        }
    }

    /// How noise and data are paired.
    #[must_use]
    pub fn coupling(&self) -> Coupling {
        let Self { block, epsilon, iterations, .. } = *self;
        match self.coupling {
            Pairing::Independent => Coupling::Independent,
            Pairing::Optimal => Coupling::Optimal { block },
            Pairing::Sinkhorn => Coupling::Sinkhorn { block, epsilon, iterations },
        }
    }

    /// Whether noise and data are paired, by a coupling or by reflow, so that what is learned has no score.
    #[must_use]
    pub fn pairs_ends(&self) -> bool {
        !self.coupling().is_independent() || self.rounds > 0
    }

    /// Samples of a batch with s = t.
    pub(super) fn samples_at_one_time(&self) -> usize {
        if self.objective.is_flow_map() {
            (self.same_time * self.batch as f64).round() as usize
        } else {
            self.batch
        }
    }

    /// The learning rate after so many steps.
    pub(super) fn rate(&self, step: u64) -> f64 {
        let steps = self.steps as f64;
        let done = step as f64;
        let warm_up = ((done + 1.0) / (self.warm_up * steps).max(1.0)).min(1.0);
        self.learning_rate * warm_up * self.decay.factor((done / steps).min(1.0))
    }

    /// Memory that the training takes, in bytes, about.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let architecture = self.architecture(*Architecture::LABELS.end());
        let (inputs, Architecture { hidden, depth, .. }) = (architecture.inputs(), architecture);
        let units = inputs + depth * hidden;
        let weights = product(&[inputs + depth * hidden, hidden, 4]);
        // Weights, average, two moments, gradient, two layouts, and a gradient in each of four parts.
        let weights = weights.saturating_mul(11);
        // Batches are drawn ahead; those of a flow map have inputs of two more evaluations.
        let rows = if self.objective.is_flow_map() { 3 } else { 1 };
        let batches = product(&[self.batch, rows * inputs + 2, 4, 4]);
        let passes = match self.gradient {
            GradientMethod::Fused => 0,
            // Every operation of every layer keeps what it made, and makes as much on the way back.
            GradientMethod::Autodiff(_) => product(&[self.batch, units, 4, 12]),
        };
        weights.saturating_add(batches).saturating_add(passes)
    }

    /// Checks every setting against its range.
    ///
    /// # Errors
    /// [`TrainingError::Setting`] or [`TrainingError::Weights`] names the first that is out of it.
    pub fn validate(&self) -> Result<(), TrainingError> {
        let check = |allowed_now: bool, name, value: &dyn ToString, allowed: String| {
            if allowed_now {
                return Ok(());
            }
            let value = value.to_string();
            Err(TrainingError::Setting { name, value, allowed })
        };
        let within = |name, value: f64, range: RangeInclusive<f64>| {
            let allowed = format!("{} to {}", range.start(), range.end());
            check(range.contains(&value), name, &value, allowed)
        };
        let (batch, steps) = (Self::BATCH, Self::STEPS);
        self.architecture(0).validate().map_err(WeightsError::from)?;
        let allowed = format!("{} to {}", batch.start(), batch.end());
        check(batch.contains(&self.batch), "batch", &self.batch, allowed)?;
        let allowed = format!("{} to {}", steps.start(), steps.end());
        check(steps.contains(&self.steps), "steps", &self.steps, allowed.clone())?;
        if let Some(stop) = self.stop_after {
            check(steps.contains(&stop), "stop_after", &stop, allowed)?;
        }
        let (rounds, pairs) = (0..=Self::MOST_ROUNDS, Self::PAIRS);
        let allowed = format!("{} to {}", rounds.start(), rounds.end());
        check(rounds.contains(&self.rounds), "rounds", &self.rounds, allowed)?;
        let allowed = format!("{} to {}", pairs.start(), pairs.end());
        check(pairs.contains(&self.pairs), "pairs", &self.pairs, allowed)?;
        let allowed = "0 with labels: a pair has none".to_owned();
        check(self.rounds == 0 || !self.labels, "rounds", &self.rounds, allowed)?;
        if let Some(seconds) = self.seconds {
            within("seconds", seconds, Self::SECONDS)?;
        }
        let (rate, highest) = (self.learning_rate, Self::HIGHEST_RATE);
        let allowed = format!("above 0, at most {highest}");
        check(rate > 0.0 && rate <= highest, "learning_rate", &rate, allowed)?;
        within("warm_up", self.warm_up, 0.0..=1.0)?;
        within("clip", self.clip, Self::CLIP)?;
        within("times_mean", self.times_mean, Self::TIMES_MEAN)?;
        within("times_std", self.times_std, Self::TIMES_STD)?;
        let bars = &self.times_density;
        let positive = bars.iter().all(|bar| bar.is_finite() && *bar >= 0.0)
            && bars.iter().any(|bar| *bar > 0.0);
        let allowed =
            format!("1 to {} finite heights, none below 0 and not all of them 0", Self::MOST_BARS);
        let value = format!("{bars:?}");
        let counted = (1..=Self::MOST_BARS).contains(&bars.len());
        check(counted && positive, "times_density", &value, allowed)?;
        // Also where another coupling is chosen.
        let Self { block, epsilon, iterations, .. } = *self;
        let (blocks, rounds) = (Coupling::BLOCK, Coupling::ITERATIONS);
        let allowed = format!("{} to {}", blocks.start(), blocks.end());
        check(blocks.contains(&block), "block", &block, allowed)?;
        let allowed = format!("{} to {}", rounds.start(), rounds.end());
        check(rounds.contains(&iterations), "iterations", &iterations, allowed)?;
        within("epsilon", epsilon, Self::EPSILON)?;
        within("same_time", self.same_time, 0.0..=1.0)?;
        within("drop_labels", self.drop_labels, 0.0..=1.0)?;
        let (decay, bound) = (self.ema_decay, Self::EMA_DECAY_BOUND);
        let allowed = format!("0 to below {bound}");
        check((0.0..bound).contains(&decay), "ema_decay", &decay, allowed)?;
        let velocity = self.prediction == Prediction::Velocity;
        let allowed = format!("velocity where the objective is {}", self.objective);
        check(
            velocity || !self.objective.is_flow_map(),
            "prediction",
            &self.prediction.name(),
            allowed,
        )
    }
}
