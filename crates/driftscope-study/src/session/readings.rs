//! What is read of a session.

use std::sync::Arc;
use std::time::Duration;

use driftscope_flow::network::TrainingSettings;

use super::Session;
use super::action::{InspectedStep, LensPlace};
use super::editor::Editor;
use super::lecture::Lecture;
use super::pane::{PaneState, Shown};
use super::playback::Playback;
use super::stability::StabilityWatch;
use super::writing::Recorder;
use crate::clock::Instant;
use crate::lesson::{Instruction, Lesson, Stand};
use crate::mode::Mode;
use crate::networks::Networks;
use crate::recording::Recording;
use crate::scene::Scene;
use crate::task::Task;
use crate::training::{SavedTraining, TrainingState, TrainingStatus};
use crate::work::Dispatcher;

impl Session {
    /// The document and its history.
    #[must_use]
    pub fn editor(&self) -> &Editor {
        &self.editor
    }

    /// What the controls say.
    #[must_use]
    pub fn scene(&self) -> &Arc<Scene> {
        self.editor.scene()
    }

    /// What the program is for at the moment.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.editor.mode()
    }

    /// The lesson at work, if one is open.
    #[must_use]
    pub fn lesson(&self) -> Option<&Lecture> {
        self.lecture.as_ref()
    }

    /// The lesson that is being written, if one is.
    #[must_use]
    pub fn draft(&self) -> Option<&Arc<Lesson>> {
        self.editor.document().draft.as_ref()
    }

    /// The step of a lesson that is being recorded, if one is.
    #[must_use]
    pub fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }

    /// What the step sets that is being recorded, as things stand; nothing if none is.
    ///
    /// # Errors
    /// If no lesson can say it.
    pub fn recorded(&self) -> Result<Vec<Instruction>, String> {
        self.recorder.as_ref().map_or(Ok(Vec::new()), |recorder| recorder.set(&self.stand()))
    }

    /// How things stand, as a step of a lesson says it.
    #[must_use]
    pub fn stand(&self) -> Stand {
        let standing = !self.playback.playing;
        let chosen = self.recorder.as_ref().is_some_and(|recorder| recorder.stands);
        Stand {
            scene: (**self.scene()).clone(),
            pinned: self.pinned(),
            pane: self.selected(),
            card: self.lecture.as_ref().and_then(|lecture| lecture.card.clone()),
            at: (standing && chosen).then_some(self.playback.progress),
            inspect: self.inspected.map(|step| step.attempt),
            lens: match self.lens {
                Some(LensPlace::At(place)) => Some(place),
                // Where a pointer happened to be is nothing that a lesson shows.
                Some(LensPlace::Pointer) | None => None,
            },
        }
    }

    /// The networks trained here, which scenes name.
    #[must_use]
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// Where work is done: for measurements that are shown beside.
    #[must_use]
    pub fn work(&self) -> &Dispatcher<Task> {
        &self.work
    }

    /// One per pane of the scene, its own first. Only [`Self::visible`] ones are kept up to date.
    #[must_use]
    pub fn panes(&self) -> &[PaneState] {
        &self.panes
    }

    /// The panes that are shown: all side by side, or the scene's own alone.
    #[must_use]
    pub fn visible(&self) -> &[PaneState] {
        &self.panes[..self.editor.shown_panes().min(self.panes.len())]
    }

    /// The number of the pane that controls, plots and readings are about.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.editor.selected()
    }

    /// The pane that controls, plots and readings are about.
    #[must_use]
    pub fn pane(&self) -> &PaneState {
        &self.panes[self.selected()]
    }

    /// The picture of the selected pane; none before the first one.
    #[must_use]
    pub fn shown(&self) -> Option<&Shown> {
        self.pane().shown.as_ref()
    }

    /// Why the selected pane's scene cannot be shown.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.pane().failure.as_deref()
    }

    /// For how long the engine has been working on the selected pane, if it does.
    #[must_use]
    pub fn solving(&self) -> Option<Duration> {
        self.spent_on(self.pane())
    }

    /// For how long the engine has been working on a pane, if it does.
    #[must_use]
    pub fn spent_on(&self, pane: &PaneState) -> Option<Duration> {
        let solve = pane.under_way()?;
        Some(self.now.saturating_duration_since(solve.since))
    }

    /// The recording of the selected pane.
    #[must_use]
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.pane().recording()
    }

    /// The moment of the last [`Self::advance`].
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The moment shown.
    #[must_use]
    pub fn playback(&self) -> &Playback {
        &self.playback
    }

    /// The t that is shown.
    #[must_use]
    pub fn time(&self) -> Option<f64> {
        self.recording().map(|recording| self.playback.time(recording))
    }

    /// The particle under the pointer, the same in all panes.
    #[must_use]
    pub fn hovered(&self) -> Option<usize> {
        self.hovered
    }

    /// The particle that stays lit.
    #[must_use]
    pub fn pinned(&self) -> Option<usize> {
        self.editor.pinned()
    }

    /// The particle to light: the one under the pointer, else the pinned one.
    #[must_use]
    pub fn lit(&self) -> Option<usize> {
        self.hovered.or(self.pinned())
    }

    /// The particle whose steps are looked at closely: the pinned one, else the one under the
    /// pointer, else the first.
    #[must_use]
    pub fn chosen(&self) -> usize {
        let last = self.scene().particles.count.saturating_sub(1);
        self.pinned().or(self.hovered).unwrap_or(0).min(last)
    }

    /// The step of the pinned particle that is taken apart.
    #[must_use]
    pub fn inspected(&self) -> Option<InspectedStep> {
        self.inspected
    }

    /// Where the lens looks, if it is in use.
    #[must_use]
    pub fn lens(&self) -> Option<LensPlace> {
        self.lens
    }

    /// How the next training goes.
    #[must_use]
    pub fn training_settings(&self) -> &TrainingSettings {
        &self.pane().scene.training
    }

    /// Where the training of the selected pane stands; none if there is none.
    #[must_use]
    pub fn training(&self) -> Option<&TrainingStatus> {
        self.trainer.status(self.scene().training_of(self.selected()))
    }

    /// Where the trainings stand, each with its pane.
    pub fn trainings(&self) -> impl Iterator<Item = (usize, &TrainingStatus)> {
        self.scene().trainings().filter_map(|pane| Some((pane, self.trainer.status(pane)?)))
    }

    /// What the trainings under way could be gone on with if they were broken off now, each with its pane.
    pub fn saved_trainings(&self) -> impl Iterator<Item = (usize, &Arc<SavedTraining>)> {
        self.trainer.saved()
    }

    /// Why the trainings cannot go on with a round of reflow, if they cannot.
    #[must_use]
    pub fn reflow_refused(&self) -> Option<&'static str> {
        self.trainer.reflow_refused(self.scene())
    }

    /// The step of the snapshot of the training that the particles follow; none where they follow its newest.
    #[must_use]
    pub fn snapshot(&self) -> Option<u64> {
        self.trainer.chosen()
    }

    /// Whether training steps are being made.
    #[must_use]
    pub fn is_training(&self) -> bool {
        self.trainings().any(|(_, status)| status.state == TrainingState::Running)
    }

    /// Whether every visible pane shows all of what it should, and nothing is being solved or measured
    /// for them any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.glide.is_none()
            && self.visible().iter().all(PaneState::is_settled)
            && !self.is_solving()
    }

    /// Whether anything is being solved, or measured of what is shown.
    #[must_use]
    pub fn is_solving(&self) -> bool {
        self.solvers.is_busy(self.visible())
            || StabilityWatch::is_awaited(self.chosen(), self.visible())
    }

    /// Whether anything is being solved, trained or measured.
    #[must_use]
    pub fn is_working(&self) -> bool {
        self.is_solving() || !self.work.is_idle()
    }
}
