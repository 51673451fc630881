//! Why the stage cannot draw.

use crate::app::platform::no_vertex_storage;

/// Why the stage cannot draw. The text is fit to be shown to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// The device has no storage buffers in vertex shaders.
    #[error("{}", no_vertex_storage(adapter))]
    NoVertexStorage {
        /// The adapter's name and backend.
        adapter: String,
    },
    /// The driver refused the stage's shaders.
    #[error("The graphics driver did not accept the stage's shaders: {0}")]
    Pipelines(String),
    /// The recording does not fit into one storage buffer of this device.
    #[error(
        "{particles} particles × {keyframes} keyframes need {needed} MB of graphics memory in \
         one piece; this device allows {allowed} MB. Choose fewer particles."
    )]
    TooLarge {
        /// Particles in the recording.
        particles: usize,
        /// Keyframes per particle.
        keyframes: usize,
        /// Megabytes (10⁶ bytes) needed, rounded up.
        needed: u64,
        /// Megabytes that the device allows.
        allowed: u64,
    },
    /// The device ran out of memory.
    #[error("The graphics memory is full: {0}. Choose fewer particles.")]
    OutOfMemory(String),
    /// An [`Upload`](super::Upload) contradicts itself: a mistake in the program, not of the person.
    #[error("Recording {recording} cannot be shown: {reason}.")]
    Malformed {
        /// The recording's id.
        recording: u64,
        /// What does not fit.
        reason: String,
    },
}
