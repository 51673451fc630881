//! What is trained, where a training stands, and what comes of it.

use std::sync::Arc;
use std::time::Duration;

use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::{Mixture, MixtureError};
use driftscope_flow::network::{
    Description, GradientMethod, Model, NetworkId, Trainer, TrainingData, TrainingError,
    TrainingSettings,
};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::scene::{Data, Scene};

/// What a mixture of one's own is called in model files.
const OWN_MIXTURE: &str = "own-mixture";
/// How often a training shows its weights.
pub(crate) const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(250);
/// Points of the loss curve over a whole training.
pub(crate) const CURVE_POINTS: u64 = 500;

/// What is trained, and how.
#[derive(Clone, Debug)]
pub struct TrainingRequest {
    /// The distribution, as a scene says it.
    pub data: Data,
    /// The distribution, to draw from.
    pub mixture: Arc<Mixture>,
    /// The path.
    pub interpolant: Interpolant,
    /// Everything else.
    pub settings: TrainingSettings,
}

impl TrainingRequest {
    /// A training on the distribution of `scene`, along its path.
    ///
    /// # Errors
    /// If a mixture of one's own is not one.
    pub fn of_scene(scene: &Scene, settings: TrainingSettings) -> Result<Self, MixtureError> {
        Ok(Self {
            data: scene.data.clone(),
            mixture: Arc::new(scene.mixture()?),
            interpolant: scene.interpolant.kind,
            settings,
        })
    }

    /// The name of the distribution, for the file.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.data.mixture.is_some() { OWN_MIXTURE } else { &self.data.name }
    }

    /// The command that trains the same network without a window, as one types it into a shell.
    ///
    /// # Panics
    /// Never: a mixture has nothing that TOML cannot say.
    #[must_use]
    pub fn command(&self) -> String {
        let TrainingSettings { architecture, batch, steps, learning_rate, seed, .. } =
            &self.settings;
        let gradient = match self.settings.gradient {
            GradientMethod::Fused => String::new(),
            GradientMethod::Autodiff(device) => format!(" --gradient autodiff --device {device}"),
        };
        let data = match &self.data.mixture {
            None => format!("--data {}", self.data.name),
            Some(blobs) => {
                let blobs = toml::Value::try_from(blobs).expect("numbers are TOML");
                format!("--set 'data.mixture={blobs}'")
            }
        };
        format!(
            "driftscope train {data} --interpolant {} --hidden {} --depth {} --batch {batch} --steps {steps} --lr {learning_rate} --seed {seed}{gradient}",
            self.interpolant.name(),
            architecture.hidden,
            architecture.depth,
        )
    }

    /// What a training of this has come to: the averaged weights, and how they were made.
    pub(crate) fn model(&self, trainer: &Trainer, final_loss: f64) -> Model {
        let settings = &self.settings;
        Model {
            weights: trainer.ema_weights(),
            description: Description {
                data: self.name().to_owned(),
                interpolant: self.interpolant,
                command: self.command(),
                steps: trainer.steps_done(),
                batch: settings.batch as u64,
                learning_rate: settings.learning_rate,
                seed: settings.seed,
                ema_decay: settings.ema_decay,
                final_loss,
            },
        }
    }
}

/// Where a training stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TrainingState {
    /// Making steps.
    Running,
    /// Waiting to be resumed.
    Paused,
    /// All steps made, or stopped by the person.
    Finished,
    /// Given up; the reason.
    Failed(String),
}

/// A look at a training.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainingStatus {
    /// Where it stands.
    pub state: TrainingState,
    /// Steps made.
    pub steps_done: u64,
    /// Steps it will make.
    pub steps: u64,
    /// Time spent making steps.
    pub elapsed: Duration,
    /// The loss: `(step, mean loss since the point before)`.
    #[serde(with = "crate::shared")]
    pub curve: Arc<Vec<(u64, f32)>>,
    /// Mean loss since the last point of the curve, or that point; none before the first step.
    pub loss: Option<f32>,
    /// The latest averaged weights; none before the first snapshot.
    pub network: Option<NetworkId>,
}

impl TrainingStatus {
    /// Of a training that is about to make the first of `steps` steps.
    #[must_use]
    pub fn beginning(steps: u64) -> Self {
        Self {
            state: TrainingState::Running,
            steps_done: 0,
            steps,
            elapsed: Duration::ZERO,
            curve: Arc::default(),
            loss: None,
            network: None,
        }
    }
}

/// A training on draws of `mixture`, on the calling thread.
///
/// # Errors
/// If a setting is out of its range.
pub fn trainer(
    settings: TrainingSettings,
    mixture: &Arc<Mixture>,
    path: Interpolant,
) -> Result<Trainer, TrainingError> {
    let rng = stream(settings.seed, Purpose::Training, 0);
    let draws = Draws { mixture: Arc::clone(mixture), rng };
    Trainer::new(settings, Box::new(draws), path, None)
}

/// Independent draws of a distribution, from a stream of their own.
struct Draws {
    mixture: Arc<Mixture>,
    rng: ChaCha8Rng,
}

impl TrainingData for Draws {
    fn draw(&mut self, count: usize, points: &mut [f32]) {
        for point in points.chunks_exact_mut(2).take(count) {
            let [x, y] = self.mixture.draw(&mut self.rng);
            point[0] = x as f32;
            point[1] = y as f32;
        }
    }
}
