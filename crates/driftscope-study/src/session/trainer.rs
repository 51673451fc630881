//! The training under way, and which weights the particles follow.

use std::time::Duration;

use driftscope_flow::network::NetworkId;

use super::action::TrainingOrder;
use super::editor::ActionError;
use super::soon::Soon;
use crate::clock::Instant;
use crate::scene::{Data, Field, ModelName, Scene};
use crate::task::{Product, Task, TrainingSpec};
use crate::training::{TrainingState, TrainingStatus};
use crate::work::{Dispatcher, News, Ticket, Word};

/// New weights are shown no more often than this,
const REFRESH: Duration = Duration::from_millis(333);
/// and no sooner than so many times as long as solving for the last ones took, so that solving leaves
/// most of a slow computer to the training.
const REST: u32 = 9;

/// A training and what it was started for.
#[derive(Default)]
pub struct TrainingWatch {
    /// Dropping it withdraws it.
    job: Option<(Ticket, Data)>,
    status: Option<TrainingStatus>,
    /// What the scene named when the training began.
    replaced: Option<Field>,
    shown: Option<NetworkId>,
    shown_at: Option<Instant>,
    /// The snapshot that is followed instead of the newest weights, by its step.
    chosen: Option<u64>,
}

impl TrainingWatch {
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
        training: TrainingOrder,
        scene: &Scene,
        work: &Dispatcher<Task>,
    ) -> Result<(), ActionError> {
        match (training, &self.job) {
            (TrainingOrder::Start, None) => {
                let spec = TrainingSpec::of_scene(scene);
                spec.check()?;
                scene.mixture()?;
                self.status = Some(TrainingStatus::beginning(scene.training.steps_made()));
                self.job = Some((work.start(Task::Train(Box::new(spec))), scene.data.clone()));
                if !matches!(scene.field.model, Some(ModelName::Trained(_))) {
                    self.replaced = Some(scene.field.clone());
                }
            }
            (TrainingOrder::Pause, Some((job, _))) => work.tell(job, Word::Pause),
            (TrainingOrder::Resume, Some((job, _))) => work.tell(job, Word::Resume),
            (TrainingOrder::Stop, Some((job, _))) => work.tell(job, Word::Stop),
            (TrainingOrder::Reset, Some(_)) => self.reset(),
            _ => {}
        }
        Ok(())
    }

    /// Looks how far the training is: its newest network, when the particles should follow it, and the one
    /// that they followed before. `solve` is how long the last solve took, none while one is under way.
    /// Forgets a training whose data are no longer shown.
    pub fn update(
        &mut self,
        work: &Dispatcher<Task>,
        scene: &Scene,
        solve: Option<Duration>,
        soon: &mut Soon,
    ) -> Option<(NetworkId, Option<NetworkId>)> {
        let (job, data) = self.job.as_ref()?;
        if *data != scene.data {
            self.reset();
            return None;
        }
        while let Some(news) = work.news(job) {
            match (news, &mut self.status) {
                (News::Made(Product::Training(status)), _) => self.status = Some(status),
                // It broke off without a word of its own.
                (News::Failed(reason), Some(status)) => {
                    status.state = TrainingState::Failed(reason);
                }
                _ => {}
            }
        }
        let newest = self.followed();
        let newest = newest.filter(|newest| self.shown != Some(*newest))?;
        let rest = match solve {
            // Looked for by hand.
            _ if self.chosen.is_some() => Duration::ZERO,
            Some(solve) if self.is_under_way() => REFRESH.max(REST * solve),
            None if self.is_under_way() => return None,
            // The last weights of a training that has ended.
            _ => REFRESH,
        };
        if self.shown_at.is_some_and(|at| soon.waits(at, rest)) {
            return None;
        }
        self.shown_at = Some(soon.now);
        Some((newest, self.shown.replace(newest)))
    }

    /// Lets the particles follow the snapshot after so many steps, or the newest weights.
    pub fn choose(&mut self, step: Option<u64>) {
        self.chosen = step;
    }

    /// The step of the snapshot that is followed; none where it is the newest.
    #[must_use]
    pub fn chosen(&self) -> Option<u64> {
        self.chosen
    }

    /// The network that is to be followed.
    fn followed(&self) -> Option<NetworkId> {
        let snapshots = &self.status.as_ref()?.snapshots;
        let at = |step: u64| snapshots.iter().find(|snapshot| snapshot.step == step);
        self.chosen.and_then(at).map(|snapshot| snapshot.network).or_else(|| self.newest())
    }

    /// The networks of the training: its newest, and those on the way.
    pub fn networks(&self) -> impl Iterator<Item = NetworkId> {
        let snapshots = self.status.iter().flat_map(|status| status.snapshots.iter());
        snapshots.map(|snapshot| snapshot.network).chain(self.newest())
    }

    /// What the scene named when the training began, where it does not any more.
    #[must_use]
    pub fn replaced(&self) -> Option<&Field> {
        self.replaced.as_ref()
    }

    /// The newest network of the training, shown or about to be.
    #[must_use]
    pub fn newest(&self) -> Option<NetworkId> {
        self.status.as_ref().and_then(|status| status.network)
    }

    fn reset(&mut self) {
        (self.job, self.status) = (None, None);
        (self.shown, self.shown_at, self.chosen) = (None, None, None);
    }
}
