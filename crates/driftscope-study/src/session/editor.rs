//! The document under the actions of a person: what it is, what it was, and what is looked at.

use std::collections::VecDeque;
use std::sync::Arc;

use driftscope_flow::network::{NetworkId, TrainingError};
use thiserror::Error;

use super::action::Action;
use crate::lesson::{Lesson, LessonError};
use crate::mode::Mode;
use crate::scene::{Problem, Scene, SceneError};

/// Why an action could not be done; nothing has changed then.
#[derive(Debug, Error)]
pub enum ActionError {
    /// It names a setting that no scene has, or a value of a kind that the setting cannot have.
    #[error(transparent)]
    Setting(#[from] SceneError),
    /// It is about a pane that is not there.
    #[error("pane {pane} is not there: panes are counted from 0 to {last} now")]
    NoPane {
        /// The pane it names.
        pane: usize,
        /// The last one there is.
        last: usize,
    },
    /// A training cannot start with these settings.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// A training cannot start on this distribution.
    #[error(transparent)]
    Data(#[from] Problem),
    /// No lesson is open, or it has no such step or choice.
    #[error("{0}")]
    Lesson(String),
}

/// All that is shown, as one value: equal documents give equal recordings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The scene; networks trained here are named in it.
    pub scene: Arc<Scene>,
    /// The lesson that is being written, if one is. Every step of it can be shown.
    pub draft: Option<Arc<Lesson>>,
}

/// A document, its history, and what of it is looked at.
#[derive(Clone, Debug)]
pub struct Editor {
    document: Document,
    undo: VecDeque<Document>,
    redo: Vec<Document>,
    mode: Mode,
    selected: usize,
    pinned: Option<usize>,
}

impl Editor {
    /// Changes that can be taken back.
    pub const MOST_UNDO: usize = 2_000;

    /// A scene that nobody has changed yet.
    #[must_use]
    pub fn new(scene: Scene) -> Self {
        let mode = if scene.panes.is_empty() { Mode::Explore } else { Mode::Compare };
        Self {
            document: Document { scene: Arc::new(scene), ..Document::default() },
            undo: VecDeque::new(),
            redo: Vec::new(),
            mode,
            selected: 0,
            pinned: None,
        }
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Its scene.
    #[must_use]
    pub fn scene(&self) -> &Arc<Scene> {
        &self.document.scene
    }

    /// What the program is for.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The pane that controls, plots and readings are about: one of those that are shown.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selected.min(self.shown_panes() - 1)
    }

    /// The particle that stays lit.
    #[must_use]
    pub fn pinned(&self) -> Option<usize> {
        self.pinned
    }

    /// How many panes are shown: all side by side, or the scene's own alone.
    #[must_use]
    pub fn shown_panes(&self) -> usize {
        match self.mode {
            Mode::Compare | Mode::Lessons => self.scene().pane_count(),
            // All of them where networks are trained side by side.
            Mode::Train if self.scene().trainings().count() > 1 => self.scene().pane_count(),
            Mode::Explore | Mode::Errors | Mode::Train => 1,
        }
    }

    /// How many changes can be taken back, and how many made again.
    #[must_use]
    pub fn history(&self) -> (usize, usize) {
        (self.undo.len(), self.redo.len())
    }

    /// The networks trained here that the document or its history name.
    pub fn networks(&self) -> impl Iterator<Item = NetworkId> {
        let all = self.undo.iter().chain(&self.redo).chain([&self.document]);
        all.flat_map(|document| document.scene.trained_networks())
    }

    /// Does one action; those about training and time, which are the session's, do nothing here.
    ///
    /// # Errors
    /// If it names a pane that is not there, a setting that no scene has, or a value of a kind that the
    /// setting cannot have; then nothing has changed.
    pub fn act(&mut self, action: &Action) -> Result<(), ActionError> {
        let last = self.scene().pane_count() - 1;
        match *action {
            Action::Set { pane, .. }
            | Action::RemovePane { pane }
            | Action::SelectPane { pane }
                if pane > last =>
            {
                return Err(ActionError::NoPane { pane, last });
            }
            _ => {}
        }
        match action {
            Action::Set { pane, changes, continues } => {
                let edited = self.scene().pane(*pane).changed(changes)?;
                self.edit(*continues, |scene| scene.edit_pane(*pane, edited));
            }
            Action::SetWhole { changes, continues } => {
                let edited = self.scene().changed(changes)?;
                self.edit(*continues, |scene| *scene = edited);
            }
            Action::Open { scene } => {
                self.edit(false, |shown| shown.clone_from(scene));
                self.mode = match (scene.panes.is_empty(), self.mode) {
                    // A scene is opened for the lesson that is being written.
                    (_, Mode::Lessons) if self.document.draft.is_some() => Mode::Lessons,
                    (false, _) => Mode::Compare,
                    (true, Mode::Compare | Mode::Lessons) => Mode::Explore,
                    (true, mode) => mode,
                };
                (self.selected, self.pinned) = (0, None);
            }
            Action::AddPane => {
                self.edit(false, Scene::add_pane);
                self.selected = self.scene().pane_count() - 1;
            }
            Action::AddTraining => {
                self.edit(false, Scene::add_training);
                self.selected = self.scene().pane_count() - 1;
            }
            Action::RemovePane { pane } => {
                self.edit(false, |scene| scene.remove_pane(*pane));
                let last = self.scene().pane_count() - 1;
                let moved = self.selected - usize::from(self.selected > *pane);
                self.selected = moved.min(last);
            }
            Action::SelectPane { pane } => self.selected = (*pane).min(self.shown_panes() - 1),
            Action::Pin { particle } => self.pinned = *particle,
            Action::Mode { mode } => {
                (self.mode, self.selected) = (*mode, 0);
                // To compare there must be something to compare with.
                if *mode == Mode::Compare && self.scene().panes.is_empty() {
                    self.edit(false, Scene::add_pane);
                }
            }
            Action::Draft { lesson, continues, .. } => {
                let known = self.document.draft.as_deref();
                if let Some(lesson) = lesson
                    && !known.is_some_and(|known| known.differs_in_words_alone(lesson))
                {
                    let refused = |error: LessonError| ActionError::Lesson(error.to_string());
                    lesson.check("The lesson").map_err(refused)?;
                }
                let before = self.document.clone();
                self.document.draft = lesson.clone().map(|lesson| Arc::new(*lesson));
                self.remember(before, *continues);
            }
            Action::Undo => {
                if let Some(before) = self.undo.pop_back() {
                    self.redo.push(std::mem::replace(&mut self.document, before));
                }
            }
            Action::Redo => {
                if let Some(after) = self.redo.pop() {
                    self.undo.push_back(std::mem::replace(&mut self.document, after));
                }
            }
            // The session's.
            Action::Train { .. }
            | Action::Snapshot { .. }
            | Action::Play { .. }
            | Action::Seek { .. }
            | Action::Inspect { .. }
            | Action::Lens { .. }
            | Action::OpenLesson { .. }
            | Action::CloseLesson
            | Action::Record { .. }
            | Action::Card { .. }
            | Action::LessonStep { .. }
            | Action::Reveal { .. }
            | Action::Hands { .. }
            | Action::Guess { .. } => {}
        }
        Ok(())
    }

    /// Whether another lesson is being written, or none, once a change is taken back or made again.
    #[must_use]
    pub fn draft_differs_after(&self, action: &Action) -> bool {
        let after = match action {
            Action::Undo => self.undo.back(),
            Action::Redo => self.redo.last(),
            _ => None,
        };
        after.is_some_and(|after| after.draft != self.document.draft)
    }

    /// Changes the scene in a way that is no person's doing and is not taken back: a training has new
    /// weights.
    pub fn amend(&mut self, change: impl FnOnce(&mut Scene)) {
        change(Arc::make_mut(&mut self.document.scene));
    }

    fn edit(&mut self, continues: bool, change: impl FnOnce(&mut Scene)) {
        let before = self.document.clone();
        change(Arc::make_mut(&mut self.document.scene));
        self.remember(before, continues);
    }

    /// Puts what was before into the history, if anything has changed.
    fn remember(&mut self, before: Document, continues: bool) {
        if before == self.document {
            return;
        }
        self.redo.clear();
        if continues && !self.undo.is_empty() {
            return;
        }
        if self.undo.len() == Self::MOST_UNDO {
            self.undo.pop_front();
        }
        self.undo.push_back(before);
    }
}

#[cfg(test)]
mod tests;
