//! The velocity, the score and D(t) times the score on a grid.

use driftscope_base::cancel::Cancel;
use driftscope_study::scene::Layer;
use driftscope_study::work::Unfinished;
use driftscope_study::{Networks, Store};
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;
use super::extract::Extract;

/// Arrows at most, however the view is stretched.
const MOST: usize = 2_000;

/// One place and what was found there.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct FieldValue {
    /// The place.
    pub at: [f64; 2],
    /// Velocity, score, D times score.
    pub vectors: [[f64; 2]; 3],
}

/// What was found all over the view.
#[derive(Debug, Serialize, Deserialize)]
pub struct Field {
    /// Place by place.
    pub found: Vec<FieldValue>,
    /// Distance between neighbours.
    pub spacing: f64,
    /// The size that the longest arrow stands for: of velocities (and D's share), and of scores.
    pub full: [f64; 2],
    /// D(t).
    pub diffusion: f64,
}

impl Field {
    /// What the longest arrow of a layer stands for.
    pub fn full(&self, layer: Layer) -> f64 {
        self.full[usize::from(layer == Layer::Score)]
    }
}

/// The fields of a scene at one t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArrowsWanted(pub Extract);

impl Drawing for ArrowsWanted {
    /// None if the scene is refused.
    type Made = Option<Field>;

    fn make(&self, store: &Store, cancel: &Cancel) -> Result<Option<Field>, Unfinished> {
        find(&self.0, &store.networks, cancel)
    }
}

fn find(key: &Extract, networks: &Networks, cancel: &Cancel) -> Result<Option<Field>, Unfinished> {
    let Some((probe, t)) = key.probe(networks) else { return Ok(None) };
    let mut found = Vec::new();
    let mut diffusion = 0.0;
    for j in key.from[1]..=key.to[1] {
        cancel.check()?;
        for i in key.from[0]..=key.to[0] {
            if found.len() == MOST {
                break;
            }
            let at = [i, j].map(|k| k as f64 * key.spacing);
            let here = probe.at(t, at);
            diffusion = here.diffusion;
            // In the forward direction t falls as the process runs.
            let score = here.score.unwrap_or([f64::NAN; 2]);
            let share = score.map(|s| here.diffusion * s);
            found.push(FieldValue { at, vectors: [here.velocity, score, share] });
        }
    }
    let full = [0, 1].map(|which| {
        let mut sizes: Vec<f64> = found
            .iter()
            .map(|found| size(found.vectors[which]))
            .filter(|size| size.is_finite())
            .collect();
        sizes.sort_unstable_by(f64::total_cmp);
        // The largest twentieth is cut to the longest arrow.
        sizes.get(sizes.len().saturating_sub(1 + sizes.len() / 20)).copied().unwrap_or(1.0)
    });
    Ok(Some(Field { found, spacing: key.spacing, full, diffusion }))
}

/// The length of a vector.
pub fn size([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}
