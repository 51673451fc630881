//! What any network is here: a function of points and times.

use std::fmt;

/// A network of any kind: an output of two numbers for each point and time.
///
/// Batches are feature-major: for n points n values of x, then n of y. It can be shared between threads.
pub trait ForeignNetwork: fmt::Debug + Send + Sync {
    /// Writes the output at each of n points, in f32, with one time a point.
    ///
    /// `points` and `outputs` have 2 n numbers. A network that fails at a point gives NaN there, which the
    /// solvers report.
    fn evaluate(&self, times: &[f32], points: &[f32], outputs: &mut [f32]);

    /// The same for callers in f64, which go through f32 unless the network is known to do better.
    fn evaluate_f64(&self, times: &[f64], points: &[f64], outputs: &mut [f64]) {
        let single = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
        let mut out = vec![0.0; outputs.len()];
        self.evaluate(&single(times), &single(points), &mut out);
        for (output, value) in outputs.iter_mut().zip(out) {
            *output = f64::from(value);
        }
    }

    /// Half the distance, in units of the network's inputs, over which derivatives are taken as central
    /// differences of [`Self::evaluate_f64`]. The default suits f32: about the cube root of its precision.
    fn derivative_step(&self) -> f64 {
        5e-3
    }

    /// What it is, in a few words, such as `3 linear layers, SiLU`.
    fn about(&self) -> String;
}
