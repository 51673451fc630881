//! Flow matching: learning the velocity from samples of the data.
//!
//! The loss is the mean over a batch of `|v(x_t, t) − (α' x1 + σ' x0)|²` with `x_t = α x1 + σ x0`,
//! `x0 ~ N(0, I)`, `x1 ~ data`, `t ~ U(0, 1)` (Lipman et al. 2023, arXiv:2210.02747; Albergo et
//! al. 2023, arXiv:2303.08797). Its minimum over all functions is the velocity of the
//! probability flow. [`LOSSES`] has what else may be made small.

mod adam;
mod batch;
mod device;
mod error;
mod gradient;
mod loss;
mod losses;
mod panels;

use std::ops::RangeInclusive;

use adam::{Adam, Moments};
use batch::{Batch, Batches};
use burn::tensor::{Device, Tensor, TensorData};
use driftscope_base::interpolant::Interpolant;
use driftscope_base::memory::product;
use gradient::{BurnLayer, FusedGradient};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::mlp::transpose;
use super::{Architecture, DIMENSIONS, LinearWeights, Mlp, Weights, WeightsError, time_features};

pub use batch::TrainingData;
pub use device::ComputeDevice;
pub use error::TrainingError;
pub use loss::{Loss, LossRef};
pub use losses::LOSSES;

/// What can be chosen about a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingSettings {
    /// The network's sizes.
    pub architecture: Architecture,
    /// Points in a batch, within [`Self::BATCH`].
    pub batch: usize,
    /// Steps of the whole training, within [`Self::STEPS`]; the learning rate ends at zero there.
    pub steps: u64,
    /// The highest learning rate, above 0, at most [`Self::HIGHEST_RATE`].
    pub learning_rate: f64,
    /// Seed of the weights, the times and the noise.
    pub seed: u64,
    /// Decay per step of the moving average of the weights, 0 to below [`Self::EMA_DECAY_BOUND`].
    pub ema_decay: f64,
    /// What is made small.
    #[serde(skip_serializing_if = "LossRef::is_usual")]
    pub loss: LossRef,
    /// How the gradient of the loss is computed.
    pub gradient: GradientMethod,
}

/// How the gradient of the loss is computed; both ways give the same, up to rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GradientMethod {
    /// Forward and backward fused, on up to four threads.
    #[default]
    Fused,
    /// burn's automatic differentiation of the module, much slower: the reference.
    Autodiff(ComputeDevice),
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self {
            architecture: Architecture::default(),
            batch: 512,
            steps: 6_000,
            learning_rate: 2e-3,
            seed: 0,
            ema_decay: 0.999,
            loss: LossRef::default(),
            gradient: GradientMethod::default(),
        }
    }
}

impl TrainingSettings {
    /// Allowed number of points in a batch.
    pub const BATCH: RangeInclusive<usize> = 1..=65_536;
    /// Allowed number of steps.
    pub const STEPS: RangeInclusive<u64> = 1..=10_000_000;
    /// The learning rate is above 0 and at most this.
    pub const HIGHEST_RATE: f64 = 1.0;
    /// The decay of the average is at least 0 and less than this.
    pub const EMA_DECAY_BOUND: f64 = 1.0;

    /// Memory that the training takes, in bytes, about.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let Architecture { hidden, depth, .. } = self.architecture;
        let units = self.architecture.inputs() + depth * hidden;
        let weights = product(&[self.architecture.inputs() + depth * hidden, hidden, 4]);
        // Weights, average, two moments, gradient, two layouts, and a gradient in each of four parts.
        let weights = weights.saturating_mul(11);
        // Batches are drawn ahead.
        let batches = product(&[self.batch, self.architecture.inputs() + 2, 4, 4]);
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
        let (batch, steps) = (Self::BATCH, Self::STEPS);
        self.architecture.validate().map_err(WeightsError::from)?;
        let allowed = format!("{} to {}", batch.start(), batch.end());
        check(batch.contains(&self.batch), "batch", &self.batch, allowed)?;
        let allowed = format!("{} to {}", steps.start(), steps.end());
        check(steps.contains(&self.steps), "steps", &self.steps, allowed)?;
        let (rate, highest) = (self.learning_rate, Self::HIGHEST_RATE);
        let allowed = format!("above 0, at most {highest}");
        check(rate > 0.0 && rate <= highest, "learning_rate", &rate, allowed)?;
        let (decay, bound) = (self.ema_decay, Self::EMA_DECAY_BOUND);
        let allowed = format!("0 to below {bound}");
        check((0.0..bound).contains(&decay), "ema_decay", &decay, allowed)
    }
}

/// A training in progress.
///
/// The weights, the optimiser's moments and the average are kept on the host, where the fused
/// gradient reads them. burn's automatic differentiation gets them as a module on its device.
pub struct Trainer {
    settings: TrainingSettings,
    frequencies: Vec<f64>,
    layers: Vec<BurnLayer>,
    /// Of each layer's weight and bias.
    moments: Vec<[Moments; 2]>,
    /// The moving average of the weights.
    average: Vec<BurnLayer>,
    /// Of the last batch, for each layer.
    gradient: Vec<BurnLayer>,
    batches: Batches,
    fused: FusedGradient,
    steps_done: u64,
}

impl Trainer {
    /// Prepares a training, from new weights or from given ones.
    ///
    /// # Errors
    /// [`TrainingError`] if a setting is out of its range, or the weights do not fit.
    pub fn new(
        settings: TrainingSettings,
        data: Box<dyn TrainingData>,
        path: Interpolant,
        start: Option<Weights>,
    ) -> Result<Self, TrainingError> {
        settings.validate()?;
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let start = match start {
            Some(weights) => {
                weights.validate()?;
                if weights.architecture != settings.architecture {
                    let (found, expected) = (weights.architecture, settings.architecture);
                    return Err(TrainingError::Start { found, expected });
                }
                weights
            }
            None => initial_weights(settings.architecture, &mut rng),
        };
        let layers = to_burn(&start);
        let frequencies = start.frequencies.clone();
        Ok(Self {
            moments: layers.iter().map(|_| Default::default()).collect(),
            average: layers.clone(),
            gradient: layers.clone(),
            layers,
            batches: Batches::new(settings.seed, settings.batch, data, path, frequencies),
            fused: FusedGradient::default(),
            frequencies: start.frequencies,
            settings,
            steps_done: 0,
        })
    }

    /// Takes one step and returns the batch's loss before it.
    ///
    /// # Errors
    /// [`TrainingError::Diverged`] if the loss or its gradient is not finite; the weights are left as
    /// they were.
    pub fn step(&mut self) -> Result<f32, TrainingError> {
        let batch = self.batches.next();
        // All of it where rayon's threads are, so that they need not be woken for each part.
        let (loss, finite) = rayon::scope(|_| {
            let loss = match self.settings.gradient {
                GradientMethod::Fused => {
                    let loss = self.settings.loss;
                    self.fused.compute(loss, &self.layers, &batch, &mut self.gradient)
                }
                GradientMethod::Autodiff(device) => {
                    self.autodiff_gradient(&device.burn_device().autodiff(), &batch)
                }
            };
            let finite = loss.is_finite() && self.gradient.iter().all(BurnLayer::is_finite);
            if finite {
                self.update();
            }
            (loss, finite)
        });
        self.batches.give_back(batch);
        if !finite {
            return Err(TrainingError::Diverged { step: self.steps_done, loss });
        }
        self.steps_done += 1;
        Ok(loss)
    }

    /// The mean loss of a batch; its gradient is kept.
    fn autodiff_gradient(&mut self, device: &Device, batch: &Batch) -> f32 {
        let weights = self.weights(&self.layers);
        let module = Mlp::from_weights(&weights, device);
        let width = self.settings.architecture.inputs();
        let inputs = TensorData::new(batch.inputs(), [batch.size, width]);
        let targets = TensorData::new(batch.targets(), [batch.size, DIMENSIONS]);
        let inputs = Tensor::<2>::from_data(inputs, device);
        let targets = Tensor::<2>::from_data(targets, device);
        let sum = (self.settings.loss.tensor)(module.forward(inputs), targets);
        let loss = sum / batch.size as f32;
        let gradients = loss.backward();
        for (layer, gradient) in module.layers.iter().zip(&mut self.gradient) {
            let weight = layer.weight.val().grad(&gradients);
            let bias = layer.bias.as_ref().and_then(|bias| bias.val().grad(&gradients));
            gradient.weight = into_numbers(weight.expect("the loss depends on every weight"));
            gradient.bias = into_numbers(bias.expect("the loss depends on every bias"));
        }
        loss.into_scalar::<f32>()
    }

    /// Moves the weights along the gradient, and their average towards them.
    fn update(&mut self) {
        let rate = learning_rate(&self.settings, self.steps_done);
        let done = self.steps_done;
        // The decay grows with the steps, so that the first weights are soon forgotten.
        let steps = (done + 1) as f64;
        let decay = self.settings.ema_decay.min((1.0 + steps) / (10.0 + steps));
        let share = (1.0 - decay) as f32;
        let layers = self.layers.par_iter_mut().zip(&self.gradient);
        let kept = self.moments.par_iter_mut().zip(&mut self.average);
        layers.zip(kept).for_each(|((layer, gradient), (moments, average))| {
            let values = layer.parameters_mut().into_iter().zip(gradient.parameters());
            let kept = moments.iter_mut().zip(average.parameters_mut());
            for ((values, gradient), (moments, average)) in values.zip(kept) {
                Adam::default().step(rate, done, values, gradient, moments);
                for (mean, value) in average.iter_mut().zip(values) {
                    *mean += share * (*value - *mean);
                }
            }
        });
    }

    /// The moving average of the weights: what to sample with.
    #[must_use]
    pub fn ema_weights(&self) -> Weights {
        self.weights(&self.average)
    }

    fn weights(&self, layers: &[BurnLayer]) -> Weights {
        let shapes = self.settings.architecture.layer_shapes();
        let layers = layers.iter().zip(shapes).map(|(layer, [outputs, inputs])| {
            let weight = transpose(&layer.weight, inputs, outputs);
            LinearWeights { weight, bias: layer.bias.clone() }
        });
        Weights {
            architecture: self.settings.architecture,
            frequencies: self.frequencies.clone(),
            layers: layers.collect(),
        }
    }

    /// Number of steps taken.
    #[must_use]
    pub fn steps_done(&self) -> u64 {
        self.steps_done
    }

    /// The settings it was made with.
    #[must_use]
    pub fn settings(&self) -> &TrainingSettings {
        &self.settings
    }
}

/// The weights in burn's layout.
fn to_burn(weights: &Weights) -> Vec<BurnLayer> {
    let shapes = weights.architecture.layer_shapes();
    let layers = weights.layers.iter().zip(shapes).map(|(layer, [outputs, inputs])| {
        let weight = transpose(&layer.weight, outputs, inputs);
        BurnLayer { weight, bias: layer.bias.clone() }
    });
    layers.collect()
}

fn into_numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("parameters are f32")
}

/// Warm-up over the first 2 % of the steps, then half a cosine down to zero.
fn learning_rate(settings: &TrainingSettings, step: u64) -> f64 {
    let steps = settings.steps as f64;
    let done = step as f64;
    let warm_up = ((done + 1.0) / (0.02 * steps).max(1.0)).min(1.0);
    let progress = (done / steps).min(1.0);
    settings.learning_rate * warm_up * (0.5 + 0.5 * (std::f64::consts::PI * progress).cos())
}

/// `PyTorch`'s default for linear layers, with a zero output layer: the first field is zero.
fn initial_weights(architecture: Architecture, rng: &mut ChaCha8Rng) -> Weights {
    let shapes = architecture.layer_shapes();
    let last = shapes.len() - 1;
    let layers = shapes.into_iter().enumerate().map(|(index, [outputs, inputs])| {
        let bound = if index == last { 0.0 } else { (1.0 / inputs as f32).sqrt() };
        let mut draw =
            |count: usize| (0..count).map(|_| rng.random_range(-bound..=bound)).collect();
        LinearWeights { weight: draw(outputs * inputs), bias: draw(outputs) }
    });
    Weights {
        architecture,
        frequencies: time_features::frequencies(architecture.time_features),
        layers: layers.collect(),
    }
}

#[cfg(test)]
mod tests;
