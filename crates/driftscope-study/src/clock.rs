//! The one place where the study reads a clock: for wall times that are results themselves, and for how
//! often a training shows itself. No picture depends on it.

#[cfg(not(target_arch = "wasm32"))]
pub use std::time::Instant;

#[cfg(target_arch = "wasm32")]
pub use web_time::Instant;
