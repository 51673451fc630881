//! Training by gradient steps on samples of the data.
//!
//! The loss is the mean over a batch of `|output − target|²` (see [`LOSSES`]) with `x_t = α x1 + σ x0`,
//! `x0 ~ N(0, I)`, `x1 ~ data`, `t` from a density on (0, 1). In flow matching the target is `α' x1 + σ' x0`
//! (Lipman et al. 2023, arXiv:2210.02747; Albergo et al. 2023, arXiv:2303.08797) or another quantity of the
//! sample ([`Prediction`](crate::prediction::Prediction)), whose mean given `x_t` the least loss reaches.
//! [`Objective`] has what makes a flow map.

mod adam;
#[cfg(feature = "burn")]
mod autodiff;
mod batch;
mod bootstrap;
mod device;
mod error;
mod flow_map;
mod gradient;
mod loss;
mod losses;
mod objective;
mod pairs;
mod panels;
mod pass;
mod settings;
mod state;
mod times;

use adam::{Adam, Moments};
use batch::{Batch, Batches, Source};
use driftscope_base::interpolant::Interpolant;
use gradient::FusedGradient;
use pass::BurnLayer;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use state::Places;

use super::inputs::Embedding;
use super::{Architecture, LinearWeights, Weights, WeightsError, time_features, transpose};

pub use device::ComputeDevice;
pub use error::TrainingError;
pub use loss::{Loss, LossRef};
pub use losses::LOSSES;
pub use objective::{Decay, Objective, Pairing, Weighting};
pub use pairs::{Samples, TrainingData, first_pairs};
pub use settings::{GradientMethod, TrainingSettings};
pub use state::TrainerState;
pub use times::{TimeDensity, TimeLaw};

/// A training in progress.
///
/// The weights, the optimiser's moments and the average are kept on the host, where the fused
/// gradient reads them. burn's automatic differentiation gets them as a module on its device.
pub struct Trainer {
    settings: TrainingSettings,
    architecture: Architecture,
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
    /// Where the streams stood after the batch of the last step.
    places: Places,
}

/// What a training begins with.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Start {
    /// New weights, drawn from its seed.
    #[default]
    Anew,
    /// Weights of the same size.
    From(Weights),
    /// Where another of the same settings and data stood.
    GoingOn(TrainerState),
}

/// What a step has come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// The batch's mean loss before the step.
    pub loss: f32,
    /// The Euclidean norm of its gradient.
    pub gradient_norm: f32,
}

impl Trainer {
    /// Prepares a training on data with so many labels. Data that are gone on with are those from the beginning.
    ///
    /// # Errors
    /// [`TrainingError`] if a setting is out of its range, or what it begins with does not fit.
    pub fn new(
        settings: TrainingSettings,
        (data, labels): (Box<dyn TrainingData>, usize),
        path: Interpolant,
        start: Start,
    ) -> Result<Self, TrainingError> {
        settings.validate()?;
        let architecture = settings.architecture(labels);
        architecture.validate().map_err(WeightsError::from)?;
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let (weights, state) = match start {
            Start::From(weights) => {
                weights.validate()?;
                if weights.architecture != architecture {
                    let (found, expected) = (weights.architecture, architecture);
                    return Err(TrainingError::Start { found, expected });
                }
                (weights, None)
            }
            Start::Anew => (initial_weights(architecture, &mut rng), None),
            Start::GoingOn(state) => (initial_weights(architecture, &mut rng), Some(state)),
        };
        let mut layers = to_burn(&weights);
        let mut average = layers.clone();
        let mut moments: Vec<[Moments; 2]> = layers.iter().map(|_| Default::default()).collect();
        let embedding = Embedding::new(&architecture, &weights.frequencies);
        let mut source = Source::new(&settings, data, path, embedding);
        let (mut steps_done, mut places) = (0, Places::default());
        if let Some(state) = state {
            (steps_done, places) = (state.steps, state.places);
            if steps_done > 0 {
                source = source.gone_on(steps_done, places);
            }
            state.restore(&mut layers, &mut average, &mut moments)?;
        }
        Ok(Self {
            moments,
            average,
            gradient: layers.clone(),
            layers,
            batches: Batches::new(source),
            fused: FusedGradient::default(),
            frequencies: weights.frequencies,
            settings,
            architecture,
            steps_done,
            places,
        })
    }

    /// Where it stands, to go on from.
    #[must_use]
    pub fn state(&self) -> TrainerState {
        let Self { layers, average, moments, .. } = self;
        TrainerState::of((self.steps_done, self.places), layers, average, moments)
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`TrainingError::Diverged`] if the loss or its gradient is not finite; the weights are left as
    /// they were.
    pub fn step(&mut self) -> Result<StepReport, TrainingError> {
        let mut batch = self.batches.next();
        // All of it where rayon's threads are, so that they need not be woken for each part.
        let method = self.settings.gradient;
        let report = rayon::scope(|_| {
            let loss = match method {
                GradientMethod::Fused => self.fused_gradient(&mut batch),
                #[cfg(feature = "burn")]
                GradientMethod::Autodiff(device) => {
                    if self.settings.objective.is_flow_map() {
                        // It completes the targets.
                        self.fused_gradient(&mut batch);
                    }
                    self.autodiff_gradient(device, &batch)
                }
            };
            let square: f64 = self.gradient.iter().map(BurnLayer::square).sum();
            let report = StepReport { loss, gradient_norm: square.sqrt() as f32 };
            if loss.is_finite() && square.is_finite() {
                self.update();
                Ok(report)
            } else {
                Err(TrainingError::Diverged { step: self.steps_done, loss })
            }
        });
        if report.is_ok() {
            self.steps_done += 1;
            self.places = batch.places;
        }
        self.batches.give_back(batch);
        report
    }

    /// The mean loss of a batch; its gradient is kept.
    fn fused_gradient(&mut self, batch: &mut Batch) -> f32 {
        let how = (self.settings.loss, self.settings.activation);
        self.fused.compute(how, &self.layers, batch, &mut self.gradient)
    }

    /// The mean loss of a batch; its gradient is kept.
    #[cfg(feature = "burn")]
    fn autodiff_gradient(&mut self, device: ComputeDevice, batch: &Batch) -> f32 {
        let weights = self.weights(&self.layers);
        let device = device.burn_device().autodiff();
        autodiff::gradient(self.settings.loss, &weights, batch, &device, &mut self.gradient)
    }

    /// Moves the weights along the gradient, and their average towards them.
    fn update(&mut self) {
        let rate = self.settings.rate(self.steps_done);
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
        let shapes = self.architecture.layer_shapes();
        let layers = layers.iter().zip(shapes).map(|(layer, [outputs, inputs])| {
            let weight = transpose(&layer.weight, inputs, outputs);
            LinearWeights { weight, bias: layer.bias.clone() }
        });
        Weights {
            architecture: self.architecture,
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
