//! The best times for the steps of a method, beside known schedules.

use driftscope_solve::grid::Spacing;
use driftscope_study::lab::{OptimiseQuestion, Optimised, Timed};
use driftscope_study::work::Wish;
use eframe::egui::{Button, Color32, Grid, Rect, RichText, Ui};
use egui_plot::{AxisHints, Line};

use super::card::{Card, CardContext};
use super::frame::{Head, dotted, inside, two_halves};
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::palette::Palette;
use crate::app::plots::frame::plot;
use crate::app::plots::round_grid;
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

const ABOUT: &str = "The times of the fixed steps are moved, by the simplex search of Nelder and Mead, until the global error of this method on this field is least: RMS distance of 128 particles from the reference, in double precision. It begins from the best of the known schedules and never ends with worse times than the scene's own.";
const ABOUT_TABLE: &str = "Global error of 256 particles that the times were not tuned on, and how often that of the best goes into it.";

/// The schedule that is found.
#[derive(Default)]
pub struct TimesCard {
    wish: Wish<OptimiseQuestion>,
}

/// Every schedule with its name and colour, the best first, the scene's own last.
fn all<'a>(found: &'a Optimised, palette: &Palette) -> Vec<(&'static str, Color32, &'a Timed)> {
    let known = found.known.iter().enumerate().map(|(index, timed)| {
        let name = timed.spacing.map_or("", Spacing::title);
        (name, palette.category(index + 1), timed)
    });
    let best = std::iter::once(("Optimised", palette.strong, &found.best));
    best.chain(known).chain([("As it is", palette.quiet, &found.own)]).collect()
}

impl Card for TimesCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, OptimiseQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let note = latest.as_ref().map_or_else(String::new, |found| {
            format!("{} schedules tried", number::count(found.tried as u64))
        });
        let title = Head { title: "Optimised times", note: &note, about: ABOUT };
        let beside = Head { title: "What they gain", note: "", about: ABOUT_TABLE };
        let heads = [&title, &beside];
        let shown = two_halves(ui, (rect, 0.56), palette, heads, &mut self.wish, |ui| {
            if let Some(found) = &latest {
                use_ui(ui, context, found, out);
            }
        });
        let Some((found, [below, second])) = shown else { return };
        inside(ui, below, "times", |ui| times_ui(ui, palette, &found));
        inside(ui, second, "gain", |ui| gain_ui(ui, palette, &found));
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Optimised times"
    }

    fn numbers(&self, state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let all = all(found, state.palette());
        let mut table =
            Table::new(&["schedule", "global error", "on those it was tuned on", "step", "t"]);
        for (name, _, timed) in all {
            for (step, &t) in timed.times.iter().enumerate() {
                let row: [Cell; 5] =
                    [name.into(), timed.judged.into(), timed.tuned.into(), step.into(), t.into()];
                table.push(row);
            }
        }
        Some(table)
    }
}

/// t over the step, a line for each schedule.
fn times_ui(ui: &mut Ui, palette: &Palette, found: &Optimised) {
    let x = AxisHints::new_x().label("step").formatter(|mark, _| format!("{:.0}", mark.value));
    let y = AxisHints::new_y().label("t").formatter(|mark, _| number::three(mark.value));
    let steps = found.best.times.len() - 1;
    let (start, end) = (found.best.times[0], found.best.times[steps]);
    let room = 0.04 * (end - start);
    plot("lab times", palette, x, y)
        .x_grid_spacer(|input| round_grid(&input, 6.0))
        .y_grid_spacer(|input| round_grid(&input, 6.0))
        .show(ui, |plot| {
            plot.set_plot_bounds_x(0.0..=1.04 * steps as f64);
            plot.set_plot_bounds_y(start - room..=end + room);
            for (name, colour, timed) in all(found, palette).into_iter().rev() {
                let line = timed.times.iter().enumerate().map(|(step, &t)| [step as f64, t]);
                let line: Vec<[f64; 2]> = line.collect();
                if timed.spacing.is_none() {
                    dotted(plot, name, colour, &line);
                } else {
                    // What is compared with lies behind what it is about.
                    plot.line(Line::new(name, line).color(colour.gamma_multiply(0.6)).width(1.0));
                }
            }
        });
}

/// The errors, and what the best gains.
fn gain_ui(ui: &mut Ui, palette: &Palette, found: &Optimised) {
    Grid::new("gain").num_columns(3).spacing([4.0 * UNIT, 1.5 * UNIT]).show(ui, |ui| {
        for name in ["schedule", "global error", "times the best"] {
            ui.label(RichText::new(name).color(palette.quiet));
        }
        ui.end_row();
        for (rank, (name, colour, timed)) in all(found, palette).into_iter().enumerate() {
            let name = RichText::new(name).color(palette.word(colour, palette.ground));
            ui.label(if rank == 0 { name.family(semibold()) } else { name });
            for cell in [timed.judged, found.gain_over(timed)] {
                let text = RichText::new(number::three(cell)).family(semibold());
                ui.label(text.color(palette.strong));
            }
            ui.end_row();
        }
    });
}

/// Puts the times that were found into the scene.
fn use_ui(ui: &mut Ui, context: &CardContext<'_>, found: &Optimised, out: &mut Commands) {
    let different = found.best.times != found.own.times;
    let button = ui.add_enabled(different, Button::new("Use these times"));
    let button =
        button.on_disabled_hover_text("The scene's own times are the best that were found.");
    if button.clicked() {
        let before = context.state.scene();
        let mut after = (**before).clone();
        after.step_through(found.best.times.clone());
        out.push(Command::set_whole(before, &after));
    }
}
