//! What a format is: its words, and how a run is written in it while it goes on.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::experiment::Experiment;
use crate::recording::Recording;

/// A format in which a run is written.
#[derive(Debug)]
pub struct Format {
    /// Name on the command line.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// Which files it makes, and what is in them.
    pub about: &'static str,
    /// How the names of its files end, without the dot.
    pub ending: &'static str,
    /// Its media type, as in `text/csv`.
    pub media: &'static str,
    /// Bytes that a run of this size takes on the disk, about; for refusing it before it begins.
    pub bytes: fn(&RunSize) -> u64,
    /// Begins to write the run of an experiment into a folder, which is there.
    pub begin: fn(&Experiment, &ExportPlace) -> Begun,
    /// The one file that stands for a whole run where there is room for one alone, as in a pipe: of the
    /// recording that is left at the end, with ends, counts and stops.
    pub alone: fn(&Experiment, &Recording) -> Result<Vec<u8>, ExportError>,
}

/// Files in the making, or why they could not be begun.
pub type Begun = Result<Box<dyn Export>, ExportError>;

/// Where a run is written, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct ExportPlace<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// Whether the attempted steps are written as well.
    pub logged: bool,
}

/// How large a run is, as far as that is known before it.
#[derive(Clone, Copy, Debug)]
pub struct RunSize {
    /// Particles.
    pub particles: usize,
    /// Keyframes of each particle.
    pub keyframes: usize,
    /// Attempted steps in each particle's log; 0 where they are not known, or not written.
    pub attempts: usize,
    /// Whether keyframes have double precision.
    pub precise: bool,
}

/// Files in the making. None is in its place before [`Export::finish`]; dropped earlier, they leave
/// nothing behind.
pub trait Export {
    /// Adds the last block of the recording. Paths and logs of the blocks before are not there any more.
    ///
    /// # Errors
    /// If that cannot be written.
    fn add(&mut self, recording: &Recording) -> Result<(), ExportError>;

    /// Bytes written so far, without what is still to be handed on.
    fn written(&self) -> u64;

    /// Puts the files into their places; `recording` is the whole run, its ends, counts and stops.
    ///
    /// # Errors
    /// If that cannot be done.
    fn finish(self: Box<Self>, recording: &Recording) -> Result<(), ExportError>;
}

/// Why a run could not be written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A file.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of an earlier run that would not belong to this one.
    #[error("cannot remove the {file} of an earlier run")]
    Remove {
        /// Its name.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// What goes to a pipe.
    #[error("cannot be written")]
    Alone(#[from] io::Error),
}

impl ExportError {
    /// Why the file at `path` could not be written.
    pub fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }
}
