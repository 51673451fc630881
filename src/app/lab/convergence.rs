//! The convergence table.

use driftscope_study::lab::{Convergence, ConvergenceQuestion, NoOrder};
use driftscope_study::work::Wish;
use eframe::egui::{Grid, Rect, RichText, ScrollArea, Ui};

use super::card::{Card, CardContext};
use super::frame::{Head, head, inside, say_if_empty};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::Table;
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

const ABOUT: &str = "The error at h, h/2, h/4 … over 100 particles in double precision: RMS distance from the reference at the end, or for an SDE scheme, or a sampler that draws noise, the error of mean and second moments along refined Brownian paths (weak error), of the sampler in equal steps from t = 0.05 to 0.95. The ratio of neighbours is 2ᵖ for order p; the order is fitted to the finer half. Where not all steps shrink, no order is promised.";

/// The table.
#[derive(Default)]
pub struct ConvergenceCard {
    wish: Wish<ConvergenceQuestion>,
}

impl Card for ConvergenceCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, ConvergenceQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let note = latest.as_ref().map_or_else(String::new, |table| {
            let kind = if table.weak { ", weak error" } else { "" };
            let fitted = table.fitted.map_or_else(|| "–".into(), |order| format!("{order:.2}"));
            let nominal = match table.no_order {
                Some(_) => String::new(),
                None => format!(", nominal {}", table.nominal),
            };
            format!("{}{kind}: order {fitted}{nominal}", table.title)
        });
        let title = Head { title: "Convergence", note: &note, about: ABOUT };
        let below = head(ui, rect, palette, &title, &mut self.wish, |_| {});
        if say_if_empty(ui, below, palette, &self.wish, latest.is_some()) {
            return;
        }
        let Some(table) = latest else { return };
        inside(ui, below, "convergence", |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                if let Some(words) = why_no_order(&table) {
                    ui.label(RichText::new(words).color(palette.quiet));
                }
                Grid::new("convergence").num_columns(4).spacing([10.0 * UNIT, UNIT]).show(
                    ui,
                    |ui| {
                        for name in ["steps", "error", "ratio", "order"] {
                            ui.label(RichText::new(name).color(palette.quiet));
                        }
                        ui.end_row();
                        for row in &table.rows {
                            let ratio = |ratio: f64| format!("{ratio:.2}");
                            let cells = [
                                number::count(row.steps as u64),
                                number::three(row.error),
                                row.ratio.map_or_else(String::new, ratio),
                                row.ratio.map_or_else(String::new, |r| ratio(r.log2())),
                            ];
                            for cell in cells {
                                let text = RichText::new(cell).family(semibold());
                                ui.label(text.color(palette.strong));
                            }
                            ui.end_row();
                        }
                    },
                );
            });
        });
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Convergence"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut table = Table::new(&["steps", "error", "ratio", "order"]);
        for row in &found.rows {
            let ratio = row.ratio.unwrap_or(f64::NAN);
            table.push([row.steps.into(), row.error.into(), ratio.into(), ratio.log2().into()]);
        }
        Some(table)
    }
}

/// Why the order is not promised, if it is not.
fn why_no_order(table: &Convergence) -> Option<String> {
    let why = match table.no_order? {
        NoOrder::StepsThatStay([first, last]) => {
            let (which, error) = match (first, last) {
                (true, true) => ("first and last steps stay", "the errors they make"),
                (true, false) => ("first step stays", "the error it makes"),
                (false, _) => ("last step stays", "the error it makes"),
            };
            format!("on this grid: its {which} as long however many steps there are, and {error} with it.")
        }
        NoOrder::FarInLogSnr => {
            "from pure noise or to pure data: next to them the sampler's steps in log(α/σ) stay long."
                .to_owned()
        }
    };
    Some(format!("Order {} is not promised {why}", table.nominal))
}
