//! The training under way, and which weights the particles follow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope_flow::network::Model;
use driftscope_study::engine::{LoadedModel, TrainingJob, TrainingRequest};
use driftscope_study::scene::{Data, Scene};
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
    shown: Option<Arc<LoadedModel>>,
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
        scene: &Scene,
        ctx: &Context,
    ) -> Result<(), String> {
        match (command, &self.job) {
            (TrainCommand::Settings(settings), _) => training.settings = *settings,
            (TrainCommand::Start, None) => {
                let request = TrainingRequest::of_scene(scene, training.settings.clone())
                    .map_err(|error| error.to_string())?;
                let ctx = ctx.clone();
                let job = TrainingJob::start(request, move || ctx.request_repaint())
                    .map_err(|error| error.to_string())?;
                training.status = Some(job.status());
                self.job = Some((job, scene.data.clone()));
            }
            (TrainCommand::Pause, Some((job, _))) => job.pause(),
            (TrainCommand::Resume, Some((job, _))) => job.resume(),
            (TrainCommand::Stop, Some((job, _))) => job.stop(),
            (TrainCommand::Reset, Some(_)) => self.reset(training),
            _ => {}
        }
        Ok(())
    }

    /// Looks how far the training is; true if the particles should be solved anew with newer
    /// weights. `solve` is how long that took the last time, none while it is under way. Forgets a
    /// training whose data are no longer shown.
    pub fn update(
        &mut self,
        training: &mut Training,
        scene: &Scene,
        solve: Option<Duration>,
        ctx: &Context,
    ) -> bool {
        let Some((job, data)) = &self.job else { return false };
        if *data != scene.data {
            self.reset(training);
            return true;
        }
        let status = job.status();
        let newest = status.model.clone();
        training.status = Some(status);
        if training.is_under_way() {
            // Steps and loss move between the snapshots as well.
            ctx.request_repaint_after(Duration::from_millis(100));
        }
        let same = match (&newest, &self.shown) {
            (Some(newest), Some(shown)) => Arc::ptr_eq(newest, shown),
            (newest, shown) => newest.is_none() && shown.is_none(),
        };
        if same {
            return false;
        }
        let rest = match solve {
            Some(solve) => REFRESH.max(REST * solve),
            None if training.is_under_way() => return false,
            None => REFRESH,
        };
        if let Some(wait) = self.shown_at.and_then(|at| rest.checked_sub(at.elapsed())) {
            ctx.request_repaint_after(wait);
            return false;
        }
        self.shown = newest;
        self.shown_at = Some(Instant::now());
        true
    }

    /// The weights that the particles follow instead of the scene's own, if any.
    #[must_use]
    pub fn weights(&self) -> Option<Arc<LoadedModel>> {
        self.shown.clone()
    }

    /// The newest weights with their description, for saving.
    #[must_use]
    pub fn model(&self) -> Option<Arc<Model>> {
        self.job.as_ref().and_then(|(job, _)| job.model())
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
