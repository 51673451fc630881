//! The error laboratory: what a tolerance buys, measured in the background.
//!
//! [`Lab`] is a bench with one queue; whoever wants something measured starts a [`Job`] on it and
//! looks at its board. A job that is dropped is withdrawn. What jobs do is in the other modules:
//! each is a function of a [`Experiment`](crate::Experiment), which the command line and the tests call directly.

mod bench;
mod budget;
mod calibration;
mod convergence;
mod error;
#[cfg(test)]
mod given;
mod likelihood;
mod marginals;
mod model_error;
mod ode;
mod plane;
mod reference;
mod round_trip;
mod seeds;
mod stability;
mod sweep;
mod tolerance_grid;
mod trace;
mod transport;

pub use bench::{Job, Lab, Report};
pub use budget::{Budget, budget};
pub use calibration::{ErrorsOverTime, StepErrors, errors_over_time};
pub use convergence::{Convergence, NoOrder, Row, convergence};
pub use error::LabError;
pub use likelihood::{LikelihoodMap, Likelihoods, likelihood_map, likelihoods};
pub use marginals::{MarginalCurve, StrongErrors, marginal_errors, strong_error_curves};
pub use model_error::{ModelErrorOverTime, model_error_map, model_error_over_time};
pub use plane::PlaneMap;
pub use reference::Reference;
pub use round_trip::{RoundTrip, RoundTrips, round_trip, round_trips};
pub use seeds::{Coverage, Repeated, coverage};
pub use stability::{Landing, Stability, stability};
pub use sweep::{
    Floors, Setting, SweepPoint, floors, settings_of, sweep_ode, sweep_point, sweep_reference,
    sweep_run, sweep_scene,
};
pub use tolerance_grid::{Cell, ToleranceGrid, tolerance_grid};
pub use trace::{TracedStep, traces};
pub use transport::{Transport, transport};
