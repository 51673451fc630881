//! Writes down what is to be remembered, now and then and when the program ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use driftscope_study::clock::Instant;
use driftscope_study::lesson::Lesson;
use driftscope_study::scene::{MOST_PANES, Scene};
use driftscope_study::work::{News, Ticket};
use driftscope_study::{SavedTraining, Task};

use super::last::{LastWindow, lesson_file, scene_file, training_file};
use super::{LAST, Marker, Remembered, report, with_recent, write_recent};
use crate::app::state::State;

/// What changed is written down after this time.
const PAUSE: Duration = Duration::from_secs(5);

/// What was written down last.
#[derive(Clone, PartialEq)]
struct Kept {
    scene: Arc<Scene>,
    /// The lesson that is being written or shown, unless it is a bundled one.
    lesson: Option<Arc<Lesson>>,
    window: LastWindow,
    /// The trainings under way, each with its pane.
    trainings: Vec<(usize, Arc<SavedTraining>)>,
}

impl Kept {
    fn of(state: &State) -> Self {
        let window = LastWindow::of(state);
        let shown = state.lesson().filter(|_| window.shows_own);
        let shown = shown.map(|lecture| Arc::clone(&lecture.lesson));
        let lesson = state.draft().cloned().or(shown);
        let trainings = state.saved_trainings().map(|(pane, saved)| (pane, Arc::clone(saved)));
        Self { scene: Arc::clone(state.scene()), lesson, window, trainings: trainings.collect() }
    }

    /// Whether a training is under way in a pane.
    fn trains(&self, pane: usize) -> bool {
        self.trainings.iter().any(|(of, _)| *of == pane)
    }
}

/// Keeps what is remembered, in a folder; without one it does nothing.
#[derive(Default)]
pub struct Keeper {
    folder: Option<PathBuf>,
    recent: Vec<PathBuf>,
    _marker: Option<Marker>,
    kept: Option<Kept>,
    looked: Option<Instant>,
    writing: Vec<Ticket>,
}

impl Keeper {
    /// Goes on from what was found.
    #[must_use]
    pub fn new(found: Remembered) -> Self {
        Self {
            folder: Some(found.folder),
            recent: found.recent,
            _marker: found.marker,
            ..Self::default()
        }
    }

    /// The files that were used last, the last one first.
    #[must_use]
    pub fn recent(&self) -> &[PathBuf] {
        &self.recent
    }

    /// A file was used.
    pub fn used(&mut self, path: &Path) {
        let Some(folder) = &self.folder else { return };
        self.recent = with_recent(&self.recent, path);
        if let Err(error) = write_recent(folder, &self.recent) {
            log::warn!("{} cannot be written: {error}", folder.display());
        }
    }

    /// The folder of the session.
    fn session(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(LAST))
    }

    /// Writes down how the program stands if that has changed, at most every few seconds.
    pub fn update(&mut self, state: &State, now: Instant) {
        report::shown(state.scene());
        let Some(session) = self.session() else { return };
        let work = state.work();
        let kept = &mut self.kept;
        self.writing.retain(|ticket| {
            while let Some(news) = work.news(ticket) {
                match news {
                    News::Failed(why) => {
                        log::warn!("the session is not remembered: {why}");
                        // It is tried again.
                        *kept = None;
                        return false;
                    }
                    News::Done => return false,
                    _ => {}
                }
            }
            true
        });
        let due = self.looked.is_none_or(|looked| now - looked >= PAUSE);
        if !due || !self.writing.is_empty() {
            return;
        }
        self.looked = Some(now);
        let kept = Kept::of(state);
        if self.kept.as_ref() == Some(&kept) {
            return;
        }
        if kept.window.write(&session).is_ok() {
            let (scene, path) = (Arc::clone(&kept.scene), scene_file(&session));
            self.writing.push(work.start(Task::WriteScene { scene, path }));
            if let Some(lesson) = kept.lesson.clone() {
                let path = lesson_file(&session);
                self.writing.push(work.start(Task::WriteLesson { lesson, path }));
            }
            for (pane, saved) in &kept.trainings {
                let (saved, path) = (Arc::clone(saved), training_file(&session, *pane));
                self.writing.push(work.start(Task::WriteTraining { saved, path }));
            }
            forget_ended(&session, &kept);
            self.kept = Some(kept);
        }
    }

    /// The program ends: writes down how it stands, and waits for it.
    pub fn end(&mut self, state: &State) {
        let Some(session) = self.session() else { return };
        let kept = Kept::of(state);
        let written = kept.window.write(&session).map_err(|error| error.to_string());
        let written = written.and_then(|()| {
            let scene = state.networks().save_scene(&kept.scene, &scene_file(&session));
            scene.map_err(|error| error.to_string())?;
            let draft = kept.lesson.as_ref().map(|lesson| lesson.save(&lesson_file(&session)));
            draft.transpose().map(|_| ()).map_err(|error| error.to_string())?;
            forget_ended(&session, &kept);
            let mut trainings = kept.trainings.iter();
            trainings
                .try_for_each(|(pane, saved)| saved.save(&training_file(&session, *pane)))
                .map_err(|error| error.to_string())
        });
        if let Err(why) = written {
            log::warn!("the session is not remembered: {why}");
        }
    }
}

/// Removes what trainings left that have ended, most often nothing.
fn forget_ended(session: &Path, kept: &Kept) {
    for pane in (0..MOST_PANES).filter(|pane| !kept.trains(*pane)) {
        let _ = std::fs::remove_file(training_file(session, pane));
    }
}
