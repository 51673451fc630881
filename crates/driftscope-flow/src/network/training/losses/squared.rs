//! The squared error, whose least mean over all functions is reached by the velocity of the probability
//! flow (Lipman et al. 2023, arXiv:2210.02747).

#[cfg(feature = "burn")]
use burn::tensor::Tensor;

use crate::network::training::loss::{Loss, LossWords, Output, SampleLoss};

pub(super) static SQUARED: Loss = Loss::of::<Squared>(LossWords {
    name: "squared",
    title: "Squared error",
    about: "|v − target|²: its least mean is reached by the mean of the targets, the velocity of the flow.",
    quantity: "mean squared error",
});

struct Squared;

impl SampleLoss for Squared {
    #[inline]
    fn differentiate(output: Output, target: Output, total: &mut f64) -> Output {
        let mut slope = output;
        for (slope, target) in slope.iter_mut().zip(target) {
            let error = *slope - target;
            *total += f64::from(error * error);
            *slope = 2.0 * error;
        }
        slope
    }

    #[cfg(feature = "burn")]
    fn tensor(outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<2> {
        (outputs - targets).square().sum_dim(1)
    }
}
