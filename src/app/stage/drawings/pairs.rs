//! The pairs of noise and data that a training begins with.

use driftscope_base::cancel::Cancel;
use driftscope_study::work::Unfinished;
use driftscope_study::{Store, TrainingPairs, TrainingSpec};
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;

/// The first pairs of a training. Seldom more than a few milliseconds, but blocks may be large and a plan may
/// take many iterations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairsWanted(pub Box<TrainingSpec>);

impl Drawing for PairsWanted {
    /// Why there are none, if there are not.
    type Made = Result<TrainingPairs, String>;

    fn make(&self, _store: &Store, _cancel: &Cancel) -> Result<Self::Made, Unfinished> {
        let request = self.0.request().map_err(|problem| problem.to_string());
        Ok(request.and_then(|request| request.pairs().map_err(|error| error.to_string())))
    }
}
