//! What comes in: files, and data of one's own.

use driftscope_study::scene::{Data, FieldKind, Scene};
use driftscope_study::session::{Action, LensPlace, TrainingOrder};
use eframe::egui::Context;

use super::{Driftscope, MESSAGE};
use crate::app::command::{Command, FileCommand, Joins};
use crate::app::controls::row::objection;
use crate::app::drawing::{self, Drawing};
use crate::app::files::FileNews;
use crate::app::state::Dialog;
use crate::app::{lens, platform};

/// Said where a field changes with the data.
const EXACT: &str = "Data of one's own have no bundled network: the field is the exact one now.";

impl Driftscope {
    /// Lets data of one's own be sampled, unless they are none.
    pub(super) fn give(&mut self, data: Data, joins: Joins) {
        if self.state.training().is_some() {
            return self.complain(drawing::TRAINED_ON);
        }
        let before = self.state.scene();
        let mut scene = (**before).clone();
        // A built-in distribution stays named for when these are left.
        let data = Data { name: before.data.name.clone(), ..data };
        let became_exact = scene.give_own(data);
        if let Err(problem) = scene.check()
            && before.check() != Err(problem.clone())
        {
            return self.complain(problem.to_string());
        }
        let changes = before.changes_to(&scene);
        let action = |continues| Action::SetWhole { changes, continues };
        if joins == Joins::Recent {
            self.act(action(false));
        } else {
            self.last_edit = None;
            if let Err(reason) = self.state.session.act(&action(joins == Joins::Last)) {
                return self.complain(reason.to_string());
            }
        }
        if became_exact {
            self.inform(EXACT);
        }
    }

    /// Lets the pane at work be changed, unless that makes it impossible.
    fn set_pane(&mut self, edit: impl FnOnce(&mut Scene)) {
        let before = &self.state.pane().scene;
        let mut scene = (**before).clone();
        edit(&mut scene);
        match objection(&**before, &scene) {
            Some(problem) => self.complain(problem),
            None => self.commands.push(Command::set(self.state.selected(), before, &scene)),
        }
    }

    /// Takes the drawing tools in hand, if there is something to draw on, or puts them away.
    pub(super) fn draw(&mut self, drawing: Drawing) {
        if drawing.open && self.state.tool().is_none() {
            if let Some(reason) = drawing::refused(&self.state) {
                return self.complain(reason);
            }
            self.act(Action::Inspect { step: None });
        }
        self.state.drawing = drawing;
    }

    /// Takes the lens in hand, where there is something to see, or puts it away.
    pub(super) fn toggle_lens(&mut self) {
        if self.state.lens().is_some() {
            return self.act(Action::Lens { lens: None });
        }
        if let Some(reason) = lens::refused(&self.state) {
            return self.complain(reason);
        }
        self.act(Action::Inspect { step: None });
        self.state.drawing.open = false;
        self.act(Action::Lens { lens: Some(LensPlace::Pointer) });
    }

    /// Takes what was dropped, chosen, read and written.
    pub(super) fn take_files(&mut self, ctx: &Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        for file in &dropped {
            self.files.receive(file);
        }
        while let Some(news) = self.files.poll(self.state.work()) {
            match news {
                FileNews::Chosen(Ok(None)) | FileNews::NoDialog(_) => {}
                FileNews::Chosen(Ok(Some(command))) => self.commands.push(Command::File(command)),
                FileNews::Brought(path) => {
                    self.commands.push(Command::File(FileCommand::Open(path)));
                }
                FileNews::Scene(scene) => self.commands.push(Command::Act(Action::Open { scene })),
                FileNews::Lesson(lesson) => {
                    self.commands.push(Command::Act(Action::OpenLesson { lesson }));
                }
                FileNews::Tableau(own) => {
                    self.set_pane(|scene| scene.sampler.set_tableau(own));
                }
                FileNews::Model(path, supposed) => {
                    let before = self.state.scene();
                    let mut scene = (**before).clone();
                    scene.field.kind = FieldKind::Learned;
                    scene.field.follow(Some(path.into()));
                    if !supposed.is_empty() {
                        // It is asked, with the guess on the stage.
                        scene.field.reading = supposed;
                        self.state.reading = Dialog::Open;
                        self.views.reading.check(&scene);
                    }
                    let before = self.state.scene();
                    self.commands.push(Command::set_whole(before, &scene));
                    let training = TrainingOrder::Reset;
                    self.commands.push(Command::Act(Action::Train { training }));
                }
                FileNews::BadModel(path) => {
                    self.set_pane(|scene| scene.guidance.bad = Some(path.into()));
                }
                FileNews::Data(data) => self.commands.push(Command::data(*data)),
                FileNews::Source(data) => self.set_pane(|scene| scene.source = Some(*data)),
                FileNews::Times(list) => self.commands.push(Command::Times(list)),
                FileNews::Saved(path) => {
                    platform::hand_out();
                    self.toasts.success(format!("Saved {}", path.display())).duration(MESSAGE);
                }
                FileNews::Chosen(Err(words)) | FileNews::Failed(words) => self.complain(words),
            }
        }
    }
}
