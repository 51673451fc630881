//! What targets of a flow map's steps are made of: the pair, the step, and inputs of more evaluations.

use driftscope_base::interpolant::{Coefficients, Interpolant};

use super::loss::Output;
use super::objective::Objective;
use super::panels::Panels;
use crate::network::DIMENSIONS;
use crate::network::inputs::Embedding;

/// A point of the data and one of the noise.
pub(super) struct Pair {
    pub data: [f64; DIMENSIONS],
    pub noise: [f64; DIMENSIONS],
    pub label: Option<u32>,
}

/// A step of the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// s.
    pub start: f64,
    /// t − s.
    pub duration: f64,
    /// How much later its other evaluations are: half the duration, or 1/N of a consistency model.
    pub later: f64,
}

/// What the targets of some steps still lack.
#[derive(Clone, Debug, Default)]
pub(super) struct Bootstrap {
    pub objective: Objective,
    /// A direction in the inputs, or inputs of another evaluation, `[sample, Architecture::inputs]`.
    pub first: Panels,
    /// Inputs of one more evaluation, whose point follows from the one before.
    pub second: Panels,
    /// The steps; none where the targets are known.
    pub steps: Vec<Step>,
}

impl Bootstrap {
    /// The targets are known.
    pub fn clear(&mut self) {
        self.steps.clear();
    }

    /// Makes room for so many steps of an objective.
    pub fn begin(&mut self, objective: Objective, samples: usize, width: usize) {
        self.objective = objective;
        self.steps.clear();
        self.first.reshape(samples, width);
        if matches!(objective, Objective::Shortcut | Objective::Lagrangian) {
            self.second.reshape(samples, width);
        }
    }
}

/// Writes inputs of the network for one pair.
pub(super) struct Writer<'a> {
    pub path: Interpolant,
    pub embedding: &'a Embedding,
    pub row: &'a mut [f32],
    pub pair: &'a Pair,
}

impl Writer<'_> {
    /// The point of the pair's path at `start`, and a step of `duration` from there.
    pub fn write(&mut self, start: f64, duration: f64) {
        let Coefficients { alpha, sigma, .. } = self.path.coefficients(start);
        for dimension in 0..DIMENSIONS {
            let Pair { data, noise, .. } = self.pair;
            self.row[dimension] = (alpha * data[dimension] + sigma * noise[dimension]) as f32;
        }
        self.embedding.write([start, duration], self.pair.label, &mut self.row[DIMENSIONS..]);
    }

    /// The pair's own velocity at `time`.
    pub fn velocity(&self, time: f64) -> [f64; DIMENSIONS] {
        let Coefficients { d_alpha, d_sigma, .. } = self.path.coefficients(time);
        let Pair { data, noise, .. } = self.pair;
        [0, 1].map(|k| d_alpha * data[k] + d_sigma * noise[k])
    }

    /// A direction in the inputs: the point moves at `point`, time and duration at `along`.
    pub fn write_direction(&mut self, point: [f64; DIMENSIONS], step: Step, along: [f64; 2]) {
        for (number, rate) in self.row.iter_mut().zip(point) {
            *number = rate as f32;
        }
        let at = [step.start, step.duration];
        self.embedding.write_slopes(at, along, &mut self.row[DIMENSIONS..]);
    }
}

/// The first two numbers of a row: a point, or an output.
pub(super) fn start_of(panels: &Panels, row: usize) -> Output {
    let mut start = [0.0; DIMENSIONS];
    start.copy_from_slice(&panels.panels().next().expect("there is a panel")[row][..DIMENSIONS]);
    start
}
