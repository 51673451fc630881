//! Batches of flow matching: inputs and the velocities to learn.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::network::{DIMENSIONS, time_features};

use super::TrainingData;
use crate::interpolant::{Coefficients, Interpolant};

/// Training stays this far from t = 1, where σ' of the VP interpolant diverges.
const END_MARGIN: f64 = 1e-4;

/// What one step learns from.
pub(super) struct Batch {
    /// `[batch, 2 + time_features]`: x, y, the sines, the cosines.
    pub inputs: Vec<f32>,
    /// `[batch, 2]`: α' x1 + σ' x0.
    pub targets: Vec<f32>,
}

/// The source of batches.
pub(super) struct Batches {
    rng: ChaCha8Rng,
    size: usize,
    data: Box<dyn TrainingData>,
    path: Interpolant,
    points: Vec<f32>,
}

impl Batches {
    pub fn new(seed: u64, size: usize, data: Box<dyn TrainingData>, path: Interpolant) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Another stream than that of the first weights.
        rng.set_stream(1);
        Self { rng, size, data, path, points: vec![0.0; DIMENSIONS * size] }
    }

    /// Draws the next batch.
    ///
    /// The times are stratified: one in each of as many equal parts of `[0, 1)` as there are
    /// points. Each is uniform over its part, so the loss stays unbiased and varies less.
    pub fn next(&mut self, frequencies: &[f64]) -> Batch {
        let width = DIMENSIONS + 2 * frequencies.len();
        let mut inputs = vec![0.0; self.size * width];
        let mut targets = vec![0.0; self.size * DIMENSIONS];
        self.data.draw(self.size, &mut self.points);
        let rows = inputs.chunks_exact_mut(width).zip(targets.as_chunks_mut::<DIMENSIONS>().0);
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
            time_features::embed(time, frequencies, &mut row[DIMENSIONS..]);
        }
        Batch { inputs, targets }
    }
}
