//! Steps of a flow map: what their targets are made of before the network is asked.
//!
//! All targets are of `u(x, s, t)`, the mean velocity from s to t, and constant when the loss is
//! differentiated. A target of [`Objective::MeanFlow`] and [`Objective::Lagrangian`] takes the derivative of u
//! along a direction, forward through the same layers; the others take u at other points.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for its instructions"
)]

mod consistency;
mod lagrangian;
mod mean_flow;
mod shortcut;

use driftscope_base::interpolant::{Coefficients, Interpolant};
use pulp::Simd;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::batch::Chunk;
use super::loss::Output;
use super::objective::Objective;
use super::panels::Panels;
use super::pass::{Network, Pass};
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

impl Step {
    /// A step of an objective; `time` is a time drawn for it, `progress` how much of the training is done.
    pub fn drawn(objective: Objective, time: f64, progress: f64, rng: &mut ChaCha8Rng) -> Self {
        match objective {
            Objective::FlowMatching => Self { start: time, duration: 0.0, later: 0.0 },
            Objective::MeanFlow | Objective::Lagrangian => mean_flow::step(time, rng.random()),
            Objective::Shortcut => shortcut::step(time, rng.random()),
            Objective::Consistency => consistency::step(time, progress),
        }
    }
}

/// What the targets of some steps still lack.
#[derive(Clone, Debug, Default)]
pub(super) struct Bootstrap {
    objective: Objective,
    /// A direction in the inputs, or inputs of another evaluation, `[sample, Architecture::inputs]`.
    first: Panels,
    /// Inputs of one more evaluation, whose point follows from the one before.
    second: Panels,
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

    /// Writes what a step needs; the inputs of its beginning are written already.
    pub fn write(&mut self, row: usize, step: Step, writer: &mut Writer) {
        self.steps.push(step);
        match self.objective {
            Objective::FlowMatching => {}
            Objective::MeanFlow => mean_flow::write(self, row, step, writer),
            Objective::Shortcut => shortcut::write(self, row, step, writer),
            Objective::Consistency => consistency::write(self, row, step, writer),
            Objective::Lagrangian => lagrangian::write(self, row, step, writer),
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

/// Completes the targets of a chunk. `main` has passed its inputs, `other` is for more evaluations.
#[inline(always)]
pub(super) fn complete<S: Simd>(
    simd: S,
    network: Network,
    chunk: &mut Chunk,
    main: &Pass,
    other: &mut Pass,
) {
    if chunk.bootstrap.steps.is_empty() {
        return;
    }
    let Chunk { inputs, targets, bootstrap, .. } = chunk;
    match bootstrap.objective {
        Objective::FlowMatching => {}
        Objective::MeanFlow => mean_flow::complete(simd, network, bootstrap, targets, main, other),
        Objective::Shortcut => shortcut::complete(simd, network, bootstrap, targets, other),
        Objective::Consistency => {
            consistency::complete(simd, network, bootstrap, (inputs, targets), other);
        }
        Objective::Lagrangian => {
            lagrangian::complete(simd, network, bootstrap, (inputs, targets), main, other);
        }
    }
}

/// The first two numbers of a row: a point, or an output.
fn start_of(panels: &Panels, row: usize) -> Output {
    let mut start = [0.0; DIMENSIONS];
    start.copy_from_slice(&panels.panels().next().expect("there is a panel")[row][..DIMENSIONS]);
    start
}
