//! A change to the lesson that is being written: made only if the lesson can be shown with it.

use driftscope_study::lesson::{Lesson, LessonStep};
use driftscope_study::session::{Action, Lecture};

use crate::app::command::{Command, Commands};
use crate::app::offscreen::check_lesson;

/// The lesson that is being written, to be changed.
pub struct DraftEdit<'a> {
    /// As it is.
    pub lesson: &'a Lesson,
    /// The step that is shown, from 0.
    pub step: usize,
    out: &'a mut Commands,
    /// Why a change was not made that no line of text says so of.
    pub refused: Option<String>,
}

impl<'a> DraftEdit<'a> {
    /// What is shown, and where changes go.
    pub fn new(lecture: &'a Lecture, out: &'a mut Commands) -> Self {
        Self { lesson: &lecture.lesson, step: lecture.step, out, refused: None }
    }

    /// The step that is shown.
    pub fn shown(&self) -> &'a LessonStep {
        &self.lesson.steps[self.step]
    }

    /// Asks for something else.
    pub fn ask(&mut self, command: Command) {
        self.out.push(command);
    }

    /// Asks for the lesson to become this, and for one of its steps to be shown.
    ///
    /// # Errors
    /// Why it cannot be shown; then nothing changes.
    pub fn become_lesson(&mut self, lesson: Lesson, step: usize) -> Result<(), String> {
        if lesson == *self.lesson {
            return Ok(());
        }
        if self.lesson.differs_in_words_alone(&lesson) {
            self.show(lesson, step);
            return Ok(());
        }
        // Its own words say which step, where it is not the one that is shown.
        lesson.check("The lesson").map_err(|error| {
            let words = error.to_string();
            let shown = format!("The lesson, step {}: ", step + 1);
            words.strip_prefix(&shown).map_or(words.clone(), str::to_owned)
        })?;
        check_lesson(&lesson)?;
        self.show(lesson, step);
        Ok(())
    }

    fn show(&mut self, lesson: Lesson, step: usize) {
        let lesson = Some(Box::new(lesson));
        self.ask(Command::Act(Action::Draft { lesson, step, continues: false }));
    }

    /// Changes the step that is shown, and remembers why where that cannot be.
    pub fn make(&mut self, edit: impl FnOnce(&mut LessonStep)) {
        let made = self.change(|step| {
            edit(step);
            Ok(())
        });
        self.refused = made.err().or(self.refused.take());
    }

    /// Changes the step that is shown.
    ///
    /// # Errors
    /// As [`Self::become_lesson`].
    pub fn change(
        &mut self,
        edit: impl FnOnce(&mut LessonStep) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut lesson = self.lesson.clone();
        edit(&mut lesson.steps[self.step])?;
        self.become_lesson(lesson, self.step)
    }
}
