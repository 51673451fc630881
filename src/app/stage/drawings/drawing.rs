//! What a drawing is.

use driftscope_base::cancel::Cancel;
use driftscope_study::Store;
use driftscope_study::work::Unfinished;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Something to be drawn that takes longer than a frame to make. Equal ones come out alike.
pub trait Drawing: Clone + PartialEq + Send + Serialize + DeserializeOwned + 'static {
    /// What is made.
    type Made: Send + Sync + Serialize + DeserializeOwned + 'static;

    /// Makes it, here and now; what takes long breaks off soon after it is withdrawn, as threads wait for one another.
    ///
    /// # Errors
    /// If it cannot be made, or is withdrawn.
    fn make(&self, store: &Store, cancel: &Cancel) -> Result<Self::Made, Unfinished>;
}
