//! Evaluations of a network in the scalar type of the solve.

use driftscope_base::field::Real;

use crate::network::foreign::ForeignNetwork;
use crate::network::{Inputs, Kernel};

/// A network evaluation in the scalar type of the solve.
pub trait Evaluate: Real {
    /// Velocities of a feature-major batch on the trained path.
    fn evaluate(kernel: &Kernel, inputs: Inputs<'_>, points: &[Self], velocities: &mut [Self]);

    /// The same with their derivatives by x and by y.
    fn jacobian(
        kernel: &Kernel,
        inputs: Inputs<'_>,
        points: &[Self],
        velocities: &mut [Self],
        derivatives: [&mut [Self]; 2],
    );

    /// Outputs of a network of others, with a time for each point.
    fn evaluate_foreign(
        network: &dyn ForeignNetwork,
        times: &[f64],
        points: &[Self],
        outputs: &mut [Self],
    );
}

impl Evaluate for f32 {
    fn evaluate(kernel: &Kernel, inputs: Inputs<'_>, points: &[Self], velocities: &mut [Self]) {
        kernel.evaluate_f32(inputs, points, velocities);
    }

    fn jacobian(
        kernel: &Kernel,
        inputs: Inputs<'_>,
        points: &[Self],
        velocities: &mut [Self],
        derivatives: [&mut [Self]; 2],
    ) {
        kernel.jacobian_f32(inputs, points, velocities, derivatives);
    }

    fn evaluate_foreign(
        network: &dyn ForeignNetwork,
        times: &[f64],
        points: &[Self],
        outputs: &mut [Self],
    ) {
        let times: Vec<f32> = times.iter().map(|&time| time as f32).collect();
        network.evaluate(&times, points, outputs);
    }
}

impl Evaluate for f64 {
    fn evaluate(kernel: &Kernel, inputs: Inputs<'_>, points: &[Self], velocities: &mut [Self]) {
        kernel.evaluate_f64(inputs, points, velocities);
    }

    fn jacobian(
        kernel: &Kernel,
        inputs: Inputs<'_>,
        points: &[Self],
        velocities: &mut [Self],
        derivatives: [&mut [Self]; 2],
    ) {
        kernel.jacobian_f64(inputs, points, velocities, derivatives);
    }

    fn evaluate_foreign(
        network: &dyn ForeignNetwork,
        times: &[f64],
        points: &[Self],
        outputs: &mut [Self],
    ) {
        network.evaluate_f64(times, points, outputs);
    }
}
