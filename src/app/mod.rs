//! The window: an instrument with one large stage, knobs that stay in place, and plots that tell
//! why.
//!
//! Every frame [`Driftscope::logic`](eframe::App::logic) lets time pass and takes in what the
//! worker threads have sent; [`Driftscope::ui`](eframe::App::ui) hands the state to the views,
//! which may only push [`command::Command`]s; then the commands are carried out.

pub mod address;
pub mod command;
pub mod commands;
mod controls;
mod cover;
mod device;
pub mod drawing;
mod driftscope;
mod drop_hint;
#[cfg(not(target_arch = "wasm32"))]
mod emblem;
mod file_dialog;
mod files;
pub mod finder;
mod finite;
mod folded;
pub mod fonts;
pub mod formula;
pub mod handout;
mod help;
mod icon;
mod in_sight;
mod keyboard;
mod keys;
mod knobs;
pub mod lab;
mod launch;
pub mod lectern;
mod lens;
mod lessons;
#[cfg(target_os = "linux")]
mod libraries;
mod light;
mod notice;
pub mod number;
pub mod numbers;
pub mod offscreen;
mod opening;
mod pace;
#[cfg(target_arch = "wasm32")]
mod page;
pub mod palette;
mod paste;
pub mod picture;
mod platform;
mod plots;
mod reading;
pub mod remembered;
mod save_button;
mod saving;
mod screenshot;
mod scrubber;
mod share;
mod size;
mod speaker;
pub mod stage;
pub mod state;
pub mod text;
pub mod theme;
mod top_bar;
mod transport;
mod views;
#[cfg(not(target_arch = "wasm32"))]
mod window;

pub use self::device::DeviceLoss;
pub use self::driftscope::Driftscope;
pub use self::launch::Launch;
#[cfg(target_arch = "wasm32")]
pub use self::page::page_options;
pub use self::saving::SlowFile;
pub use self::screenshot::Screenshot;
#[cfg(not(target_arch = "wasm32"))]
pub use self::window::{WindowError, run};
