//! The training under way, and which weights the particles follow.

use std::time::{Duration, Instant};

use driftscope_flow::network::NetworkId;
use driftscope_study::scene::{Data, ModelName, Scene};
use driftscope_study::{Networks, TrainingJob, TrainingRequest};
use eframe::egui::Context;

use super::command::TrainCommand;
use super::state::Training;

/// New weights are shown no more often than this,
const REFRESH: Duration = Duration::from_millis(333);
/// and no sooner than so many times as long as solving for the last ones took, so that solving leaves
/// most of a slow computer to the training.
const REST: u32 = 4;

/// A training and what it was started for.
#[derive(Default)]
pub struct TrainerDesk {
    job: Option<(TrainingJob, Data)>,
    /// What the scene named when the training began.
    replaced: Option<ModelName>,
    shown: Option<NetworkId>,
    shown_at: Option<Instant>,
}

impl TrainerDesk {
    /// Carries a command out.
    ///
    /// # Errors
    /// Why a training cannot start, in words.
    pub fn carry_out(
        &mut self,
        command: TrainCommand,
        training: &mut Training,
        (scene, networks): (&Scene, &Networks),
        ctx: &Context,
    ) -> Result<(), String> {
        match (command, &self.job) {
            (TrainCommand::Settings(settings), _) => training.settings = *settings,
            (TrainCommand::Start, None) => {
                let request = TrainingRequest::of_scene(scene, training.settings.clone())
                    .map_err(|error| error.to_string())?;
                let ctx = ctx.clone();
                let job =
                    TrainingJob::start(request, networks.clone(), move || ctx.request_repaint())
                        .map_err(|error| error.to_string())?;
                training.status = Some(job.status());
                self.job = Some((job, scene.data.clone()));
                if !matches!(scene.field.model, Some(ModelName::Trained(_))) {
                    self.replaced.clone_from(&scene.field.model);
                }
            }
            (TrainCommand::Pause, Some((job, _))) => job.pause(),
            (TrainCommand::Resume, Some((job, _))) => job.resume(),
            (TrainCommand::Stop, Some((job, _))) => job.stop(),
            (TrainCommand::Reset, Some(_)) => self.reset(training),
            _ => {}
        }
        Ok(())
    }

    /// Looks how far the training is: its newest network, when the particles should follow it, and
    /// whether it is its first. `solve` is how long the last solve took, none while one is under way.
    /// Forgets a training whose data are no longer shown.
    pub fn update(
        &mut self,
        training: &mut Training,
        scene: &Scene,
        solve: Option<Duration>,
        ctx: &Context,
    ) -> Option<(NetworkId, bool)> {
        let (job, data) = self.job.as_ref()?;
        if *data != scene.data {
            self.reset(training);
            return None;
        }
        let status = job.status();
        let newest = status.network;
        training.status = Some(status);
        if training.is_under_way() {
            // Steps and loss move between the snapshots as well.
            ctx.request_repaint_after(Duration::from_millis(100));
        }
        let newest = newest.filter(|newest| self.shown != Some(*newest))?;
        let rest = match solve {
            Some(solve) => REFRESH.max(REST * solve),
            None if training.is_under_way() => return None,
            None => REFRESH,
        };
        if let Some(wait) = self.shown_at.and_then(|at| rest.checked_sub(at.elapsed())) {
            ctx.request_repaint_after(wait);
            return None;
        }
        self.shown_at = Some(Instant::now());
        let before = self.shown.replace(newest);
        Some((newest, before.is_none()))
    }

    /// What the scene named when the training began, where it does not any more.
    #[must_use]
    pub fn replaced(&self) -> Option<&ModelName> {
        self.replaced.as_ref()
    }

    /// The newest network of the training, shown or about to be.
    #[must_use]
    pub fn newest(&self) -> Option<NetworkId> {
        self.job.as_ref().and_then(|(job, _)| job.status().network)
    }

    fn reset(&mut self, training: &mut Training) {
        training.status = None;
        self.shown = None;
        self.shown_at = None;
        if let Some((job, _)) = self.job.take() {
            job.stop();
            // It ends after the step in progress; the window does not wait for that.
            std::thread::spawn(move || drop(job));
        }
    }
}
