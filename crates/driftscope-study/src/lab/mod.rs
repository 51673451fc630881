//! The error laboratory: what a tolerance buys, measured in the background.
//!
//! Each measurement is a plain function of an [`Experiment`](crate::Experiment), which the command line and
//! the tests call directly, and beside it a question: a plain value that can be asked of a
//! [`Crew`](crate::work::Crew) and is answered in the background. [`Question`] names them all.

mod advise;
mod budget;
mod calibration;
mod claim;
mod convention;
mod convergence;
mod error;
#[cfg(test)]
mod given;
mod guided;
mod lens;
mod likelihood;
mod marginals;
mod measurement;
mod model_error;
mod ode;
mod optimise;
mod plane;
mod question;
mod reference;
mod round_trip;
mod seeds;
mod stability;
mod strong;
mod subject;
mod sweep;
mod sweep_question;
mod tolerance_grid;
mod trace;
mod transport;

pub use advise::{Advice, AdviseQuestion, Goal, Tried, advise, advised_settings};
pub use budget::{Budget, BudgetQuestion, budget};
pub use calibration::{ErrorsOverTime, ErrorsQuestion, StepErrors, errors_over_time};
pub use claim::{Claim, ClaimError, Figure, FiguresQuestion, MEASURES, Measure, Relation, Weighed};
pub use convention::{ConventionCheck, ConventionQuestion, Trial, check_convention};
pub use convergence::{Convergence, ConvergenceQuestion, NoOrder, Row, convergence};
pub use error::LabError;
pub use guided::{Guided, GuidedAt, GuidedQuestion, Moments, guided};
pub use lens::{ConditionalPath, Lens, LensPart, NoLens, lens};
pub use likelihood::{LikelihoodMap, LikelihoodQuestion, Likelihoods, likelihood_map, likelihoods};
pub use marginals::{MarginalCurve, MarginalsQuestion, marginal_errors};
pub use measurement::{Measurement, Report};
pub use model_error::{
    ModelErrorMapQuestion, ModelErrorOverTime, ModelErrorQuestion, model_error_map,
    model_error_over_time,
};
pub use optimise::{KNOWN, OptimiseQuestion, Optimised, Timed, optimise};
pub use plane::PlaneMap;
pub use question::{Answer, Asked, Question};
pub use reference::Reference;
pub use round_trip::{RoundTrip, RoundTripQuestion, RoundTrips, round_trip, round_trips};
pub use seeds::{Coverage, CoverageQuestion, Repeated, coverage};
pub use stability::{RegionQuestion, Stability, StabilityQuestion, StepEigenvalues, stability};
pub use strong::{SAMPLERS_BETWEEN, StrongErrors, StrongErrorsQuestion, strong_error_curves};
pub use subject::Subject;
pub use sweep::{
    Floors, Setting, SweepPoint, floors, settings_of, sweep_ode, sweep_point, sweep_reference,
    sweep_run, sweep_scene,
};
pub use sweep_question::{OwnPointQuestion, Sweep, SweepQuestion};
pub use tolerance_grid::{Cell, ToleranceGrid, TolerancesQuestion, tolerance_grid};
pub use trace::{TracedStep, traces};
pub use transport::{Transport, TransportQuestion, straightness, transport};
