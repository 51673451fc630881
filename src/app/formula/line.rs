//! One equation: its pieces in rows, the numbers below them.

use std::sync::Arc;

use driftscope_base::expression::{PieceKind, Value};
use driftscope_study::formula::Line;
use eframe::egui::{Color32, FontId, Galley, Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::ink::Ink;
use crate::app::number;
use crate::app::theme::{TEXT, UNIT};
use crate::text::{Formula, Ink as TextInk};

/// Points to the em.
const EM: f32 = 17.0;
/// Less than this is too small to be read: then what is too wide is cut off.
const SMALLEST: f32 = 0.6;
/// How far rows after the first are set in.
const INDENT: f32 = 6.0 * UNIT;
/// Between a formula and the numbers below it, and between rows.
const BELOW: f32 = 2.0;
const BETWEEN: f32 = 2.0 * UNIT;
/// Width of the mark beside the equation at work.
const MARK: f32 = 3.0;

/// An equation to be drawn.
pub struct LineUi<'a> {
    pub line: &'a Line,
    /// Of its pieces.
    pub formulas: Vec<Arc<Formula>>,
    pub ink: Ink,
}

/// A piece with its number.
struct Cell {
    piece: usize,
    numbers: Vec<Arc<Galley>>,
    width: f32,
    /// Space before it, unless a row begins with it.
    space: f32,
}

/// A row, and where in it its cells begin.
#[derive(Default)]
struct Row {
    cells: Vec<(Cell, f32)>,
    width: f32,
    ascent: f32,
    descent: f32,
    below: f32,
}

impl LineUi<'_> {
    /// Draws it over the width that there is.
    pub fn ui(&self, ui: &mut Ui) {
        let left = MARK + 2.0 * UNIT;
        let room = ui.available_width() - left;
        let chunks = self.chunks(ui, EM);
        let widest = chunks.iter().map(|chunk| width(chunk)).fold(0.0, f32::max) + INDENT;
        let scale = (room / widest).clamp(SMALLEST, 1.0);
        let em = EM * scale;
        let chunks = if scale < 1.0 { self.chunks(ui, em) } else { chunks };
        let rows = self.rows(chunks, room, em);
        let height: f32 = rows.iter().map(Row::height).sum();
        let size = vec2(ui.available_width(), height);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, self.words()));
        if !ui.is_rect_visible(rect) {
            return;
        }
        if self.line.at_work {
            let mark = Rect::from_min_size(rect.min, vec2(MARK, height - BETWEEN));
            ui.painter().rect_filled(mark, 1.0, self.ink.palette.accent);
        }
        let mut top = rect.top();
        for (index, row) in rows.iter().enumerate() {
            let indent = if index == 0 { 0.0 } else { INDENT };
            self.row_ui(ui, row, pos2(rect.left() + left + indent, top), em);
            top += row.height();
        }
    }

    /// The equation and the numbers in it that are shown, for a screen reader.
    fn words(&self) -> String {
        let mut words = self.line.latex();
        for (place, number) in self.line.numbers.iter().filter(|(_, number)| number.shown) {
            let name = &self.line.pieces[*place].latex;
            let value = in_words(number.value).join(", ");
            let value = match number.value {
                Value::Scalar(_) => value,
                Value::Vector(_) => format!("({value})"),
            };
            words.extend(["; ", name, " = ", &value]);
        }
        words
    }

    /// Cells that stay together: a row may begin with any of them.
    fn chunks(&self, ui: &Ui, em: f32) -> Vec<Vec<Cell>> {
        let mut chunks: Vec<Vec<Cell>> = vec![Vec::new()];
        let mut before = None;
        for (place, piece) in self.line.pieces.iter().enumerate() {
            let number = self.line.number(place);
            let numbers = number.map_or_else(Vec::new, |number| {
                let colour = self.ink.colour(number);
                in_words(number.value).iter().map(|words| galley(ui, words, colour)).collect()
            });
            let own = self.formulas[place].size(em).width;
            let widest = numbers.iter().map(|galley| galley.size().x);
            let width = widest.fold(own, f32::max);
            // A sign at the beginning belongs to what follows.
            let is_binary = !matches!(before, None | Some(PieceKind::Open | PieceKind::Relation));
            if piece.kind == PieceKind::Sign && is_binary {
                chunks.push(Vec::new());
            }
            let space = space(before, piece.kind, is_binary) * em;
            before = Some(piece.kind);
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(Cell { piece: place, numbers, width, space });
            }
        }
        chunks
    }

    fn rows(&self, chunks: Vec<Vec<Cell>>, room: f32, em: f32) -> Vec<Row> {
        let mut rows = vec![Row::default()];
        for chunk in chunks {
            let indent = if rows.len() > 1 { INDENT } else { 0.0 };
            let full = rows
                .last()
                .is_some_and(|row| row.width > 0.0 && row.width + width(&chunk) > room - indent);
            if full {
                rows.push(Row::default());
            }
            let Some(row) = rows.last_mut() else { break };
            for cell in chunk {
                let extent = self.formulas[cell.piece].size(em);
                row.ascent = row.ascent.max(extent.ascent);
                row.descent = row.descent.max(extent.descent);
                let below: f32 = cell.numbers.iter().map(|galley| galley.size().y).sum();
                row.below = row.below.max(below);
                let begin = row.width + if row.cells.is_empty() { 0.0 } else { cell.space };
                row.width = begin + cell.width;
                row.cells.push((cell, begin));
            }
        }
        rows
    }

    fn row_ui(&self, ui: &Ui, row: &Row, corner: Pos2, em: f32) {
        let painter = ui.painter();
        let baseline = corner.y + row.ascent;
        for (cell, begin) in &row.cells {
            let number = self.line.number(cell.piece);
            let colour = number.map_or(self.ink.palette.text, |number| self.ink.colour(number));
            let formula = &self.formulas[cell.piece];
            let middle = corner.x + begin + 0.5 * cell.width;
            let at = pos2(middle - 0.5 * formula.size(em).width, baseline);
            formula.paint(painter, at, em, &|ink| match ink {
                TextInk::Quiet => self.ink.palette.quiet,
                _ => colour,
            });
            if number.is_none_or(|number| !number.shown) {
                continue;
            }
            let mut top = baseline + row.descent + BELOW;
            for galley in &cell.numbers {
                let at = pos2(middle - 0.5 * galley.size().x, top);
                painter.galley(at, Arc::clone(galley), colour);
                top += galley.size().y;
            }
        }
    }
}

impl Row {
    fn height(&self) -> f32 {
        let below = if self.below > 0.0 { self.below + BELOW } else { 0.0 };
        self.ascent + self.descent + below + BETWEEN
    }
}

fn width(chunk: &[Cell]) -> f32 {
    chunk.iter().map(|cell| cell.space + cell.width).sum()
}

/// Space between two pieces, in em.
fn space(before: Option<PieceKind>, kind: PieceKind, is_binary: bool) -> f32 {
    let wide = |kind| match kind {
        PieceKind::Relation => 0.32,
        PieceKind::Sign if is_binary => 0.25,
        _ => 0.0,
    };
    match (before, kind) {
        (None, _) | (_, PieceKind::Comma) => 0.0,
        (Some(PieceKind::Comma), _) => 0.25,
        (Some(PieceKind::Open), _) | (_, PieceKind::Close) => 0.02,
        (Some(PieceKind::Relation), _) => 0.32,
        (Some(PieceKind::Sign), _) => 0.2,
        (Some(_), kind) => f32::max(wide(kind), 0.12),
    }
}

/// A number, or one below the other.
fn in_words(value: Value) -> Vec<String> {
    match value {
        Value::Scalar(value) => vec![number::three(value)],
        Value::Vector(values) => values.map(number::three).into(),
    }
}

fn galley(ui: &Ui, words: &str, colour: Color32) -> Arc<Galley> {
    ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(TEXT), colour)
}
