//! Pictures and films into files.

use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::canvas::Offscreen;
use crate::app::picture::{self, Film, Format, PictureError};

/// Which moments are shown, as shares of the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Moments {
    /// One.
    One(f64),
    /// A film.
    Film {
        /// The share of the first frame,
        from: f64,
        /// and of the last.
        to: f64,
        /// Frames a second.
        fps: u32,
        /// How many frames.
        frames: u32,
    },
}

impl Moments {
    fn first(self) -> f64 {
        match self {
            Self::One(at) => at,
            Self::Film { from, .. } => from,
        }
    }

    fn frames(self) -> u32 {
        match self {
            Self::One(_) => 1,
            Self::Film { frames, .. } => frames,
        }
    }

    fn fps(self) -> u32 {
        match self {
            Self::One(_) => 1,
            Self::Film { fps, .. } => fps,
        }
    }

    /// The share of the run in a frame.
    fn at(self, frame: u32) -> f64 {
        match self {
            Self::One(at) => at,
            Self::Film { from, to, frames, .. } => {
                let share = f64::from(frame) / f64::from(frames.saturating_sub(1).max(1));
                from + (to - from) * share
            }
        }
    }
}

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The scene cannot be solved, in words.
    #[error("{0}")]
    Scene(String),
    /// The file cannot be made.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A picture cannot move.
    #[error(
        "{path} is one picture: a film ends in .gif, .apng, .webp or .mp4, or is a pattern such as frames/%04d.png"
    )]
    Still {
        /// The file.
        path: String,
    },
    /// A person wants it no longer.
    #[error("stopped")]
    Stopped,
}

/// Makes the pictures and writes the file; `told` hears how much is done, 0 to 1, and says whether to go
/// on.
///
/// # Errors
/// If the scene cannot be solved, or the file not written; then no file is there that was not there
/// before, but for single frames.
pub fn save(
    views: &mut Offscreen,
    path: &Path,
    moments: Moments,
    told: &mut dyn FnMut(f64) -> bool,
) -> Result<(), RenderError> {
    let format = Format::of(path)?;
    if moments.frames() > 1 && !format.moves() {
        return Err(RenderError::Still { path: path.display().to_string() });
    }
    let scene = views.scene_text();
    let mut stopped = false;
    let first = views.settle(moments.first(), &mut || {
        stopped = !told(0.0);
        stopped
    });
    if stopped {
        return Err(RenderError::Stopped);
    }
    first.map_err(RenderError::Scene)?;
    if format == Format::Svg {
        return Ok(picture::write_svg(path, &views.svg(&scene))?);
    }
    let frames = moments.frames();
    let mut film = Film::begin(path, views.pixels(), (frames, moments.fps()), &scene)?;
    for frame in 0..frames {
        if frame > 0 {
            views.show(moments.at(frame), 1.0 / f64::from(moments.fps()));
        }
        film.add(views.picture())?;
        if !told(f64::from(frame + 1) / f64::from(frames)) {
            return Err(RenderError::Stopped);
        }
    }
    Ok(film.finish()?)
}
