//! Streamlines of the velocity field at one t.

mod placement;

use driftscope_base::cancel::Cancel;
use driftscope_study::work::Unfinished;
use driftscope_study::{Networks, Store};
use serde::{Deserialize, Serialize};

use self::placement::{Sampled, placement};
use super::drawing::Drawing;
use super::extract::Extract;

pub use self::placement::Line;

/// The field is sampled so many times per distance between two lines.
const PER_GAP: i64 = 2;
/// Distance of one mark to the next where the field is as fast as usual, in units of the distance
/// between two lines.
const MARKS_APART: f64 = 3.2;

/// The streamlines of a scene at one t.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinesWanted {
    /// What of which field.
    pub extract: Extract,
    /// Where the lines of the moment before were begun: those that fit stay.
    pub seeds: Vec<[f64; 2]>,
}

impl PartialEq for LinesWanted {
    fn eq(&self, other: &Self) -> bool {
        self.extract == other.extract
    }
}

/// Streamlines, as they were found.
#[derive(Debug, Serialize, Deserialize)]
pub struct FoundLines {
    /// The lines.
    pub lines: Vec<Line>,
    /// Time from one mark to the next, the same throughout a run.
    pub period: f64,
}

impl Drawing for LinesWanted {
    /// None if the scene is refused, or nothing moves.
    type Made = Option<FoundLines>;

    fn make(&self, store: &Store, cancel: &Cancel) -> Result<Option<FoundLines>, Unfinished> {
        find(&self.extract, &store.networks, &self.seeds, cancel)
    }
}

fn find(
    key: &Extract,
    networks: &Networks,
    seeds: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Option<FoundLines>, Unfinished> {
    let Some((probe, t)) = key.probe(networks) else { return Ok(None) };
    let corner = key.from.map(|from| from as f64 * key.spacing);
    let size = [0, 1].map(|d| (PER_GAP * (key.to[d] - key.from[d]).max(1) + 1) as usize);
    let spacing = key.spacing / PER_GAP as f64;
    let velocities = probe.velocities(t, &Sampled::places(corner, spacing, size));
    let field = Sampled { corner, spacing, size, velocities };
    // Marks keep their distance while t goes on, so what is usual is taken in the middle of the run.
    let coarse = [0, 1].map(|d| (key.to[d] - key.from[d]).max(1) as usize + 1);
    let places = Sampled::places(corner, key.spacing, coarse);
    let half_way = key.t_at(0.5).min(probe.last_time());
    let usual = median_speed(&probe.velocities(half_way, &places));
    cancel.check()?;
    let Some(usual) = usual else { return Ok(None) };
    let lines = placement(&field, key.spacing, usual, seeds);
    Ok(Some(FoundLines { lines, period: MARKS_APART * key.spacing / usual }))
}

/// The median of the speeds that are finite, if it is above 0.
fn median_speed(velocities: &[f64]) -> Option<f64> {
    let (xs, ys) = velocities.split_at(velocities.len() / 2);
    let mut speeds: Vec<f64> =
        xs.iter().zip(ys).map(|(x, y)| x.hypot(*y)).filter(|speed| speed.is_finite()).collect();
    speeds.sort_unstable_by(f64::total_cmp);
    speeds.get(speeds.len() / 2).copied().filter(|&speed| speed > 0.0)
}
