//! Asking which file: what is asked, and, where the desktop has no dialog, one drawn in the window.

use std::path::{Path, PathBuf};

use eframe::egui::{Align2, Button, Context, Id, Modal, Vec2, vec2};
use egui_file::{DialogType, FileDialog, State};

use super::command::FileCommand;
use super::theme::UNIT;

/// Size of the dialog in the window, in points.
const SIZE: Vec2 = vec2(560.0, 420.0);

/// Which file is asked for, and what for.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "a browser shows no words for kinds of files")]
pub struct Question {
    /// What is done with it, such as "Open scene".
    pub title: &'static str,
    /// What such files are called.
    pub kind: &'static str,
    /// The endings of their names, without the dot; the first is what a file gets that is written.
    pub endings: &'static [&'static str],
    /// The name proposed for a file to be written; none where one is read.
    pub name: Option<&'static str>,
    /// The command that takes the file.
    pub then: fn(PathBuf) -> FileCommand,
}

/// What came of asking for a file.
#[derive(Debug)]
#[allow(dead_code, reason = "a desktop knows other answers than a browser")]
pub enum Chosen {
    /// A file.
    File(PathBuf),
    /// The person wants none.
    Nothing,
    /// There is no dialog to ask with, but one drawn in the window.
    NoDialog,
    /// It cannot be had; why, in a sentence.
    Failed(String),
}

/// A file dialog drawn in the window.
pub struct OwnDialog {
    question: Question,
    dialog: FileDialog,
    /// A file that is there already, while it is asked whether to replace it.
    there: Option<PathBuf>,
}

/// How a dialog stands.
pub enum Answer {
    /// It is still open.
    Open,
    /// It was closed without a choice.
    Nothing,
    /// What follows from the choice.
    Command(FileCommand),
}

impl OwnDialog {
    /// Opens it.
    #[must_use]
    pub fn new(question: Question) -> Self {
        let Question { title, endings, name, .. } = question;
        let dialog = match name {
            Some(name) => FileDialog::save_file().default_filename(name),
            None => FileDialog::open_file(),
        };
        let mut dialog = dialog
            .title(title)
            .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
            .default_size(SIZE)
            .resizable(false)
            .show_rename(false)
            .show_files_filter(Box::new(move |path| {
                endings.iter().any(|ending| has_ending(path, ending))
            }));
        dialog.open();
        Self { question, dialog, there: None }
    }

    /// Draws it and says how it stands.
    pub fn ui(&mut self, ctx: &Context) -> Answer {
        if self.there.is_some() {
            return self.ask_to_replace(ctx);
        }
        match self.dialog.show(ctx).state() {
            State::Open => Answer::Open,
            State::Closed | State::Cancelled => Answer::Nothing,
            State::Selected => {
                let Some(path) = self.dialog.path().map(Path::to_path_buf) else {
                    return Answer::Nothing;
                };
                if self.dialog.dialog_type() == DialogType::SaveFile {
                    let path = with_ending(path, self.question.endings[0]);
                    if path.exists() {
                        self.there = Some(path);
                        return Answer::Open;
                    }
                    return Answer::Command((self.question.then)(path));
                }
                Answer::Command((self.question.then)(path))
            }
        }
    }

    fn ask_to_replace(&mut self, ctx: &Context) -> Answer {
        let Some(path) = self.there.clone() else { return Answer::Open };
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
        let mut answer = None;
        let modal = Modal::new(Id::unique("replace a file")).show(ctx, |ui| {
            ui.set_max_width(SIZE.x - 40.0 * UNIT);
            ui.label(format!("{name} is there already."));
            ui.add_space(2.0 * UNIT);
            ui.horizontal(|ui| {
                if ui.add(Button::new("Replace")).clicked() {
                    answer = Some(true);
                }
                if ui.add(Button::new("Choose another name")).clicked() {
                    answer = Some(false);
                }
            });
        });
        match answer {
            Some(true) => return Answer::Command((self.question.then)(path)),
            Some(false) => self.reconsider(),
            None if modal.should_close() => self.reconsider(),
            None => {}
        }
        Answer::Open
    }

    /// Goes back to choosing.
    fn reconsider(&mut self) {
        self.there = None;
        self.dialog.open();
    }
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|there| there.eq_ignore_ascii_case(ending))
}

/// The path, with the ending that it should have if it has none.
#[must_use]
pub fn with_ending(path: PathBuf, ending: &str) -> PathBuf {
    if path.extension().is_some() { path } else { path.with_extension(ending) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_their_ending_and_keep_another() {
        assert_eq!(with_ending("a/scene".into(), "toml"), Path::new("a/scene.toml"));
        assert_eq!(with_ending("scene.txt".into(), "toml"), Path::new("scene.txt"));
        assert!(has_ending(Path::new("x.TOML"), "toml") && !has_ending(Path::new("toml"), "toml"));
    }
}
