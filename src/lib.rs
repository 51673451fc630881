//! Driftscope: an oscilloscope for diffusion samplers. Here are its window and its command line; what
//! they show and run lives in the crates below (`docs/architecture.md`).

pub mod app;
mod brief;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod export;
mod ready;
