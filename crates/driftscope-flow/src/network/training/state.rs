//! Where a training stands, to be written down and gone on from.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::adam::Moments;
use super::error::TrainingError;
use super::pass::BurnLayer;

/// What the next step of a training depends on beside its settings and its data: a training that goes on from it
/// makes the same steps as one that was never interrupted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainerState {
    /// Steps made.
    pub steps: u64,
    pub(super) places: Places,
    /// Of each layer's weight and bias, in turn.
    parameters: Vec<Parameter>,
}

/// Where the streams of random numbers stand, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Places(pub [u128; 3]);

/// A layer's weight or bias, in burn's layout.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Parameter {
    values: Vec<f32>,
    average: Vec<f32>,
    moments: Moments,
}

impl Places {
    pub fn of(streams: [&mut ChaCha8Rng; 3]) -> Self {
        Self(streams.map(|stream| stream.get_word_pos()))
    }

    pub fn restore(self, streams: [&mut ChaCha8Rng; 3]) {
        for (stream, place) in streams.into_iter().zip(self.0) {
            stream.set_word_pos(place);
        }
    }
}

impl TrainerState {
    pub(super) fn of(
        (steps, places): (u64, Places),
        layers: &[BurnLayer],
        average: &[BurnLayer],
        moments: &[[Moments; 2]],
    ) -> Self {
        let numbers = |layers: &[BurnLayer]| -> Vec<Vec<f32>> {
            layers.iter().flat_map(BurnLayer::parameters).cloned().collect()
        };
        let parameters = numbers(layers).into_iter().zip(numbers(average));
        let parameters =
            parameters.zip(moments.as_flattened()).map(|((values, average), moments)| Parameter {
                values,
                average,
                moments: moments.clone(),
            });
        Self { steps, places, parameters: parameters.collect() }
    }

    /// Puts all numbers back.
    ///
    /// # Errors
    /// [`TrainingError::State`] if it is of a network of another size.
    pub(super) fn restore(
        self,
        layers: &mut [BurnLayer],
        average: &mut [BurnLayer],
        moments: &mut [[Moments; 2]],
    ) -> Result<(), TrainingError> {
        let values = layers.iter_mut().flat_map(BurnLayer::parameters_mut);
        let averages = average.iter_mut().flat_map(BurnLayer::parameters_mut);
        let places: Vec<_> = values.zip(averages).zip(moments.as_flattened_mut()).collect();
        let fits = |((values, _), _): &((&mut Vec<f32>, _), _), parameter: &Parameter| {
            let size = values.len();
            parameter.values.len() == size
                && parameter.average.len() == size
                && parameter.moments.fit(size)
        };
        let alike = places.len() == self.parameters.len()
            && places.iter().zip(&self.parameters).all(|(place, found)| fits(place, found));
        if !alike {
            return Err(TrainingError::State);
        }
        for (((values, average), moments), found) in places.into_iter().zip(self.parameters) {
            *values = found.values;
            *average = found.average;
            *moments = found.moments;
        }
        Ok(())
    }
}
