//! The velocity field, the score field and D(t)'s share of the motion, as arrows.

use std::sync::Arc;

use driftscope_study::scene::Layer;
use driftscope_study::work::{Dispatcher, Wish};
use eframe::egui::{Color32, Shape, Stroke, Ui};

use crate::app::palette::Palette;
use crate::app::stage::arrow::{Head, arrow};
use crate::app::stage::canvas::Canvas;
use crate::app::stage::context::LayerContext;
use crate::app::stage::drawings::arrows::{ArrowsWanted, Field, size};
use crate::app::stage::drawings::extract::{self, Extract};
use crate::app::stage::viewport::Window;
use crate::app::stage::work::ViewTask;

/// Arrows along the shorter side of the view, about.
const ALONG: f64 = 15.0;
/// The longest arrow, in units of the distance between two.
const LONGEST: f64 = 0.92;

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

/// How a field is drawn: its place among the vectors, its colour and whether its heads are filled.
fn look(layer: Layer, palette: &Palette) -> Option<(usize, Color32, Head)> {
    match layer {
        Layer::Velocity => Some((0, palette.text, Head::Filled)),
        Layer::Score => Some((1, palette.category(2), Head::Open)),
        Layer::Diffusion => Some((2, palette.noise(), Head::Dot)),
        _ => None,
    }
}

/// Draws the arrows of a layer.
pub fn draw(
    field: &Field,
    layer: Layer,
    (palette, width): (&Palette, f32),
    ui: &Ui,
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let Some((which, colour, head)) = look(layer, palette) else { return };
    let seen = ui.clip_rect();
    let full = field.full(layer);
    for found in &field.found {
        let vector = found.vectors[which];
        let length = size(vector);
        if !(length.is_finite() && length > 0.0 && full > 0.0) {
            continue;
        }
        let shown = field.spacing * LONGEST * (length / full).min(1.0) / length;
        let tip = [0, 1].map(|d| found.at[d] + shown * vector[d]);
        let (from, to) = (canvas.at(found.at), canvas.at(tip));
        if seen.expand(40.0).contains(from) {
            arrow(shapes, from, to, Stroke::new(1.3 * width, colour), head);
        }
    }
}
