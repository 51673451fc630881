//! Everything the study can be asked to do in the background, as one plain value, and what comes of it.
//!
//! A new kind of work is a file here, a variant of [`Task`] and, where it makes something new, one of
//! [`Product`]; a new measurement is none of either, but a question to the [laboratory](crate::lab).

mod files;
mod kind;
mod measure;
mod product;
mod solve;
mod train;

pub use self::files::{DATA_ENDINGS, MODEL_ENDING, SCENE_ENDING, TIMES_ENDINGS};
pub use self::kind::{Task, TaskCourse};
pub use self::product::Product;
pub use self::solve::{Share, ShareCourse};
pub use self::train::{Training, TrainingSpec};

#[cfg(test)]
mod tests;
