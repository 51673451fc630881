//! Batches of flow matching: inputs and the velocities to learn.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use driftscope_base::interpolant::{Coefficients, Interpolant};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::panels::Panels;
use crate::network::{DIMENSIONS, time_features};

/// Training stays this far from t = 1, where σ' of the VP interpolant diverges.
const END_MARGIN: f64 = 1e-4;

/// Samples that pass through the network together.
const CHUNK: usize = 64;

/// Where the samples come from.
pub trait TrainingData: Send {
    /// Draws `count` independent points of the data into `points`: x, y, x, y, …
    ///
    /// The source brings its own random numbers; a repeatable training needs repeatable draws.
    fn draw(&mut self, count: usize, points: &mut [f32]);
}

/// What one step learns from.
#[derive(Clone, Default)]
pub(super) struct Batch {
    /// Number of samples.
    pub size: usize,
    pub chunks: Vec<Chunk>,
}

/// Some samples of a batch.
#[derive(Clone, Default)]
pub(super) struct Chunk {
    /// `[sample, 2 + time_features]`: x, y, the sines, the cosines.
    pub inputs: Panels,
    /// α' x1 + σ' x0.
    pub targets: Vec<[f32; DIMENSIONS]>,
}

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
}

/// Batches that wait to be learned from.
const AHEAD: usize = 2;

/// The source of batches: a thread that draws them ahead, each in the order of the seed.
pub(super) struct Batches {
    drawn: Receiver<Batch>,
    used: SyncSender<Batch>,
}

impl Batches {
    /// Starts drawing.
    pub fn new(
        seed: u64,
        size: usize,
        data: Box<dyn TrainingData>,
        path: Interpolant,
        frequencies: Vec<f64>,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Another stream than that of the first weights.
        rng.set_stream(1);
        let points = vec![0.0; DIMENSIONS * size];
        let row = vec![0.0; DIMENSIONS + 2 * frequencies.len()];
        let mut source = Source { rng, size, data, path, points, row, frequencies };
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
        Self { drawn, used }
    }

    /// The next batch.
    ///
    /// # Panics
    /// If the source of samples panicked.
    pub fn next(&mut self) -> Batch {
        self.drawn.recv().expect("the source draws as long as batches are taken")
    }

    /// Gives the memory of a batch back.
    pub fn give_back(&mut self, batch: Batch) {
        // Where there is no room for it, it is freed.
        let _ = self.used.try_send(batch);
    }
}

struct Source {
    rng: ChaCha8Rng,
    size: usize,
    data: Box<dyn TrainingData>,
    path: Interpolant,
    points: Vec<f32>,
    /// Inputs of one sample.
    row: Vec<f32>,
    frequencies: Vec<f64>,
}

impl Source {
    /// Draws a batch into the memory of another.
    ///
    /// The times are stratified: one in each of as many equal parts of `[0, 1)` as there are
    /// points. Each is uniform over its part, so the loss stays unbiased and varies less.
    fn draw(&mut self, batch: &mut Batch) {
        self.data.draw(self.size, &mut self.points);
        batch.size = self.size;
        batch.chunks.resize_with(self.size.div_ceil(CHUNK), Chunk::default);
        let points = self.points.as_chunks::<DIMENSIONS>().0.chunks(CHUNK);
        for (chunk, (Chunk { inputs, targets }, points)) in
            batch.chunks.iter_mut().zip(points).enumerate()
        {
            inputs.reshape(points.len(), self.row.len());
            targets.clear();
            for (index, point) in points.iter().enumerate() {
                let stratum = (chunk * CHUNK + index) as f64 + self.rng.random::<f64>();
                let time = stratum / self.size as f64 * (1.0 - END_MARGIN);
                let Coefficients { alpha, d_alpha, sigma, d_sigma, .. } =
                    self.path.coefficients(time);
                let mut target = [0.0; DIMENSIONS];
                for dimension in 0..DIMENSIONS {
                    let x1 = f64::from(point[dimension]);
                    let x0 = self.rng.sample::<f64, _>(StandardNormal);
                    self.row[dimension] = (alpha * x1 + sigma * x0) as f32;
                    target[dimension] = (d_alpha * x1 + d_sigma * x0) as f32;
                }
                time_features::embed(time, &self.frequencies, &mut self.row[DIMENSIONS..]);
                inputs.set_row(index, &self.row);
                targets.push(target);
            }
        }
    }
}
