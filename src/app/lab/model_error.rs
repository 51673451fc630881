//! The model's error over the plane at the current t, and its mean against t.

use driftscope_study::lab::{ModelErrorMapQuestion, ModelErrorQuestion};
use driftscope_study::work::{Standing, Wish};
use eframe::egui::{Rect, Ui};
use egui_plot::Line;

use super::card::{Card, CardContext};
use super::frame::{Head, band, head, inside, log10, names, plain_head, say_if_empty, split};
use super::picture::{Picture, Scale};
use crate::app::command::Commands;
use crate::app::numbers::{self, Cell, Table};
use crate::app::plots::frame::{
    decades, log_axis, log_grid, log_label, now_line, plot, time_axis, time_grid, time_range,
};
use crate::app::state::State;

const ABOUT: &str = "|v_learned − v_exact| at every point of the plane at the current t. Where no particle ever is, the network has learned nothing, and need not.";
const ABOUT_MEAN: &str = "The mean of |v_learned − v_exact| over draws of p_t, its 10–90 % band, and for comparison the mean speed |v_exact|. The same error as one of E[x1|x], σ/W times it, and of E[x0|x], α/W times it: a network of the data that errs by a little errs in v by ever more towards the data, one of the noise towards the noise.";

/// Map and mean.
#[derive(Default)]
pub struct ModelError {
    map: Wish<ModelErrorMapQuestion>,
    mean: Wish<ModelErrorQuestion>,
    picture: Picture,
}

impl Card for ModelError {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.mean.ask(context.work, ModelErrorQuestion::new(context.scene));
        // Where the mean cannot be measured the map cannot either, whatever t is.
        let refused = matches!(self.mean.standing(), Standing::Failed(_));
        if !refused {
            let now = context.state.time().unwrap_or(0.5);
            self.map.ask_when_free(context.work, ModelErrorMapQuestion::new(context.scene, now));
        }
        let [left, right] = split(rect, 0.42);
        let t = context.state.time().unwrap_or(0.0);
        let note = format!("|v − v exact| at t = {t:.2}");
        let title = Head { title: "Model error", note: &note, about: ABOUT };
        let below = plain_head(ui, left, palette, &title, |_| {});
        let map = self.map.latest().cloned();
        let empty = if refused {
            say_if_empty(ui, below, palette, &self.mean, false)
        } else {
            say_if_empty(ui, below, palette, &self.map, map.is_some())
        };
        if let (false, Some(map)) = (empty, map) {
            // Whole decades, so that colours can be compared while t moves.
            let high = 10.0_f64.powf(log10(Scale::of(&map.values, true).high).ceil());
            let scale = Scale { low: high * 1e-4, high, log: true };
            self.picture.ui(ui, below, palette, ("lab model error", &map, scale), |_| {});
        }
        let title = Head { title: "Mean model error over p_t", note: "", about: ABOUT_MEAN };
        let colours = [palette.quantity(0.55), palette.quiet];
        let entries = [
            ("mean", palette.strong),
            ("10–90 %", colours[0]),
            ("mean speed |v|", colours[1]),
            ("in x₁", palette.quantity(0.2)),
            ("in x₀", palette.quantity(0.9)),
        ];
        let below =
            head(ui, right, palette, &title, &mut self.mean, |ui| names(ui, palette, &entries));
        let latest = self.mean.latest().cloned();
        if say_if_empty(ui, below, palette, &self.mean, latest.is_some()) {
            return;
        }
        let Some(found) = latest else { return };
        inside(ui, below, "mean", |ui| {
            let lows = found.bands.iter().flatten().map(|band| log10(band.low));
            let speeds = found.speed.iter().map(|speed| log10(*speed));
            let range = decades(lows.chain(speeds), None, 6.0);
            let floor = *range.start();
            let span = context.scene.time_span();
            plot("lab mean model error", palette, time_axis(span), log_axis())
                .x_grid_spacer(move |_| time_grid(span))
                .y_grid_spacer(|input| log_grid(&input))
                .label_formatter(log_label("|v|"))
                .show(ui, |plot| {
                    plot.set_plot_bounds_x(time_range(span));
                    plot.set_plot_bounds_y(range);
                    band(plot, "median error", colours[0], (&found.times, &found.bands), floor);
                    let line = |values: &[f64]| -> Vec<[f64; 2]> {
                        found.times.iter().zip(values).map(|(t, v)| [*t, log10(*v)]).collect()
                    };
                    let mean = Line::new("mean error", line(&found.mean)).color(palette.strong);
                    plot.line(mean.width(1.8));
                    let speed = Line::new("mean speed", line(&found.speed)).color(colours[1]);
                    plot.line(speed.width(1.2));
                    for ((name, colour), values) in
                        [entries[3], entries[4]].into_iter().zip([&found.in_data, &found.in_noise])
                    {
                        plot.line(Line::new(name, line(values)).color(colour).width(1.2));
                    }
                    now_line(plot, palette, context.state.time());
                });
        });
    }

    fn rest(&mut self) {
        self.map.rest();
        self.mean.rest();
    }

    fn title(&self) -> &'static str {
        "Model error"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.mean.latest()?;
        let mut table = Table::new(&[
            "t",
            "mean error",
            "error, 10 %",
            "error, median",
            "error, 90 %",
            "mean speed",
            "error of E[x1|x]",
            "error of E[x0|x]",
        ]);
        for (i, t) in found.times.iter().enumerate() {
            let mut row: Vec<Cell> = vec![(*t).into(), found.mean[i].into()];
            row.extend(numbers::band(found.bands[i].as_ref()));
            row.extend([found.speed[i], found.in_data[i], found.in_noise[i]].map(Cell::from));
            table.push(row);
        }
        Some(table)
    }
}
