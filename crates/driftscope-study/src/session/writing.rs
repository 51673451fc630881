//! A lesson being written: its steps are recorded.

use super::action::RecordingOrder;
use super::editor::ActionError;
use crate::lesson::{Instruction, Lesson, LessonStep, Stand};

/// Why something waits.
pub const BUSY: &str = "A step is being recorded: keep it or discard it first.";
/// Moments are recorded as this share of the run.
const MOMENT: f64 = 1e-3;

/// A step that is being recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorder {
    /// Which step it becomes, from 0.
    pub step: usize,
    /// The step that sets something else from now on; a new one if none.
    again: Option<LessonStep>,
    /// How things stand before it.
    before: Stand,
    /// Whether a moment of the run was chosen.
    pub(super) stands: bool,
}

impl Recorder {
    /// Begins to record a step behind `shown`, or that one again.
    pub(super) fn begin(lesson: &Lesson, shown: usize, again: bool) -> Result<Self, ActionError> {
        let stand = |step: usize| {
            lesson.stand(step).map_err(|error| ActionError::Lesson(error.to_string()))
        };
        if !again {
            let before = stand(shown)?;
            return Ok(Self { step: shown + 1, again: None, before, stands: false });
        }
        let before = shown.checked_sub(1).map(stand).transpose()?.unwrap_or_default();
        let stands = stand(shown)?.at.is_some();
        Ok(Self { step: shown, again: lesson.steps.get(shown).cloned(), before, stands })
    }

    /// What the step sets if things stand so `now`.
    pub(super) fn set(&self, now: &Stand) -> Result<Vec<Instruction>, String> {
        let at = now.at.map(|share| (share / MOMENT).round() * MOMENT);
        // As short as it can be written.
        let at = at.map(|share| format!("{share:.3}").parse().unwrap_or(share));
        Stand { at, ..now.clone() }.set_since(&self.before)
    }

    /// The lesson with the step as it is recorded.
    pub(super) fn kept(&self, lesson: &Lesson, now: &Stand) -> Result<Lesson, ActionError> {
        let set = self.set(now).map_err(ActionError::Lesson)?;
        let lesson = lesson.clone();
        Ok(match &self.again {
            None => lesson.with_step(self.step, LessonStep { set, ..LessonStep::default() }),
            Some(step) => {
                let step = LessonStep { set, ..step.clone() };
                let mut lesson = lesson;
                if let Some(place) = lesson.steps.get_mut(self.step) {
                    *place = step;
                }
                lesson
            }
        })
    }
}

/// Refuses what would end a recording by the way.
pub(super) fn busy() -> ActionError {
    ActionError::Lesson(BUSY.to_owned())
}

impl RecordingOrder {
    /// Whether a recording begins by it.
    pub(super) fn begins(self) -> bool {
        matches!(self, Self::Next | Self::Again)
    }
}
