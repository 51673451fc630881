//! Who takes in a recording in the making.

use std::sync::Arc;

use driftscope_base::cancel::Cancelled;

use crate::recording::Recording;

/// Who takes in a recording in the making.
pub(super) trait Audience {
    /// Whether blocks are taken in once and for all, so that their paths are not kept.
    const STREAMED: bool;

    /// Takes in the last block of the recording.
    ///
    /// # Errors
    /// [`Cancelled`] if no more are wanted.
    fn take(&mut self, recording: &mut Recording) -> Result<(), Cancelled>;

    /// Looks at all that is there.
    fn picture(&mut self, recording: &Recording);
}

/// Looks at the whole, now and then.
pub(super) struct Pictures<F>(pub F);

impl<F: FnMut(&Recording)> Audience for Pictures<F> {
    const STREAMED: bool = false;

    fn take(&mut self, _recording: &mut Recording) -> Result<(), Cancelled> {
        Ok(())
    }

    fn picture(&mut self, recording: &Recording) {
        (self.0)(recording);
    }
}

/// Takes in block by block.
pub(super) struct Blocks<F>(pub F);

impl<F: FnMut(&Recording) -> Result<(), Cancelled>> Audience for Blocks<F> {
    const STREAMED: bool = true;

    fn take(&mut self, recording: &mut Recording) -> Result<(), Cancelled> {
        (self.0)(recording)?;
        if let Some(block) = recording.blocks.last_mut() {
            *block = Arc::new(block.without_paths());
        }
        Ok(())
    }

    fn picture(&mut self, _recording: &Recording) {}
}
