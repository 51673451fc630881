//! The stage as an item of an `egui_plot` plot.

use std::ops::RangeInclusive;

use eframe::egui::{Color32, Shape, Ui};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotTransform};

use super::appearance::{Appearance, Camera};
use super::callback;

/// Draws a pane inside a plot: above the grid and the items added before it, below those
/// added after it, the plot's cursors and legend; with this very frame's transform, so that
/// it never lags behind the axes. It cannot be hovered and has no entry in the legend.
pub struct StageItem {
    base: PlotItemBase,
    pane: u64,
    pass: usize,
    view: Appearance,
    bounds: PlotBounds,
}

impl StageItem {
    /// The pane as seen by `view`.
    pub fn new(pane: u64, view: Appearance) -> Self {
        let base = PlotItemBase::new(String::new());
        Self { base, pane, pass: 0, view, bounds: PlotBounds::NOTHING }
    }

    /// Another look at the same pane in the same frame: passes are counted below
    /// [`super::PASSES`], and each is drawn at most once a frame.
    #[must_use]
    pub fn pass(mut self, pass: usize) -> Self {
        self.pass = pass;
        self
    }

    /// What the plot should fit when it chooses its bounds by itself: nothing, unless told.
    #[must_use]
    pub fn bounds(mut self, bounds: PlotBounds) -> Self {
        self.bounds = bounds;
        self
    }
}

impl PlotItem for StageItem {
    fn shapes(&self, ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let mut view = self.view;
        view.opacity *= ui.opacity();
        let rect = *transform.frame();
        shapes.push(callback(rect, self.pane, self.pass, Camera::from(transform), view).into());
    }

    fn initialize(&mut self, _x_range: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        Color32::TRANSPARENT
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        self.bounds
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}
