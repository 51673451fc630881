//! What a network is asked beside the points.

use driftscope_base::field::Times;

use super::{Architecture, time_features};

/// The inputs of a network that are not coordinates.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The time t; of a flow map the time s at which the step begins.
    pub times: Times<'a>,
    /// The duration t − s of a flow map's step: 0 asks for the velocity itself. Of no consequence to a network
    /// that is no flow map.
    pub durations: Times<'a>,
    /// One of the network's labels; without one, or with one that it does not know, the labels are all zero.
    pub label: Option<u32>,
}

impl<'a> Inputs<'a> {
    /// The same with a label.
    #[must_use]
    pub fn given(self, label: Option<u32>) -> Self {
        Self { label, ..self }
    }

    /// The same for steps of some length.
    #[must_use]
    pub fn lasting(self, durations: Times<'a>) -> Self {
        Self { durations, ..self }
    }

    /// Times and durations, where all points share them.
    pub(super) fn shared(&self) -> Option<[f64; 2]> {
        match (self.times, self.durations) {
            (Times::Shared(time), Times::Shared(duration)) => Some([time, duration]),
            _ => None,
        }
    }

    /// Those of one point.
    #[inline]
    pub(super) fn at(&self, index: usize) -> [f64; 2] {
        [self.times.at(index), self.durations.at(index)]
    }
}

impl<'a> From<Times<'a>> for Inputs<'a> {
    fn from(times: Times<'a>) -> Self {
        Self { times, durations: Times::Shared(0.0), label: None }
    }
}

/// How times and labels become the inputs of a network that follow its coordinates.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Embedding {
    /// Angular frequencies, for the time and for the duration.
    pub frequencies: Vec<f64>,
    /// Whether the duration has features.
    pub flow_map: bool,
    /// How many labels there are.
    pub labels: usize,
}

impl Embedding {
    pub fn new(architecture: &Architecture, frequencies: &[f64]) -> Self {
        let Architecture { flow_map, labels, .. } = *architecture;
        Self { frequencies: frequencies.to_vec(), flow_map, labels }
    }

    /// How many inputs it makes.
    pub fn width(&self) -> usize {
        2 * self.frequencies.len() * if self.flow_map { 2 } else { 1 } + self.labels
    }

    /// Writes the features of a time and a duration and the labels: `features` has as many numbers as
    /// [`Architecture::features`] says.
    pub fn write(&self, at: [f64; 2], label: Option<u32>, features: &mut [f32]) {
        let of_one = 2 * self.frequencies.len();
        let times = if self.flow_map { 2 * of_one } else { of_one };
        let (waves, labels) = features.split_at_mut(times);
        for (time, waves) in at.into_iter().zip(waves.chunks_exact_mut(of_one)) {
            time_features::embed(time, &self.frequencies, waves);
        }
        labels.fill(0.0);
        if let Some(known) = label.and_then(|label| labels.get_mut(label as usize)) {
            *known = 1.0;
        }
    }

    /// Writes the derivatives of the features where time and duration move at the rates `along`.
    pub fn write_slopes(&self, at: [f64; 2], along: [f64; 2], slopes: &mut [f32]) {
        let of_one = 2 * self.frequencies.len();
        let times = if self.flow_map { 2 * of_one } else { of_one };
        let (waves, labels) = slopes.split_at_mut(times);
        for ((time, rate), waves) in at.into_iter().zip(along).zip(waves.chunks_exact_mut(of_one)) {
            let (sines, cosines) = waves.split_at_mut(self.frequencies.len());
            for ((sine, cosine), frequency) in sines.iter_mut().zip(cosines).zip(&self.frequencies)
            {
                let (s, c) = time_features::sin_cos(frequency * time);
                let factor = (rate * frequency) as f32;
                (*sine, *cosine) = (factor * c, -factor * s);
            }
        }
        labels.fill(0.0);
    }
}
