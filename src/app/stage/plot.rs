//! The plot of a pane: its axes, and how it is zoomed.

use driftscope_study::scene::Projection;
use eframe::egui::{FontId, Id, Vec2};
use egui_plot::{AxisHints, Plot, PlotUi};

use super::axes::{grid, tick};
use super::viewport::extent;
use crate::app::state::State;
use crate::app::theme::TEXT;
use driftscope_study::session::PaneState;

/// Width of the axis of y with its names, in points: `−2`, and `−0.5` where so little is seen that halves are
/// named. It must not follow the names, since these follow the room that it leaves.
const AXIS_WIDTH: [f32; 2] = [24.0, 37.0];
/// Heights of the plane, in its units, below which halves are named.
const HALVES: f64 = 5.0;

/// The plot of a pane, empty.
pub fn plot<'a>(state: &State, pane: &PaneState, projection: Projection) -> Plot<'a> {
    let palette = state.palette();
    let font = FontId::proportional(TEXT);
    let [x, y] = [AxisHints::new_x(), AxisHints::new_y()].map(|axis| {
        axis.formatter(|mark, _| tick(mark.value))
            .tick_label_color(palette.quiet)
            .tick_label_font(font.clone())
            .label_spacing(40.0..=60.0)
    });
    let [low, high] = extent(&pane.scene);
    let halves = usize::from(high[1] - low[1] < HALVES);
    let id = Id::unique(("stage", pane.key));
    let plot = Plot::new(("stage", pane.key)).id(id);
    let plot = match projection {
        Projection::Plane => plot.data_aspect(1.0),
        Projection::OverTime => plot,
    };
    plot.set_margin_fraction(Vec2::ZERO)
        .allow_boxed_zoom(false)
        .allow_scroll(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .custom_x_axes(vec![x])
        .custom_y_axes(vec![y.min_thickness(AXIS_WIDTH[halves])])
        .x_grid_spacer(|input| grid(&input))
        .y_grid_spacer(|input| grid(&input))
        .grid_color(palette.grid)
        .show_x(false)
        .show_y(false)
        .label_formatter(|_| None)
}

/// Scrolling zooms around the pointer.
pub fn zoom_by_scrolling(plot: &mut PlotUi<'_>) {
    if !plot.response().hovered() {
        return;
    }
    let scrolled = plot.ctx().input(|input| input.smooth_scroll_delta().y);
    if scrolled != 0.0 {
        plot.zoom_bounds_around_hovered(Vec2::splat((scrolled * 0.004).exp()));
    }
}
