//! Asking which file: the desktop's own dialog, or, where the desktop has none, one drawn in the
//! window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui::{Align2, Button, Context, Id, Modal, Vec2, vec2};
use egui_file::{DialogType, FileDialog, State};

use super::command::FileCommand;
use super::theme::UNIT;

/// A desktop that has not said within this time whether it has a dialog has none.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_secs(3);
/// Size of the dialog in the window, in points.
const SIZE: Vec2 = vec2(560.0, 420.0);

/// Which file is asked for, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// What is done with it, such as "Open scene".
    pub title: &'static str,
    /// What such files are called.
    pub kind: &'static str,
    /// The ending of their names, without the dot.
    pub ending: &'static str,
    /// Other endings of such files, where one is read.
    pub also: &'static [&'static str],
    /// The name proposed for a file to be written; none where one is read.
    pub name: Option<&'static str>,
    /// The command that takes the file.
    pub then: fn(PathBuf) -> FileCommand,
}

impl Question {
    /// Asks by the desktop's dialog and waits for the answer; none if the person wants no file.
    #[must_use]
    pub fn ask_desktop(self) -> Option<PathBuf> {
        let endings: Vec<&str> =
            std::iter::once(self.ending).chain(self.also.iter().copied()).collect();
        let dialog = rfd::FileDialog::new().set_title(self.title).add_filter(self.kind, &endings);
        match self.name {
            Some(name) => dialog.set_file_name(name).save_file(),
            None => dialog.pick_file(),
        }
    }
}

/// Whether the desktop has a file dialog: on Linux its portal's, or zenity's.
#[must_use]
pub fn desktop_has_one() -> bool {
    #[cfg(target_os = "linux")]
    {
        let path = std::env::var_os("PATH").unwrap_or_default();
        has_program(&path, "zenity") || portal_answers()
    }
    #[cfg(not(target_os = "linux"))]
    true
}

/// Whether one of the folders of `path` has a program of this name.
#[cfg(target_os = "linux")]
fn has_program(path: &std::ffi::OsStr, name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::env::split_paths(path).any(|folder| {
        std::fs::metadata(folder.join(name))
            .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    })
}

/// Whether the desktop's portal is there and can choose files, which not every portal can.
#[cfg(target_os = "linux")]
fn portal_answers() -> bool {
    const PORTAL: &str = "org.freedesktop.portal.Desktop";
    const PLACE: &str = "/org/freedesktop/portal/desktop";
    let ask = async {
        let bus = zbus::Connection::session().await?;
        let what = ("org.freedesktop.portal.FileChooser", "version");
        let properties = Some("org.freedesktop.DBus.Properties");
        bus.call_method(Some(PORTAL), PLACE, properties, "Get", &what).await
    };
    let (sender, answer) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().name("driftscope-portal".into());
    let asked = thread.spawn(move || {
        // A desktop that answers too late finds nobody waiting.
        let _ = sender.send(zbus::block_on(ask).is_ok());
    });
    asked.is_ok() && answer.recv_timeout(PATIENCE).unwrap_or(false)
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
        let Question { title, ending, also, name, .. } = question;
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
                has_ending(path, ending) || also.iter().any(|also| has_ending(path, also))
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
                    let path = with_ending(path, self.question.ending);
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_is_found_only_where_it_can_be_run() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a folder");
        let (path, file) = (dir.path().as_os_str(), dir.path().join("zenity"));
        assert!(!has_program(path, "zenity"));
        std::fs::write(&file, "").expect("writes");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).expect("sets");
        assert!(!has_program(path, "zenity"));
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).expect("sets");
        assert!(has_program(path, "zenity"));
    }

    #[test]
    fn names_get_their_ending_and_keep_another() {
        assert_eq!(with_ending("a/scene".into(), "toml"), Path::new("a/scene.toml"));
        assert_eq!(with_ending("scene.txt".into(), "toml"), Path::new("scene.txt"));
        assert!(has_ending(Path::new("x.TOML"), "toml") && !has_ending(Path::new("toml"), "toml"));
    }
}
