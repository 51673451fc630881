//! Batches: inputs of the network and what it should say there.

use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use driftscope_base::interpolant::{Coefficients, Interpolant};

use super::bootstrap::{Bootstrap, Pair, Writer};
use super::flow_map;
use super::loss::Output;
use super::pairs::{PairSource, TrainingData};
use super::panels::Panels;
use super::settings::TrainingSettings;
use super::state::Places;
use super::times::TimeLaw;
use crate::network::DIMENSIONS;
use crate::network::inputs::Embedding;

/// Samples that pass through the network together.
const CHUNK: usize = 64;

/// What one step learns from.
#[derive(Clone, Default)]
pub(super) struct Batch {
    /// Number of samples.
    pub size: usize,
    pub chunks: Vec<Chunk>,
    /// Where the streams stood when it was drawn, which lie further on by what is drawn ahead.
    pub places: Places,
}

/// Some samples of a batch.
#[derive(Clone, Default)]
pub(super) struct Chunk {
    /// `[sample, Architecture::inputs]`: x, y, the features of the time, those of the duration, the labels.
    pub inputs: Panels,
    /// What the network should say; of steps of a flow map what that is made of.
    pub targets: Vec<Output>,
    /// How much each sample counts; empty where all count 1.
    pub weights: Vec<f32>,
    /// What the targets of a flow map's steps still lack; empty where they are known.
    pub bootstrap: Bootstrap,
}

/// What automatic differentiation is given.
#[cfg(feature = "burn")]
impl Batch {
    /// Of all samples, row-major.
    pub fn inputs(&self) -> Vec<f32> {
        let mut inputs = Vec::new();
        for Chunk { inputs: panels, .. } in &self.chunks {
            for row in 0..panels.rows() {
                let start = inputs.len();
                inputs.resize(start + panels.width(), 0.0);
                panels.copy_row(row, &mut inputs[start..]);
            }
        }
        inputs
    }

    /// Of all samples, row-major.
    pub fn targets(&self) -> Vec<f32> {
        self.chunks.iter().flat_map(|chunk| chunk.targets.as_flattened()).copied().collect()
    }

    /// Of all samples; none where all count 1.
    pub fn weights(&self) -> Option<Vec<f32>> {
        let all: Vec<f32> = self.chunks.iter().flat_map(|chunk| &chunk.weights).copied().collect();
        (!all.is_empty()).then_some(all)
    }
}

/// Batches that wait to be learned from.
const AHEAD: usize = 2;

/// The source of batches, each in the order of the seed.
pub(super) enum Batches {
    /// A thread that draws them ahead.
    Ahead { drawn: Receiver<Batch>, used: SyncSender<Batch> },
    /// Where there are no threads: each when it is asked for, into the memory of the one before.
    InTurn { source: Box<Source>, used: Batch },
}

impl Batches {
    /// Starts drawing.
    pub fn new(source: Source) -> Self {
        if cfg!(target_arch = "wasm32") { Self::in_turn(source) } else { Self::ahead(source) }
    }

    pub fn in_turn(source: Source) -> Self {
        Self::InTurn { source: Box::new(source), used: Batch::default() }
    }

    pub fn ahead(mut source: Source) -> Self {
        let (send_drawn, drawn) = sync_channel(AHEAD);
        let (used, take_used) = sync_channel::<Batch>(AHEAD + 2);
        // It ends by itself when nobody takes what it draws.
        std::thread::Builder::new()
            .name("driftscope-batches".into())
            .spawn(move || {
                loop {
                    let mut batch = take_used.try_recv().unwrap_or_default();
                    source.draw(&mut batch);
                    if send_drawn.send(batch).is_err() {
                        break;
                    }
                }
            })
            .expect("the system has a thread for drawing batches");
        Self::Ahead { drawn, used }
    }

    /// The next batch.
    ///
    /// # Panics
    /// If the source of samples panicked.
    pub fn next(&mut self) -> Batch {
        match self {
            Self::Ahead { drawn, .. } => {
                drawn.recv().expect("the source draws as long as batches are taken")
            }
            Self::InTurn { source, used } => {
                let mut batch = std::mem::take(used);
                source.draw(&mut batch);
                batch
            }
        }
    }

    /// Gives the memory of a batch back.
    pub fn give_back(&mut self, batch: Batch) {
        match self {
            // Where there is no room for it, it is freed.
            Self::Ahead { used, .. } => drop(used.try_send(batch)),
            Self::InTurn { used, .. } => *used = batch,
        }
    }
}

/// What draws batches.
pub(super) struct Source {
    settings: TrainingSettings,
    pairs: PairSource,
    path: Interpolant,
    density: TimeLaw,
    embedding: Embedding,
    /// Inputs of one sample.
    row: Vec<f32>,
    /// Batches drawn.
    drawn: u64,
}

impl Source {
    pub fn new(
        settings: &TrainingSettings,
        data: Box<dyn TrainingData>,
        path: Interpolant,
        embedding: Embedding,
    ) -> Self {
        Self {
            pairs: PairSource::new(settings, data),
            path,
            density: settings.time_law(),
            row: vec![0.0; DIMENSIONS + embedding.width()],
            embedding,
            settings: settings.clone(),
            drawn: 0,
        }
    }

    /// The same after so many batches.
    pub fn gone_on(mut self, drawn: u64, places: Places) -> Self {
        places.restore(self.pairs.streams());
        self.drawn = drawn;
        self
    }

    /// Draws a batch into the memory of another.
    ///
    /// The times are stratified: one in each of as many parts of equal mass as there are samples. Each is drawn
    /// from its part as the density says, so the loss stays unbiased and varies less.
    pub fn draw(&mut self, batch: &mut Batch) {
        self.pairs.draw();
        batch.size = self.settings.batch;
        let parts = parts(self.settings.samples_at_one_time(), batch.size);
        batch.chunks.resize_with(parts.len(), Chunk::default);
        for (chunk, part) in batch.chunks.iter_mut().zip(parts) {
            if part.at_one_time {
                self.draw_at_one_time(chunk, &part);
            } else {
                self.draw_steps(chunk, &part);
            }
        }
        self.drawn += 1;
        batch.places = Places::of(self.pairs.streams());
    }

    /// The pair of a sample.
    pub fn pair(&self, index: usize) -> Pair {
        self.pairs.pair(index)
    }

    /// The time of a sample.
    fn time(&self, index: usize, part: &Part) -> f64 {
        let stratum = (index - part.stratum_of) as f64 + self.pairs.within[index];
        self.density.quantile(stratum / part.strata as f64) * TrainingSettings::LAST_TIME
    }

    /// Samples whose target is a quantity of their own.
    fn draw_at_one_time(&mut self, chunk: &mut Chunk, part: &Part) {
        let Chunk { inputs, targets, weights, bootstrap } = chunk;
        inputs.reshape(part.samples.len(), self.row.len());
        targets.clear();
        weights.clear();
        bootstrap.clear();
        let TrainingSettings { prediction, weighting, clip, .. } = self.settings;
        for (row, index) in part.samples.clone().enumerate() {
            let time = self.time(index, part);
            let Pair { data, noise, label } = self.pair(index);
            let coefficients = self.path.coefficients(time);
            let Coefficients { alpha, sigma, .. } = coefficients;
            let mut target = [0.0; DIMENSIONS];
            for dimension in 0..DIMENSIONS {
                let [x0, x1] = [noise[dimension], data[dimension]];
                self.row[dimension] = (alpha * x1 + sigma * x0) as f32;
                target[dimension] = prediction.target(&coefficients, x0, x1) as f32;
            }
            self.embedding.write([time, 0.0], label, &mut self.row[DIMENSIONS..]);
            inputs.set_row(row, &self.row);
            targets.push(target);
            if let Some(weight) = weighting.weight(prediction, self.path, time) {
                weights.push(weight.min(clip) as f32);
            }
        }
    }

    /// Steps of a flow map.
    fn draw_steps(&mut self, chunk: &mut Chunk, part: &Part) {
        let Chunk { inputs, targets, weights, bootstrap } = chunk;
        inputs.reshape(part.samples.len(), self.row.len());
        targets.clear();
        weights.clear();
        bootstrap.begin(self.settings.objective, part.samples.len(), self.row.len());
        let progress = self.drawn as f64 / self.settings.steps as f64;
        for (row, index) in part.samples.clone().enumerate() {
            let first = self.time(index, part);
            let step =
                flow_map::drawn(self.settings.objective, first, progress, &mut self.pairs.other);
            let pair = self.pair(index);
            let mut writer = Writer {
                path: self.path,
                embedding: &self.embedding,
                row: &mut self.row,
                pair: &pair,
            };
            writer.write(step.start, step.duration);
            inputs.set_row(row, writer.row);
            targets.push(writer.velocity(step.start).map(|v| v as f32));
            flow_map::write(bootstrap, row, step, &mut writer);
        }
    }
}

/// Samples of a chunk.
struct Part {
    samples: Range<usize>,
    /// Whether they are at one time, s = t.
    at_one_time: bool,
    /// The first of the samples that share the strata with these, and how many those are.
    stratum_of: usize,
    strata: usize,
}

/// The chunks of a batch of `size`, of which the first `at_one_time` are at one time. The two kinds alternate,
/// since steps of a flow map are more work, and neighbours are worked on together.
fn parts(at_one_time: usize, size: usize) -> Vec<Part> {
    let chunks = |samples: Range<usize>, kind: bool| {
        let (stratum_of, strata) = (samples.start, samples.len());
        samples.clone().step_by(CHUNK).map(move |start| Part {
            samples: start..(start + CHUNK).min(samples.end),
            at_one_time: kind,
            stratum_of,
            strata,
        })
    };
    let mut first = chunks(0..at_one_time, true);
    let mut second = chunks(at_one_time..size, false);
    let mut all = Vec::new();
    loop {
        let next = [first.next(), second.next()];
        if next.iter().all(Option::is_none) {
            return all;
        }
        all.extend(next.into_iter().flatten());
    }
}
