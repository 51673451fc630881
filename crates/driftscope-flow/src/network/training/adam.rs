//! Adam in one pass over each parameter. burn's own makes fourteen, each through memory; the tests
//! hold this one against it.

use serde::{Deserialize, Serialize};

/// Adam (Kingma and Ba 2015, arXiv:1412.6980).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Adam {
    /// Decay of the mean of the gradients.
    pub beta_1: f32,
    /// Decay of the mean of their squares.
    pub beta_2: f32,
    /// What keeps the quotient finite.
    pub epsilon: f32,
}

impl Default for Adam {
    fn default() -> Self {
        // burn's default epsilon of 1e-5 is of the size of a late gradient here.
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 }
    }
}

/// What is remembered of a parameter's gradients; empty at first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Moments {
    /// Decaying mean of the gradients.
    means: Vec<f32>,
    /// Decaying mean of their squares.
    squares: Vec<f32>,
}

impl Moments {
    /// Whether they are of a parameter of so many numbers.
    pub fn fit(&self, size: usize) -> bool {
        [&self.means, &self.squares].iter().all(|moments| [0, size].contains(&moments.len()))
            && self.means.len() == self.squares.len()
    }
}

impl Adam {
    /// Moves the values of a parameter. `steps_done` counts its steps before this one.
    pub fn step(
        &self,
        rate: f64,
        steps_done: u64,
        values: &mut [f32],
        gradient: &[f32],
        moments: &mut Moments,
    ) {
        let Self { beta_1, beta_2, epsilon } = *self;
        moments.means.resize(values.len(), 0.0);
        moments.squares.resize(values.len(), 0.0);
        // Both means start at zero; what they lack at first is made up for.
        let step = i32::try_from(steps_done + 1).unwrap_or(i32::MAX);
        let lacking = |beta: f32| 1.0 - beta.powi(step);
        let root = lacking(beta_2).sqrt();
        let rate = rate as f32 * root / lacking(beta_1);
        let epsilon = epsilon * root;
        let moments = moments.means.iter_mut().zip(&mut moments.squares);
        for ((value, gradient), (mean, square)) in values.iter_mut().zip(gradient).zip(moments) {
            *mean = beta_1 * *mean + (1.0 - beta_1) * gradient;
            *square = beta_2 * *square + (1.0 - beta_2) * gradient * gradient;
            *value -= rate * *mean / (square.sqrt() + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::optim::{AdamConfig, Optimizer};
    use burn::tensor::{Tensor, TensorData};

    use super::*;
    use crate::network::ComputeDevice;

    #[test]
    fn steps_are_those_of_burns_adam() {
        let numbers =
            |scale: f32| -> Vec<f32> { (0..12).map(|i| scale * (i as f32 - 5.5)).collect() };
        for device in ComputeDevice::ALL {
            let device = device.burn_device();
            let tensor =
                |numbers| Tensor::<2>::from_data(TensorData::new(numbers, [3, 4]), &device);
            let reference = AdamConfig::new().with_epsilon(1e-8).build();
            let (mut found, mut moments) = (numbers(0.3), Moments::default());
            let (mut expected, mut expected_state) = (tensor(numbers(0.3)), None);
            for step in 0..40_u16 {
                let gradient = numbers((f32::from(step) * 0.7).sin());
                Adam::default().step(1e-2, step.into(), &mut found, &gradient, &mut moments);
                (expected, expected_state) =
                    reference.step(1e-2, expected, tensor(gradient), expected_state);
            }
            let expected = expected.into_data().try_into_vec::<f32>().unwrap();
            for ((found, expected), start) in found.iter().zip(expected).zip(numbers(0.3)) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
                assert!((found - start).abs() > 1e-2, "{found} {start}");
            }
        }
    }
}
