//! The part of a field that a layer shows: whose field, at which t, on which grid.

use std::sync::Arc;

use driftscope_study::scene::{Scene, View};
use driftscope_study::{Experiment, Networks, Probe, shared};
use serde::{Deserialize, Serialize};

use crate::app::stage::context::LayerContext;
use crate::app::stage::viewport::Window;

/// Times are told apart in steps of this share of the run.
const TIME_STEPS: f64 = 200.0;
/// Distances between neighbours, in powers of ten, so that zooming does not change them all the
/// time: those of grid lines, and finer ones.
pub const ROUND: &[f64] = &[1.0, 2.0, 2.5, 5.0, 10.0];
/// The finer ones.
pub const FINE: &[f64] = &[1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.4, 8.0, 10.0];
/// A pane of any shape is covered up to this many views from the middle.
const FARTHEST: f64 = 4.0;

/// What decides what a layer finds in a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extract {
    #[serde(with = "shared")]
    scene: Arc<Scene>,
    /// In [`TIME_STEPS`].
    time: i64,
    /// Distance between neighbours on the grid.
    pub spacing: f64,
    /// First and last multiple of it, in both directions.
    pub from: [i64; 2],
    /// The last ones.
    pub to: [i64; 2],
}

impl Extract {
    /// What is `seen`, with at most `along` places of the grid along the shorter side of the view, at
    /// one of the `distances` from each other.
    pub fn of(context: &LayerContext<'_>, seen: Window, (along, distances): (f64, &[f64])) -> Self {
        let LayerContext { scene, t, window, .. } = *context;
        let (start, end) = scene.time_span();
        let time = ((t - start) / (end - start) * TIME_STEPS).round() as i64;
        let spacing = round_up(2.0 * window.half[0].min(window.half[1]) / along, distances);
        let edge = |sign: f64, d: usize| {
            // One more, for what reaches in from outside.
            let half = seen.half[d].min(FARTHEST * window.half[d]) + spacing;
            ((seen.centre[d] + sign * half) / spacing).round() as i64
        };
        Self {
            // How it is looked at makes no difference.
            scene: Arc::new(Scene { view: View::default(), ..scene.clone() }),
            time,
            spacing,
            from: [edge(-1.0, 0), edge(-1.0, 1)],
            to: [edge(1.0, 0), edge(1.0, 1)],
        }
    }

    /// Whether the other is of the same field, at most `most` time steps away and no larger or
    /// smaller.
    pub fn is_akin(&self, other: &Self, most: i64) -> bool {
        (self.time - other.time).abs() <= most
            && self.spacing.to_bits() == other.spacing.to_bits()
            && self.scene == other.scene
    }

    /// The field and the t at which it is asked; none if the scene is refused.
    pub fn probe(&self, networks: &Networks) -> Option<(Probe, f64)> {
        let probe = Probe::new(Experiment::new(&self.scene, networks).ok()?);
        let t = self.t_at(self.time as f64 / TIME_STEPS).min(probe.last_time());
        Some((probe, t))
    }

    /// The t at a share of the run.
    pub fn t_at(&self, share: f64) -> f64 {
        let (start, end) = self.scene.time_span();
        start + share * (end - start)
    }
}

/// The next of `steps` times a power of ten.
fn round_up(rough: f64, steps: &[f64]) -> f64 {
    let power = 10.0_f64.powf(rough.log10().floor());
    let mut distances = steps.iter().map(|step| step * power);
    distances.find(|distance| *distance >= rough).unwrap_or(rough)
}
