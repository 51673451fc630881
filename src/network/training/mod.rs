//! Flow matching: learning the velocity from samples of the data.
//!
//! The loss is the mean over a batch of `|v(x_t, t) − (α' x1 + σ' x0)|²` with `x_t = α x1 + σ x0`,
//! `x0 ~ N(0, I)`, `x1 ~ data`, `t ~ U(0, 1)` (Lipman et al. 2023, arXiv:2210.02747; Albergo et
//! al. 2023, arXiv:2303.08797). Its minimum over all functions is the velocity of the
//! probability flow.

mod adam;
mod batch;
mod device;
mod gradient;
mod product;

use burn::module::Param;
use burn::nn::Linear;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use thiserror::Error;

use super::mlp::transpose;
use super::{Architecture, DIMENSIONS, LinearWeights, Mlp, Weights, WeightsError, time_features};
use crate::interpolant::Interpolant;
use adam::{FusedAdam, into_numbers};
use batch::{Batch, Batches};
use gradient::{BurnLayer, FusedGradient};

pub use device::ComputeDevice;

/// Where the samples come from.
pub trait TrainingData: Send {
    /// Draws `count` independent points of the data into `points`: x, y, x, y, …
    ///
    /// The source brings its own random numbers; a repeatable training needs repeatable draws.
    fn draw(&mut self, count: usize, points: &mut [f32]);
}

/// What can be chosen about a training.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingSettings {
    /// The network's sizes.
    pub architecture: Architecture,
    /// Points in a batch, 1 to 65536.
    pub batch: usize,
    /// Steps of the whole training, 1 to 10 million; the learning rate ends at zero there.
    pub steps: u64,
    /// The highest learning rate, above 0, at most 1.
    pub learning_rate: f64,
    /// Seed of the weights, the times and the noise.
    pub seed: u64,
    /// Decay per step of the moving average of the weights, 0 to below 1.
    pub ema_decay: f64,
    /// Where burn computes.
    pub device: ComputeDevice,
    /// How the gradient of the loss is computed.
    pub gradient: GradientMethod,
}

/// How the gradient of the loss is computed; both ways give the same, up to rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GradientMethod {
    /// Forward and backward fused, on all cores; burn does the rest.
    #[default]
    Fused,
    /// burn's automatic differentiation, much slower: the reference.
    Autodiff,
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
            device: ComputeDevice::default(),
            gradient: GradientMethod::default(),
        }
    }
}

/// Why a training could not start or go on.
#[derive(Debug, Error)]
pub enum TrainingError {
    /// There is no such device in this build.
    #[error("device \"{name}\": this build has {allowed}")]
    Device {
        /// The name asked for.
        name: String,
        /// The names there are.
        allowed: String,
    },
    /// A setting is out of its range.
    #[error("training {name} = {value}: allowed is {allowed}")]
    Setting {
        /// The field of [`TrainingSettings`].
        name: &'static str,
        /// The refused value.
        value: String,
        /// The allowed values.
        allowed: &'static str,
    },
    /// The sizes, or the weights to start from.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The weights to start from have another size.
    #[error("the weights to start from have {found:?}, but the training has {expected:?}")]
    Start {
        /// The size of the weights.
        found: Architecture,
        /// The size in the settings.
        expected: Architecture,
    },
    /// The loss is not a finite number any more.
    #[error("the training diverged at step {step}: the loss is {loss}; try a lower learning rate")]
    Diverged {
        /// Steps done before.
        step: u64,
        /// The loss.
        loss: f32,
    },
}

impl TrainingSettings {
    /// Checks every setting against its range.
    ///
    /// # Errors
    /// [`TrainingError::Setting`] or [`TrainingError::Weights`] names the first that is out of it.
    pub fn validate(&self) -> Result<(), TrainingError> {
        let check = |allowed_now: bool, name, value: &dyn ToString, allowed| {
            if allowed_now {
                return Ok(());
            }
            let value = value.to_string();
            Err(TrainingError::Setting { name, value, allowed })
        };
        let rate = self.learning_rate;
        self.architecture.validate().map_err(WeightsError::from)?;
        check((1..=65_536).contains(&self.batch), "batch", &self.batch, "1 to 65536")?;
        check((1..=10_000_000).contains(&self.steps), "steps", &self.steps, "1 to 10000000")?;
        check(rate > 0.0 && rate <= 1.0, "learning_rate", &rate, "above 0, at most 1")?;
        let decay = self.ema_decay;
        check((0.0..1.0).contains(&decay), "ema_decay", &decay, "0 to below 1")
    }
}

/// A training in progress.
pub struct Trainer {
    settings: TrainingSettings,
    frequencies: Vec<f64>,
    device: Device,
    module: Mlp,
    optimizer: ModuleOptimizer,
    /// The weights on the host, as the last step left them.
    host: Vec<BurnLayer>,
    /// The moving average of the weights.
    average: Vec<BurnLayer>,
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
        let device = settings.device.burn_device().autodiff();
        let optimizer = ModuleOptimizer::from(FusedAdam::default());
        let mut module = Mlp::from_weights(&start, &device);
        let host = to_host(&mut module);
        let frequencies = start.frequencies.clone();
        Ok(Self {
            module,
            average: host.clone(),
            host,
            device,
            optimizer,
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
    /// [`TrainingError::Diverged`] if the loss is not finite; the weights are left as they were.
    pub fn step(&mut self) -> Result<f32, TrainingError> {
        let batch = self.batches.next();
        let (loss, gradients) = match self.settings.gradient {
            GradientMethod::Fused => {
                let found = self.fused_gradients(&batch);
                self.batches.give_back(batch);
                found
            }
            GradientMethod::Autodiff => self.autodiff_gradients(batch),
        };
        if !loss.is_finite() {
            return Err(TrainingError::Diverged { step: self.steps_done, loss });
        }
        let rate = learning_rate(&self.settings, self.steps_done);
        // Handed over and not cloned, so that no tensor is in use twice and has to be copied.
        let module = std::mem::replace(&mut self.module, Mlp { layers: Vec::new() });
        self.module = self.optimizer.step(rate, module, gradients);
        self.host = to_host(&mut self.module);
        self.steps_done += 1;
        self.average();
        Ok(loss)
    }

    fn fused_gradients(&mut self, batch: &Batch) -> (f32, GradientsParams) {
        let (loss, gradients) = self.fused.compute(&self.host, batch);
        let device = self.device.clone().inner();
        let mut registered = GradientsParams::new();
        for (layer, gradient) in self.module.layers.iter().zip(gradients) {
            let shape = layer.weight.dims();
            let weight = TensorData::new(gradient.weight, shape);
            registered.register(layer.weight.id, Tensor::<2>::from_data(weight, &device));
            if let Some(bias) = &layer.bias {
                let gradient = TensorData::new(gradient.bias, [shape[1]]);
                registered.register(bias.id, Tensor::<1>::from_data(gradient, &device));
            }
        }
        (loss, registered)
    }

    fn autodiff_gradients(&self, batch: Batch) -> (f32, GradientsParams) {
        let count = self.settings.batch;
        let width = self.settings.architecture.inputs();
        let inputs = TensorData::new(batch.inputs, [count, width]);
        let targets = TensorData::new(batch.targets, [count, DIMENSIONS]);
        let inputs = Tensor::<2>::from_data(inputs, &self.device);
        let targets = Tensor::<2>::from_data(targets, &self.device);
        let difference = self.module.forward(inputs) - targets;
        let loss = difference.square().sum() / count as f32;
        let gradients = GradientsParams::from_grads(loss.backward(), &self.module);
        (loss.into_scalar::<f32>(), gradients)
    }

    /// Moves the average towards the weights.
    fn average(&mut self) {
        // The decay grows with the steps, so that the first weights are soon forgotten.
        let steps = self.steps_done as f64;
        let decay = self.settings.ema_decay.min((1.0 + steps) / (10.0 + steps));
        let share = (1.0 - decay) as f32;
        for (average, layer) in self.average.iter_mut().zip(&self.host) {
            let pairs = [(&mut average.weight, &layer.weight), (&mut average.bias, &layer.bias)];
            for (means, values) in pairs {
                for (mean, value) in means.iter_mut().zip(values) {
                    *mean += share * (value - *mean);
                }
            }
        }
    }

    /// The moving average of the weights: what to sample with.
    #[must_use]
    pub fn ema_weights(&self) -> Weights {
        let shapes = self.settings.architecture.layer_shapes();
        let layers = self.average.iter().zip(shapes).map(|(layer, [outputs, inputs])| {
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

/// A copy of the module's numbers, in burn's layout.
fn to_host(module: &mut Mlp) -> Vec<BurnLayer> {
    fn copy<const D: usize>(parameter: Param<Tensor<D>>) -> (Param<Tensor<D>>, Vec<f32>) {
        let mut copy = Vec::new();
        // burn-ndarray copies a tensor that is in use element by element, 100 times slower than it
        // moves. Taken out it is in use nowhere else.
        let parameter = parameter.map(|tensor| {
            let (device, shape) = (tensor.device(), tensor.dims());
            let numbers = into_numbers(tensor);
            copy.clone_from(&numbers);
            Tensor::from_data(TensorData::new(numbers, shape), &device)
        });
        (parameter, copy)
    }
    let layers = std::mem::take(&mut module.layers).into_iter().map(|layer| {
        let (parameter, weight) = copy(layer.weight);
        let (own, bias) = copy(layer.bias.expect("every layer was made with a bias"));
        module.layers.push(Linear { weight: parameter, bias: Some(own) });
        BurnLayer { weight, bias }
    });
    layers.collect()
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
