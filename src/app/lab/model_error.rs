//! The model's error over the plane at the current t, and its mean against t.

use std::sync::Arc;

use driftscope_study::Experiment;
use driftscope_study::lab::{ModelErrorOverTime, PlaneMap, model_error_map, model_error_over_time};
use eframe::egui::{Rect, Ui};
use egui_plot::Line;

use super::desk::{Asked, Desk, Standing};
use super::frame::{Head, band, head, inside, log10, names, say_if_empty, split};
use super::picture::{Picture, Scale};
use super::{Bench, Card};
use crate::app::command::Commands;
use crate::app::plots::frame::{
    decades, log_axis, log_grid, log_label, now_line, plot, time_axis, time_grid, time_range,
};

/// Cells along each side of the map.
const SIDE: usize = 80;
/// Times are told apart to this share of the whole.
const MOMENTS: f64 = 48.0;

const ABOUT: &str = "|v_learned − v_exact| at every point of the plane at the current t. Where no particle ever is, the network has learned nothing, and need not.";
const ABOUT_MEAN: &str = "The mean of |v_learned − v_exact| over draws of p_t, its 10–90 % band, and for comparison the mean speed |v_exact|.";

/// Map and mean.
#[derive(Default)]
pub struct ModelError {
    map: Desk<(Asked, u32), Arc<PlaneMap>>,
    mean: Desk<Asked, ModelErrorOverTime>,
    picture: Picture,
}

impl Card for ModelError {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, bench: &Bench<'_>, _out: &mut Commands) {
        let palette = bench.palette;
        let asked = Asked::field(bench.scene, bench.networks());
        let moment = (bench.state.time().unwrap_or(0.5) * MOMENTS).round().max(0.0) as u32;
        self.mean.ask(bench.lab, asked.clone(), |asked, report| {
            let experiment = Experiment::of_ode(&asked.scene, &asked.networks)?;
            model_error_over_time(&experiment, &report.cancel)
        });
        // Where the mean cannot be measured the map cannot either, whatever t is.
        let refused = matches!(self.mean.standing(), Standing::Failed(_));
        if !refused {
            self.map.ask_when_free(bench.lab, (asked, moment), |(asked, moment), report| {
                let experiment = Experiment::of_ode(&asked.scene, &asked.networks)?;
                let t = f64::from(*moment) / MOMENTS;
                model_error_map(&experiment, t, SIDE, &report.cancel).map(Arc::new)
            });
        }
        let [left, right] = split(rect, 0.42);
        let t = bench.state.time().unwrap_or(0.0);
        let note = format!("|v − v exact| at t = {t:.2}");
        let title = Head { title: "Model error", note: &note, about: ABOUT };
        let below = head::<(Asked, u32), Arc<PlaneMap>>(ui, left, palette, &title, None, |_| {});
        let map = self.map.latest();
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
        let entries =
            [("mean", palette.strong), ("10–90 %", colours[0]), ("mean speed |v|", colours[1])];
        let below =
            head(ui, right, palette, &title, Some(&mut self.mean), |ui| names(ui, &entries));
        let latest = self.mean.latest();
        if say_if_empty(ui, below, palette, &self.mean, latest.is_some()) {
            return;
        }
        let Some(found) = latest else { return };
        inside(ui, below, "mean", |ui| {
            let lows = found.bands.iter().flatten().map(|band| log10(band.low));
            let speeds = found.speed.iter().map(|speed| log10(*speed));
            let range = decades(lows.chain(speeds), None, 6.0);
            let floor = *range.start();
            let span = bench.scene.time_span();
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
                    now_line(plot, palette, bench.state.time());
                });
        });
    }

    fn rest(&mut self) {
        self.map.rest();
        self.mean.rest();
    }
}
