//! The window's views without a window: pictures and films of a scene for files.
//!
//! Nothing here reads a clock: the moment shown is set, and the time that animations see goes on by a
//! fixed amount. All work is done where it is asked for, so that the same order gives the same bytes.

mod canvas;
mod caption;
mod save;
mod view;

pub use self::canvas::{Offscreen, Order};
pub use self::save::{Moments, RenderError, save};
pub use self::view::{View, check_lesson};
