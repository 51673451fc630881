//! The velocity field, the score field and D(t)'s share of the motion, as arrows.

use std::sync::Arc;

use driftscope_study::scene::Layer;
use driftscope_study::work::{Dispatcher, Unfinished, Wish};
use driftscope_study::{Networks, Store};
use eframe::egui::{Color32, Shape, Stroke, Ui};
use serde::{Deserialize, Serialize};

use super::extract::{self, Extract};
use crate::app::palette::Palette;
use crate::app::stage::arrow::{Head, arrow};
use crate::app::stage::canvas::Canvas;
use crate::app::stage::context::LayerContext;
use crate::app::stage::viewport::Window;
use crate::app::stage::work::{Drawing, ViewTask};

/// Arrows along the shorter side of the view, about.
const ALONG: f64 = 15.0;
/// The longest arrow, in units of the distance between two.
const LONGEST: f64 = 0.92;
/// Arrows at most, however the view is stretched.
const MOST: usize = 2_000;

/// One place and what was found there.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Found {
    at: [f64; 2],
    /// Velocity, score, D times score.
    vectors: [[f64; 2]; 3],
}

/// What was found all over the view.
#[derive(Debug, Serialize, Deserialize)]
pub struct Field {
    found: Vec<Found>,
    spacing: f64,
    /// The size that the longest arrow stands for: of velocities (and D's share), and of scores.
    full: [f64; 2],
    /// D(t).
    pub diffusion: f64,
}

/// The fields of a scene at one t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArrowsWanted(pub Extract);

impl Drawing for ArrowsWanted {
    /// None if the scene is refused.
    type Made = Option<Field>;

    fn make(&self, store: &Store) -> Result<Option<Field>, Unfinished> {
        Ok(find(&self.0, &store.networks))
    }
}

/// The fields of one pane.
#[derive(Default)]
pub struct Arrows {
    wish: Wish<ArrowsWanted>,
}

impl Arrows {
    /// Starts and collects what the layers show.
    pub fn update(
        &mut self,
        work: &Dispatcher<ViewTask>,
        context: &LayerContext<'_>,
        seen: Window,
    ) {
        let extract = Extract::of(context, seen, (ALONG, extract::ROUND));
        self.wish.ask_when_free(work, ArrowsWanted(extract));
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.wish.is_busy()
    }

    /// What was found last.
    pub fn field(&self) -> Option<&Field> {
        self.made()?.as_ref().as_ref()
    }

    /// The same to keep.
    pub fn made(&self) -> Option<&Arc<Option<Field>>> {
        self.wish.latest()
    }
}

fn find(key: &Extract, networks: &Networks) -> Option<Field> {
    let (probe, t) = key.probe(networks)?;
    let mut found = Vec::new();
    let mut diffusion = 0.0;
    for j in key.from[1]..=key.to[1] {
        for i in key.from[0]..=key.to[0] {
            if found.len() == MOST {
                break;
            }
            let at = [i, j].map(|k| k as f64 * key.spacing);
            let here = probe.at(t, at);
            diffusion = here.diffusion;
            // In the forward direction t falls as the process runs.
            let share = here.score.map(|s| here.diffusion * s);
            found.push(Found { at, vectors: [here.velocity, here.score, share] });
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
    Some(Field { found, spacing: key.spacing, full, diffusion })
}

fn size([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

/// How a field is drawn: its place in [`Found`], its colour and whether its heads are filled.
fn look(layer: Layer, palette: &Palette) -> Option<(usize, Color32, Head)> {
    match layer {
        Layer::Velocity => Some((0, palette.text, Head::Filled)),
        Layer::Score => Some((1, palette.category(2), Head::Open)),
        Layer::Diffusion => Some((2, palette.noise(), Head::Dot)),
        _ => None,
    }
}

impl Field {
    /// What the longest arrow of a layer stands for.
    pub fn full(&self, layer: Layer) -> f64 {
        self.full[usize::from(layer == Layer::Score)]
    }

    /// Draws the arrows of a layer.
    pub fn draw(
        &self,
        layer: Layer,
        palette: &Palette,
        width: f32,
        ui: &Ui,
        canvas: &Canvas<'_>,
        shapes: &mut Vec<Shape>,
    ) {
        let Some((which, colour, head)) = look(layer, palette) else { return };
        let seen = ui.clip_rect();
        let full = self.full(layer);
        for found in &self.found {
            let vector = found.vectors[which];
            let length = size(vector);
            if !(length.is_finite() && length > 0.0 && full > 0.0) {
                continue;
            }
            let shown = self.spacing * LONGEST * (length / full).min(1.0) / length;
            let tip = [0, 1].map(|d| found.at[d] + shown * vector[d]);
            let (from, to) = (canvas.at(found.at), canvas.at(tip));
            if seen.expand(40.0).contains(from) {
                arrow(shapes, from, to, Stroke::new(1.3 * width, colour), head);
            }
        }
    }
}
