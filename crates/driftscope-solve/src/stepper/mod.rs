//! Steps, one at a time: the one interface that every method of the table has.

mod doubling;
mod interface;
mod runge_kutta;

pub use self::doubling::Doubling;
pub use self::interface::{SamplerNoise, Step, Stepper, Task};
pub use self::runge_kutta::RungeKuttaStepper;
