//! What a question to the laboratory is.

use driftscope_base::cancel::Cancel;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::LabError;
use crate::store::Store;

/// A question to the laboratory, as a plain value; questions are equal when they would be answered alike.
///
/// To add one: a type with this trait beside the function that measures, and a line in
/// [`question`](super::question).
pub trait Measurement: Clone + PartialEq + Send + Serialize + DeserializeOwned + 'static {
    /// What it comes to.
    type Answer: Send + Sync + Serialize + DeserializeOwned + 'static;

    /// Whether it takes so long that all others should go first.
    const PATIENT: bool = false;

    /// Measures, here and now.
    ///
    /// # Errors
    /// [`LabError::Refused`] if it cannot be made, [`LabError::Cancelled`] if it was withdrawn.
    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, Self::Answer>,
    ) -> Result<Self::Answer, LabError>;
}

/// A measurement's own side: through it the work tells how far it is.
pub struct Report<'a, A> {
    /// Raised when nobody waits for the answer any more.
    pub cancel: &'a Cancel,
    tell: &'a (dyn Fn(Option<A>, f64) + Sync),
}

impl<'a, A> Report<'a, A> {
    /// Tells `tell` what there is so far, if anything new, and which share of the work is done.
    pub fn new(cancel: &'a Cancel, tell: &'a (dyn Fn(Option<A>, f64) + Sync)) -> Self {
        Self { cancel, tell }
    }

    /// Says how much of the work is done, 0 to 1.
    pub fn progress(&self, share: f64) {
        (self.tell)(None, share);
    }

    /// Shows what there is so far, and how much of the work that is, 0 to 1.
    pub fn show(&self, value: A, share: f64) {
        (self.tell)(Some(value), share);
    }
}
