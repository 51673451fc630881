//! What comes of files.

use std::path::{Path, PathBuf};

use driftscope_flow::network::foreign::Statements;
use driftscope_study::lesson::Lesson;
use driftscope_study::own::Own;
use driftscope_study::scene::{Data, OwnTableau, Scene, TimeList};

use crate::app::command::{FileCommand, OpenAs};
use crate::app::file_dialog::Question;

/// What came of a file.
#[derive(Debug)]
pub enum FileNews {
    /// A person chose a file, or none, or it cannot be had; why, in a sentence.
    Chosen(Result<Option<FileCommand>, String>),
    /// A file was dropped and can be read now.
    Brought(PathBuf),
    /// The desktop has no dialog to ask with.
    NoDialog(Question),
    /// A scene was read.
    Scene(Box<Scene>),
    /// A lesson was read.
    Lesson(Box<Lesson>),
    /// A tableau was read.
    Tableau(Own<OwnTableau>),
    /// A schedule was read.
    Times(Own<TimeList>),
    /// Data were read.
    Data(Box<Data>),
    /// Points were read that particles come from.
    Source(Box<Data>),
    /// A model was chosen; of what its file does not say, how most such files are read.
    Model(PathBuf, Statements),
    /// A model was chosen that the field is pushed away from.
    BadModel(PathBuf),
    /// A file was written.
    Saved(PathBuf),
    /// Something went wrong, in words.
    Failed(String),
}

impl FileNews {
    /// The same of a file at `path` that is opened as something.
    #[must_use]
    pub fn opened_as(self, opened_as: OpenAs, path: &Path) -> Self {
        let failed = |why: &str| Self::Failed(format!("{} {why}", path.display()));
        match (opened_as, self) {
            (OpenAs::BadModel, Self::Model(path, supposed)) if supposed.is_empty() => {
                Self::BadModel(path)
            }
            (OpenAs::BadModel, Self::Model(..)) => failed(
                "does not say how it is read, as a bad model has to: write that into a TOML file of its name beside it.",
            ),
            (_, Self::Failed(words)) => Self::Failed(words),
            (OpenAs::BadModel, _) => failed("holds no model (.safetensors, .onnx)."),
            (OpenAs::Source, Self::Data(data)) => Self::Source(data),
            (OpenAs::Source, _) => {
                failed("holds no points: a table of x,y or a picture is needed.")
            }
        }
    }
}
