//! The formulas that are in force, with the numbers of a moment: the path, the field, the step of the
//! method and what follows from its error.
//!
//! [`general`] writes down what a scene says; [`of_attempt`] the step that was made, as far as it has been
//! shown, with the numbers of [`AttemptByHand`]s.

mod control;
mod line;
mod process;
mod sheet;
mod step;
#[cfg(test)]
mod tests;
mod worked;

pub use control::{NEXT, RATIO, TOLERANCE, next_step, tolerance};
pub use line::{Line, Number, Role, Section, Sheet};
pub use process::{from_script, letter, of_time};
pub use sheet::{Shown, general, of_attempt};
pub use step::{Step, steps_of};
pub use worked::{Quantity, Worked};

#[cfg(doc)]
use driftscope_solve::by_hand::AttemptByHand;
