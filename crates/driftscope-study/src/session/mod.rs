//! A session: the document, what is done to it, what is solved, trained and played of it. No window is
//! needed: a window draws it and turns input into actions, a test or a lesson runs the same actions
//! without one.

mod action;
mod editor;
mod lecture;
mod lessons;
mod pane;
mod playback;
mod readings;
mod references;
mod solving;
mod soon;
mod stability;
mod traces;
mod trainer;
mod writing;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use driftscope_flow::network::NetworkId;

use self::lecture::Glide;
use self::solving::Solvers;
use self::soon::Soon;
use self::stability::StabilityWatch;
use self::trainer::{Followed, TrainingWatch};
use crate::clock::Instant;
use crate::networks::Networks;
use crate::scene::{Change, FieldKind, Scene};
use crate::store::Store;
use crate::task::Task;
use crate::training::SavedTraining;
use crate::work::{Crew, Dispatcher, ThreadCrew};

pub use self::action::{Action, InspectedStep, LensPlace, RecordingOrder, TrainingOrder};
pub use self::editor::{ActionError, Document, Editor};
pub use self::lecture::Lecture;
pub use self::pane::{ChosenSteps, Leaving, PaneState, Shown, Solve};
pub use self::playback::{Playback, progress_of, time_of};
pub use self::traces::{Bar, Series, Step, Traces};
pub use self::writing::{BUSY, Recorder};
pub use crate::mode::Mode;

/// A document at work. It is changed by actions alone, and by time.
pub struct Session {
    editor: Editor,
    networks: Networks,
    panes: Vec<PaneState>,
    hovered: Option<usize>,
    inspected: Option<InspectedStep>,
    lens: Option<LensPlace>,
    playback: Playback,
    solvers: Solvers,
    stability: StabilityWatch,
    trainer: TrainingWatch,
    lecture: Option<Lecture>,
    /// What was shown before the lesson was opened.
    before_lesson: Option<Arc<Scene>>,
    recorder: Option<Recorder>,
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
            lens: None,
            playback: Playback::default(),
            stability: StabilityWatch::default(),
            trainer: TrainingWatch::default(),
            lecture: None,
            before_lesson: None,
            recorder: None,
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
        let leaves = action.leaves_a_recording() || self.editor.draft_differs_after(action);
        if self.recorder.is_some() && leaves {
            return Err(writing::busy());
        }
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
            | Action::Guess { .. }
            | Action::Card { .. } => self.lecture(action)?,
            Action::Draft { step, .. } => self.show_draft(step)?,
            Action::Undo | Action::Redo => self.follow_draft()?,
            Action::Record { recording } => self.record(recording)?,
            Action::RemovePane { pane } if self.scene().pane_count() < panes => {
                self.solvers.remove(&mut self.panes, pane);
                self.trainer.remove(pane);
            }
            Action::Open { .. } => {
                self.before_lesson = None;
                (self.hovered, self.inspected, self.lens) = (None, None, None);
                self.playback.restart();
                self.playback.playing = true;
            }
            Action::Pin { .. } => self.inspected = None,
            Action::Inspect { step } => {
                self.inspected = step;
                self.playback.playing &= step.is_none();
            }
            Action::Lens { lens } => self.lens = lens,
            Action::Play { playing } => {
                self.playback.play(playing);
                self.stands(!playing);
            }
            Action::Seek { progress } => {
                self.playback.seek(progress);
                self.stands(true);
            }
            Action::Snapshot { step } => self.trainer.choose(step),
            Action::Train { training } => {
                let scene = Arc::clone(self.scene());
                let reflows = training == TrainingOrder::Reflow
                    && self.trainer.reflow_refused(&scene).is_none();
                let hands = (&self.work, &self.networks);
                self.trainer.carry_out(training, &scene, hands)?;
                for pane in scene.trainings() {
                    if reflows {
                        self.editor.amend(|scene| scene.training_mut(pane).rounds += 1);
                    }
                    if training == TrainingOrder::Reset {
                        let replaced = self.trainer.replaced(pane);
                        self.editor.amend(|scene| scene.leave_trained(pane, replaced));
                    }
                }
            }
            _ => {}
        }
        self.sync();
        Ok(())
    }

    /// Takes up trainings of this scene that were broken off, each with its pane: they wait to be resumed.
    pub fn take_up_trainings(
        &mut self,
        saved: impl IntoIterator<Item = (usize, Arc<SavedTraining>)>,
    ) {
        let scene = Arc::clone(self.scene());
        self.trainer.take_up(saved, &scene, &self.work);
        self.sync();
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
        for followed in self.trainer.update(&self.work, &scene, solve, &mut soon) {
            self.follow(&followed);
        }
        let (scene, chosen) = (Arc::clone(self.scene()), self.chosen());
        let visible = self.visible().len();
        let visible = &mut self.panes[..visible];
        self.solvers.update(&self.work, &scene, visible, &mut soon);
        self.stability.update(&self.work, chosen, visible);
        soon.next
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

    /// Lets particles follow a network of a training under way.
    fn follow(&mut self, followed: &Followed) {
        let Followed { pane, network, before } = *followed;
        if before.is_none() && self.scene().pane(pane).field.kind == FieldKind::Exact {
            let changes = vec![Change::set("field.kind", "learned")];
            self.editor
                .act(&Action::Set { pane, changes, continues: false })
                .expect("every scene has this key");
        }
        self.editor.amend(|scene| scene.follow_trained(pane, network, before));
        self.sync();
        let recorded = self.panes.iter().filter_map(PaneState::recording);
        let scenes = self.panes.iter().map(|pane| &pane.scene);
        let named: HashSet<NetworkId> = scenes
            .chain(recorded.map(|recording| &recording.scene))
            .flat_map(|scene| scene.trained_networks())
            .chain(self.editor.networks())
            .chain(self.trainer.networks())
            .collect();
        self.networks.forget(|id| named.contains(&id));
    }
}
