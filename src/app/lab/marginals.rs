//! The error of the marginals against t, for each diffusion form.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_study::lab::MarginalsQuestion;
use driftscope_study::work::Wish;
use eframe::egui::{Color32, Rect, Ui};
use egui_plot::FilledArea;

use super::card::{Card, CardContext};
use super::frame::{Head, column_of_names, dotted, head, inside, log10, say_if_empty};
use crate::app::command::Commands;
use crate::app::numbers::{self, Cell, Table};
use crate::app::palette::Palette;
use crate::app::plots::frame::{
    fine_log_axis, fine_log_grid, fine_range, log_label, now_line, plot, time_axis, time_grid,
    time_range,
};
use crate::app::state::State;

const ABOUT: &str = "Sliced W2 between the particles at t and exact draws of p_t, one line a diffusion form, the ODE included; all with the scene's steps and n. The band is the spread of the floor: inside it nothing is left to be seen. Noise on the way heals errors of the model that the ODE carries along, but needs more steps.";

/// One line a form.
#[derive(Default)]
pub struct Marginals {
    wish: Wish<MarginalsQuestion>,
}

/// Categories that neighbours are told apart by: no two blues or oranges side by side.
const HUES: [usize; 6] = [5, 0, 2, 4, 7, 1];

/// The ODE in the strong ink, the others in colours far from each other.
fn colour(palette: &Palette, form: DiffusionForm) -> Color32 {
    if form == DiffusionForm::None {
        return palette.strong;
    }
    let place = DiffusionForm::ALL.iter().position(|other| *other == form).unwrap_or(0);
    palette.category(HUES[place.saturating_sub(1) % HUES.len()])
}

impl Card for Marginals {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, MarginalsQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let title = Head { title: "Distance to p_t", note: "sliced W2, per form", about: ABOUT };
        let below = head(ui, rect, palette, &title, &mut self.wish, |_| {});
        if say_if_empty(ui, below, palette, &self.wish, latest.is_some()) {
            return;
        }
        let Some(curves) = latest else { return };
        let entries: Vec<(&str, Color32)> = curves
            .iter()
            .map(|curve| match curve.form {
                DiffusionForm::None => ("ODE", palette.strong),
                form => (form.title(), colour(palette, form)),
            })
            .collect();
        let below = column_of_names(ui, below, palette, &entries);
        inside(ui, below, "marginals", |ui| {
            let all = curves.iter().flat_map(|curve| &curve.points);
            // The lower end of the floor's spread can be 0, whose logarithm would take all of the axis.
            let values = all.flat_map(|(_, found)| [found.value, found.floor, found.spread[1]]);
            let range = fine_range(values.map(log10));
            let floor = *range.start();
            let span = context.scene.time_span();
            plot("lab marginals", palette, time_axis(span), fine_log_axis())
                .x_grid_spacer(move |_| time_grid(span))
                .y_grid_spacer(|input| fine_log_grid(&input))
                .label_formatter(log_label("sliced W2"))
                .show(ui, |plot| {
                    plot.set_plot_bounds_x(time_range(span));
                    plot.set_plot_bounds_y(range);
                    if let Some(first) = curves.first() {
                        let of =
                            |pick: &dyn Fn(&(f64, driftscope_solve::measure::Floored)) -> f64| {
                                first.points.iter().map(pick).collect::<Vec<f64>>()
                            };
                        let xs = of(&|(t, _)| *t);
                        let low = of(&|(_, f)| log10(f.spread[0]).max(floor));
                        let high = of(&|(_, f)| log10(f.spread[1]));
                        let low: Vec<f64> =
                            low.iter().map(|y| if y.is_nan() { floor } else { *y }).collect();
                        let area = FilledArea::new("", &xs, &low, &high);
                        plot.add(
                            area.fill_color(palette.quiet.gamma_multiply(0.25)).allow_hover(false),
                        );
                    }
                    for curve in curves.iter().rev() {
                        let points: Vec<[f64; 2]> =
                            curve.points.iter().map(|(t, f)| [*t, log10(f.value)]).collect();
                        dotted(plot, curve.form.title(), colour(palette, curve.form), &points);
                    }
                    now_line(plot, palette, context.state.time());
                });
        });
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Distance to p_t"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let curves = self.wish.latest()?;
        let mut table =
            Table::new(&["form", "t", "sliced W2", "floor", "floor, least", "floor, most"]);
        for curve in curves.iter() {
            for (t, found) in &curve.points {
                let mut row: Vec<Cell> = vec![curve.form.title().into(), (*t).into()];
                row.extend(numbers::floored(Some(found)));
                table.push(row);
            }
        }
        Some(table)
    }
}
