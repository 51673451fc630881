//! What the run cost: a small table, and particles by evaluations.

use driftscope_study::Spread;
use eframe::egui::{Align, FontId, Layout, Rect, RichText, Ui, vec2};
use egui_plot::{AxisHints, Bar, BarChart, GridInput, GridMark};

use super::frame::{plot, say, titled};
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT, semibold};

const LINE: f32 = 5.0 * UNIT;
const NAME_WIDTH: f32 = 21.0 * UNIT;

/// The title.
pub const TITLE: &str = "Evaluations per particle";

/// The counts of every particle.
pub fn numbers(state: &State) -> Option<Table> {
    let mut table = Table::new(&["particle", "evaluations", "accepted steps", "rejected attempts"]);
    for (particle, counts) in state.recording()?.counts().enumerate() {
        let all = [counts.nfe, counts.accepted, counts.rejected];
        let [nfe, accepted, rejected] = all.map(|count| Cell::Count(count.into()));
        table.push([particle.into(), nfe, accepted, rejected]);
    }
    Some(table)
}

/// Counts per particle.
pub fn ui(ui: &mut Ui, rect: Rect, state: &State) {
    let palette = state.palette();
    titled(ui, rect, palette, (TITLE, ""), |ui| {
        table(ui, state);
        ui.add_space(UNIT);
        histogram(ui, state);
    });
}

fn table(ui: &mut Ui, state: &State) {
    let palette = state.palette();
    let traces = state.shown().map(|shown| &shown.traces);
    let spread = |pick: fn(&driftscope_study::session::Traces) -> Spread| traces.map(pick);
    let rows = [
        ("evaluations", spread(|traces| traces.nfe)),
        ("accepted", spread(|traces| traces.accepted)),
        ("rejected", spread(|traces| traces.rejected)),
    ];
    let number_width = ((ui.available_width() - NAME_WIDTH) / 3.0).min(14.0 * UNIT);
    let name_width = ui.available_width() - 3.0 * number_width;
    let row = |ui: &mut Ui, cells: [String; 4], quiet: bool| {
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), LINE),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                let [name, numbers @ ..] = cells;
                ui.allocate_ui_with_layout(
                    vec2(name_width, LINE),
                    Layout::left_to_right(Align::Center),
                    |ui| {
                        ui.set_min_width(name_width);
                        ui.label(RichText::new(name).color(palette.quiet));
                    },
                );
                for number in numbers {
                    let size = vec2(number_width, LINE);
                    let layout = Layout::right_to_left(Align::Center);
                    ui.allocate_ui_with_layout(size, layout, |ui| {
                        ui.set_min_width(size.x);
                        let text = RichText::new(number);
                        ui.label(if quiet {
                            text.color(palette.quiet)
                        } else {
                            text.color(palette.strong).family(semibold())
                        });
                    });
                }
            },
        );
    };
    row(ui, ["", "min", "mean", "max"].map(str::to_owned), true);
    for (name, spread) in rows {
        let cells = match spread {
            Some(Spread { min, mean, max }) => [
                name.to_owned(),
                number::count(min.into()),
                number::mean(mean),
                number::count(max.into()),
            ],
            None => [name, "–", "–", "–"].map(str::to_owned),
        };
        row(ui, cells, false);
    }
}

fn histogram(ui: &mut Ui, state: &State) {
    let palette = state.palette();
    let traces = state.shown().map(|shown| &shown.traces);
    if traces.is_none() {
        say(ui, ui.available_rect_before_wrap(), palette, "Nothing has been solved yet.");
        return;
    }
    let (bars, width) =
        traces.map_or((&[][..], 1.0), |traces| (traces.histogram.as_slice(), traces.bar_width));
    let colour = state.shown().map_or(palette.quiet, |shown| palette.scene(&shown.recording.scene));
    let first = bars.first().map_or(0.0, |bar| bar.nfe);
    let last = bars.last().map_or(1.0, |bar| bar.nfe);
    // A single bar should look like one, not like a wall.
    let room = (5.0 * width - (last - first)).max(2.0 * width) / 2.0;
    let tallest = bars.iter().map(|bar| bar.particles).fold(1.0, f64::max);
    let charted = bars
        .iter()
        .map(|bar| Bar::new(bar.nfe, bar.particles).width(0.82 * width))
        .collect::<Vec<_>>();
    let chart = BarChart::new("", charted).color(colour).element_formatter(Box::new(|bar, _| {
        let particles = number::count(bar.value as u64);
        let noun = number::plural(bar.value, "particle", "particles");
        format!("{particles} {noun}\n{} evaluations", number::count(bar.argument as u64))
    }));
    let x = AxisHints::new_x().formatter(|mark, _| number::count(mark.value.max(0.0) as u64));
    let y = AxisHints::new_y().formatter(|mark, _| number::count(mark.value.max(0.0) as u64));
    let font = FontId::proportional(TEXT);
    let x = x.tick_label_font(font);
    let marks: Vec<GridMark> = x_marks(first, last, width);
    plot("evaluations", palette, x, y)
        .x_grid_spacer(move |_| marks.clone())
        .y_grid_spacer(|input| count_grid(&input))
        .show_grid([false, true])
        .label_formatter(|_| None)
        .show(ui, move |plot| {
            plot.set_plot_bounds_x(first - room..=last + room);
            plot.set_plot_bounds_y(0.0..=1.12 * tallest);
            plot.bar_chart(chart);
        });
}

/// Marks under bars, at most four.
fn x_marks(first: f64, last: f64, width: f64) -> Vec<GridMark> {
    let bars = ((last - first) / width).round() as usize + 1;
    let every = bars.div_ceil(4).max(1);
    (0..bars)
        .step_by(every)
        .map(|i| GridMark { value: first + i as f64 * width, step_size: every as f64 * width })
        .collect()
}

/// About three marks at round numbers of particles.
fn count_grid(input: &GridInput) -> Vec<GridMark> {
    let high = input.bounds.1;
    let power = 10.0_f64.powf(high.log10().floor());
    let step = [0.5, 1.0, 2.0, 5.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| high / step <= 4.0)
        .unwrap_or(power)
        .max(1.0);
    (0..=(high / step) as usize)
        .map(|k| GridMark { value: k as f64 * step, step_size: step })
        .collect()
}
