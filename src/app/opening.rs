//! How long the window took to open, for whoever asks: `RUST_LOG=driftscope=info driftscope`.

use driftscope_study::clock::Instant;

/// A window that opens.
#[derive(Debug)]
pub struct Opening {
    began: Option<Instant>,
    frames: u32,
}

/// What there is at the beginning of a frame: what was drawn in the one before is on its way to the screen.
const MADE: &str = "the window was made";
const FIRST: &str = "the first frame was drawn";
const MOVING: &str = "particles moved";

impl Opening {
    /// Of a program that began then; nothing is said where nobody knows.
    #[must_use]
    pub fn new(began: Option<Instant>) -> Self {
        Self { began, frames: 0 }
    }

    /// A frame begins; in the one before particles moved, or did not.
    pub fn frame(&mut self, moved: bool) {
        let Some(began) = self.began else { return };
        let tell = |what| log::info!("{what} {} ms after the start", began.elapsed().as_millis());
        match self.frames {
            0 => tell(MADE),
            1 => tell(FIRST),
            _ => {}
        }
        if moved && self.frames > 0 {
            tell(MOVING);
            self.began = None;
        }
        self.frames += 1;
    }
}
