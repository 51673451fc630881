//! Steps, one at a time: the one interface that every method of the table has.

mod doubling;
mod halves;
mod interface;
mod runge_kutta;

pub use self::doubling::Doubling;
pub use self::halves::Halves;
pub use self::interface::{
    FinalOrder, Inside, SamplerKnobs, SolverType, Step, Stepper, Task, UniPcB, Variable,
};
pub use self::runge_kutta::RungeKuttaStepper;
