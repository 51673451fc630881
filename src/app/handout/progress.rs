//! How much of a handout is made.

use crate::app::offscreen::RenderError;

/// So many parts of so many, told to whoever waits.
pub struct Progress<'a> {
    told: &'a mut dyn FnMut(f64) -> bool,
    done: usize,
    all: usize,
}

impl<'a> Progress<'a> {
    /// Nothing of `all` parts is made.
    pub fn new(all: usize, told: &'a mut dyn FnMut(f64) -> bool) -> Self {
        Self { told, done: 0, all }
    }

    /// Whether to go on; nothing more has been made meanwhile.
    pub fn goes_on(&mut self) -> bool {
        (self.told)((self.done as f64 / self.all.max(1) as f64).min(1.0))
    }

    /// One part more is made.
    ///
    /// # Errors
    /// [`RenderError::Stopped`] if nobody waits for the rest.
    pub fn made(&mut self) -> Result<(), RenderError> {
        self.done += 1;
        if self.goes_on() { Ok(()) } else { Err(RenderError::Stopped) }
    }
}
