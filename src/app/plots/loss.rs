//! The loss of a training.

use eframe::egui::{Align2, Rect, RichText, Ui};
use egui_plot::{AxisHints, GridInput, GridMark, HoverPosition, Line, LineStyle, PlotPoint, Text};

use super::frame::{plot, say, titled};
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::state::State;
use crate::app::theme::TEXT;
use driftscope_study::TrainingStatus;

/// The title.
pub const TITLE: &str = "Training loss";

/// The curves.
pub fn numbers(state: &State) -> Option<Table> {
    state.training()?;
    let mut table = Table::new(&["pane", "step", "loss"]);
    for (pane, status) in state.session.trainings() {
        for &(step, loss) in status.curve.iter() {
            table.push([Cell::Count(pane as u64 + 1), Cell::Count(step), f64::from(loss).into()]);
        }
    }
    Some(table)
}

/// The curve of a training.
fn points(status: &TrainingStatus) -> Vec<[f64; 2]> {
    status.curve.iter().map(|&(step, loss)| [step as f64, f64::from(loss)]).collect()
}

/// Loss over training steps.
pub fn ui(ui: &mut Ui, rect: Rect, state: &State) {
    let palette = state.palette();
    titled(ui, rect, palette, (TITLE, state.training_settings().loss.quantity), |ui| {
        let status = state.training();
        let selected = state.scene().training_of(state.selected());
        // That of the selected pane lies above the others.
        let others = state.session.trainings().filter(|(pane, _)| *pane != selected);
        let others: Vec<(usize, Vec<[f64; 2]>)> =
            others.map(|(pane, status)| (pane, points(status))).collect();
        let points = status.map(points).unwrap_or_default();
        let all = state.session.trainings().map(|(_, status)| status.steps);
        let steps = all.max().unwrap_or(state.training_settings().steps_made()) as f64;
        let floor = status.and_then(|status| status.least_loss);
        let ranges = others.iter().map(|(_, points)| range(points, floor));
        let [low, high] = ranges.fold(range(&points, floor), |[low, high], other| {
            [low.min(other[0]), high.max(other[1])]
        });
        let x = AxisHints::new_x().formatter(|mark, _| number::count(mark.value.max(0.0) as u64));
        let y = AxisHints::new_y().formatter(|mark, _| loss(mark));
        let colour = palette.scene(state.scene());
        let quiet = palette.quiet;
        let empty = points.is_empty();
        let shown = plot("loss", palette, x, y)
            .x_grid_spacer(|input| round_grid(&input, 4.0))
            .y_grid_spacer(|input| round_grid(&input, 4.0))
            .label_formatter(|position| match position {
                HoverPosition::NearDataPoint { position, .. } => Some(format!(
                    "step {}\nloss {}",
                    number::count(position.x as u64),
                    number::three(position.y)
                )),
                HoverPosition::Elsewhere { .. } => None,
            })
            .show(ui, move |plot| {
                // The last mark needs room for its label.
                plot.set_plot_bounds_x(0.0..=1.09 * steps);
                plot.set_plot_bounds_y(low..=high);
                if let Some(floor) = floor {
                    plot.line(
                        Line::new("least possible", vec![[0.0, floor], [steps, floor]])
                            .color(quiet)
                            .style(LineStyle::dashed_dense())
                            .width(1.2),
                    );
                    let place = PlotPoint::new(steps, floor);
                    let words = RichText::new("least possible").size(TEXT).color(quiet);
                    plot.text(Text::new("least possible", place, words).anchor(Align2::RIGHT_TOP));
                }
                let several = !others.is_empty();
                let mut curve = |pane: usize, points: Vec<[f64; 2]>, colour| {
                    let last = points.last().copied();
                    plot.line(Line::new("loss", points).color(colour).width(1.6));
                    let Some([step, loss]) = last.filter(|_| several) else { return };
                    let words = RichText::new(format!("{}", pane + 1)).size(TEXT).color(colour);
                    let words = Text::new("pane", PlotPoint::new(step, loss), words);
                    plot.text(words.anchor(Align2::LEFT_CENTER));
                };
                for (pane, points) in others {
                    curve(pane, points, palette.text);
                }
                curve(selected, points, colour);
            });
        if empty {
            let words =
                if status.is_some() { "Measuring…" } else { "No training yet. Press Start." };
            say(ui, shown.response.rect, palette, words);
        }
    });
}

/// A loss with as many digits as its distance to the next mark needs.
fn loss(mark: GridMark) -> String {
    let decimals = (-mark.step_size.log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{:.decimals$}", mark.value)
}

/// The range of the losses and of the least one, in round numbers; a first spike does not flatten the rest.
fn range(points: &[[f64; 2]], floor: Option<f64>) -> [f64; 2] {
    let skipped = if points.len() > 8 { points.len() / 50 + 1 } else { 0 };
    let losses = points[skipped..].iter().map(|point| point[1]).chain(floor);
    let (low, high) = losses
        .filter(|loss| loss.is_finite())
        .fold((f64::INFINITY, 0.0_f64), |(low, high), loss| (low.min(loss), high.max(loss)));
    if low > high {
        return [0.0, 1.0];
    }
    let step = round_step(high - low + 0.02 * high, 4.0);
    [(low / step - 0.25).floor() * step, (high / step + 0.25).ceil() * step]
}

fn round_step(span: f64, marks: f64) -> f64 {
    let rough = (span / marks).max(1e-9);
    let power = 10.0_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|&step| step >= rough)
        .unwrap_or(power)
}

/// Marks in round numbers, about so many.
pub fn round_grid(input: &GridInput, marks: f64) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let step = round_step(high - low, marks);
    let [first, last] = [(low / step).ceil(), (high / step).floor()].map(|k| k as i64);
    (first..=last).map(|k| GridMark { value: k as f64 * step, step_size: step }).collect()
}
