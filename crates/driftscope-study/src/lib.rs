//! An experiment that needs no window: the [`scene::Scene`] that says all that is shown, the
//! [`engine`] that turns it into a [`engine::Recording`], and its [`measure`]s.

pub mod engine;
pub mod measure;
pub mod scene;
