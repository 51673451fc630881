//! The conditional paths through a place of the plane.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_study::lab::{Lens, lens};
use driftscope_study::scene::{Scene, View};
use driftscope_study::work::Unfinished;
use driftscope_study::{Experiment, Store, shared};
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;

/// Paths that are drawn.
const PATHS: usize = 30;

/// What passes a place at one t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LensWanted {
    #[serde(with = "shared")]
    scene: Arc<Scene>,
    t: f64,
    at: [f64; 2],
}

impl LensWanted {
    /// Of the field of `scene`.
    pub fn new(scene: &Scene, t: f64, at: [f64; 2]) -> Self {
        // How it is looked at makes no difference.
        Self { scene: Arc::new(Scene { view: View::default(), ..scene.clone() }), t, at }
    }
}

impl Drawing for LensWanted {
    /// Why there is nothing to see, if there is not.
    type Made = Result<Lens, String>;

    fn make(&self, store: &Store, _cancel: &Cancel) -> Result<Self::Made, Unfinished> {
        let experiment = Experiment::new(&self.scene, &store.networks);
        Ok(experiment.map_err(|error| error.to_string()).and_then(|experiment| {
            lens(&experiment, self.t, self.at, PATHS).map_err(|why| why.to_string())
        }))
    }
}
