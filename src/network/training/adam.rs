//! Adam in one pass over each parameter. burn's own makes fourteen, each through memory; the tests
//! hold this one against it.

use burn::optim::{AdamState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};

/// Adam (Kingma and Ba 2015, arXiv:1412.6980) for burn's `ModuleOptimizer`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FusedAdam {
    /// Decay of the mean of the gradients.
    pub beta_1: f32,
    /// Decay of the mean of their squares.
    pub beta_2: f32,
    /// What keeps the quotient finite.
    pub epsilon: f32,
}

impl Default for FusedAdam {
    fn default() -> Self {
        // burn's default epsilon of 1e-5 is of the size of a late gradient here.
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 }
    }
}

impl Optimizer for FusedAdam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let (device, shape) = (tensor.device(), tensor.dims());
        let mut values = into_numbers(tensor);
        let gradient = into_numbers(gradient);
        let (time, mut means, mut squares) = match state {
            Some(AdamState { momentum: state }) => {
                (state.time + 1, into_numbers(state.moment_1), into_numbers(state.moment_2))
            }
            None => (1, vec![0.0; values.len()], vec![0.0; values.len()]),
        };
        let Self { beta_1, beta_2, epsilon } = *self;
        // Both means start at zero; what they lack at first is made up for.
        let lacking = |beta: f32| 1.0 - beta.powi(i32::try_from(time).unwrap_or(i32::MAX));
        let root = lacking(beta_2).sqrt();
        let rate = rate as f32 * root / lacking(beta_1);
        let epsilon = epsilon * root;
        let moments = means.iter_mut().zip(&mut squares);
        for ((value, gradient), (mean, square)) in values.iter_mut().zip(&gradient).zip(moments) {
            *mean = beta_1 * *mean + (1.0 - beta_1) * gradient;
            *square = beta_2 * *square + (1.0 - beta_2) * gradient * gradient;
            *value -= rate * *mean / (square.sqrt() + epsilon);
        }
        let tensor = |values| Tensor::from_data(TensorData::new(values, shape), &device);
        let momentum = AdaptiveMomentumState::new(time, tensor(means), tensor(squares));
        (tensor(values), Some(AdamState::new(momentum)))
    }

    fn to_device<const D: usize>(mut state: AdamState<D>, device: &Device) -> AdamState<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}

/// The numbers of a tensor; without a copy if it is nowhere else in use.
pub(super) fn into_numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("parameters are made from f32")
}

#[cfg(test)]
mod tests {
    use burn::optim::AdamConfig;

    use super::*;
    use crate::network::ComputeDevice;

    #[test]
    fn steps_are_those_of_burns_adam() {
        for device in ComputeDevice::ALL {
            let device = device.burn_device();
            let tensor = |scale: f32| {
                let values: Vec<f32> = (0..12).map(|i| scale * (i as f32 - 5.5)).collect();
                Tensor::<2>::from_data(TensorData::new(values, [3, 4]), &device)
            };
            let reference = AdamConfig::new().with_epsilon(1e-8).build();
            let (mut found, mut found_state) = (tensor(0.3), None);
            let (mut expected, mut expected_state) = (tensor(0.3), None);
            for step in 0..40_u16 {
                let gradient = |sign: f32| tensor(sign * (f32::from(step) * 0.7).sin());
                (found, found_state) =
                    FusedAdam::default().step(1e-2, found, gradient(1.0), found_state);
                (expected, expected_state) =
                    reference.step(1e-2, expected, gradient(1.0), expected_state);
            }
            let moved = into_numbers(tensor(0.3));
            let pairs = into_numbers(found).into_iter().zip(into_numbers(expected));
            for ((found, expected), start) in pairs.zip(moved) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
                assert!((found - start).abs() > 1e-2, "{found} {start}");
            }
        }
    }
}
