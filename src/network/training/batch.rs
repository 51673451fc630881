//! Batches of flow matching: inputs and the velocities to learn.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::network::{DIMENSIONS, time_features};

use super::TrainingData;
use crate::interpolant::{Coefficients, Interpolant};

/// Training stays this far from t = 1, where σ' of the VP interpolant diverges.
const END_MARGIN: f64 = 1e-4;

/// What one step learns from.
#[derive(Default)]
pub(super) struct Batch {
    /// `[batch, 2 + time_features]`: x, y, the sines, the cosines.
    pub inputs: Vec<f32>,
    /// `[batch, 2]`: α' x1 + σ' x0.
    pub targets: Vec<f32>,
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
        let mut source = Source { rng, size, data, path, points, frequencies };
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
    frequencies: Vec<f64>,
}

impl Source {
    /// Draws a batch into the memory of another.
    ///
    /// The times are stratified: one in each of as many equal parts of `[0, 1)` as there are
    /// points. Each is uniform over its part, so the loss stays unbiased and varies less.
    fn draw(&mut self, batch: &mut Batch) {
        let width = DIMENSIONS + 2 * self.frequencies.len();
        batch.inputs.resize(self.size * width, 0.0);
        batch.targets.resize(self.size * DIMENSIONS, 0.0);
        self.data.draw(self.size, &mut self.points);
        let targets = batch.targets.as_chunks_mut::<DIMENSIONS>().0;
        let rows = batch.inputs.chunks_exact_mut(width).zip(targets);
        let points = self.points.as_chunks::<DIMENSIONS>().0;
        for (index, ((row, target), point)) in rows.zip(points).enumerate() {
            let stratum = index as f64 + self.rng.random::<f64>();
            let time = stratum / self.size as f64 * (1.0 - END_MARGIN);
            let Coefficients { alpha, d_alpha, sigma, d_sigma, .. } = self.path.coefficients(time);
            for dimension in 0..DIMENSIONS {
                let x1 = f64::from(point[dimension]);
                let x0 = self.rng.sample::<f64, _>(StandardNormal);
                row[dimension] = (alpha * x1 + sigma * x0) as f32;
                target[dimension] = (d_alpha * x1 + d_sigma * x0) as f32;
            }
            time_features::embed(time, &self.frequencies, &mut row[DIMENSIONS..]);
        }
    }
}
