//! A session with a lesson: shown step by step, or being written.

use std::sync::Arc;
use std::time::Duration;

use super::Session;
use super::action::{Action, InspectedStep, LensPlace, RecordingOrder};
use super::editor::ActionError;
use super::lecture::{Begun, Lecture};
use super::soon::Soon;
use super::writing::{Recorder, busy};
use crate::lesson::Stand;
use crate::mode::Mode;

impl Session {
    /// Does an action about a lesson.
    pub(super) fn lecture(&mut self, action: &Action) -> Result<(), ActionError> {
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
                let Some(before) = self.before_lesson.take() else { return Ok(()) };
                // What the lesson pointed at is not there any more.
                (self.hovered, self.inspected, self.lens) = (None, None, None);
                self.editor.act(&Action::Pin { particle: None })?;
                self.playback.restart();
                self.playback.playing = true;
                let changes = self.scene().changes_to(&before);
                if !changes.is_empty() {
                    self.editor.act(&Action::SetWhole { changes, continues: false })?;
                }
                Ok(())
            }
            Action::Card { card } => {
                self.lecture.as_mut().ok_or_else(none)?.card.clone_from(card);
                Ok(())
            }
            action => self.lecture.as_mut().ok_or_else(none)?.act(action),
        }
    }

    /// Shows a step of a lesson as it begins.
    fn begin(&mut self, begun: Begun) -> Result<(), ActionError> {
        let writes = self.draft().is_some_and(|draft| Arc::ptr_eq(draft, &begun.lecture.lesson));
        let scene = begun.scene();
        if writes {
            // What is written is one's own, and what is shown of it stays.
            self.before_lesson = None;
        } else if self.lecture.as_ref().is_none_or(|lecture| lecture.is_draft) {
            self.before_lesson = Some(Arc::clone(self.scene()));
        }
        if writes {
            // What is shown of a lesson that is being written follows from it and is no change of its own.
            self.editor.amend(|shown| *shown = scene);
        } else {
            let changes = self.scene().changes_to(&scene);
            self.editor.act(&Action::SetWhole { changes, continues: false })?;
        }
        let Stand { pinned, pane, at, inspect, lens, .. } = begun.stand;
        for action in [
            Action::Mode { mode: Mode::Lessons },
            Action::SelectPane { pane },
            Action::Pin { particle: pinned },
        ] {
            self.editor.act(&action)?;
        }
        let lecture = Lecture { is_draft: writes, ..begun.lecture };
        (self.lecture, self.glide, self.hovered) = (Some(lecture), begun.glide, None);
        self.inspected = inspect.map(|attempt| InspectedStep { attempt, phase: 0 });
        self.lens = lens.map(LensPlace::At);
        self.playback.restart();
        self.playback.playing = at.is_none() && inspect.is_none();
        if let Some(share) = at {
            self.playback.seek(share);
        }
        Ok(())
    }

    /// Lets numbers that are on their way come nearer.
    pub(super) fn glide_on(&mut self, dt: Duration, soon: &mut Soon) {
        let Some((scene, there)) = self.glide.as_mut().map(|glide| glide.pass(dt)) else { return };
        if there {
            return self.end_glide();
        }
        soon.after(Duration::ZERO);
        self.editor.amend(|shown| *shown = scene);
        self.sync();
    }

    /// Lets numbers that are on their way be where they go.
    pub(super) fn end_glide(&mut self) {
        if let Some(glide) = self.glide.take() {
            self.editor.amend(|shown| *shown = glide.end());
            self.sync();
        }
    }

    /// Shows a step of the lesson that is being written, from its beginning if that is another one now.
    pub(super) fn show_draft(&mut self, step: usize) -> Result<(), ActionError> {
        let Some(draft) = self.draft().cloned() else {
            return self.follow_draft();
        };
        let step = step.min(draft.steps.len() - 1);
        if let Some(shown) = self.lecture.as_mut().filter(|shown| shown.step == step)
            && shown.lesson.stand(step).ok() == draft.stand(step).ok()
            && self.editor.mode() == Mode::Lessons
        {
            shown.follow(draft);
            return Ok(());
        }
        self.begin(Begun::new(&draft, step, false)?)
    }

    /// Lets the lesson that is shown be the one that is being written, whatever became of that: a change of
    /// it was taken back or made again.
    pub(super) fn follow_draft(&mut self) -> Result<(), ActionError> {
        let Some(shown) = self.lecture.as_ref().filter(|lecture| lecture.is_draft) else {
            return Ok(());
        };
        match self.draft() {
            Some(draft) if Arc::ptr_eq(&shown.lesson, draft) => Ok(()),
            Some(_) => self.show_draft(shown.step),
            None => {
                (self.lecture, self.recorder) = (None, None);
                Ok(())
            }
        }
    }

    /// Records a step of the lesson that is being written.
    pub(super) fn record(&mut self, recording: RecordingOrder) -> Result<(), ActionError> {
        let none = || ActionError::Lesson("No lesson is being written.".to_owned());
        let draft = Arc::clone(self.draft().ok_or_else(none)?);
        if recording.begins() {
            if self.recorder.is_some() {
                return Err(busy());
            }
            let shown = self.lecture.as_ref().map_or(0, |lecture| lecture.step);
            let again = recording == RecordingOrder::Again;
            let recorder = Recorder::begin(&draft, shown, again)?;
            self.begin(Begun::new(&draft, shown, false)?)?;
            self.recorder = Some(recorder);
            return Ok(());
        }
        let none = || ActionError::Lesson("No step is being recorded.".to_owned());
        let recorder = self.recorder.as_ref().ok_or_else(none)?;
        if recording == RecordingOrder::Keep {
            let lesson = recorder.kept(&draft, &self.stand())?;
            let step = recorder.step;
            let lesson = Some(Box::new(lesson));
            self.editor.act(&Action::Draft { lesson, step, continues: false })?;
            self.recorder = None;
            return self.show_draft(step);
        }
        self.recorder = None;
        let shown = self.lecture.as_ref().map_or(0, |lecture| lecture.step);
        self.begin(Begun::new(&draft, shown, false)?)
    }

    /// Whether the moment that is shown was chosen while a step is recorded.
    pub(super) fn stands(&mut self, chosen: bool) {
        if let Some(recorder) = &mut self.recorder {
            recorder.stands = chosen;
        }
    }
}
