//! What a desktop and a browser's tab do differently for the window, in two files with the same functions.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod desktop;

#[cfg(target_arch = "wasm32")]
pub use self::browser::*;
#[cfg(not(target_arch = "wasm32"))]
pub use self::desktop::*;

/// Who asks for a crew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A session, for solves, measurements and trainings.
    Session,
    /// A stage, for what it draws.
    Stage,
    /// Whoever saves what takes a while.
    Saving,
}
