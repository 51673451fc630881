//! One table of parameters: what is known of every setting of a scene and of a training, each in one
//! row. Checks, controls, the command line, `summary.json` and the guide's table read it.
//!
//! A row has the setting's key, its words, its unit, what values it may have, its default (that of the
//! type that holds it), how a slider runs through it, and when it has an effect.

mod access;
mod choice;
mod control_rows;
mod data_rows;
mod diffusion_rows;
mod guidance_rows;
mod kind;
mod parameter;
mod range;
mod reading_rows;
mod recipe_rows;
mod sampler_rows;
mod table;
#[cfg(test)]
mod tests;
mod training_rows;
mod view_rows;

pub use choice::{Choice, Named};
pub(super) use choice::{of_toy, toys};
pub use data_rows::{LATEST, MOST_PARTICLES};
pub use kind::{Absent, Access, Choices, Kind, Number, Scale, Switch, Unit, Written};
pub use parameter::{Parameter, written};
pub use range::{Numeric, Range};
pub use sampler_rows::MOST_STEPS;
pub use table::Settings;
