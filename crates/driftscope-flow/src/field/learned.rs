//! The field of a network.

use std::sync::Arc;

use driftscope_base::field::{Field, ScoredField, Times};
use driftscope_base::interpolant::Interpolant;

use super::converted::Converted;
use super::evaluate::Evaluate;
use super::foreign::ForeignField;
use crate::network::{ForeignModel, Kernel};

/// A network's velocity on the path it was trained on.
#[derive(Clone, Debug)]
pub struct NetworkField(Arc<Kernel>);

/// The field of a network on any path: one that was trained here, evaluated by the fused kernel, or one of
/// others.
#[derive(Clone, Debug)]
pub enum LearnedField {
    /// Trained here.
    Own(Converted<NetworkField>),
    /// Trained elsewhere.
    Foreign(ForeignField),
}

impl LearnedField {
    /// The field on `path` of a network trained on `trained_on`.
    #[must_use]
    pub fn of_network(kernel: Arc<Kernel>, trained_on: Interpolant, path: Interpolant) -> Self {
        Self::Own(Converted::new(NetworkField(kernel), trained_on, path))
    }

    /// The field on `path` of a network of others.
    #[must_use]
    pub fn of_foreign(model: &ForeignModel, path: Interpolant) -> Self {
        Self::Foreign(ForeignField::new(Arc::clone(&model.network), model.convention, path))
    }

    /// The last time at which a learned field on `path` is defined.
    #[must_use]
    pub fn end_of_definition(path: Interpolant) -> f64 {
        Converted::<NetworkField>::end_of_definition(path)
    }
}

impl LearnedField {
    /// Whichever it is.
    fn field<S: Evaluate>(&self) -> &dyn ScoredField<S> {
        match self {
            Self::Own(field) => field,
            Self::Foreign(field) => field,
        }
    }
}

impl<S: Evaluate> Field<S> for LearnedField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        self.field().velocity(times, points, velocities);
    }

    fn jacobian(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        derivatives: [&mut [S]; 2],
    ) -> bool {
        self.field().jacobian(times, points, velocities, derivatives)
    }

    fn last_time(&self) -> f64 {
        self.field::<S>().last_time()
    }
}

impl<S: Evaluate> ScoredField<S> for LearnedField {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        self.field().velocity_and_score(times, points, velocities, scores);
    }
}

impl<S: Evaluate> Field<S> for NetworkField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        S::evaluate(&self.0, times, points, velocities);
    }

    fn jacobian(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        derivatives: [&mut [S]; 2],
    ) -> bool {
        S::jacobian(&self.0, times, points, velocities, derivatives);
        true
    }
}
