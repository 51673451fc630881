//! The error budget: one bar.

use driftscope_study::lab::BudgetQuestion;
use driftscope_study::work::Wish;
use eframe::egui::{Align2, Color32, FontId, Rect, Ui, pos2};

use super::card::{Card, CardContext};
use super::frame::{Head, head, say_if_empty};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::Table;
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT, semibold};

const ABOUT: &str = "Sliced Wasserstein-2 distances, in units of the plane, over 500 particles at most: the readings below the stage are over all of them, and their floor is lower. Errors that do not depend on each other add as squares, and the bar and the shares are of these.\nSolver: from the particles as solved to their reference on the same field. Model: from that reference to the one on the exact field, same starts. Sampling: between two draws of the data of the same size.";

/// The bar.
#[derive(Default)]
pub struct BudgetCard {
    wish: Wish<BudgetQuestion>,
}

impl Card for BudgetCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        let question = BudgetQuestion::new(context.scene);
        let particles = question.of.0.particles.count;
        self.wish.ask(context.work, question);
        let latest = self.wish.latest().cloned();
        let noun = number::plural(particles as f64, "particle", "particles");
        let note = format!("sliced W2, {} {noun}", number::count(particles as u64));
        let title = Head { title: "Error budget", note: &note, about: ABOUT };
        let below = head(ui, rect, palette, &title, &mut self.wish, |_| {});
        if say_if_empty(ui, below, palette, &self.wish, latest.is_some()) {
            return;
        }
        let Some(found) = latest else { return };
        let parts = [
            ("Solver", found.solver, palette.scene(context.scene)),
            ("Model", found.model, palette.quantity(0.55)),
            ("Sampling", found.sampling, palette.quiet),
        ];
        // Errors that do not depend on each other add as squares.
        let sum: f64 = parts.iter().map(|(_, value, _)| value * value).sum();
        let share = |value: f64| if sum > 0.0 { value * value / sum } else { 0.0 };
        let bar = Rect::from_min_max(
            pos2(below.left(), below.top() + UNIT),
            pos2(below.right(), below.top() + 11.0 * UNIT),
        );
        let mut left = bar.left();
        for (_, value, colour) in parts {
            let width = share(value) as f32 * bar.width();
            let part = Rect::from_min_max(pos2(left, bar.top()), pos2(left + width, bar.bottom()));
            ui.painter().rect_filled(part.shrink2(eframe::egui::vec2(0.5, 0.0)), 2.0, colour);
            left += width;
        }
        let mut line = Line { ui, rect: below, top: bar.bottom() + 3.0 * UNIT };
        for (name, value, colour) in parts {
            let share = percent(share(value));
            let ink = palette.word(colour, palette.ground);
            line.draw(name, &number::three(value), &share, ink, palette.strong);
        }
        line.top += UNIT;
        let [low, high] = found.total.spread.map(number::three);
        let measured = format!("floor {}, {low} to {high}", number::three(found.total.floor));
        let total = number::three(found.total.value);
        line.draw("Samples to data", &total, &measured, palette.text, palette.strong);
        let largest = parts.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or("", |part| part.0);
        let words = match largest {
            "Solver" => "The solver errs most: a tighter tolerance or more steps would show.",
            "Model" => "The model errs most: a better solver would not show, more training would.",
            _ => "Chance errs most: only more particles would tell the rest apart.",
        };
        let words = format!("{words} Shares are of the squares, which add up.");
        let font = FontId::proportional(TEXT);
        let galley = ui.painter().layout(words, font, palette.quiet, below.width());
        ui.painter().galley(pos2(below.left(), line.top + UNIT), galley, palette.quiet);
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Error budget"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut table = Table::new(&["error", "sliced W2"]);
        let parts =
            [("solver", found.solver), ("model", found.model), ("sampling", found.sampling)];
        let total = [
            ("samples to data", found.total.value),
            ("floor", found.total.floor),
            ("floor, least", found.total.spread[0]),
            ("floor, most", found.total.spread[1]),
        ];
        for (name, value) in parts.into_iter().chain(total) {
            table.push([name.into(), value.into()]);
        }
        Some(table)
    }
}

/// A share as whole percents, but for what is there and hardly seen.
fn percent(share: f64) -> String {
    let thin = number::THIN;
    if share > 0.0 && share < 0.005 {
        return format!("< 1{thin}%");
    }
    format!("{:.0}{thin}%", 100.0 * share)
}

/// Rows of a name, a number and a remark.
struct Line<'a> {
    ui: &'a Ui,
    rect: Rect,
    top: f32,
}

impl Line<'_> {
    fn draw(&mut self, name: &str, value: &str, remark: &str, colour: Color32, strong: Color32) {
        let painter = self.ui.painter();
        let font = FontId::proportional(TEXT);
        let [left, y] = [self.rect.left(), self.top];
        painter.text(pos2(left, y), Align2::LEFT_TOP, name, font.clone(), colour);
        let bold = FontId::new(TEXT, semibold());
        painter.text(pos2(left + 48.0 * UNIT, y), Align2::RIGHT_TOP, value, bold, strong);
        painter.text(pos2(left + 52.0 * UNIT, y), Align2::LEFT_TOP, remark, font, colour);
        self.top += 5.5 * UNIT;
    }
}
