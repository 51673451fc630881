//! What the program remembers from one start to the next, in a folder of its own: files that were used last,
//! how it stood, and whether it ended by itself.
//!
//! - `recent.toml`: the files, the last one first;
//! - `last/scene.toml`, with what belongs to it beside: what was shown; `last/lesson.toml`: the lesson that was
//!   being written; `last/window.toml`: how the window looked; `last/training-N.saved`: what a training under way
//!   can be gone on with;
//! - `kept`: the same of a session that was interrupted or cannot be read, until the next such one;
//! - `running-N`: held by a program that runs. One that nobody holds was left by one that did not end;
//! - `crash-N.txt`: what went wrong in it, if it could say.

mod keeper;
mod last;
mod marker;
mod report;

use std::path::{Path, PathBuf};

use driftscope_base::files::{read_text, write_atomically};
use serde::{Deserialize, Serialize};

use super::palette::Theme;

pub use self::keeper::Keeper;
pub use self::last::{LastSession, LastWindow};
pub use self::marker::Marker;
pub use self::report::report_into;

/// So many files are remembered.
const MOST_RECENT: usize = 12;
/// Larger files are none of these.
const LARGEST_BYTES: u64 = 1 << 20;
const RECENT: &str = "recent.toml";
/// Folders of sessions.
const LAST: &str = "last";
const KEPT: &str = "kept";

/// What was found when the program started.
#[derive(Debug, Default)]
pub struct Remembered {
    /// Where it is.
    pub folder: PathBuf,
    /// The files that were used last, the last one first.
    pub recent: Vec<PathBuf>,
    /// How the program stood, or why that cannot be read; none where nothing is remembered.
    pub last: Option<Result<Box<LastSession>, String>>,
    /// Whether the program was interrupted then.
    pub interrupted: bool,
    /// What it could say of what went wrong.
    pub report: Option<PathBuf>,
    /// Whether this is the first start.
    pub is_first: bool,
    /// Says to others that this program runs.
    pub marker: Option<Marker>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct RecentFiles {
    files: Vec<PathBuf>,
}

impl Remembered {
    /// Where the program keeps what it remembers, if the system has a place for that.
    #[must_use]
    pub fn usual_folder() -> Option<PathBuf> {
        dirs::data_local_dir().map(|folder| folder.join("driftscope"))
    }

    /// Reads what is there, and marks that this program runs. What cannot be read is as if it were not
    /// there, but for how the program stood.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let is_first = !folder.exists();
        let (marker, processes) = Marker::set(folder);
        let interrupted = !processes.is_empty();
        let mut reports = processes.into_iter().map(|process| report::report_of(folder, process));
        let report = reports.find(|report| report.exists());
        let text = read_text(&folder.join(RECENT), LARGEST_BYTES).ok().flatten();
        let recent = text.and_then(|text| toml::from_str::<RecentFiles>(&text).ok());
        let mut recent = recent.unwrap_or_default().files;
        let mut last = LastSession::read(&folder.join(LAST));
        if interrupted || matches!(last, Some(Err(_))) {
            // What is shown from now on does not take its place.
            if let Some(kept) = keep_apart(folder) {
                last = LastSession::read(&kept);
                for file in LastSession::files(&kept).into_iter().filter(|file| file.exists()) {
                    recent = with_recent(&recent, &file);
                }
            }
        }
        Self { folder: folder.to_owned(), recent, last, interrupted, report, is_first, marker }
    }

    /// The same where a theme was asked for.
    #[must_use]
    pub fn in_theme(mut self, theme: Theme) -> Self {
        if let Some(Ok(last)) = &mut self.last {
            theme.title().clone_into(&mut last.window.theme);
        }
        self
    }
}

/// Moves the last session to where it stays; none where there is none, or it cannot be moved.
fn keep_apart(folder: &Path) -> Option<PathBuf> {
    let [last, kept] = [LAST, KEPT].map(|name| folder.join(name));
    if !last.exists() {
        return None;
    }
    // Most often there is none.
    let _ = std::fs::remove_dir_all(&kept);
    match std::fs::rename(&last, &kept) {
        Ok(()) => Some(kept),
        Err(error) => {
            log::warn!("{} cannot be moved: {error}", last.display());
            None
        }
    }
}

impl Remembered {
    /// The same where something else is to be shown than what was shown last. What went wrong then is still to be told.
    #[must_use]
    pub fn for_something_else(self) -> Self {
        Self { last: None, interrupted: false, is_first: false, ..self }
    }
}

/// The files with `path` in front.
fn with_recent(recent: &[PathBuf], path: &Path) -> Vec<PathBuf> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let others = recent.iter().filter(|other| **other != path).cloned();
    std::iter::once(path.clone()).chain(others).take(MOST_RECENT).collect()
}

/// Writes which files were used last.
fn write_recent(folder: &Path, recent: &[PathBuf]) -> std::io::Result<()> {
    let text = toml::to_string(&RecentFiles { files: recent.to_owned() })
        .map_err(std::io::Error::other)?;
    std::fs::create_dir_all(folder)?;
    write_atomically(&folder.join(RECENT), text.as_bytes())
}

#[cfg(test)]
mod tests;
