//! What is trained, where a training stands, and what comes of it.

mod floor;
mod pairs;
mod reflow;
mod rounds;
mod saved;
mod watch;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::Mixture;
use driftscope_flow::field::{Asked, LearnedField};
use driftscope_flow::network::{
    Description, Kernel, Model, NetworkId, Samples, Start, Trainer, TrainerState, TrainingData,
    TrainingError, TrainingSettings, Weights,
};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use floor::least_loss;
pub use pairs::TrainingPairs;
use reflow::Pairs;
pub use rounds::Round;
pub use saved::SavedTraining;
pub use watch::Quality;
pub(crate) use watch::Watch;

use crate::scene::{Data, Problem, Scene};

/// How often a training shows its weights.
pub(crate) const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(250);
/// At every so many snapshots it is looked what they are worth.
pub(crate) const LOOKED_AT: u64 = 2;
/// Points of the loss curve over a whole training.
pub(crate) const CURVE_POINTS: u64 = 500;

/// What is trained, and how.
#[derive(Clone, Debug)]
pub struct TrainingRequest {
    /// The distribution, as a scene says it.
    pub data: Data,
    /// The distribution, to draw from.
    pub mixture: Arc<Mixture>,
    /// The distribution at t = 0, as a scene says it; N(0, I) if none.
    pub source: Option<Data>,
    /// The same, to draw from.
    pub noise: Option<Arc<Mixture>>,
    /// The path.
    pub interpolant: Interpolant,
    /// Everything else.
    pub settings: TrainingSettings,
}

impl TrainingRequest {
    /// The training of `scene`: on its distribution, along its path.
    ///
    /// # Errors
    /// If the data of the scene are none.
    pub fn of_scene(scene: &Scene) -> Result<Self, Problem> {
        Ok(Self {
            data: scene.data.clone(),
            mixture: Arc::new(scene.mixture()?),
            source: scene.source.clone().filter(|_| scene.has_source()),
            noise: scene.source_mixture()?.map(Arc::new),
            interpolant: scene.interpolant.kind,
            settings: scene.training.clone(),
        })
    }

    /// The name of the distribution, for the file.
    #[must_use]
    pub fn name(&self) -> &str {
        self.data.file_name()
    }

    /// It, about to make its first step, on the calling thread.
    ///
    /// # Errors
    /// If a setting is out of its range.
    pub fn trainer(&self) -> Result<Trainer, TrainingError> {
        self.trainer_from(Start::Anew)
    }

    /// The same, or where it goes on before its first round of reflow.
    ///
    /// # Errors
    /// As [`Self::trainer`], and if what it goes on from does not fit.
    pub(crate) fn trainer_from(&self, start: Start) -> Result<Trainer, TrainingError> {
        let labels = label_count(&self.mixture);
        let data = (self.draws(), labels);
        Trainer::new(self.settings.of_round(0), data, self.interpolant, start)
    }

    /// The pairs of noise and data that its first step learns from, or the first of them.
    ///
    /// # Errors
    /// If a setting is out of its range.
    pub fn pairs(&self) -> Result<TrainingPairs, TrainingError> {
        TrainingPairs::of(&self.settings.of_round(0), self.draws())
    }

    /// What its batches are made of, from the first one on.
    fn draws(&self) -> Box<dyn TrainingData> {
        Box::new(Draws {
            mixture: Arc::clone(&self.mixture),
            source: self.noise.clone(),
            rng: stream(self.settings.seed, Purpose::Training, 0),
        })
    }

    /// The same about to make the first step of a round of reflow, from `weights`, the network before, or where
    /// it goes on in that round.
    ///
    /// # Errors
    /// If a setting is out of its range, or `cancel` was raised, which the first says.
    pub(crate) fn reflow(
        &self,
        round: u64,
        weights: Weights,
        state: Option<TrainerState>,
        cancel: &Cancel,
    ) -> Result<Result<Trainer, TrainingError>, Cancelled> {
        let settings = self.settings.of_round(round);
        let path = self.interpolant;
        let prediction = settings.prediction;
        let asked = Asked { prediction, trained_on: path, label: None };
        let field = LearnedField::of_network(Arc::new(Kernel::new(&weights)), asked, path);
        let of_round = (self.settings.seed, round);
        let pairs = Pairs::carried_by(&field, path, self.settings.pairs, of_round, cancel)?;
        let rng = stream(settings.seed, Purpose::Training, 0);
        let draws = Arc::new(pairs).draws(rng);
        let start = state.map_or(Start::From(weights), Start::GoingOn);
        Ok(Trainer::new(settings, (draws, 0), path, start))
    }

    /// What the weights are compared with on the way.
    pub(crate) fn watch(&self) -> Watch {
        Watch::new(&self.settings, &self.mixture, self.noise.as_deref(), self.interpolant)
    }

    /// The least loss that any network could reach, where it is known; that of rounds of reflow is not.
    #[must_use]
    pub fn least_loss(&self) -> Option<f64> {
        if self.noise.is_some() || self.settings.rounds > 0 {
            return None;
        }
        least_loss(&self.settings, &self.mixture, self.interpolant)
    }

    /// The command that trains the same network without a window, as one types it into a shell.
    #[must_use]
    pub fn command(&self) -> String {
        let settings = &self.settings;
        let TrainingSettings { hidden, depth, batch, steps, learning_rate, seed, .. } = settings;
        let data = match self.data.setting() {
            None => format!("--data {}", self.data.name),
            Some(setting) => format!("--set '{setting}'"),
        };
        // What has an option of its own is said by it.
        let options = TrainingSettings {
            hidden: *hidden,
            depth: *depth,
            batch: *batch,
            steps: *steps,
            learning_rate: *learning_rate,
            seed: *seed,
            ..TrainingSettings::default()
        };
        let said = Scene { training: options, ..Scene::default() };
        let source = self.source.clone();
        let wanted = Scene { training: settings.clone(), source, ..Scene::default() };
        let mut further = String::new();
        for change in said.changes_to(&wanted) {
            // Nothing can go wrong in writing to a text.
            let _ = write!(further, " --set '{change}'");
        }
        format!(
            "driftscope train {data} --interpolant {} --hidden {hidden} --depth {depth} --batch {batch} --steps {steps} --lr {learning_rate} --seed {seed}{further}",
            self.interpolant.name(),
        )
    }

    /// What a training of this has come to after so many steps of all rounds: the averaged weights, and how
    /// they were made.
    pub(crate) fn model(&self, trainer: &Trainer, steps: u64, final_loss: f64) -> Model {
        let mut made = self.clone();
        let whole = TrainingSettings { stop_after: None, ..self.settings.clone() };
        // One that was stopped is made again by stopping it there.
        made.settings.stop_after = (steps < whole.steps_made()).then_some(steps);
        Model {
            weights: trainer.ema_weights(),
            description: Description {
                data: self.name().to_owned(),
                source: self.source.as_ref().map(|source| source.file_name().to_owned()),
                interpolant: self.interpolant,
                command: made.command(),
                steps,
                settings: made.settings,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The norm of the last step's gradient; none before the first step.
    #[serde(default)]
    pub gradient_norm: Option<f32>,
    /// The least loss that any network could reach on these data, where it is known.
    #[serde(default)]
    pub least_loss: Option<f64>,
    /// What the weights on the way were worth.
    #[serde(default, with = "crate::shared")]
    pub qualities: Arc<Vec<Quality>>,
    /// How straight the flow was at the end of each round.
    #[serde(default, with = "crate::shared")]
    pub rounds: Arc<Vec<Round>>,
    /// The latest averaged weights; none before the first snapshot.
    pub network: Option<NetworkId>,
    /// Weights on the way, after equal numbers of steps.
    #[serde(default, with = "crate::shared")]
    pub snapshots: Arc<Vec<Snapshot>>,
}

/// The averaged weights at some point of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Steps made before.
    pub step: u64,
    /// The network.
    pub network: NetworkId,
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
            gradient_norm: None,
            least_loss: None,
            network: None,
            snapshots: Arc::default(),
            qualities: Arc::default(),
            rounds: Arc::default(),
        }
    }

    /// Snapshots that are kept of a whole training, beside its last weights.
    pub const SNAPSHOTS: u64 = 40;

    /// Keeps the weights as a snapshot.
    pub(crate) fn keep(&mut self, snapshot: Snapshot) {
        let kept = Arc::make_mut(&mut self.snapshots);
        if kept.last().is_none_or(|last| last.step < snapshot.step) {
            kept.push(snapshot);
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
    let draws = Draws { mixture: Arc::clone(mixture), source: None, rng };
    Trainer::new(settings, (Box::new(draws), label_count(mixture)), path, Start::Anew)
}

/// How many labels a network needs for a distribution: they are counted from 0.
#[must_use]
pub fn label_count(mixture: &Mixture) -> usize {
    mixture.labels().last().map_or(0, |&last| last as usize + 1)
}

/// Independent draws of a distribution and its source, from a stream of their own.
struct Draws {
    mixture: Arc<Mixture>,
    source: Option<Arc<Mixture>>,
    rng: ChaCha8Rng,
}

impl TrainingData for Draws {
    fn draw(&mut self, samples: &mut Samples) {
        let Self { mixture, source, rng } = self;
        let Samples { data, source: starts, labels } = samples;
        labels.clear();
        starts.clear();
        for point in data {
            let component = mixture.draw_component(rng);
            *point = mixture.draw_from(component, rng).map(|x| x as f32);
            labels.push(mixture.label(component));
            let start = source.as_ref().map(|source| source.draw(rng).map(|x| x as f32));
            starts.extend(start);
        }
    }

    fn stream(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }
}
