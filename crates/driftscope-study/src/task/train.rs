//! Training a network, a step a turn.

use std::sync::Arc;
use std::time::Duration;

use driftscope_base::interpolant::Interpolant;
use driftscope_base::memory::check_memory;
use driftscope_flow::network::{
    Start, StepReport, Trainer, TrainerState, TrainingError, TrainingSettings, Weights,
};
use serde::{Deserialize, Serialize};

use super::product::Product;
use crate::clock::Instant;
use crate::scene::{Data, Problem, Scene};
use crate::store::Store;
use crate::training::{
    CURVE_POINTS, LOOKED_AT, SNAPSHOT_INTERVAL, SavedTraining, Snapshot, TrainingRequest,
    TrainingState, TrainingStatus, Watch,
};
use crate::work::{News, Signal, Tell, Turn, Unfinished, Word};

/// What it can be gone on with is handed over no more often than this.
const SAVE_INTERVAL: Duration = Duration::from_secs(5);
/// Steps and loss are told no more often than this between the snapshots.
const TELL_INTERVAL: Duration = Duration::from_millis(50);

/// What is trained, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingSpec {
    /// The distribution.
    pub data: Data,
    /// The distribution at t = 0; N(0, I) if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Data>,
    /// The path.
    pub interpolant: Interpolant,
    /// Everything else.
    pub settings: TrainingSettings,
    /// The ended training of the same settings but one round of reflow that this goes on from; none to begin
    /// with the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Box<TrainingStatus>>,
    /// Where a training of the same settings was broken off, which this goes on with; none to begin anew.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::shared::optional")]
    pub broken_off: Option<Arc<SavedTraining>>,
}

impl TrainingSpec {
    /// The training of `scene`: on its distribution, along its path.
    #[must_use]
    pub fn of_scene(scene: &Scene) -> Self {
        Self {
            data: scene.data.clone(),
            source: scene.source.clone().filter(|_| scene.has_source()),
            interpolant: scene.interpolant.kind,
            settings: scene.training.clone(),
            after: None,
            broken_off: None,
        }
    }

    /// The rest of a training that was broken off.
    #[must_use]
    pub fn of_broken_off(saved: Arc<SavedTraining>) -> Self {
        let SavedTraining { data, source, interpolant, settings, .. } = &*saved;
        Self {
            data: data.clone(),
            source: source.clone(),
            interpolant: *interpolant,
            settings: settings.clone(),
            after: None,
            broken_off: Some(saved),
        }
    }

    /// Whether it can start: settings in their ranges, memory for them.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), TrainingError> {
        self.settings.validate()?;
        let TrainingSettings { depth, hidden, batch, .. } = &self.settings;
        let what =
            format!("training {depth} layers of {hidden} units on batches of {batch} points");
        let needed = self.settings.memory();
        Ok(check_memory(&what, needed, "lower the batch, the units or the layers")?)
    }

    /// Where it stands before its first step.
    #[must_use]
    pub fn at_start(&self) -> TrainingStatus {
        let steps = self.settings.steps_made();
        let before = self.broken_off.as_ref().map(|saved| &saved.status);
        match before.or(self.after.as_deref()) {
            Some(before) => {
                TrainingStatus { state: TrainingState::Running, steps, ..before.clone() }
            }
            None => TrainingStatus::beginning(steps),
        }
    }

    /// It with what it draws from.
    ///
    /// # Errors
    /// If the data are none.
    pub fn request(&self) -> Result<TrainingRequest, Problem> {
        let (data, source) = (self.data.clone(), self.source.clone());
        let mut scene = Scene { data, source, ..Scene::default() };
        scene.interpolant.kind = self.interpolant;
        scene.training = self.settings.clone();
        TrainingRequest::of_scene(&scene)
    }
}

/// A training under way.
pub struct Training {
    spec: Box<TrainingSpec>,
    /// None before the first turn.
    steps: Option<Steps>,
    status: TrainingStatus,
}

struct Steps {
    request: TrainingRequest,
    trainer: Trainer,
    /// Of the steps since the last point of the curve: their losses' sum, and how many they are.
    losses: (f64, u64),
    /// Round of reflow, 0 before the first, and the steps of those before.
    round: u64,
    done_before: u64,
    /// The network before the first step of this round of reflow.
    before: Option<Weights>,
    watch: Watch,
    began: Instant,
    last_snapshot: Instant,
    last_saved: Instant,
    last_told: Instant,
}

impl Training {
    pub(super) fn new(spec: Box<TrainingSpec>) -> Self {
        let status = spec.at_start();
        Self { spec, steps: None, status }
    }

    pub(super) fn go_on(
        &mut self,
        store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, Product>,
    ) -> Result<Turn, Unfinished> {
        let turn = self.turn(store, signal, tell);
        if let Err(Unfinished::Failed(reason)) = &turn {
            self.status.state = TrainingState::Failed(reason.clone());
            self.tell(tell);
        }
        turn
    }

    fn turn(
        &mut self,
        store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, Product>,
    ) -> Result<Turn, Unfinished> {
        signal.cancel().check()?;
        let failed = |error: TrainingError| Unfinished::Failed(error.to_string());
        if self.steps.is_none() {
            let steps = Steps::start(&self.spec, store, signal)?;
            self.status.steps = steps.request.settings.steps_made();
            self.status.least_loss = steps.request.least_loss();
            self.steps = Some(steps);
            self.tell(tell);
        }
        match signal.word() {
            Word::Pause => {
                if self.status.state != TrainingState::Paused {
                    self.snapshot(store);
                    self.status.state = TrainingState::Paused;
                    self.tell(tell);
                    self.save(tell);
                }
                return Ok(Turn::Waiting);
            }
            Word::Stop => return Ok(self.finish(store, tell)),
            Word::Resume => self.status.state = TrainingState::Running,
        }
        let Some(steps) = &mut self.steps else { return Ok(Turn::Done) };
        let began = Instant::now();
        let StepReport { loss, gradient_norm } = steps.trainer.step().map_err(failed)?;
        self.status.elapsed += began.elapsed();
        self.status.steps_done = steps.done_before + steps.trainer.steps_done();
        let (sum, count) = (steps.losses.0 + f64::from(loss), steps.losses.1 + 1);
        let mean = (sum / count as f64) as f32;
        self.status.loss = Some(mean);
        self.status.gradient_norm = Some(gradient_norm);
        steps.losses = (sum, count);
        // Of one that is stopped sooner as of the whole, so that it ends with the same mean.
        let whole = TrainingSettings { stop_after: None, ..steps.request.settings.clone() };
        if count == (whole.steps_made() / CURVE_POINTS).max(1) {
            Arc::make_mut(&mut self.status.curve).push((self.status.steps_done, mean));
            steps.losses = (0.0, 0);
        }
        let out_of_time = self.spec.settings.seconds.is_some_and(|seconds| {
            // What it took to measure the speed counts as well.
            steps.began.elapsed().as_secs_f64() >= seconds
        });
        if self.status.steps_done >= self.status.steps || out_of_time {
            return Ok(self.finish(store, tell));
        }
        if steps.trainer.steps_done() == steps.request.settings.steps {
            self.look_at_round();
            let Some(steps) = &mut self.steps else { return Ok(Turn::Done) };
            let began = Instant::now();
            steps.next_round(signal)?;
            self.status.elapsed += began.elapsed();
        }
        let Some(steps) = &self.steps else { return Ok(Turn::Done) };
        let every = (self.status.steps / TrainingStatus::SNAPSHOTS).max(1);
        let due = self.status.steps_done.is_multiple_of(every);
        if due || steps.last_snapshot.elapsed() >= SNAPSHOT_INTERVAL {
            self.snapshot(store);
            self.tell(tell);
        } else if steps.last_told.elapsed() >= TELL_INTERVAL {
            self.tell(tell);
        }
        if self.steps.as_ref().is_some_and(|steps| steps.last_saved.elapsed() >= SAVE_INTERVAL) {
            self.save(tell);
        }
        Ok(Turn::More)
    }

    fn finish(&mut self, store: &Store, tell: &mut Tell<'_, Product>) -> Turn {
        self.status.state = TrainingState::Finished;
        self.look_at_round();
        self.snapshot(store);
        self.tell(tell);
        Turn::Done
    }

    /// Measures how straight the flow is at the end of a round.
    fn look_at_round(&mut self) {
        let Some(steps) = self.steps.as_ref().filter(|steps| steps.trainer.steps_done() > 0) else {
            return;
        };
        let round = steps.watch.look_at_round(&steps.trainer.ema_weights(), steps.round);
        Arc::make_mut(&mut self.status.rounds).push(round);
    }

    /// Keeps the averaged weights as they are now; before the first step there is nothing to show or to
    /// save.
    fn snapshot(&mut self, store: &Store) {
        let (Some(steps), Some(loss)) = (&mut self.steps, self.status.loss) else { return };
        let model = steps.request.model(&steps.trainer, self.status.steps_done, f64::from(loss));
        let (step, whole) = (self.status.steps_done, self.status.steps);
        let every = (whole / TrainingStatus::SNAPSHOTS).max(1);
        let ended = self.status.state == TrainingState::Finished;
        // By steps and not by time, so that equal trainings leave equal traces.
        let kept = step.is_multiple_of(every) || ended;
        // One that is paused has often been looked at since its last step.
        let fresh = self.status.qualities.last().is_none_or(|last| last.step < step);
        if fresh && (step.is_multiple_of(LOOKED_AT * every) || ended) {
            let quality = steps.watch.look(&model.weights, step);
            Arc::make_mut(&mut self.status.qualities).push(quality);
        }
        let network = store.networks.keep(Arc::new(model));
        self.status.network = Some(network);
        if kept {
            self.status.keep(Snapshot { step, network });
        }
        steps.last_snapshot = Instant::now();
    }

    /// Hands over what it can be gone on with.
    fn save(&mut self, tell: &mut Tell<'_, Product>) {
        let Some(steps) = &mut self.steps else { return };
        let TrainingRequest { data, source, interpolant, settings, .. } = &steps.request;
        let networkless =
            TrainingStatus { network: None, snapshots: Arc::default(), ..self.status.clone() };
        let saved = SavedTraining {
            data: data.clone(),
            source: source.clone(),
            interpolant: *interpolant,
            settings: settings.clone(),
            status: networkless,
            losses: steps.losses,
            round: steps.round,
            done_before: steps.done_before,
            before: steps.before.clone(),
            state: steps.trainer.state(),
        };
        steps.last_saved = Instant::now();
        tell(News::Made(Product::Saved(Arc::new(saved))));
    }

    fn tell(&mut self, tell: &mut Tell<'_, Product>) {
        if let Some(steps) = &mut self.steps {
            steps.last_told = Instant::now();
        }
        let status = self.status.clone();
        tell(News::Progress(status.steps_done as f64 / status.steps.max(1) as f64));
        tell(News::Made(Product::Training(status)));
    }
}

impl Steps {
    fn start(spec: &TrainingSpec, store: &Store, signal: &Signal) -> Result<Self, Unfinished> {
        let failed = |error: TrainingError| Unfinished::Failed(error.to_string());
        spec.check().map_err(failed)?;
        let began = Instant::now();
        let mut request = spec.request().map_err(|error| Unfinished::Failed(error.to_string()))?;
        if let Some(seconds) = request.settings.seconds.take() {
            let budget = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            request.settings.steps = steps_within(budget, began, &request, signal)?;
        }
        let saved = spec.broken_off.as_deref();
        let first_round = saved.filter(|saved| saved.round == 0);
        let start = first_round.map_or(Start::Anew, |saved| Start::GoingOn(saved.state.clone()));
        let trainer = request.trainer_from(start).map_err(failed)?;
        let now = Instant::now();
        let mut steps = Self {
            watch: request.watch(),
            request,
            trainer,
            losses: saved.map_or((0.0, 0), |saved| saved.losses),
            round: 0,
            done_before: 0,
            before: None,
            began,
            last_snapshot: now,
            last_saved: now,
            last_told: now,
        };
        if let Some(saved) = saved.filter(|saved| saved.round > 0) {
            let gone = || Unfinished::Failed("The network of its last round is gone.".to_owned());
            let before = saved.before.clone().ok_or_else(gone)?;
            steps.round = saved.round - 1;
            let state = Some(saved.state.clone());
            steps.begin_round(saved.done_before, before, state, signal)?;
            steps.losses = saved.losses;
        } else if let Some(after) = &spec.after {
            let ended = after.network.and_then(|network| store.networks.model(network));
            let gone = || Unfinished::Failed("The network of this training is gone.".to_owned());
            let weights = ended.ok_or_else(gone)?.weights.clone();
            steps.round = steps.request.settings.rounds - 1;
            steps.begin_round(after.steps_done, weights, None, signal)?;
        }
        Ok(steps)
    }

    /// Begins the next round of reflow.
    fn next_round(&mut self, signal: &Signal) -> Result<(), Unfinished> {
        let done = self.done_before + self.trainer.steps_done();
        self.begin_round(done, self.trainer.ema_weights(), None, signal)
    }

    /// The same from `weights`, the network after so many steps, or where it goes on in that round.
    fn begin_round(
        &mut self,
        done: u64,
        weights: Weights,
        state: Option<TrainerState>,
        signal: &Signal,
    ) -> Result<(), Unfinished> {
        self.round += 1;
        self.done_before = done;
        // As of one that goes on from the round before.
        self.losses = (0.0, 0);
        self.before = Some(weights.clone());
        let begun = self.request.reflow(self.round, weights, state, signal.cancel())?;
        self.trainer = begun.map_err(|error| Unfinished::Failed(error.to_string()))?;
        Ok(())
    }
}

/// Share of a budget of time that goes into finding out how many steps it holds.
const PROBE_SHARE: f64 = 0.03;
/// Share of the time left that the steps are to take: a computer is not always as quick.
const FILL: f64 = 0.97;
/// Steps before time is taken: the first batches are still being drawn.
const FIRST_STEPS: u64 = 8;

/// How many steps fit into `budget`, of which the time since `began` is used up: from steps of the same
/// training, which are then forgotten, and what it takes to look at what they are worth.
fn steps_within(
    budget: Duration,
    began: Instant,
    request: &TrainingRequest,
    signal: &Signal,
) -> Result<u64, Unfinished> {
    let failed = |error: TrainingError| Unfinished::Failed(error.to_string());
    let mut trainer = request.trainer().map_err(failed)?;
    for _ in 0..FIRST_STEPS {
        trainer.step().map_err(failed)?;
    }
    let first = Instant::now();
    while first.elapsed() < budget.mul_f64(PROBE_SHARE) {
        signal.cancel().check()?;
        trainer.step().map_err(failed)?;
    }
    let rate = (trainer.steps_done() - FIRST_STEPS) as f64 / first.elapsed().as_secs_f64();
    let looking = Instant::now();
    request.watch().look(&trainer.ema_weights(), 0);
    let looks = (TrainingStatus::SNAPSHOTS / LOOKED_AT + 1) as u32;
    let left = budget.saturating_sub(began.elapsed() + looks * looking.elapsed()).as_secs_f64();
    let range = TrainingSettings::STEPS;
    let steps = FILL * rate * left / (request.settings.rounds + 1) as f64;
    Ok((steps as u64).clamp(*range.start(), *range.end()))
}
