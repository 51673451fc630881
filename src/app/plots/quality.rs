//! What a network is worth while it learns.

use eframe::egui::{Align2, Rect, RichText, Ui};
use egui_plot::{AxisHints, Line, PlotPoint, Text};

use super::frame::{decades, log_axis, log_grid, plot, say, titled};
use super::loss::round_grid;
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::state::State;
use crate::app::theme::TEXT;

/// The title.
pub const TITLE: &str = "Samples and field";
/// Most decades the axis shows.
const MOST_DECADES: f64 = 4.0;

/// Both curves.
pub fn numbers(state: &State) -> Option<Table> {
    let mut table = Table::new(&["step", "sliced W2", "floor", "RMS error of v"]);
    for quality in state.training()?.qualities.iter() {
        let error = quality.field_error.unwrap_or(f64::NAN);
        let [distance, floor, error] = [quality.distance, quality.floor, error].map(Cell::from);
        table.push([Cell::Count(quality.step), distance, floor, error]);
    }
    Some(table)
}

/// Distance of the samples to the data, and the error of the field, over training steps.
pub fn ui(ui: &mut Ui, rect: Rect, state: &State) {
    let palette = state.palette();
    titled(ui, rect, palette, (TITLE, "in units of the plane"), |ui| {
        let status = state.training();
        let qualities = status.map_or(&[][..], |status| &status.qualities);
        let curve = |value: &dyn Fn(&driftscope_study::Quality) -> Option<f64>| -> Vec<[f64; 2]> {
            qualities
                .iter()
                .filter_map(|quality| Some([quality.step as f64, value(quality)?.log10()]))
                .filter(|point| point[1].is_finite())
                .collect()
        };
        // The names stand apart: the distance falls to its floor, the error lies above both.
        let own = palette.scene(state.scene());
        let curves = [
            ("sliced W2 of samples", own, Align2::RIGHT_TOP, curve(&|q| Some(q.distance))),
            ("its floor", palette.quiet, Align2::LEFT_TOP, curve(&|q| Some(q.floor))),
            ("RMS error of v", palette.text, Align2::RIGHT_BOTTOM, curve(&|q| q.field_error)),
        ];
        let all = curves.iter().flat_map(|(.., points)| points).map(|point| point[1]);
        let range = decades(all, None, MOST_DECADES);
        let steps =
            status.map_or(state.training_settings().steps_made(), |status| status.steps) as f64;
        let x = AxisHints::new_x().formatter(|mark, _| number::count(mark.value.max(0.0) as u64));
        let empty = qualities.is_empty();
        let shown = plot("quality", palette, x, log_axis())
            .x_grid_spacer(|input| round_grid(&input, 4.0))
            .y_grid_spacer(|input| log_grid(&input))
            .show(ui, move |plot| {
                plot.set_plot_bounds_x(0.0..=1.09 * steps);
                plot.set_plot_bounds_y(range);
                for (name, colour, anchor, points) in curves {
                    let last = points.last().copied();
                    plot.line(Line::new(name, points).color(colour).width(1.6));
                    let Some([_, value]) = last else { continue };
                    let place = if anchor == Align2::LEFT_TOP { 0.0 } else { 1.09 * steps };
                    let words = RichText::new(name).size(TEXT).color(palette.text);
                    let at = PlotPoint::new(place, value);
                    plot.text(Text::new("", at, words).anchor(anchor).allow_hover(false));
                }
            });
        if empty {
            let words =
                if status.is_some() { "Measuring…" } else { "No training yet. Press Start." };
            say(ui, shown.response.rect, palette, words);
        }
    });
}
