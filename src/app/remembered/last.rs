//! How the program stood: what it showed, and how.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use driftscope_base::files::{read_text, write_atomically};
use driftscope_study::SavedTraining;
use driftscope_study::lesson::{Lesson, bundled_name};
use driftscope_study::scene::{MOST_PANES, Scene};
use driftscope_study::session::Mode;
use serde::{Deserialize, Serialize};

use super::LARGEST_BYTES;
use crate::app::palette::Theme;
use crate::app::state::State;

/// How the window looked, and what it was for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LastWindow {
    /// The theme, by its title.
    pub theme: String,
    /// Whether type was larger.
    pub presenter: bool,
    /// The mode, by its title.
    pub mode: String,
    /// The bundled lesson that was open, by its name.
    pub lesson: Option<String>,
    /// Its step, or that of the lesson that was being written, from 0.
    pub step: usize,
    /// Whether a lesson was being written.
    pub writes: bool,
    /// Whether a lesson was open that is not bundled.
    pub shows_own: bool,
}

/// How the program stood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LastSession {
    /// What was shown.
    pub scene: Scene,
    /// The lesson that was being written or shown, unless it is a bundled one.
    pub lesson: Option<Lesson>,
    /// How the window looked.
    pub window: LastWindow,
    /// The trainings that were under way, each with its pane.
    pub trainings: Vec<(usize, Arc<SavedTraining>)>,
}

/// The files of a session in its folder.
pub(super) fn scene_file(session: &Path) -> PathBuf {
    session.join("scene.toml")
}

pub(super) fn lesson_file(session: &Path) -> PathBuf {
    session.join("lesson.toml")
}

pub(super) fn training_file(session: &Path, pane: usize) -> PathBuf {
    session.join(format!("training-{}.saved", pane + 1))
}

/// Reads the trainings that were under way; what cannot be read is as if it were not there.
fn trainings(session: &Path) -> Vec<(usize, Arc<SavedTraining>)> {
    let read = |pane| {
        let file = training_file(session, pane);
        let saved = file.exists().then(|| SavedTraining::load(&file))?;
        let saved = saved.inspect_err(|why| log::warn!("a training is not gone on with: {why}"));
        Some((pane, saved.ok()?))
    };
    (0..MOST_PANES).filter_map(read).collect()
}

fn window_file(session: &Path) -> PathBuf {
    session.join("window.toml")
}

impl LastWindow {
    /// How a window looks now.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let lecture = state.lesson();
        let bundled = lecture.and_then(|lecture| bundled_name(&lecture.lesson));
        Self {
            theme: state.look.theme.title().to_owned(),
            presenter: state.look.presenter,
            mode: state.mode().title().to_owned(),
            lesson: bundled.map(str::to_owned),
            step: lecture.map_or(0, |lecture| lecture.step),
            writes: state.draft().is_some(),
            shows_own: bundled.is_none() && lecture.is_some_and(|lecture| !lecture.is_draft),
        }
    }

    /// The theme.
    #[must_use]
    pub fn theme(&self) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.title() == self.theme)
    }

    /// The mode.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.title() == self.mode)
    }

    /// Writes it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, session: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        std::fs::create_dir_all(session)?;
        write_atomically(&window_file(session), text.as_bytes())
    }
}

impl LastSession {
    /// Its files in its folder that can be opened.
    pub(super) fn files(session: &Path) -> [PathBuf; 2] {
        [lesson_file(session), scene_file(session)]
    }

    /// Reads it; none where nothing is remembered.
    pub(super) fn read(session: &Path) -> Option<Result<Box<Self>, String>> {
        let path = scene_file(session);
        if !path.exists() {
            return None;
        }
        let text = read_text(&window_file(session), LARGEST_BYTES).ok().flatten();
        let window: LastWindow =
            text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default();
        let scene = Scene::load(&path).map_err(|error| error.to_string());
        let own = window.writes || window.shows_own;
        let lesson = own.then(|| Lesson::load(&lesson_file(session))).transpose();
        let lesson = lesson.map_err(|error| error.to_string());
        let trainings = trainings(session);
        Some(
            scene
                .and_then(|scene| Ok(Box::new(Self { scene, lesson: lesson?, window, trainings }))),
        )
    }
}
