//! The loss of a training.

use eframe::egui::{Rect, Ui};
use egui_plot::{AxisHints, GridInput, GridMark, HoverPosition, Line};

use super::frame::{plot, say, titled};
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::state::State;

/// The title.
pub const TITLE: &str = "Training loss";

/// The curve.
pub fn numbers(state: &State) -> Option<Table> {
    let mut table = Table::new(&["step", "loss"]);
    for &(step, loss) in state.training()?.curve.iter() {
        table.push([Cell::Count(step), f64::from(loss).into()]);
    }
    Some(table)
}

/// Loss over training steps.
pub fn ui(ui: &mut Ui, rect: Rect, state: &State) {
    let palette = state.palette();
    titled(ui, rect, palette, (TITLE, state.training_settings().loss.quantity), |ui| {
        let status = state.training();
        let points: Vec<[f64; 2]> = status
            .map(|status| status.curve.iter().map(|&(k, y)| [k as f64, f64::from(y)]).collect())
            .unwrap_or_default();
        let steps = status.map_or(state.training_settings().steps, |status| status.steps) as f64;
        let [low, high] = range(&points);
        let x = AxisHints::new_x().formatter(|mark, _| number::count(mark.value.max(0.0) as u64));
        let y = AxisHints::new_y().formatter(|mark, _| loss(mark));
        let colour = palette.scene(state.scene());
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
                plot.line(Line::new("loss", points).color(colour).width(1.6));
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

/// The range of the losses, in round numbers; a first spike does not flatten the rest.
fn range(points: &[[f64; 2]]) -> [f64; 2] {
    let skipped = if points.len() > 8 { points.len() / 50 + 1 } else { 0 };
    let (low, high) = points[skipped..]
        .iter()
        .filter(|point| point[1].is_finite())
        .fold((f64::INFINITY, 0.0_f64), |(low, high), point| {
            (low.min(point[1]), high.max(point[1]))
        });
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

fn round_grid(input: &GridInput, marks: f64) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let step = round_step(high - low, marks);
    let [first, last] = [(low / step).ceil(), (high / step).floor()].map(|k| k as i64);
    (first..=last).map(|k| GridMark { value: k as f64 * step, step_size: step }).collect()
}
