//! Training a network in the background.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use driftscope_base::interpolant::Interpolant;
use driftscope_base::memory::check_memory;
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::Mixture;
use driftscope_flow::network::{
    Description, GradientMethod, Model, NetworkId, Trainer, TrainingData, TrainingError,
    TrainingSettings,
};
use rand_chacha::ChaCha8Rng;

use crate::networks::Networks;
use crate::scene::{Data, Problem, Scene};

/// How often a training shows its weights.
const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(250);
/// Points of the loss curve over a whole training.
const CURVE_POINTS: u64 = 500;

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
    /// If the data of the scene are none.
    pub fn of_scene(scene: &Scene, settings: TrainingSettings) -> Result<Self, Problem> {
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
        self.data.file_name()
    }

    /// The command that trains the same network without a window, as one types it into a shell.
    #[must_use]
    pub fn command(&self) -> String {
        let TrainingSettings { architecture, batch, steps, learning_rate, seed, .. } =
            &self.settings;
        let gradient = match self.settings.gradient {
            GradientMethod::Fused => String::new(),
            GradientMethod::Autodiff(device) => format!(" --gradient autodiff --device {device}"),
        };
        let loss = self.settings.loss;
        let loss = if loss.is_usual() { String::new() } else { format!(" --loss {loss}") };
        let data = match self.data.setting() {
            None => format!("--data {}", self.data.name),
            Some(setting) => format!("--set '{setting}'"),
        };
        format!(
            "driftscope train {data} --interpolant {} --hidden {} --depth {} --batch {batch} --steps {steps} --lr {learning_rate} --seed {seed}{loss}{gradient}",
            self.interpolant.name(),
            architecture.hidden,
            architecture.depth,
        )
    }
}

/// Where a training stands.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug)]
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
    pub curve: Arc<Vec<(u64, f32)>>,
    /// Mean loss since the last point of the curve, or that point; none before the first step.
    pub loss: Option<f32>,
    /// The latest averaged weights; none before the first snapshot.
    pub network: Option<NetworkId>,
}

/// A training on a thread of its own.
pub struct TrainingJob {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    networks: Networks,
    board: Mutex<Board>,
    news: Condvar,
}

struct Board {
    status: TrainingStatus,
    snapshot: Option<Arc<Model>>,
    wanted: Wanted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Run,
    Pause,
    Stop,
}

impl Shared {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TrainingJob {
    /// Starts training. Its snapshots are kept among `networks`; `notify` is called from its thread
    /// whenever there is news.
    ///
    /// # Errors
    /// If a setting is out of its range.
    ///
    /// # Panics
    /// If the system has no thread to give.
    pub fn start(
        request: TrainingRequest,
        networks: Networks,
        notify: impl Fn() + Send + 'static,
    ) -> Result<Self, TrainingError> {
        request.settings.validate()?;
        let TrainingSettings { architecture, batch, .. } = request.settings;
        let what = format!(
            "training {} layers of {} units on batches of {batch} points",
            architecture.depth, architecture.hidden
        );
        let needed = request.settings.memory();
        check_memory(&what, needed, "lower the batch, the units or the layers")
            .map_err(TrainingError::from)?;
        let status = TrainingStatus {
            state: TrainingState::Running,
            steps_done: 0,
            steps: request.settings.steps,
            elapsed: Duration::ZERO,
            curve: Arc::default(),
            loss: None,
            network: None,
        };
        let board = Board { status, snapshot: None, wanted: Wanted::Run };
        let shared = Arc::new(Shared { networks, board: Mutex::new(board), news: Condvar::new() });
        let thread = std::thread::Builder::new()
            .name("driftscope-training".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || {
                    let outcome = train(&request, &shared, &notify);
                    shared.board().status.state = match outcome {
                        Ok(()) => TrainingState::Finished,
                        Err(error) => TrainingState::Failed(error.to_string()),
                    };
                    shared.news.notify_all();
                    notify();
                }
            })
            .expect("the system has a thread for training");
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Where the training stands now.
    #[must_use]
    pub fn status(&self) -> TrainingStatus {
        self.shared.board().status.clone()
    }

    /// The latest averaged weights with their description, for saving.
    #[must_use]
    pub fn model(&self) -> Option<Arc<Model>> {
        self.shared.board().snapshot.clone()
    }

    /// Pauses after the step in progress.
    pub fn pause(&self) {
        self.want(Wanted::Pause);
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.want(Wanted::Run);
    }

    /// Ends the training after the step in progress; its weights stay.
    pub fn stop(&self) {
        self.want(Wanted::Stop);
    }

    /// Waits at most `patience` for the training to end; whether it has.
    #[must_use]
    pub fn wait(&self, patience: Duration) -> bool {
        let ended = |board: &mut Board| {
            !matches!(board.status.state, TrainingState::Finished | TrainingState::Failed(_))
        };
        let (mut board, _) = self
            .shared
            .news
            .wait_timeout_while(self.shared.board(), patience, ended)
            .unwrap_or_else(PoisonError::into_inner);
        !ended(&mut board)
    }

    fn want(&self, wanted: Wanted) {
        self.shared.board().wanted = wanted;
        self.shared.news.notify_all();
    }
}

impl Drop for TrainingJob {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // A training that panicked has said so already.
            let _ = thread.join();
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

fn train(
    request: &TrainingRequest,
    shared: &Shared,
    notify: &dyn Fn(),
) -> Result<(), TrainingError> {
    let settings = request.settings.clone();
    let mut trainer = trainer(settings, &request.mixture, request.interpolant)?;
    let curve_interval = (request.settings.steps / CURVE_POINTS).max(1);
    let (mut losses, mut since) = (0.0_f64, 0_u64);
    let mut last_snapshot = Instant::now();
    let mut elapsed = Duration::ZERO;

    while trainer.steps_done() < request.settings.steps {
        if !may_go_on(request, &trainer, shared, notify) {
            break;
        }
        let began = Instant::now();
        losses += f64::from(trainer.step()?);
        since += 1;
        elapsed += began.elapsed();
        let done = trainer.steps_done();
        {
            let mut board = shared.board();
            board.status.steps_done = done;
            board.status.elapsed = elapsed;
            let mean = (losses / since as f64) as f32;
            board.status.loss = Some(mean);
            if since == curve_interval {
                Arc::make_mut(&mut board.status.curve).push((done, mean));
                (losses, since) = (0.0, 0);
            }
        }
        if last_snapshot.elapsed() >= SNAPSHOT_INTERVAL {
            snapshot(request, &trainer, shared);
            notify();
            last_snapshot = Instant::now();
        }
    }
    snapshot(request, &trainer, shared);
    Ok(())
}

/// Waits out a pause; false when the training is to end.
fn may_go_on(
    request: &TrainingRequest,
    trainer: &Trainer,
    shared: &Shared,
    notify: &dyn Fn(),
) -> bool {
    if shared.board().wanted == Wanted::Pause {
        snapshot(request, trainer, shared);
        shared.board().status.state = TrainingState::Paused;
        notify();
    }
    let mut board = shared
        .news
        .wait_while(shared.board(), |board| board.wanted == Wanted::Pause)
        .unwrap_or_else(PoisonError::into_inner);
    board.status.state = TrainingState::Running;
    board.wanted == Wanted::Run
}

fn snapshot(request: &TrainingRequest, trainer: &Trainer, shared: &Shared) {
    let settings = &request.settings;
    // Before the first step there is nothing to show or to save.
    let Some(final_loss) = shared.board().status.loss.map(f64::from) else { return };
    let model = Model {
        weights: trainer.ema_weights(),
        description: Description {
            data: request.name().to_owned(),
            interpolant: request.interpolant,
            command: request.command(),
            steps: trainer.steps_done(),
            batch: settings.batch as u64,
            learning_rate: settings.learning_rate,
            seed: settings.seed,
            ema_decay: settings.ema_decay,
            loss: (!settings.loss.is_usual()).then(|| settings.loss.name.to_owned()),
            final_loss,
        },
    };
    let model = Arc::new(model);
    let network = shared.networks.keep(Arc::clone(&model));
    let mut board = shared.board();
    board.status.network = Some(network);
    board.snapshot = Some(model);
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
