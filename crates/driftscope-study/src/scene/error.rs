//! Why a scene was refused.

use std::path::PathBuf;

use thiserror::Error;

use super::link::LinkError;
use super::problem::Problem;

/// Why a scene was refused.
#[derive(Debug, Error)]
pub enum SceneError {
    /// The file could not be read.
    #[error("cannot read the scene {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file could not be written.
    #[error("cannot write the scene {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Too large to be a scene.
    #[error("{path} is not a scene: it is larger than 1 MiB")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Not TOML.
    #[error("{origin} is not a scene: {message}")]
    Syntax {
        /// The file, or the setting.
        origin: String,
        /// What is wrong, and on which line.
        message: String,
    },
    /// A key or a value that no scene has.
    #[error("{origin}: {key}: {message}")]
    Value {
        /// The file, or the setting.
        origin: String,
        /// The key.
        key: String,
        /// What is wrong and what is allowed.
        message: String,
    },
    /// A value out of range.
    #[error("{origin}: {problem}")]
    Range {
        /// The file, or the setting.
        origin: String,
        /// What is wrong and what is allowed.
        problem: Problem,
    },
    /// A setting without `=`.
    #[error("`{setting}` is not a setting: write KEY=VALUE, such as sampler.rtol=1e-6")]
    NotASetting {
        /// What was written.
        setting: String,
    },
    /// A link.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A picture that holds no scene.
    #[error("{path} holds no scene: {why}", path = .path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// Neither a bundled scene nor a file.
    #[error("no scene is called `{name}` and no file is there; bundled scenes: {names}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        names: String,
    },
}

impl SceneError {
    /// The key it is about, if it is about one.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Value { key, .. } => Some(key),
            Self::Range { problem, .. } => Some(problem.key),
            _ => None,
        }
    }
}
