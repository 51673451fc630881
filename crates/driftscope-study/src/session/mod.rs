//! A session: the document, what is done to it, what is solved, trained and played of it. No window is
//! needed: a window draws it and turns input into actions, a test or a lesson runs the same actions
//! without one.

mod action;
mod editor;
mod lecture;
mod pane;
mod playback;
mod references;
mod solving;
mod soon;
mod stability;
mod traces;
mod trainer;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use driftscope_flow::network::{NetworkId, TrainingSettings};

use self::lecture::{Begun, Glide};
use self::solving::Solvers;
use self::soon::Soon;
use self::stability::StabilityWatch;
use self::trainer::TrainingWatch;
use crate::clock::Instant;
use crate::lesson::Stand;
use crate::networks::Networks;
use crate::recording::Recording;
use crate::scene::{Change, FieldKind, Scene};
use crate::store::Store;
use crate::task::Task;
use crate::training::{TrainingState, TrainingStatus};
use crate::work::{Crew, Dispatcher, ThreadCrew};

pub use self::action::{Action, InspectedStep, TrainingOrder};
pub use self::editor::{ActionError, Document, Editor};
pub use self::lecture::Lecture;
pub use self::pane::{ChosenSteps, Leaving, PaneState, Shown, Solve};
pub use self::playback::{Playback, progress_of, time_of};
pub use self::traces::{Bar, Series, Step, Traces};
pub use crate::mode::Mode;

/// A document at work. It is changed by actions alone, and by time.
pub struct Session {
    editor: Editor,
    networks: Networks,
    panes: Vec<PaneState>,
    hovered: Option<usize>,
    inspected: Option<InspectedStep>,
    playback: Playback,
    solvers: Solvers,
    stability: StabilityWatch,
    trainer: TrainingWatch,
    lecture: Option<Lecture>,
    glide: Option<Glide>,
    work: Dispatcher<Task>,
    now: Instant,
}

impl Session {
    /// A session on a scene, playing, whose work is done on threads; `wake` is called, from any of
    /// them, when there is news that [`Self::advance`] would take in.
    #[must_use]
    pub fn new(scene: Scene, now: Instant, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::with_crew(scene, now, |store| ThreadCrew::new(store, wake))
    }

    /// The same with another crew, which finds in the store what tasks name.
    #[must_use]
    pub fn with_crew<C: Crew<Task> + 'static>(
        scene: Scene,
        now: Instant,
        crew: impl FnOnce(Store) -> C,
    ) -> Self {
        let store = Store::default();
        let networks = store.networks.clone();
        let mut session = Self {
            editor: Editor::new(scene),
            solvers: Solvers::default(),
            networks,
            panes: Vec::new(),
            hovered: None,
            inspected: None,
            playback: Playback::default(),
            stability: StabilityWatch::default(),
            trainer: TrainingWatch::default(),
            lecture: None,
            glide: None,
            work: Dispatcher::new(crew(store)),
            now,
        };
        session.sync();
        session
    }

    /// Does one action.
    ///
    /// # Errors
    /// Why it cannot be done; then nothing has changed.
    pub fn act(&mut self, action: &Action) -> Result<(), ActionError> {
        if action.is_an_edit() {
            self.end_glide();
        }
        let panes = self.scene().pane_count();
        self.editor.act(action)?;
        match *action {
            Action::OpenLesson { .. }
            | Action::CloseLesson
            | Action::LessonStep { .. }
            | Action::Reveal { .. }
            | Action::Hands { .. }
            | Action::Guess { .. } => self.lecture(action)?,
            Action::RemovePane { pane } if self.scene().pane_count() < panes => {
                self.solvers.remove(&mut self.panes, pane);
            }
            Action::Open { .. } => {
                (self.hovered, self.inspected) = (None, None);
                self.playback.restart();
                self.playback.playing = true;
            }
            Action::Pin { .. } => self.inspected = None,
            Action::Inspect { step } => {
                self.inspected = step;
                self.playback.playing &= step.is_none();
            }
            Action::Play { playing } => self.playback.play(playing),
            Action::Seek { progress } => self.playback.seek(progress),
            Action::Train { training } => {
                let Document { scene, training: settings } = self.editor.document();
                self.trainer.carry_out(training, settings, scene, &self.work)?;
                if training == TrainingOrder::Reset {
                    let replaced = self.trainer.replaced();
                    self.editor.amend(|scene| scene.leave_trained(replaced));
                }
            }
            _ => {}
        }
        self.sync();
        Ok(())
    }

    /// Lets time pass: `dt` of playing, up to the moment `now`; takes in what has been made. How soon it
    /// wants to be called again, if that is sooner than the next news.
    pub fn advance(&mut self, now: Instant, dt: Duration) -> Option<Duration> {
        self.now = now;
        let mut soon = Soon::at(now);
        self.glide_on(dt, &mut soon);
        let view = self.scene().view;
        let pane = &self.panes[self.selected()];
        if pane.shown.is_some() {
            self.playback.advance(dt.as_secs_f64(), &view, pane.edges());
        }
        let solve = match pane.under_way() {
            Some(_) => None,
            None => Some(pane.recording().map_or(Duration::ZERO, |recording| recording.elapsed)),
        };
        let scene = Arc::clone(self.scene());
        if let Some((network, first)) = self.trainer.update(&self.work, &scene, solve, &mut soon) {
            self.follow(network, first);
        }
        let (scene, chosen) = (Arc::clone(self.scene()), self.chosen());
        let visible = self.visible().len();
        let visible = &mut self.panes[..visible];
        self.solvers.update(&self.work, &scene, visible, &mut soon);
        self.stability.update(&self.work, chosen, visible);
        soon.next
    }

    /// Does an action about a lesson.
    fn lecture(&mut self, action: &Action) -> Result<(), ActionError> {
        let none = || ActionError::Lesson("No lesson is open.".to_owned());
        match action {
            Action::OpenLesson { lesson } => {
                self.begin(Begun::new(&Arc::new((**lesson).clone()), 0, false)?)
            }
            Action::LessonStep { step } => {
                let lecture = self.lecture.as_ref().ok_or_else(none)?;
                self.begin(Begun::new(&lecture.lesson, *step, *step == lecture.step + 1)?)
            }
            Action::CloseLesson => {
                self.lecture = None;
                Ok(())
            }
            action => self.lecture.as_mut().ok_or_else(none)?.act(action),
        }
    }

    /// Shows a step of a lesson as it begins.
    fn begin(&mut self, begun: Begun) -> Result<(), ActionError> {
        let changes = self.scene().changes_to(&begun.scene());
        let Stand { pinned, pane, at, inspect, .. } = begun.stand;
        for action in [
            Action::SetWhole { changes, continues: false },
            Action::Mode { mode: Mode::Lessons },
            Action::SelectPane { pane },
            Action::Pin { particle: pinned },
        ] {
            self.editor.act(&action)?;
        }
        (self.lecture, self.glide, self.hovered) = (Some(begun.lecture), begun.glide, None);
        self.inspected = inspect.map(|attempt| InspectedStep { attempt, phase: 0 });
        self.playback.restart();
        self.playback.playing = at.is_none() && inspect.is_none();
        if let Some(share) = at {
            self.playback.seek(share);
        }
        Ok(())
    }

    /// Lets numbers that are on their way come nearer.
    fn glide_on(&mut self, dt: Duration, soon: &mut Soon) {
        let Some((scene, there)) = self.glide.as_mut().map(|glide| glide.pass(dt)) else { return };
        if there {
            return self.end_glide();
        }
        soon.after(Duration::ZERO);
        self.editor.amend(|shown| *shown = scene);
        self.sync();
    }

    /// Lets numbers that are on their way be where they go.
    fn end_glide(&mut self) {
        if let Some(glide) = self.glide.take() {
            self.editor.amend(|shown| *shown = glide.end());
            self.sync();
        }
    }

    /// Says which particle the pointer is over. It is no action: nobody would write it down.
    pub fn hover(&mut self, particle: Option<usize>) {
        self.hovered = particle;
    }

    /// Asks the engines for what records differently.
    fn sync(&mut self) {
        let visible = self.editor.shown_panes();
        self.solvers.sync(self.editor.scene(), &mut self.panes, visible);
    }

    /// Lets the particles follow a network of the training under way.
    fn follow(&mut self, network: NetworkId, first: bool) {
        if first && self.scene().field.kind == FieldKind::Exact {
            let changes = vec![Change::set("field.kind", "learned")];
            self.editor
                .act(&Action::SetWhole { changes, continues: false })
                .expect("every scene has this key");
        }
        self.editor.amend(|scene| scene.follow_trained(network));
        self.sync();
        let recorded = self.panes.iter().filter_map(PaneState::recording);
        let scenes = self.panes.iter().map(|pane| &pane.scene);
        let named: HashSet<NetworkId> = scenes
            .chain(recorded.map(|recording| &recording.scene))
            .flat_map(|scene| scene.trained_networks())
            .chain(self.editor.networks())
            .chain(self.trainer.newest())
            .collect();
        self.networks.forget(|id| named.contains(&id));
    }
}

/// What is read.
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

    /// How the next training goes.
    #[must_use]
    pub fn training_settings(&self) -> &TrainingSettings {
        &self.editor.document().training
    }

    /// Where the present training stands; none if there is none.
    #[must_use]
    pub fn training(&self) -> Option<&TrainingStatus> {
        self.trainer.status()
    }

    /// Whether training steps are being made.
    #[must_use]
    pub fn is_training(&self) -> bool {
        self.training().is_some_and(|status| status.state == TrainingState::Running)
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
