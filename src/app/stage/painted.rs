//! The stage without a graphics card: a few hundred particles, drawn by egui itself.

use std::ops::RangeInclusive;
use std::sync::Arc;

use eframe::egui::{Color32, Shape, Ui};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoint, PlotTransform};

use crate::engine::Recording;

/// The most particles drawn this way.
pub const MOST: usize = 600;

/// The first particles of a recording at a keyframe.
pub struct PaintedItem {
    base: PlotItemBase,
    recording: Arc<Recording>,
    colours: Arc<[[u8; 4]]>,
    keyframe: f64,
}

impl PaintedItem {
    /// At most [`MOST`] particles at a fractional keyframe.
    pub fn new(recording: Arc<Recording>, colours: Arc<[[u8; 4]]>, keyframe: f64) -> Self {
        Self { base: PlotItemBase::new(String::new()), recording, colours, keyframe }
    }

    fn positions(&self) -> impl Iterator<Item = (usize, [f64; 2])> {
        let k = self.keyframe.max(0.0) as usize;
        let fraction = self.keyframe - k as f64;
        (0..self.recording.count().min(MOST)).filter_map(move |i| {
            let frames = self.recording.keyframes(i)?;
            let from = frames.get(k)?.map(f64::from);
            let to = frames.get(k + 1).map_or(from, |to| to.map(f64::from));
            let at = [0, 1].map(|axis| from[axis] + fraction * (to[axis] - from[axis]));
            at.iter().all(|x| x.is_finite()).then_some((i, at))
        })
    }
}

impl PlotItem for PaintedItem {
    fn shapes(&self, _ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        for (i, [x, y]) in self.positions() {
            let [r, g, b, _] = self.colours.get(i).copied().unwrap_or_default();
            let at = transform.position_from_point(&PlotPoint::new(x, y));
            shapes.push(Shape::circle_filled(at, 2.2, Color32::from_rgb(r, g, b)));
        }
    }

    fn initialize(&mut self, _x_range: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        Color32::TRANSPARENT
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}
