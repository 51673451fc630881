//! The density of the particles that are there: a smoothed histogram.

use driftscope_base::cancel::Cancel;
use driftscope_study::work::Unfinished;
use driftscope_study::{Recording, RecordingRef, Store};
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;
use super::grid::Grid;

/// Points along each side.
const SIDE: usize = 128;
/// Times are told apart in steps of this share of a keyframe.
pub const PER_KEYFRAME: f64 = 2.0;

/// The density of a recording's particles at a keyframe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrowdWanted {
    /// The recording.
    pub recording: RecordingRef,
    /// In parts of a keyframe, [`PER_KEYFRAME`] of them.
    pub keyframe: i64,
    /// Half the side of the square.
    pub reach: f64,
}

impl Drawing for CrowdWanted {
    type Made = Grid;

    fn make(&self, store: &Store, _cancel: &Cancel) -> Result<Grid, Unfinished> {
        let recording = store.recording(&self.recording)?;
        Ok(count(&recording, self.keyframe as f64 / PER_KEYFRAME, self.reach))
    }
}

fn count(recording: &Recording, keyframe: f64, reach: f64) -> Grid {
    let mut values = vec![0.0; SIDE * SIDE];
    let scale = SIDE as f64 / (2.0 * reach);
    for i in 0..recording.count() {
        let Some([x, y]) = recording.at_keyframe(i, keyframe) else { continue };
        let (column, row) = ((x + reach) * scale, (reach - y) * scale);
        if (0.0..SIDE as f64).contains(&column) && (0.0..SIDE as f64).contains(&row) {
            values[row as usize * SIDE + column as usize] += 1.0;
        }
    }
    // Wider where there are fewer to average over.
    let spread = (25.0 / (recording.count() as f64).cbrt()).clamp(1.0, 5.0);
    let values = blurred(&values, spread);
    Grid::new([SIDE; 2], [[-reach; 2], [reach; 2]], &values)
}

/// Two passes, along the rows and along the columns, with a normal of standard deviation `spread`.
fn blurred(values: &[f64], spread: f64) -> Vec<f64> {
    let half = (3.0 * spread).ceil() as i64;
    let weights: Vec<f64> =
        (-half..=half).map(|k| (-0.5 * (k as f64 / spread).powi(2)).exp()).collect();
    let pass = |values: &[f64], along_rows: bool| -> Vec<f64> {
        (0..SIDE * SIDE)
            .map(|i| {
                let (row, column) = ((i / SIDE) as i64, (i % SIDE) as i64);
                let sum = weights.iter().zip(-half..=half).map(|(weight, k)| {
                    let (r, c) = if along_rows { (row, column + k) } else { (row + k, column) };
                    let inside = (0..SIDE as i64).contains(&r) && (0..SIDE as i64).contains(&c);
                    if inside { weight * values[r as usize * SIDE + c as usize] } else { 0.0 }
                });
                sum.sum()
            })
            .collect()
    };
    pass(&pass(values, true), false)
}
