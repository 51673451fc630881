//! There and back: how far inversion can be trusted.

use driftscope_solve::measure::Band;
use driftscope_study::lab::{RoundTripQuestion, RoundTrips, Setting};
use driftscope_study::work::Wish;
use eframe::egui::{Rect, Ui};
use egui_plot::{AxisHints, Points, VLine};

use super::card::{Card, CardContext};
use super::frame::{Head, LABELLED, band, inside, log_x_grid, log10, two_halves};
use super::picture::{Scale, bar_ui, square, with_bar};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{self, Cell, Table};
use crate::app::plots::frame::{decades, log_axis, log_grid, log_label, plot};
use crate::app::state::State;

/// Colours that are told apart.
const SHADES: usize = 24;

const ABOUT: &str = "300 draws of the data go to noise along the flow and come back, with the scene's method both ways. The distance between where a particle set out and where it came back, against tolerance (rtol = atol) or steps: median and 10–90 % band.";
const ABOUT_MAP: &str = "The same particles where they set out, coloured by their round-trip error at the scene's own setting.";

/// Curve and map.
#[derive(Default)]
pub struct RoundTripCard {
    wish: Wish<RoundTripQuestion>,
}

impl Card for RoundTripCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, RoundTripQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let title = Head { title: "There and back", note: "round-trip error", about: ABOUT };
        let own = latest.as_ref().and_then(|trips| {
            let band = Band::of(trips.own.errors.iter().copied())?;
            Some(format!("{}, median {}", trips.own.setting, number::three(band.median)))
        });
        let note = own.unwrap_or_default();
        let beside = Head { title: "Per particle", note: &note, about: ABOUT_MAP };
        let heads = [&title, &beside];
        let shown = two_halves(ui, (rect, 0.6), palette, heads, &mut self.wish, |_| {});
        let Some((trips, [below, second])) = shown else { return };
        inside(ui, below, "trips", |ui| curve(ui, context, &trips));
        map(ui, second, context, &trips);
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "There and back"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut table = Table::new(&[
            "setting",
            "evaluations there and back",
            "error, 10 %",
            "error, median",
            "error, 90 %",
        ]);
        for (setting, nfe, band) in &found.settings {
            let mut row: Vec<Cell> = vec![setting.to_string().into(), (*nfe).into()];
            row.extend(numbers::band(band.as_ref()));
            table.push(row);
        }
        Some(table)
    }
}

/// Where a setting stands along x: tolerances fall to the right, as precision rises.
fn place(setting: Setting) -> f64 {
    match setting {
        Setting::Steps(steps) => (steps as f64).log10(),
        Setting::Tolerance { rtol, .. } => -rtol.log10(),
    }
}

fn curve(ui: &mut Ui, context: &CardContext<'_>, trips: &RoundTrips) {
    let palette = context.palette;
    let adaptive = trips.settings.iter().any(|(s, ..)| matches!(s, Setting::Tolerance { .. }));
    let xs: Vec<f64> = trips.settings.iter().map(|(setting, ..)| place(*setting)).collect();
    let bands: Vec<Option<Band>> = trips.settings.iter().map(|(.., band)| *band).collect();
    let values = bands.iter().flatten().flat_map(|band| [log10(band.low), log10(band.high)]);
    let range = decades(values, None, 16.0);
    let floor = *range.start();
    let quantity = if adaptive { "rtol = atol" } else { "steps" };
    let x = AxisHints::new_x().label(quantity).min_thickness(LABELLED).formatter(move |mark, _| {
        let exponent = mark.value.round() as i32;
        number::power_of_ten(if adaptive { -exponent } else { exponent })
    });
    let own = place(trips.own.setting);
    let colour = palette.scene(context.scene);
    plot("lab round trips", palette, x, log_axis())
        .x_grid_spacer(|input| log_x_grid(&input))
        .y_grid_spacer(|input| log_grid(&input))
        .label_formatter(log_label("round-trip error"))
        .show(ui, |plot| {
            let (low, high) = if adaptive { (0.7, 9.3) } else { (0.5, 2.8) };
            plot.set_plot_bounds_x(low..=high);
            plot.set_plot_bounds_y(range);
            band(plot, "median", colour, (&xs, &bands), floor);
            let medians: Vec<[f64; 2]> = xs
                .iter()
                .zip(&bands)
                .filter_map(|(&x, band)| Some([x, log10((*band)?.median)]))
                .collect();
            plot.points(Points::new("", medians).color(colour).radius(3.0).allow_hover(false));
            let now = VLine::new("", own).color(palette.now.gamma_multiply(0.7)).width(1.0);
            plot.vline(now.allow_hover(false));
        });
}

fn map(ui: &mut Ui, rect: Rect, context: &CardContext<'_>, trips: &RoundTrips) {
    let palette = context.palette;
    let scale = Scale::of(&trips.own.errors, true);
    let mut shades: Vec<Vec<[f64; 2]>> = vec![Vec::new(); SHADES];
    let mut lost: Vec<[f64; 2]> = Vec::new();
    for (place, error) in trips.own.data.iter().zip(&trips.own.errors) {
        if error.is_nan() {
            lost.push(*place);
        } else {
            let shade = (scale.share(*error) * (SHADES - 1) as f64).round() as usize;
            shades[shade].push(*place);
        }
    }
    let reach = trips.own.data.iter().flatten().fold(1.0_f64, |r, x| r.max(x.abs())) * 1.05;
    let [plane, bar] = with_bar(rect);
    inside(ui, plane, "trip map", |ui| {
        square("lab trip map", palette, reach).label_formatter(|_| None).show(ui, |plot| {
            for (shade, places) in shades.into_iter().enumerate() {
                let share = shade as f64 / (SHADES - 1) as f64;
                let dots = Points::new("", places).color(palette.quantity(share)).radius(3.0);
                plot.points(dots.allow_hover(false));
            }
            let crosses = Points::new("", lost)
                .color(palette.alarm)
                .shape(egui_plot::MarkerShape::Cross)
                .radius(4.0);
            plot.points(crosses.allow_hover(false));
        });
    });
    bar_ui(ui, bar, palette, scale);
}
