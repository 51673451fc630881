//! The tolerance explorer: evaluations and error over atol × rtol.

use driftscope_study::lab::{Cell, Setting, ToleranceGrid, TolerancesQuestion};
use driftscope_study::work::Wish;
use eframe::egui::{Align2, Color32, FontId, Rect, Stroke, Ui, pos2, vec2};

use super::card::{Card, CardContext};
use super::frame::{Head, cell, choose, head, say_if_empty};
use super::picture::Scale;
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::numbers::Table;
use crate::app::palette::Palette;
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT};

const ABOUT: &str = "Each cell is a solve of 64 particles: its evaluations per particle, or its global error (RMS at the end). A step may err by atol + rtol·|y| in each coordinate: below the line the relative part is the larger one, above it the absolute. Click a cell to load it.";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shows {
    #[default]
    Evaluations,
    Error,
}

/// The grid.
#[derive(Default)]
pub struct Tolerances {
    shows: Shows,
    wish: Wish<TolerancesQuestion>,
}

impl Card for Tolerances {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, TolerancesQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let title = Head { title: "Tolerances", note: "", about: ABOUT };
        let shows = &mut self.shows;
        let below = head(ui, rect, palette, &title, &mut self.wish, |ui| {
            let options = [(Shows::Evaluations, "Evaluations"), (Shows::Error, "Global error")];
            choose(ui, shows, &options);
        });
        if say_if_empty(ui, below, palette, &self.wish, latest.is_some()) {
            return;
        }
        if let Some(grid) = latest {
            grid_ui(ui, below, context, &grid, self.shows, out);
        }
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Tolerances"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut table = Table::new(&[
            "atol",
            "rtol",
            "evaluations",
            "global error",
            "relative part of the tolerance",
        ]);
        for (atol, row) in found.atols.iter().zip(&found.cells) {
            for (rtol, cell) in found.rtols.iter().zip(row) {
                let of = |pick: fn(&Cell) -> f64| cell.as_ref().map_or(f64::NAN, pick).into();
                let values = [of(|c| c.nfe), of(|c| c.global_error), of(|c| c.relative)];
                let [nfe, error, relative] = values;
                table.push([(*atol).into(), (*rtol).into(), nfe, error, relative]);
            }
        }
        Some(table)
    }
}

fn grid_ui(
    ui: &mut Ui,
    rect: Rect,
    context: &CardContext<'_>,
    grid: &ToleranceGrid,
    shows: Shows,
    out: &mut Commands,
) {
    let palette = context.palette;
    let value = |cell: &Cell| match shows {
        Shows::Evaluations => cell.nfe,
        Shows::Error => cell.global_error,
    };
    let values: Vec<f64> = grid.cells.iter().flatten().flatten().map(value).collect();
    let scale = Scale::of(&values, true);
    let area = Rect::from_min_max(
        pos2(rect.left() + 17.0 * UNIT, rect.top()),
        pos2(rect.right(), rect.bottom() - 6.0 * UNIT),
    );
    let (rows, columns) = (grid.atols.len(), grid.rtols.len());
    let size = vec2(area.width() / columns as f32, area.height() / rows as f32);
    let font = FontId::proportional(TEXT);
    let exponent = |value: f64| value.log10().round() as i32;
    for (j, rtol) in grid.rtols.iter().enumerate() {
        let at = pos2(area.left() + (j as f32 + 0.5) * size.x, area.bottom() + UNIT);
        let words = number::power_of_ten(exponent(*rtol));
        let words = if j == 0 { format!("rtol {words}") } else { words };
        ui.painter().text(at, Align2::CENTER_TOP, words, font.clone(), palette.quiet);
    }
    for (i, atol) in grid.atols.iter().enumerate() {
        let at = pos2(area.left() - 1.5 * UNIT, area.top() + (i as f32 + 0.5) * size.y);
        let words = number::power_of_ten(exponent(*atol));
        let words = if i == 0 { format!("atol {words}") } else { words };
        ui.painter().text(at, Align2::RIGHT_CENTER, words, font.clone(), palette.quiet);
    }
    let sampler = &context.scene.sampler;
    let nearest = |values: &[f64], wanted: f64| {
        let distance = |i: &usize| (values[*i].log10() - wanted.log10()).abs();
        (0..values.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let here = (nearest(&grid.atols, sampler.atol), nearest(&grid.rtols, sampler.rtol));
    let relative =
        |i: usize, j: usize| grid.cells.get(i)?.get(j)?.as_ref().map(|cell| cell.relative > 0.5);
    for i in 0..rows {
        for j in 0..columns {
            let Some(found) = &grid.cells[i][j] else { continue };
            let corner = pos2(area.left() + j as f32 * size.x, area.top() + i as f32 * size.y);
            let place = Rect::from_min_size(corner, size).shrink(0.5);
            let fill = palette.quantity(scale.share(value(found)));
            let words = match shows {
                Shows::Evaluations => number::count(found.nfe.round() as u64),
                Shows::Error if found.global_error.is_nan() => "–".to_owned(),
                Shows::Error => format!("{:.0e}", found.global_error),
            };
            let ring = (here == (Some(i), Some(j))).then_some(palette.strong);
            let response = cell(ui, place, (fill, ink_on(fill, palette)), &words, ring);
            let name = format!(
                "atol {}, rtol {}",
                number::scientific(grid.atols[i]),
                number::scientific(grid.rtols[j]),
            );
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_role(eframe::egui::accesskit::Role::Button);
                node.set_label(name.clone());
            });
            let in_force = if found.relative > 0.5 { "rtol" } else { "atol" };
            let about = format!(
                "{name}\n{} evaluations, global error {}\n{in_force} is in force: the relative part is {:.0} % of the tolerance",
                number::mean(found.nfe),
                number::three(found.global_error),
                100.0 * found.relative,
            );
            if response.on_hover_text(about).clicked() {
                let setting = Setting::Tolerance { rtol: grid.rtols[j], atol: grid.atols[i] };
                let scene =
                    setting.of(context.state.scene(), context.state.scene().sampler.method());
                out.push(Command::set_whole(context.state.scene(), &scene));
            }
            // The line between the two kinds of cells.
            let edge = Stroke::new(2.0, palette.now);
            if relative(i, j + 1).is_some_and(|other| Some(other) != relative(i, j)) {
                let x = corner.x + size.x;
                ui.painter().line_segment([pos2(x, corner.y), pos2(x, corner.y + size.y)], edge);
            }
            if relative(i + 1, j).is_some_and(|other| Some(other) != relative(i, j)) {
                let y = corner.y + size.y;
                ui.painter().line_segment([pos2(corner.x, y), pos2(corner.x + size.x, y)], edge);
            }
        }
    }
}

/// Ink that can be read on a colour.
fn ink_on(fill: Color32, palette: &Palette) -> Color32 {
    let [r, g, b, _] = fill.to_array().map(f32::from);
    let bright = 0.299 * r + 0.587 * g + 0.114 * b > 125.0;
    let (dark, light) = if palette.dark {
        (palette.ground, palette.strong)
    } else {
        (palette.strong, palette.ground)
    };
    if bright { dark } else { light }
}
