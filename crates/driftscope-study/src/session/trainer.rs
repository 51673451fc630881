//! The training under way, and which weights the particles follow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope_flow::network::{NetworkId, TrainingSettings};

use super::action::Training;
use super::editor::ActionError;
use super::soon::{Soon, Wake};
use crate::networks::Networks;
use crate::scene::{Data, ModelName, Scene};
use crate::training::{TrainingJob, TrainingRequest, TrainingState, TrainingStatus};

/// New weights are shown no more often than this,
const REFRESH: Duration = Duration::from_millis(333);
/// and no sooner than so many times as long as solving for the last ones took, so that solving leaves
/// most of a slow computer to the training.
const REST: u32 = 4;
/// Steps and loss are read again this often.
const READ: Duration = Duration::from_millis(100);

/// A training and what it was started for.
#[derive(Default)]
pub struct Trainer {
    job: Option<(TrainingJob, Data)>,
    status: Option<TrainingStatus>,
    /// What the scene named when the training began.
    replaced: Option<ModelName>,
    shown: Option<NetworkId>,
    shown_at: Option<Instant>,
}

impl Trainer {
    /// Where the training stands.
    #[must_use]
    pub fn status(&self) -> Option<&TrainingStatus> {
        self.status.as_ref()
    }

    /// Whether a training has begun and neither ended nor failed.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.status.as_ref().is_some_and(|status| {
            matches!(status.state, TrainingState::Running | TrainingState::Paused)
        })
    }

    /// Starts a training on the data of `scene`, or lets the present one go on differently. What does
    /// not apply (to start another, to pause none) does nothing.
    ///
    /// # Errors
    /// Why a training cannot start.
    pub fn carry_out(
        &mut self,
        training: Training,
        settings: &TrainingSettings,
        scene: &Scene,
        (networks, wake): (&Networks, &Wake),
    ) -> Result<(), ActionError> {
        match (training, &self.job) {
            (Training::Start, None) => {
                let request = TrainingRequest::of_scene(scene, settings.clone())?;
                let wake = Arc::clone(wake);
                let job = TrainingJob::start(request, networks.clone(), move || wake())?;
                self.status = Some(job.status());
                self.job = Some((job, scene.data.clone()));
                if !matches!(scene.field.model, Some(ModelName::Trained(_))) {
                    self.replaced.clone_from(&scene.field.model);
                }
            }
            (Training::Pause, Some((job, _))) => job.pause(),
            (Training::Resume, Some((job, _))) => job.resume(),
            (Training::Stop, Some((job, _))) => job.stop(),
            (Training::Reset, Some(_)) => self.reset(),
            _ => {}
        }
        Ok(())
    }

    /// Looks how far the training is: its newest network, when the particles should follow it, and
    /// whether it is its first. `solve` is how long the last solve took, none while one is under way.
    /// Forgets a training whose data are no longer shown.
    pub fn update(
        &mut self,
        scene: &Scene,
        solve: Option<Duration>,
        soon: &mut Soon,
    ) -> Option<(NetworkId, bool)> {
        let (job, data) = self.job.as_ref()?;
        if *data != scene.data {
            self.reset();
            return None;
        }
        let status = job.status();
        let newest = status.network;
        self.status = Some(status);
        if self.is_under_way() {
            // Steps and loss move between the snapshots as well.
            soon.after(READ);
        }
        let newest = newest.filter(|newest| self.shown != Some(*newest))?;
        let rest = match solve {
            Some(solve) => REFRESH.max(REST * solve),
            None if self.is_under_way() => return None,
            None => REFRESH,
        };
        if self.shown_at.is_some_and(|at| soon.waits(at, rest)) {
            return None;
        }
        self.shown_at = Some(soon.now);
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

    fn reset(&mut self) {
        self.status = None;
        self.shown = None;
        self.shown_at = None;
        if let Some((job, _)) = self.job.take() {
            job.stop();
            // It ends after the step in progress; nobody waits for that.
            std::thread::spawn(move || drop(job));
        }
    }
}
