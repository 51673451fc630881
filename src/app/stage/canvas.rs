//! Anything that is drawn in the plot's coordinates, as an item of an `egui_plot` plot.

use std::ops::RangeInclusive;

use eframe::egui::{Color32, Pos2, Shape, Ui};
use egui_plot::{
    PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoint, PlotTransform, PlotUi,
};

/// Something that is drawn in the plot's coordinates.
pub type Draw<'a> = Box<dyn Fn(&Ui, &Canvas<'_>, &mut Vec<Shape>) + 'a>;

/// Adds a drawing to a plot. It takes no part in fitting the view.
pub fn add<'a>(plot: &mut PlotUi<'a>, draw: Draw<'a>) {
    plot.add(DrawnItem { base: PlotItemBase::new(String::new()), draw });
}

/// Draws by a function of the plot's transform.
struct DrawnItem<'a> {
    base: PlotItemBase,
    draw: Draw<'a>,
}

/// Where the plot's coordinates lie on the screen.
pub struct Canvas<'a>(&'a PlotTransform);

impl<'a> Canvas<'a> {
    /// The canvas of a plot.
    pub fn new(transform: &'a PlotTransform) -> Self {
        Self(transform)
    }

    /// The point of the screen at a point of the plot.
    pub fn at(&self, [x, y]: [f64; 2]) -> Pos2 {
        self.0.position_from_point(&PlotPoint::new(x, y))
    }

    /// The point of the plot at a point of the screen.
    pub fn under(&self, at: Pos2) -> [f64; 2] {
        let PlotPoint { x, y } = self.0.value_from_position(at);
        [x, y]
    }

    /// How many points of the screen one unit of the plot takes.
    pub fn scale(&self) -> f32 {
        self.0.dpos_dvalue_x().abs() as f32
    }
}

impl PlotItem for DrawnItem<'_> {
    fn shapes(&self, ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        (self.draw)(ui, &Canvas(transform), shapes);
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
