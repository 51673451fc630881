//! What can be wrong with a model's file.

use std::io;

use thiserror::Error;

use crate::network::WeightsError;
use crate::network::foreign::Refusal;

use super::format::MAX_FILE_BYTES;

/// Why a model could not be read or written.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// There is no such file.
    #[error("{origin}: there is no such file; give the path of a .safetensors file")]
    Missing {
        /// The file.
        origin: String,
    },
    /// The operating system refused.
    #[error("{origin}: {action} failed: {source}")]
    Io {
        /// The file.
        origin: String,
        /// What was tried.
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is larger than any model of ours.
    #[error("{origin}: more than {} MB, the most that a model may have", MAX_FILE_BYTES >> 20)]
    TooLarge {
        /// The file.
        origin: String,
    },
    /// The file ends early.
    #[error(
        "{origin}: the file is truncated: it has {found} bytes, and at least {expected} are needed; copy or download it again"
    )]
    Truncated {
        /// The file.
        origin: String,
        /// Its length.
        found: usize,
        /// The length its header promises.
        expected: usize,
    },
    /// Not a safetensors file, or a damaged one.
    #[error("{origin}: not a valid safetensors file: {reason}")]
    Corrupt {
        /// The file.
        origin: String,
        /// What the reader of safetensors says.
        reason: String,
    },
    /// An entry of the metadata is not there.
    #[error(
        "{origin}: the metadata has no \"{key}\"; only models written by driftscope can be read"
    )]
    MissingEntry {
        /// The file.
        origin: String,
        /// The key.
        key: &'static str,
    },
    /// An entry of the metadata has a value that this program does not know.
    #[error("{origin}: metadata \"{key}\" is \"{found}\", but only {allowed} is supported")]
    Unsupported {
        /// The file.
        origin: String,
        /// The key.
        key: &'static str,
        /// The value in the file.
        found: String,
        /// The values that can be read.
        allowed: String,
    },
    /// The file holds other tensors than the architecture says.
    #[error("{origin}: tensors {found:?}, but the architecture in the metadata needs {expected:?}")]
    Names {
        /// The file.
        origin: String,
        /// The names in the file, sorted.
        found: Vec<String>,
        /// The names that are needed, sorted.
        expected: Vec<String>,
    },
    /// A tensor has the wrong type or shape.
    #[error(
        "{origin}: tensor {tensor} is {found}, but the architecture in the metadata needs {expected}"
    )]
    Shape {
        /// The file.
        origin: String,
        /// The tensor.
        tensor: String,
        /// Its type and shape.
        found: String,
        /// The type and shape that are needed.
        expected: String,
    },
    /// The weights themselves, such as a NaN.
    #[error("{origin}: {source}")]
    Weights {
        /// The file.
        origin: String,
        /// The tensor, and what is wrong with it.
        source: WeightsError,
    },
    /// A file of others.
    #[error(transparent)]
    Foreign(#[from] Refusal),
}
