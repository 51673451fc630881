//! Straightness and curvature, per interpolant.

use driftscope_base::interpolant::Interpolant;
use driftscope_study::lab::{Transport, TransportQuestion};
use driftscope_study::work::Wish;
use eframe::egui::{Align2, Color32, FontId, Rect, Stroke, Ui, pos2};
use egui_plot::Line;

use super::card::{Card, CardContext};
use super::frame::{Head, head, inside, log10, say_if_empty, split};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{self, Cell, Table};
use crate::app::palette::Palette;
use crate::app::plots::frame::{
    decades, log_axis, log_grid, log_label, now_line, plot, time_axis, time_grid, time_range,
};
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT};

const ABOUT: &str = "Path length over chord length of 128 reference trajectories: median and 10–90 % band, 1 if straight. A straight path is crossed in one step. Right: the curvature |v × a|/|v|³ of the paths against t, in the median.";

/// Room for a number beside a name, in points.
const NUMBER: f32 = 9.0 * UNIT;

/// Bars and curves.
#[derive(Default)]
pub struct TransportCard {
    wish: Wish<TransportQuestion>,
}

fn colour(palette: &Palette, path: Interpolant) -> Color32 {
    let colour = match path {
        Interpolant::Linear => palette.quantity(0.2),
        Interpolant::Gvp => palette.quantity(0.55),
        Interpolant::Vp => palette.quantity(0.95),
    };
    // Thin lines need what words need.
    palette.word(colour, palette.ground)
}

impl Card for TransportCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, TransportQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let title = Head { title: "Straightness", note: "path / chord, curvature", about: ABOUT };
        let below = head(ui, rect, palette, &title, &mut self.wish, |_| {});
        if say_if_empty(ui, below, palette, &self.wish, latest.is_some()) {
            return;
        }
        let Some(found) = latest else { return };
        let [left, right] = split(below, 0.44);
        ratios(ui, left, palette, &found, context.scene.classic().is_some());
        inside(ui, right, "curvature", |ui| curvatures(ui, context, &found));
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Straightness"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut table = Table::new(&[
            "interpolant",
            "t",
            "curvature, 10 %",
            "curvature, median",
            "curvature, 90 %",
            "path / chord, 10 %",
            "path / chord, median",
            "path / chord, 90 %",
        ]);
        for own in found.iter() {
            for (t, band) in own.times.iter().zip(&own.curvature) {
                let mut row: Vec<Cell> = vec![own.interpolant.title().into(), (*t).into()];
                row.extend(numbers::band(band.as_ref()));
                row.extend(numbers::band(own.ratio.as_ref()));
                table.push(row);
            }
        }
        Some(table)
    }
}

/// One row an interpolant: the band as a bar over the ratio.
fn ratios(ui: &Ui, rect: Rect, palette: &Palette, found: &[Transport], classic: bool) {
    let most = found.iter().filter_map(|t| t.ratio).map(|band| band.high).fold(1.05, f64::max);
    let x =
        |ratio: f64| rect.left() + ((ratio - 1.0) / (most - 1.0)) as f32 * (rect.width() - UNIT);
    let font = FontId::proportional(TEXT);
    let mut top = rect.top();
    for transport in found {
        let colour = colour(palette, transport.interpolant);
        let name = if classic { "This flow" } else { transport.interpolant.title() };
        let painter = ui.painter();
        let name = painter.layout(name.to_owned(), font.clone(), colour, rect.width());
        // Where its last line leaves no room beside it, the number has a line of its own.
        let last = name.rows.last().map_or(0.0, |row| row.rect().width());
        let line = name.size().y / name.rows.len().max(1) as f32;
        let below = if last + NUMBER > rect.width() { line } else { 0.0 };
        let height = name.size().y + below;
        painter.galley(pos2(rect.left(), top), name, colour);
        if let Some(band) = transport.ratio {
            let words = number::three(band.median);
            let at = pos2(rect.right(), top + height - line);
            painter.text(at, Align2::RIGHT_TOP, words, font.clone(), palette.strong);
            let y = top + height + 2.0 * UNIT;
            let line = |from: f64, to: f64| [pos2(x(from), y), pos2(x(to), y)];
            painter.line_segment(line(1.0, most), Stroke::new(1.0, palette.line));
            let wide = Stroke::new(5.0, colour.gamma_multiply(0.4));
            painter.line_segment(line(band.low, band.high), wide);
            painter.circle_filled(pos2(x(band.median), y), 4.5, colour);
        }
        top += height + 6.0 * UNIT;
    }
    let ends = [(1.0, Align2::LEFT_TOP), (most, Align2::RIGHT_TOP)];
    for (ratio, anchor) in ends {
        let at = pos2(x(ratio), top);
        ui.painter().text(at, anchor, number::three(ratio), font.clone(), palette.quiet);
    }
    let (at, words) = (pos2(rect.left(), top + 5.0 * UNIT), "path / chord: median, 10–90 %");
    let words = ui.painter().layout(words.to_owned(), font, palette.quiet, rect.width());
    ui.painter().galley(at, words, palette.quiet);
}

fn curvatures(ui: &mut Ui, context: &CardContext<'_>, found: &[Transport]) {
    let palette = context.palette;
    let curve = |transport: &Transport| -> Vec<[f64; 2]> {
        let bands = transport.times.iter().zip(&transport.curvature);
        bands.filter_map(|(&t, band)| Some([t, log10((*band)?.median)])).collect()
    };
    let values = found.iter().flat_map(curve).map(|[_, y]| y);
    let range = decades(values, None, 5.0);
    let span = context.scene.time_span();
    plot("lab curvature", palette, time_axis(span), log_axis().label("curvature"))
        .x_grid_spacer(move |_| time_grid(span))
        .y_grid_spacer(|input| log_grid(&input))
        .label_formatter(log_label("curvature"))
        .show(ui, |plot| {
            plot.set_plot_bounds_x(time_range(span));
            plot.set_plot_bounds_y(range);
            for transport in found {
                let name = transport.interpolant.title();
                let line = Line::new(name, curve(transport));
                plot.line(line.color(colour(palette, transport.interpolant)).width(1.8));
            }
            now_line(plot, palette, context.state.time());
        });
}
