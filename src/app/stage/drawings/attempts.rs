//! The attempts of one particle, made again one by one.

use driftscope_base::cancel::Cancel;
use driftscope_solve::by_hand::AttemptByHand;
use driftscope_study::work::Unfinished;
use driftscope_study::{Experiment, RecordingRef, Store, step_by_step};
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;

/// The attempts of one particle of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptsWanted {
    /// The recording.
    pub recording: RecordingRef,
    /// Number of the particle, from 0.
    pub particle: usize,
}

impl Drawing for AttemptsWanted {
    type Made = Vec<AttemptByHand>;

    fn make(&self, store: &Store, _cancel: &Cancel) -> Result<Vec<AttemptByHand>, Unfinished> {
        let recording = store.recording(&self.recording)?;
        let experiment = Experiment::new(&recording.scene, &store.networks)
            .map_err(|error| Unfinished::Failed(error.to_string()))?;
        Ok(step_by_step(&experiment, &recording, self.particle))
    }
}
