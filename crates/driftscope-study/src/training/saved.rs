//! A training under way, to be written down and gone on with.

use std::path::Path;
use std::sync::Arc;

use driftscope_base::files::{read_bytes, write_atomically};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::network::{TrainerState, TrainingSettings, Weights};
use serde::{Deserialize, Serialize};

use super::TrainingStatus;
use crate::scene::Data;

/// How such a file begins, and of which kind it is.
const MARK: &[u8] = b"driftscope training 1\n";
/// Larger files are none: eight layers of the most units with all that is kept of them.
const LARGEST_BYTES: u64 = 2 << 30;

/// All that the rest of a training depends on: from it comes the network that would have come without a break.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedTraining {
    /// The distribution.
    pub data: Data,
    /// The distribution at t = 0; N(0, I) if none.
    pub source: Option<Data>,
    /// The path.
    pub interpolant: Interpolant,
    /// Everything else; of a budget of time its steps.
    pub settings: TrainingSettings,
    /// Where it stood, without its networks.
    pub status: TrainingStatus,
    /// Since the last point of the curve: the sum of the losses, and how many they are.
    pub(crate) losses: (f64, u64),
    /// The round of reflow, 0 before the first.
    pub(crate) round: u64,
    /// The steps of the rounds before.
    pub(crate) done_before: u64,
    /// The network that the pairs of this round come from; none before the first.
    pub(crate) before: Option<Weights>,
    /// The steps and numbers of this round.
    pub(crate) state: TrainerState,
}

impl SavedTraining {
    /// Steps made, and steps it will make.
    #[must_use]
    pub fn steps(&self) -> [u64; 2] {
        [self.status.steps_done, self.status.steps]
    }

    /// Writes it in the place of an older one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        let mut bytes = MARK.to_vec();
        ciborium::into_writer(self, &mut bytes).map_err(std::io::Error::other)?;
        write_atomically(path, &bytes)
    }

    /// Reads it.
    ///
    /// # Errors
    /// In one sentence, if it cannot be read, or is none.
    pub fn load(path: &Path) -> Result<Arc<Self>, String> {
        let name = path.display();
        let bytes = read_bytes(path, LARGEST_BYTES).map_err(|error| format!("{name}: {error}"))?;
        let body = bytes.as_deref().and_then(|bytes| bytes.strip_prefix(MARK));
        let read = body.and_then(|body| ciborium::from_reader::<Self, _>(body).ok());
        read.map(Arc::new).ok_or_else(|| {
            format!("{name} is no training that this version of Driftscope left unfinished.")
        })
    }
}
