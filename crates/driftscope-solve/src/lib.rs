//! Solvers: tableaus, step control, ODE and SDE steppers, dense output, Brownian paths.
//!
//! Everything here works on feature-major slices and knows fields only through
//! [`driftscope_base::field::Field`].

pub mod brownian;
pub mod by_hand;
mod coefficients;
mod complex;
mod controlled;
mod controller;
mod explicit;
mod family;
pub mod fixed;
pub mod grid;
pub mod measure;
mod method;
mod methods;
mod norm;
pub mod per_particle;
mod rooted_trees;
pub mod sde;
mod settings;
pub mod stepper;
mod tableau;
mod tile;
mod track;
pub mod update;
mod walk;
pub mod whole_batch;

pub use coefficients::{Coefficients, CoefficientsError};
pub use controller::{Controller, ControllerKind, History, StepControl, Tolerances, Verdict};
pub use explicit::RungeKutta;
pub use family::Family;
pub use method::{Adapting, Knob, Limit, Method, MethodRef, NoiseSetting, NotAdaptive, Rule};
pub use methods::METHODS;
pub use norm::{Norm, ScaledError};
pub use rooted_trees::Condition;
pub use settings::{End, MinStepPolicy, OdeSettings, Scope};
pub use stepper::{FinalOrder, SamplerKnobs, SolverType, UniPcB, Variable};
pub use tableau::{Dense, Embedded, ErrorWeights, Tableau};
pub use tile::TILE;
pub use track::{Attempt, Counts, Keep, Stop, Track};
