//! What comes of a task.

use std::path::PathBuf;
use std::sync::Arc;

use driftscope_flow::network::foreign::Statements;
use serde::{Deserialize, Serialize};

use crate::lab::Answer;
use crate::lesson::Lesson;
use crate::measure::DataDistance;
use crate::own::Own;
use crate::recording::Recording;
use crate::scene::{Data, OwnTableau, Scene, TimeList};
use crate::training::{SavedTraining, TrainingStatus};

/// What a task has made.
#[derive(Clone, Serialize, Deserialize)]
pub enum Product {
    /// A recording, in the making or complete.
    Part(#[serde(with = "crate::shared")] Arc<Recording>),
    /// The distance of a complete recording's end points to the data.
    Measured {
        /// Which recording.
        id: u64,
        /// The distance and its floor.
        distance: DataDistance,
    },
    /// An answer of the laboratory, whole or in part.
    Answer(Answer),
    /// Where a training stands. Its networks are in the [`Store`](crate::Store).
    Training(TrainingStatus),
    /// What a training can be gone on with later, now and then.
    Saved(#[serde(with = "crate::shared")] Arc<SavedTraining>),
    /// A scene that was read.
    Scene(#[serde(with = "crate::shared")] Arc<Scene>),
    /// A lesson that was read.
    Lesson(#[serde(with = "crate::shared")] Arc<Lesson>),
    /// A tableau that was read.
    Tableau(Own<OwnTableau>),
    /// Times or levels of steps that were read.
    Times(Own<TimeList>),
    /// Data that were read.
    Data(#[serde(with = "crate::shared")] Arc<Data>),
    /// A file that holds a model.
    Model {
        /// The file.
        path: PathBuf,
        /// How most such files are read, of what it does not say itself; nothing where it says all.
        supposed: Statements,
    },
    /// A file was written.
    Written(PathBuf),
}
