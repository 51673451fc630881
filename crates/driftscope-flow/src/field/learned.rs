//! The field of a trained network.

use std::sync::Arc;

use driftscope_base::field::{Field, Real, Times};
use driftscope_base::interpolant::Interpolant;

use super::converted::Converted;
use crate::network::Kernel;

/// A network's velocity on the path it was trained on.
#[derive(Clone, Debug)]
pub struct NetworkField(Arc<Kernel>);

/// A network trained on one path, serving any path.
pub type LearnedField = Converted<NetworkField>;

impl LearnedField {
    /// The field on `path` of a network trained on `trained_on`.
    #[must_use]
    pub fn of_network(kernel: Arc<Kernel>, trained_on: Interpolant, path: Interpolant) -> Self {
        Self::new(NetworkField(kernel), trained_on, path)
    }
}

/// A network evaluation in the scalar type of the solve.
pub trait Evaluate: Real {
    /// Velocities of a feature-major batch on the trained path.
    fn evaluate(kernel: &Kernel, times: Times<'_>, points: &[Self], velocities: &mut [Self]);

    /// The same with their derivatives by x and by y.
    fn jacobian(
        kernel: &Kernel,
        times: Times<'_>,
        points: &[Self],
        velocities: &mut [Self],
        derivatives: [&mut [Self]; 2],
    );
}

impl Evaluate for f32 {
    fn evaluate(kernel: &Kernel, times: Times<'_>, points: &[Self], velocities: &mut [Self]) {
        kernel.evaluate_f32(times, points, velocities);
    }

    fn jacobian(
        kernel: &Kernel,
        times: Times<'_>,
        points: &[Self],
        velocities: &mut [Self],
        derivatives: [&mut [Self]; 2],
    ) {
        kernel.jacobian_f32(times, points, velocities, derivatives);
    }
}

impl Evaluate for f64 {
    fn evaluate(kernel: &Kernel, times: Times<'_>, points: &[Self], velocities: &mut [Self]) {
        kernel.evaluate_f64(times, points, velocities);
    }

    fn jacobian(
        kernel: &Kernel,
        times: Times<'_>,
        points: &[Self],
        velocities: &mut [Self],
        derivatives: [&mut [Self]; 2],
    ) {
        kernel.jacobian_f64(times, points, velocities, derivatives);
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
