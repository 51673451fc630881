//! In front of a class: the speaker's window, and lessons of one's own.

use driftscope_study::lesson::{Lesson, LessonStep, Stand};
use driftscope_study::session::Action;
use eframe::egui::Context;

use super::Driftscope;
use crate::app::speaker::Speaker;

impl Driftscope {
    /// The speaker's window, while it is open.
    pub(super) fn speaker_ui(&mut self, ctx: &Context) {
        if !self.state.lectern.speaker {
            if let Some(speaker) = &mut self.speaker {
                speaker.close();
            }
            return;
        }
        let stage = &self.views.stage;
        let speaker = self.speaker.get_or_insert_with(|| Speaker::open(ctx, stage, &self.state));
        speaker.ui(ctx, stage, &self.state, &mut self.commands);
    }

    /// Begins to write a lesson, whose first step is what is shown.
    pub(super) fn write_lesson(&mut self) {
        self.state.trial = false;
        if let Some(draft) = self.state.draft() {
            // It is gone on with.
            let lesson = Some(Box::new((**draft).clone()));
            return self.act(Action::Draft { lesson, step: 0, continues: true });
        }
        let set = self.state.session.stand().set_since(&Stand::default());
        let step = match set {
            Ok(set) => LessonStep { set, ..LessonStep::default() },
            Err(why) => return self.complain(why),
        };
        let lesson =
            Lesson { title: "My lesson".to_owned(), steps: vec![step], ..Lesson::default() };
        self.last_edit = None;
        self.act(Action::Draft { lesson: Some(Box::new(lesson)), step: 0, continues: false });
    }

    /// Shows the lesson that is being written as the class sees it, from the step that is shown, or goes
    /// on writing.
    pub(super) fn try_lesson(&mut self) {
        let shown = self.state.lesson().filter(|lecture| lecture.is_draft);
        let Some(step) = shown.map(|lecture| lecture.step) else {
            return self.write_lesson();
        };
        self.state.trial = !self.state.trial;
        if self.state.trial {
            self.act(Action::LessonStep { step });
        }
    }
}
