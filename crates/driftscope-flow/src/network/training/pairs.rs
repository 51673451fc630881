//! Pairs of noise and data, batch after batch.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::bootstrap::Pair;
use super::error::TrainingError;
use super::settings::TrainingSettings;
use crate::coupling::Coupler;
use crate::network::DIMENSIONS;

/// Streams of random numbers beside that of the first weights: times and noise, and all else.
const STREAMS: [u64; 2] = [1, 2];

/// Independent draws, of which samples are made.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Points of the data, as many as the batch has.
    pub data: Vec<[f32; DIMENSIONS]>,
    /// The points that they are paired with; empty where those are drawn from N(0, I).
    pub source: Vec<[f32; DIMENSIONS]>,
    /// Their labels, none of a point without one; empty where no point has one.
    pub labels: Vec<Option<u32>>,
}

/// Where the samples come from.
pub trait TrainingData: Send {
    /// Draws as many points as `samples.data` has, and what belongs to them.
    ///
    /// The source brings its own random numbers; a repeatable training needs repeatable draws.
    fn draw(&mut self, samples: &mut Samples);

    /// The stream that it draws from, all that one draw changes about the next.
    fn stream(&mut self) -> &mut ChaCha8Rng;
}

/// What draws the pairs of batches.
pub(super) struct PairSource {
    /// Of times and noise.
    rng: ChaCha8Rng,
    /// Of all else.
    pub other: ChaCha8Rng,
    data: Box<dyn TrainingData>,
    samples: Samples,
    /// Where in its part of the times each sample lies, 0 to 1.
    pub within: Vec<f64>,
    noise: Vec<[f64; DIMENSIONS]>,
    /// Points of the data, and which of them goes with each point of the noise.
    other_ends: Vec<[f64; DIMENSIONS]>,
    partners: Vec<usize>,
    coupler: Coupler,
    /// Probability with which a label is left out; none where labels are not learned.
    drop_labels: Option<f64>,
}

impl PairSource {
    pub fn new(settings: &TrainingSettings, data: Box<dyn TrainingData>) -> Self {
        let [rng, other] = STREAMS.map(|stream| {
            let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
            rng.set_stream(stream);
            rng
        });
        Self {
            rng,
            other,
            data,
            samples: Samples {
                data: vec![[0.0; DIMENSIONS]; settings.batch],
                ..Samples::default()
            },
            within: vec![0.0; settings.batch],
            noise: vec![[0.0; DIMENSIONS]; settings.batch],
            other_ends: Vec::new(),
            partners: Vec::new(),
            coupler: Coupler::new(settings.coupling()).expect("settings that have been checked"),
            drop_labels: settings.labels.then_some(settings.drop_labels),
        }
    }

    /// Every stream that it draws from.
    pub fn streams(&mut self) -> [&mut ChaCha8Rng; 3] {
        [&mut self.rng, &mut self.other, self.data.stream()]
    }

    /// Draws those of the next batch.
    pub fn draw(&mut self) {
        self.draw_ends();
        self.pair_up(self.noise.len());
        if let Some(share) = self.drop_labels {
            for label in &mut self.samples.labels {
                if self.other.random_bool(share) {
                    *label = None;
                }
            }
        }
    }

    /// Draws noise and data, which are not yet paired, and what the times need.
    fn draw_ends(&mut self) {
        self.data.draw(&mut self.samples);
        let given = !self.samples.source.is_empty();
        for (index, (within, noise)) in self.within.iter_mut().zip(&mut self.noise).enumerate() {
            *within = self.rng.random();
            *noise = if given {
                self.samples.source[index].map(f64::from)
            } else {
                [(); DIMENSIONS].map(|()| self.rng.sample(StandardNormal))
            };
        }
        self.other_ends.clear();
        let data = self.samples.data.iter().map(|point| point.map(f64::from));
        self.other_ends.extend(data);
    }

    /// Pairs the first `count` of either, which are whole blocks or all of the batch.
    fn pair_up(&mut self, count: usize) {
        let (noise, data) = (&self.noise[..count], &self.other_ends[..count]);
        let partners = self.coupler.partners(noise, data, &mut self.other);
        self.partners.clear();
        self.partners.extend_from_slice(partners);
    }

    /// The pair of a sample.
    pub fn pair(&self, index: usize) -> Pair {
        let partner = self.partners[index];
        Pair {
            data: self.other_ends[partner],
            noise: self.noise[index],
            label: self.samples.labels.get(partner).copied().flatten(),
        }
    }
}

/// The first `count` pairs x0, x1 of the first batch that a [`Trainer`](super::Trainer) with these settings
/// learns from, in the order of the batch; all of it where it has no more. Only the blocks in which they lie
/// are paired, which changes nothing about them.
///
/// # Errors
/// [`TrainingError`] if a setting is out of its range.
pub fn first_pairs(
    settings: &TrainingSettings,
    data: Box<dyn TrainingData>,
    count: usize,
) -> Result<Vec<[[f64; DIMENSIONS]; 2]>, TrainingError> {
    settings.validate()?;
    let count = count.min(settings.batch);
    let block = settings.coupling().block().unwrap_or(1);
    let mut source = PairSource::new(settings, data);
    source.draw_ends();
    source.pair_up(count.next_multiple_of(block).min(settings.batch));
    let ends = |index| {
        let Pair { noise, data, .. } = source.pair(index);
        [noise, data]
    };
    Ok((0..count).map(ends).collect())
}
