//! Step size and error estimate over t.

use eframe::egui::{Rect, Ui};
use egui_plot::{HLine, Line, LineStyle, MarkerShape, PlotUi, Points};

use super::frame::{
    decades, leaving_line, log_axis, log_grid, log_label, now_line, plot, say, time_axis,
    time_grid, time_range, titled,
};
use crate::app::numbers::{Cell, Table};
use crate::app::palette::Palette;
use crate::app::state::State;
use driftscope_study::session::Shown;
use driftscope_study::session::{Series, Step};

/// Most decades an axis shows.
const MOST_DECADES: f64 = 8.0;

/// The title of the step sizes,
pub const STEP_SIZE: &str = "Step size h";
/// and of the error estimates.
pub const ERROR: &str = "Error estimate / tolerance";

/// The attempted steps of both plots.
pub fn numbers(state: &State) -> Option<Table> {
    let columns = ["particles", "t", "t at the end", "h", "error estimate / tolerance", "accepted"];
    let mut table = Table::new(&columns);
    for series in &state.shown()?.traces.series {
        for step in &series.steps {
            let [t, end, h] = [step.t, step.end, step.h].map(Cell::from);
            let (ratio, accepted) = (step.error_ratio.into(), step.accepted.into());
            table.push([series.label.into(), t, end, h, ratio, accepted]);
        }
    }
    Some(table)
}

/// What `value` is of the kept steps of the first series, over their t.
pub fn curve(state: &State, value: impl Fn(&Step) -> f64) -> Vec<[f64; 2]> {
    let first = state.shown().and_then(|shown| shown.traces.series.first());
    let kept = first.into_iter().flat_map(|series| &series.steps).filter(|step| step.accepted);
    kept.map(|step| [step.t, value(step)]).collect()
}

/// The step size over t; returns the t under the pointer.
pub fn step_size_ui(ui: &mut Ui, rect: Rect, state: &State) -> Option<f64> {
    let palette = state.palette();
    let note = whose(state);
    titled(ui, rect, palette, (STEP_SIZE, note), |ui| {
        let value = |step: &Step| step.h.log10();
        over_time(ui, state, "step size", "h", value, None)
    })
}

/// The error estimate over the tolerance, over t; returns the t under the pointer.
pub fn error_ui(ui: &mut Ui, rect: Rect, state: &State) -> Option<f64> {
    let palette = state.palette();
    titled(ui, rect, palette, (ERROR, ""), |ui| {
        let value = |step: &Step| {
            if step.error_ratio > 0.0 { step.error_ratio.log10() } else { f64::NAN }
        };
        over_time(ui, state, "error estimate", "error / tolerance", value, Some(0.0))
    })
}

/// Whose steps are drawn.
fn whose(state: &State) -> &'static str {
    let series = state.shown().map_or(&[][..], |shown| &shown.traces.series);
    match series {
        [] => "",
        [one] if one.label == "all particles" => "all particles",
        [_] => "every particle alike",
        _ => "median, extremes",
    }
}

fn over_time(
    ui: &mut Ui,
    state: &State,
    id: &'static str,
    quantity: &'static str,
    value: impl Fn(&Step) -> f64,
    threshold: Option<f64>,
) -> Option<f64> {
    let palette = state.palette();
    let series = state.shown().map_or(&[][..], |shown| &shown.traces.series);
    let values = series.iter().flat_map(|series| &series.steps).map(&value);
    let range = decades(values, threshold, MOST_DECADES);
    let floor = *range.start();
    let span = state.scene().time_span();
    let shown = plot(id, palette, time_axis(span), log_axis())
        .x_grid_spacer(move |_| time_grid(span))
        .y_grid_spacer(|input| log_grid(&input))
        .label_formatter(log_label(quantity))
        .show(ui, |plot| {
            plot.set_plot_bounds_x(time_range(span));
            plot.set_plot_bounds_y(range);
            if let Some(threshold) = threshold {
                let line = HLine::new("", threshold)
                    .color(palette.quiet)
                    .style(LineStyle::dashed_loose())
                    .allow_hover(false);
                plot.hline(line);
            }
            if let Some(shown) = state.shown() {
                // Others first, so that the one that stands for all lies on top.
                for (i, series) in series.iter().enumerate().rev() {
                    let above = |step: &Step| {
                        let value = value(step);
                        // f64::max would turn an absent estimate into a small one.
                        if value.is_nan() { value } else { value.max(floor) }
                    };
                    draw(plot, palette, shown, series, i == 0, above);
                }
            }
            leaving_line(plot, palette, (state.pane().leaving(), span));
            now_line(plot, palette, state.time());
            plot.response().hovered().then(|| plot.pointer_coordinate().map(|at| at.x)).flatten()
        });
    if let (Some(shown_state), Some(_)) = (state.shown(), threshold)
        && !shown_state.traces.has_errors()
    {
        let words = if shown_state.recording.scene.is_sde() {
            "SDE steps have no error estimate."
        } else if shown_state.recording.scene.is_adaptive() {
            "No error estimate yet."
        } else {
            "This method estimates no error of its steps here."
        };
        // Above the line of the tolerance.
        let mut upper = shown.response.rect;
        upper.set_bottom(upper.center().y);
        say(ui, upper, palette, words);
    }
    shown.inner
}

/// Accepted steps as a line with dots, rejected ones as crosses.
fn draw(
    plot: &mut PlotUi<'_>,
    palette: &Palette,
    shown: &Shown,
    series: &Series,
    main: bool,
    value: impl Fn(&Step) -> f64,
) {
    let colour = palette.scene(&shown.recording.scene);
    let colour = if main { colour } else { colour.gamma_multiply(0.38) };
    let points = |accepted: bool| -> Vec<[f64; 2]> {
        let steps = series.steps.iter().filter(|step| step.accepted == accepted);
        steps.map(|step| [step.t, value(step)]).filter(|at| at[1].is_finite()).collect()
    };
    let accepted = points(true);
    let crowded = accepted.len() > 120;
    let line = Line::new("", accepted.clone()).color(colour).width(if main { 1.6 } else { 1.2 });
    plot.line(line.allow_hover(false));
    let radius = match (main, crowded) {
        (_, true) => 1.0,
        (true, false) => 3.0,
        (false, false) => 2.0,
    };
    let name = format!("{}, accepted", series.label);
    plot.points(Points::new(name, accepted).color(colour).radius(radius));
    let rejected = points(false);
    if !rejected.is_empty() {
        let alarm = if main { palette.alarm } else { palette.alarm.gamma_multiply(0.45) };
        let crosses = Points::new(format!("{}, rejected", series.label), rejected)
            .color(alarm)
            .shape(MarkerShape::Cross)
            .radius(if main { 5.0 } else { 4.0 });
        plot.points(crosses);
    }
}
