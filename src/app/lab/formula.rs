//! The formulas in force, with the numbers of the moment.

use eframe::egui::{Rect, ScrollArea, Ui};

use super::card::{Card, CardContext};
use super::frame::{Head, inside, plain_head};
use crate::app::command::Commands;
use crate::app::formula::{FormulaView, Ink, sheet};
use crate::app::numbers::Table;
use crate::app::state::State;
use crate::app::theme::UNIT;
use driftscope_study::formula::Line;

const ABOUT: &str = "The path, the field and the update of the method as they are in force, with the numbers of the moment below the symbols: those of the pinned particle's step, if one is pinned, else t and h alone. While a step is taken apart, terms light up as they are drawn.";

/// The card.
#[derive(Default)]
pub struct FormulaCard {
    view: FormulaView,
}

impl Card for FormulaCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let scene = &context.state.pane().scene;
        let title = Head { title: "Formula", note: "", about: ABOUT };
        let below = plain_head(ui, rect, context.palette, &title, |_| {});
        let sheet = sheet(context.state, context.inspected);
        inside(ui, below, "formula", |ui| {
            ScrollArea::vertical().id_salt("formula").auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 2.5 * UNIT);
                self.view.ui(ui, &sheet, Ink::of(context.state, scene));
            });
        });
    }

    fn title(&self) -> &'static str {
        "Formula"
    }

    fn numbers(&self, state: &State) -> Option<Table> {
        let sheet = sheet(state, None);
        let mut table = Table::new(&["about", "formula"]);
        for section in &sheet.sections {
            for line in section.lines.iter().map(Line::latex) {
                table.push([section.title.clone().into(), line.into()]);
            }
        }
        Some(table)
    }

    fn rest(&mut self) {}
}
