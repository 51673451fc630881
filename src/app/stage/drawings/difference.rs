//! How far particles are from their references, so much enlarged that it can be seen.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_study::work::Unfinished;
use driftscope_study::{Recording, RecordingRef, Store, shared};
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;

/// The mean distance at the end is enlarged to about this, in units of the plane.
const SHOWN: f64 = 0.3;

/// How far a complete recording is from its reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceWanted {
    /// The recording.
    pub recording: RecordingRef,
    /// Its reference.
    pub reference: RecordingRef,
}

impl Drawing for DifferenceWanted {
    type Made = Difference;

    fn make(&self, store: &Store, _cancel: &Cancel) -> Result<Difference, Unfinished> {
        let [recording, reference] =
            [store.recording(&self.recording)?, store.recording(&self.reference)?];
        Ok(Difference::of(&recording, &reference))
    }
}

/// The paths of the particles as they would be if they were `magnified` times as far off.
#[derive(Debug, Serialize, Deserialize)]
pub struct Difference {
    /// Keyframes as in the recording, of the first `particles`.
    #[serde(with = "shared::slice")]
    pub positions: Arc<[[f32; 2]]>,
    /// Where the references are at the same keyframes.
    pub references: Vec<[f32; 2]>,
    /// Particles that have a reference.
    pub particles: usize,
    /// A power of ten, at least 1.
    pub magnified: f64,
    /// Root mean square of the distances at the end.
    pub distance: f64,
}

impl Difference {
    /// Of a complete recording.
    #[must_use]
    pub fn of(recording: &Recording, reference: &Recording) -> Self {
        let particles = recording.count().min(reference.count());
        let squares = recording.ends().zip(reference.ends()).filter_map(|(end, wanted)| {
            let square = (end[0] - wanted[0]).powi(2) + (end[1] - wanted[1]).powi(2);
            square.is_finite().then_some(square)
        });
        let (sum, count) = squares.fold((0.0, 0_usize), |(sum, n), square| (sum + square, n + 1));
        let distance = (sum / count.max(1) as f64).sqrt();
        let power = (SHOWN / distance.max(1e-12)).log10().floor().max(0.0);
        let magnified = 10.0_f64.powf(power);
        let keyframes = recording.times.len();
        let mut positions = Vec::with_capacity(particles * keyframes);
        let mut references = Vec::with_capacity(particles * keyframes);
        for i in 0..particles {
            let frames = recording.keyframes(i).unwrap_or_default();
            for (frame, &t) in frames.iter().zip(recording.times.iter()) {
                let wanted = reference.position_at(i, t).unwrap_or([f64::NAN; 2]);
                let shown = [0, 1]
                    .map(|d| (wanted[d] + magnified * (f64::from(frame[d]) - wanted[d])) as f32);
                positions.push(shown);
                references.push(wanted.map(|x| x as f32));
            }
        }
        Self { positions: positions.into(), references, particles, magnified, distance }
    }

    /// Where particle `i` and its reference are drawn at a fractional keyframe.
    #[must_use]
    pub fn at(&self, i: usize, keyframe: f64, keyframes: usize) -> Option<[[f64; 2]; 2]> {
        if i >= self.particles {
            return None;
        }
        let k = (keyframe.max(0.0) as usize).min(keyframes - 1);
        let next = (k + 1).min(keyframes - 1);
        let fraction = keyframe - k as f64;
        let place = |all: &[[f32; 2]]| {
            let [from, to] = [k, next].map(|k| all[i * keyframes + k].map(f64::from));
            [0, 1].map(|d| from[d] + fraction * (to[d] - from[d]))
        };
        let places = [place(&self.positions), place(&self.references)];
        places.iter().flatten().all(|x| x.is_finite()).then_some(places)
    }
}
