//! What a solve leaves behind for the views.

mod joined;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use driftscope_solve::fixed::StepTotal;
use driftscope_solve::{Attempt, Counts, Stop, Track};
use serde::{Deserialize, Serialize};

use crate::scene::Scene;

/// A run of a scene: keyframes of every particle, counts, and the log of attempted steps.
///
/// A recording in the making holds the first blocks only; what is there never changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recording {
    /// First and last time of the noisy or adaptive part (noising times in the forward direction).
    pub interval: (f64, f64),
    /// Grows with every request; tells recordings apart.
    pub id: u64,
    /// The scene it shows.
    #[serde(with = "crate::shared")]
    pub scene: Arc<Scene>,
    /// Times t of the keyframes in the order they were passed; falling in the forward direction.
    #[serde(with = "crate::shared::slice")]
    pub times: Arc<[f64]>,
    /// The particles solved so far, in order and without gaps.
    #[serde(with = "crate::shared::list")]
    pub blocks: Vec<Arc<Block>>,
    /// The steps all particles share (fixed steps, SDEs, whole batch), or none where each takes
    /// its own. Error ratios are RMS over the particles they were estimated for.
    #[serde(with = "crate::shared::optional_slice")]
    pub shared_log: Option<Arc<[Attempt]>>,
    /// What that log was made of, where this is a share of a recording and its steps are fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_totals: Option<Vec<StepTotal>>,
    /// The network whose field was followed; none where this program trained it, or there is none.
    pub network: Option<ForeignWords>,
    /// Whether the network learned from noise and data that were paired, so that there is no score.
    #[serde(default)]
    pub paired: bool,
    /// Whether all particles are there.
    pub complete: bool,
    /// Why the batch as a whole stopped early.
    pub batch_stop: Option<Stop>,
    /// Wall time since the solve began.
    pub elapsed: Duration,
}

/// What is known of a network that was trained elsewhere, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignWords {
    /// What it is, and how its derivatives are had.
    pub about: String,
    /// How it was read, such as `prediction = noise, interpolant = vp, time = index`.
    pub read_as: String,
}

/// The identity of a recording that is going to be made: greater than all before, and never given twice in
/// one process.
#[must_use]
pub fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The first picture of a recording in the making shows so many particles.
pub(crate) const FIRST_PICTURE: usize = 256;
/// Every further picture shows this many times more.
const GROWTH: usize = 4;

/// Whether a picture of so many particles is due, if the one before showed so many.
pub(crate) fn is_worth_a_picture(count: usize, shown: usize) -> bool {
    count >= if shown == 0 { FIRST_PICTURE } else { GROWTH * shown }
}

/// Consecutive particles of a recording.
#[derive(Debug, Serialize, Deserialize)]
pub struct Block {
    /// Number of the first particle.
    pub first: usize,
    /// Keyframe k of the i-th particle here at `i·keyframes + k`, in units of the plane; NaN once a
    /// particle has stopped.
    #[serde(with = "crate::shared::slice")]
    pub positions: Arc<[[f32; 2]]>,
    /// The same in double precision, where that was asked for.
    pub precise: Option<Vec<[f64; 2]>>,
    /// Where the particles ended, in the precision of the solve.
    pub ends: Vec<[f64; 2]>,
    /// Totals per particle.
    pub counts: Vec<Counts>,
    /// Attempts of the first particles here; fewer than `counts` where not all were logged.
    pub logs: Vec<Vec<Attempt>>,
    /// Particles (by number in the recording) that stopped early.
    pub stops: Vec<(usize, Stop)>,
}

impl Block {
    pub(super) fn new(first: usize, track: Track) -> Self {
        Self {
            first,
            positions: track.positions.into(),
            precise: track.precise,
            ends: track.ends,
            counts: track.counts,
            logs: track.logs,
            stops: track.stops.into_iter().map(|(i, stop)| (first + i, stop)).collect(),
        }
    }

    /// The same without keyframes and logs.
    pub(super) fn without_paths(&self) -> Self {
        Self {
            first: self.first,
            positions: Arc::new([]),
            precise: None,
            ends: self.ends.clone(),
            counts: self.counts.clone(),
            logs: Vec::new(),
            stops: self.stops.clone(),
        }
    }
}

/// Smallest, mean and largest of a count over the particles.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Spread {
    /// Smallest.
    pub min: u32,
    /// Mean.
    pub mean: f64,
    /// Largest.
    pub max: u32,
}

impl Spread {
    /// The spread of `values`; zeros if there are none.
    #[must_use]
    pub fn of(values: impl Iterator<Item = u32>) -> Self {
        let (mut min, mut max, mut sum, mut count) = (u32::MAX, 0, 0.0, 0_u32);
        for value in values {
            min = min.min(value);
            max = max.max(value);
            sum += f64::from(value);
            count += 1;
        }
        if count == 0 { Self::default() } else { Self { min, mean: sum / f64::from(count), max } }
    }
}

impl Recording {
    /// Particles there so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.first + block.counts.len())
    }

    /// Counts of every particle there so far, in order.
    pub fn counts(&self) -> impl Iterator<Item = &Counts> {
        self.blocks.iter().flat_map(|block| &block.counts)
    }

    /// Last positions of every particle there so far, in order.
    pub fn ends(&self) -> impl Iterator<Item = [f64; 2]> {
        self.blocks.iter().flat_map(|block| block.ends.iter().copied())
    }

    /// Logs of the particles that have one: number and attempts.
    pub fn logs(&self) -> impl Iterator<Item = (usize, &[Attempt])> {
        self.blocks.iter().flat_map(|block| {
            block.logs.iter().enumerate().map(|(i, log)| (block.first + i, log.as_slice()))
        })
    }

    /// Keyframes of particle `i`, if it is there.
    #[must_use]
    pub fn keyframes(&self, i: usize) -> Option<&[[f32; 2]]> {
        let (block, place) = self.place(i)?;
        block.positions.get(place)
    }

    /// Keyframes of particle `i` in the best precision there is, if it is there.
    #[must_use]
    pub fn precise_keyframes(&self, i: usize) -> Option<Vec<[f64; 2]>> {
        let (block, place) = self.place(i)?;
        match &block.precise {
            Some(precise) => precise.get(place).map(<[_]>::to_vec),
            None => Some(block.positions.get(place)?.iter().map(|x| x.map(f64::from)).collect()),
        }
    }

    /// The block of particle `i`, and where its keyframes stand there.
    fn place(&self, i: usize) -> Option<(&Block, std::ops::Range<usize>)> {
        let index = self.blocks.partition_point(|block| block.first <= i).checked_sub(1)?;
        let block = self.blocks.get(index)?;
        let width = self.times.len();
        let start = (i - block.first) * width;
        Some((block, start..start + width))
    }

    /// Where particle `i` is at a keyframe position (index and fraction), on the chord between its
    /// neighbours; none where it is not.
    #[must_use]
    pub fn at_keyframe(&self, i: usize, position: f64) -> Option<[f64; 2]> {
        let frames = self.keyframes(i)?;
        let k = (position.max(0.0) as usize).min(frames.len() - 1);
        let fraction = (position - k as f64).clamp(0.0, 1.0);
        let from = frames[k].map(f64::from);
        let to = frames.get(k + 1).map_or(from, |to| to.map(f64::from));
        let at = [0, 1].map(|d| from[d] + fraction * (to[d] - from[d]));
        at.iter().all(|x| x.is_finite()).then_some(at)
    }

    /// Counts of particle `i`, if it is there.
    #[must_use]
    pub fn counts_of(&self, i: usize) -> Option<&Counts> {
        let block = self
            .blocks
            .get(self.blocks.partition_point(|block| block.first <= i).checked_sub(1)?)?;
        block.counts.get(i - block.first)
    }

    /// Evaluations per particle.
    #[must_use]
    pub fn nfe(&self) -> Spread {
        Spread::of(self.counts().map(|counts| counts.nfe))
    }

    /// Accepted steps per particle.
    #[must_use]
    pub fn accepted(&self) -> Spread {
        Spread::of(self.counts().map(|counts| counts.accepted))
    }

    /// Rejected attempts per particle.
    #[must_use]
    pub fn rejected(&self) -> Spread {
        Spread::of(self.counts().map(|counts| counts.rejected))
    }

    /// Particles that stopped early, with the reason of the first of them (the batch's own, if it
    /// stopped as a whole).
    #[must_use]
    pub fn stopped(&self) -> Option<(usize, Stop)> {
        if let Some(stop) = self.batch_stop {
            return Some((self.count(), stop));
        }
        let mut stops = self.blocks.iter().flat_map(|block| &block.stops);
        let first = stops.next()?;
        Some((1 + stops.count(), first.1))
    }

    /// The position of time `t` among the keyframes: index and fraction.
    #[must_use]
    pub fn keyframe_of_time(&self, t: f64) -> f64 {
        let times = &self.times;
        let last = times.len() - 1;
        let falling = times[last] < times[0];
        let passed = times.partition_point(|&k| if falling { k >= t } else { k <= t });
        if passed == 0 {
            return 0.0;
        }
        let k = (passed - 1).min(last);
        if k == last {
            return last as f64;
        }
        k as f64 + (t - times[k]) / (times[k + 1] - times[k])
    }

    /// The time at a keyframe position (index and fraction).
    #[must_use]
    pub fn time_of_keyframe(&self, position: f64) -> f64 {
        let last = self.times.len() - 1;
        let k = (position.max(0.0) as usize).min(last);
        if k == last {
            return self.times[last];
        }
        let fraction = position - k as f64;
        self.times[k] + fraction * (self.times[k + 1] - self.times[k])
    }
}
