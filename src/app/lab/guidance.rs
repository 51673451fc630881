//! What guidance samples, beside the tilted density.

use driftscope_study::lab::{Guided, GuidedAt, GuidedQuestion, Moments};
use driftscope_study::work::Wish;
use eframe::egui::{Grid, Rect, RichText, Ui};
use egui_plot::{AxisHints, Line, VLine};

use super::card::{Card, CardContext};
use super::frame::{Head, dotted, inside, log10, names, two_halves};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::palette::Palette;
use crate::app::plots::frame::{decades, log_axis, log_grid, log_label, plot};
use crate::app::plots::round_grid;
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

const ABOUT: &str = "Sliced W2 between what the guided flow samples and draws of the tilted density p(x) p(c|x)^w, over the scale w. Only at w = 1 are they the same: the noised tilted density is not the tilted noised density (Bradley & Nakkiran 2024).";
const ABOUT_TABLE: &str = "Mean and standard deviation of what is sampled and of the tilted density, at the scale of the scene.";

/// Distance over the scale, and the moments at the scene's own.
#[derive(Default)]
pub struct GuidanceCard {
    wish: Wish<GuidedQuestion>,
}

impl Card for GuidanceCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, GuidedQuestion::new(context.scene));
        let title = Head { title: "Guidance and the tilted density", note: "", about: ABOUT };
        let entries = [("sliced W2", palette.scene(context.scene)), ("its floor", palette.quiet)];
        let own = context.scene.guidance.scale;
        let note = format!("at w = {}", number::three(own));
        let beside = Head { title: "What is sampled", note: &note, about: ABOUT_TABLE };
        let shown = two_halves(ui, (rect, 0.5), palette, [&title, &beside], &mut self.wish, |ui| {
            names(ui, palette, &entries);
        });
        let Some((found, [below, second])) = shown else { return };
        inside(ui, below, "over w", |ui| over_scales(ui, context, &found));
        let at = found.scales.iter().find(|at| (at.scale - own).abs() <= 1e-9);
        if let Some(at) = at {
            inside(ui, second, "moments", |ui| moments(ui, palette, at));
        }
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Guidance and the tilted density"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut columns = vec!["w"];
        columns.extend(["mean x", "mean y", "std x", "std y"]);
        columns.extend(["tilted mean x", "tilted mean y", "tilted std x", "tilted std y"]);
        columns.extend(["sliced W2", "its floor"]);
        let mut table = Table::new(&columns);
        for at in &found.scales {
            let mut row: Vec<Cell> = vec![at.scale.into()];
            for Moments { mean, deviation } in [at.sampled, at.tilted] {
                row.extend(mean.into_iter().chain(deviation).map(Cell::from));
            }
            row.extend([at.distance.sliced_w2.into(), at.distance.floor.into()]);
            table.push(row);
        }
        Some(table)
    }
}

fn over_scales(ui: &mut Ui, context: &CardContext<'_>, found: &Guided) {
    let palette = context.palette;
    let curve = |of: fn(&GuidedAt) -> f64| -> Vec<[f64; 2]> {
        found.scales.iter().map(|at| [at.scale, log10(of(at))]).collect()
    };
    let distances = curve(|at| at.distance.sliced_w2);
    let floors = curve(|at| at.distance.floor);
    let range = decades(distances.iter().chain(&floors).map(|point| point[1]), None, 4.0);
    let last = found.scales.last().map_or(1.0, |at| at.scale);
    let own = context.scene.guidance.scale;
    let x =
        AxisHints::new_x().label("scale w").formatter(|mark, _| number::three(mark.value.max(0.0)));
    plot("lab guidance", palette, x, log_axis())
        .x_grid_spacer(|input| round_grid(&input, 6.0))
        .y_grid_spacer(|input| log_grid(&input))
        .label_formatter(log_label("sliced W2"))
        .show(ui, |plot| {
            plot.set_plot_bounds_x(0.0..=1.05 * last);
            plot.set_plot_bounds_y(range);
            plot.line(Line::new("its floor", floors).color(palette.quiet).width(1.2));
            dotted(plot, "sliced W2", palette.scene(context.scene), &distances);
            plot.vline(VLine::new("w of the scene", own).color(palette.quiet).width(1.0));
        });
}

fn moments(ui: &mut Ui, palette: &Palette, at: &GuidedAt) {
    let row = |name: &str, Moments { mean, deviation }: Moments| {
        let all = mean.into_iter().chain(deviation).map(|value| {
            // Else no particle ended anywhere.
            if value.is_finite() { format!("{value:.3}") } else { "–".to_owned() }
        });
        std::iter::once(name.to_owned()).chain(all).collect::<Vec<String>>()
    };
    let rows = [row("sampled", at.sampled), row("tilted density", at.tilted)];
    Grid::new("moments").num_columns(5).spacing([4.0 * UNIT, 2.0 * UNIT]).show(ui, |ui| {
        for name in ["", "mean x", "mean y", "std x", "std y"] {
            ui.label(RichText::new(name).color(palette.quiet));
        }
        ui.end_row();
        for row in rows {
            for (i, cell) in row.into_iter().enumerate() {
                let text = RichText::new(cell);
                ui.label(match i {
                    0 => text.color(palette.text),
                    _ => text.color(palette.strong).family(semibold()),
                });
            }
            ui.end_row();
        }
    });
    ui.add_space(2.0 * UNIT);
    let ratio = at.distance.sliced_w2 / at.distance.floor;
    ui.label(format!(
        "Sliced W₂ between the two {}, {} × its floor {}",
        number::three(at.distance.sliced_w2),
        number::three(ratio),
        number::three(at.distance.floor),
    ));
}
