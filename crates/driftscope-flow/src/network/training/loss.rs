//! What a loss is: its words, and its value and derivative for one sample.

use std::fmt;

#[cfg(feature = "burn")]
use burn::tensor::Tensor;

use super::panels::PANEL;
use crate::network::DIMENSIONS;

/// Two numbers of each sample: what the network says, or what it should say.
pub(super) type Output = [f32; DIMENSIONS];

/// How far an output of the network is from its target: the part of a loss that its own file in
/// `losses` says, twice, so that the tests can hold one against the other.
pub(super) trait SampleLoss {
    /// Adds the loss of one sample to `total` and gives its derivative with respect to the output.
    fn differentiate(output: Output, target: Output, total: &mut f64) -> Output;

    /// The loss of each sample, `[sample, 1]`, of tensors `[sample, 2]`, for burn's automatic differentiation.
    #[cfg(feature = "burn")]
    fn tensor(outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<2>;
}

/// [`of_samples`] of a loss.
type OfSamples = fn(&mut [[f32; PANEL]], &[Output], &[f32], f32, &mut f64);

/// One loss: what a training makes small is its mean over a batch.
#[derive(Debug)]
pub struct Loss {
    /// Name in files and on the command line.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// The formula and what it is good for, for a tooltip.
    pub about: &'static str,
    /// What its mean over a batch is called beside a curve.
    pub quantity: &'static str,
    pub(super) samples: OfSamples,
    #[cfg(feature = "burn")]
    pub(super) tensor: fn(Tensor<2>, Tensor<2>) -> Tensor<2>,
}

/// The words of a loss.
#[derive(Clone, Copy)]
pub(super) struct LossWords {
    pub name: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    pub quantity: &'static str,
}

impl Loss {
    /// The entry of a loss in the table.
    pub(super) const fn of<L: SampleLoss>(words: LossWords) -> Self {
        let LossWords { name, title, about, quantity } = words;
        Self {
            name,
            title,
            about,
            quantity,
            samples: of_samples::<L>,
            #[cfg(feature = "burn")]
            tensor: L::tensor,
        }
    }
}

/// Adds the losses of some samples, each times its weight if there are any, to `total`; what begins each
/// row, the output, becomes the derivative with respect to it, times `share`. Compiled for each loss, whose own part stands inside.
fn of_samples<L: SampleLoss>(
    rows: &mut [[f32; PANEL]],
    targets: &[Output],
    weights: &[f32],
    share: f32,
    total: &mut f64,
) {
    let outputs = rows.iter_mut().filter_map(|row| row.first_chunk_mut::<DIMENSIONS>());
    if weights.is_empty() {
        for (output, target) in outputs.zip(targets) {
            *output = L::differentiate(*output, *target, total).map(|slope| share * slope);
        }
        return;
    }
    for ((output, target), weight) in outputs.zip(targets).zip(weights) {
        let mut loss = 0.0;
        let slope = L::differentiate(*output, *target, &mut loss);
        *output = slope.map(|slope| share * weight * slope);
        *total += f64::from(*weight) * loss;
    }
}

/// A loss of the table; equal when the names are.
#[derive(Clone, Copy)]
pub struct LossRef(pub(super) &'static Loss);

impl std::ops::Deref for LossRef {
    type Target = Loss;
    fn deref(&self) -> &Loss {
        self.0
    }
}

impl PartialEq for LossRef {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for LossRef {}

impl fmt::Debug for LossRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl fmt::Display for LossRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}
