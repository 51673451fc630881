//! From one start of the program to the next: what is restored, offered and kept.

use driftscope_study::clock::Instant;
use driftscope_study::lesson::{BundledLesson, bundled_lesson};
use driftscope_study::session::{Action, Mode};
use eframe::egui::Context;

use super::Driftscope;
use crate::app::platform;
use crate::app::remembered::{Keeper, LastSession, Remembered};
use crate::app::state::{Look, Notice};

impl Driftscope {
    /// Takes over what was remembered: the last session, unless it was interrupted and someone has to say
    /// what becomes of it.
    pub(super) fn remember(&mut self, mut found: Remembered, ctx: &Context) {
        let last = found.last.take();
        let (interrupted, is_first) = (found.interrupted, found.is_first);
        self.state.report = found.report.take();
        self.keeper = Keeper::new(found);
        self.state.recent = self.keeper.recent().to_vec();
        if is_first {
            self.state.notice = Some(Notice::Tour);
        }
        match last {
            Some(Ok(last)) if interrupted => {
                self.state.broken_off = last.trainings.first().map(|(_, saved)| saved.steps());
                self.last = Some(last);
                self.state.notice = Some(Notice::Interrupted);
            }
            Some(Ok(last)) => self.restore(*last, ctx),
            Some(Err(why)) => self.complain(format!(
                "The last session cannot be restored, but is among the recent files: {why}"
            )),
            None => {}
        }
        let report = self.state.report.as_ref();
        if let Some(report) = report.filter(|_| self.state.notice != Some(Notice::Interrupted)) {
            self.complain(format!(
                "Driftscope was closed unexpectedly last time. What went wrong is written in {}",
                report.display()
            ));
        }
    }

    /// Shows a session again as it was.
    fn restore(&mut self, last: LastSession, ctx: &Context) {
        let LastSession { scene, lesson, window, trainings } = last;
        let theme = window.theme().unwrap_or(self.state.look.theme);
        let look = Look { theme, presenter: window.presenter, ..self.state.look };
        self.set_look(look, ctx);
        let step = window.step;
        let bundled = || window.lesson.as_deref().and_then(bundled_lesson);
        // Whoever had left a lesson for something of his own finds the list there.
        let stays = window.writes || window.mode() == Some(Mode::Lessons);
        let shown = lesson.or_else(|| bundled().map(BundledLesson::lesson)).filter(|_| stays);
        let shown = shown.map(Box::new);
        let begins = shown.is_some();
        if window.writes && begins {
            self.act(Action::Draft { lesson: shown, step, continues: false });
        } else if let Some(lesson) = shown {
            self.act(Action::OpenLesson { lesson });
            self.act(Action::LessonStep { step });
        }
        let mode = window.mode().map(|mode| Action::Mode { mode });
        if begins && window.writes && window.mode() == Some(Mode::Lessons) {
            // Whoever writes sees the step.
        } else if begins {
            // A step stands as it begins; what was touched since is touched again.
            let changes = self.state.scene().changes_to(&scene);
            if !changes.is_empty() {
                self.act(Action::SetWhole { changes, continues: false });
            }
        } else {
            self.act(Action::Open { scene: Box::new(scene) });
        }
        if let Some(mode) = mode {
            self.act(mode);
        }
        self.state.session.take_up_trainings(trainings);
    }

    /// Does what was answered to what was asked when the window opened.
    pub(super) fn answer_notice(&mut self, accepted: bool, ctx: &Context) {
        let Some(notice) = self.state.notice.take() else { return };
        match (notice, self.last.take()) {
            (Notice::Tour, _) if accepted => {
                let lesson = bundled_lesson("tour").expect("a test opens it").lesson();
                self.act(Action::OpenLesson { lesson: Box::new(lesson) });
            }
            (Notice::Interrupted, Some(last)) if accepted => self.restore(*last, ctx),
            _ => {}
        }
    }

    /// Keeps how things stand, and which files were used.
    pub(super) fn keep(&mut self, ctx: &Context) {
        for path in self.files.used() {
            self.keeper.used(&path);
            self.state.recent = self.keeper.recent().to_vec();
        }
        let now = Instant::now();
        self.keeper.update(&self.state, now);
        if platform::HAS_ADDRESS
            && let Some(words) =
                self.address.follow(&self.state, now, |rest| ctx.request_repaint_after(rest))
        {
            platform::show_address(&words);
        }
    }
}
