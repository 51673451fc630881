//! Solvers: tableaus, step control, ODE and SDE steppers, dense output, Brownian paths.
//!
//! Everything here works on feature-major slices and knows fields only through
//! [`crate::field::Field`].

pub mod brownian;
pub mod by_hand;
mod controller;
mod explicit;
pub mod fixed;
pub mod grid;
mod methods;
mod norm;
pub mod per_particle;
pub mod sde;
mod settings;
pub mod stepper;
mod tableau;
mod tile;
mod track;
pub mod whole_batch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use controller::{Controller, ControllerKind, History, StepControl, Tolerances, Verdict};
pub use explicit::RungeKutta;
pub use methods::{ImplicitRule, METHODS, Method, MethodRef, Recipe, Rule};
pub use norm::{Norm, ScaledError};
pub use settings::{End, ErrorWeights, MinStepPolicy, OdeSettings, SamplerNoise, Scope};
pub use tableau::{Dense, Embedded, Tableau};
pub use tile::TILE;
pub use track::{Attempt, Counts, Keep, Stop, Track};

/// A flag by which whoever asked for a solve withdraws it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

/// The solve was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl Cancel {
    /// Withdraws the solve; it ends before its next step.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// # Errors
    /// [`Cancelled`] once raised.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.0.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }
}
