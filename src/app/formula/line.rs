//! One equation: its pieces in rows, the numbers below them.

use std::sync::Arc;

use driftscope_base::expression::{PieceKind, Value};
use driftscope_study::formula::Line;
use eframe::egui::{Color32, FontId, Galley, Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::ink::Ink;
use crate::app::number;
use crate::app::text::{Formula, Ink as TextInk};
use crate::app::theme::{TEXT, UNIT};

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

/// Between the numbers of two quantities.
const APART: f32 = 2.0 * UNIT;

/// A piece with its number, and where it begins.
struct Cell {
    piece: usize,
    numbers: Vec<Arc<Galley>>,
    begin: f32,
}

/// Pieces that stay together, up to a quantity and what closes after it.
#[derive(Default)]
struct Unit {
    cells: Vec<Cell>,
    width: f32,
    /// Space before it, unless a row begins with it.
    space: f32,
    /// Whether a row may begin with it.
    may_begin: bool,
    /// From where to where the number below it reaches.
    below: Option<[f32; 2]>,
}

/// A row, and where in it its units begin.
#[derive(Default)]
struct Row {
    units: Vec<(Unit, f32)>,
    width: f32,
    /// How far the numbers reach.
    numbers: Option<f32>,
    ascent: f32,
    descent: f32,
    below: f32,
}

impl LineUi<'_> {
    /// Draws it over the width that there is, or as much of `room` as it takes; where it was drawn.
    pub fn ui(&self, ui: &mut Ui, room: f32) -> Rect {
        let left = MARK + 2.0 * UNIT;
        let inner = room - left;
        let widest = |units: &[Unit]| units.iter().map(|unit| unit.width).fold(0.0, f32::max);
        let units = self.units(ui, EM);
        let scale = (inner / (widest(&units) + INDENT)).clamp(SMALLEST, 1.0);
        let em = EM * scale;
        let units = if scale < 1.0 { self.units(ui, em) } else { units };
        let rows = self.rows(units, inner, em);
        let height: f32 = rows.iter().map(Row::height).sum();
        let width = rows.iter().map(Row::reach).fold(0.0, f32::max) + INDENT + left;
        let (rect, response) =
            ui.allocate_exact_size(vec2(width.min(room), height), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, self.words()));
        if !ui.is_rect_visible(rect) {
            return rect;
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
        rect
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

    fn units(&self, ui: &Ui, em: f32) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        let mut before = None;
        let mut complete = true;
        for (place, piece) in self.line.pieces.iter().enumerate() {
            let number = self.line.number(place);
            let numbers: Vec<_> = number.map_or_else(Vec::new, |number| {
                let colour = self.ink.colour(number);
                in_words(number.value).iter().map(|words| galley(ui, words, colour)).collect()
            });
            // A sign at the beginning belongs to what follows.
            let is_binary = !matches!(before, None | Some(PieceKind::Open | PieceKind::Relation));
            let space = space(before, piece.kind, is_binary) * em;
            let closes = matches!(piece.kind, PieceKind::Close | PieceKind::Comma);
            let is_sign = piece.kind == PieceKind::Sign && is_binary;
            if (complete && !closes) || is_sign || units.is_empty() {
                let may_begin = is_sign || before == Some(PieceKind::Comma);
                units.push(Unit { space, may_begin, ..Unit::default() });
            }
            complete = piece.kind == PieceKind::Name || closes && complete;
            let Some(unit) = units.last_mut() else { break };
            let begin = unit.width + if unit.cells.is_empty() { 0.0 } else { space };
            let own = self.formulas[place].size(em).width;
            unit.width = begin + own;
            let widest = numbers.iter().map(|galley| galley.size().x).fold(0.0, f32::max);
            if widest > 0.0 {
                let middle = begin + 0.5 * own;
                unit.below = Some([middle - 0.5 * widest, middle + 0.5 * widest]);
            }
            unit.cells.push(Cell { piece: place, numbers, begin });
            before = Some(piece.kind);
        }
        units
    }

    fn rows(&self, units: Vec<Unit>, room: f32, em: f32) -> Vec<Row> {
        let mut rows = vec![Row::default()];
        let mut waiting = units.into_iter().peekable();
        while let Some(first) = waiting.next() {
            // What has to stand in one row with it.
            let mut group = vec![first];
            while let Some(next) = waiting.next_if(|next| !next.may_begin) {
                group.push(next);
            }
            let indent = if rows.len() > 1 { INDENT } else { 0.0 };
            let last = rows.last().map_or_else(Row::default, Row::outline);
            let reach = group.iter().fold(last, |row, unit| row.and(unit).0).reach();
            if reach > room - indent && rows.last().is_some_and(|row| !row.units.is_empty()) {
                rows.push(Row::default());
            }
            let Some(row) = rows.last_mut() else { break };
            for unit in group {
                for cell in &unit.cells {
                    let extent = self.formulas[cell.piece].size(em);
                    row.ascent = row.ascent.max(extent.ascent);
                    row.descent = row.descent.max(extent.descent);
                    let below: f32 = cell.numbers.iter().map(|galley| galley.size().y).sum();
                    row.below = row.below.max(below);
                }
                let (outline, begin) = row.outline().and(&unit);
                (row.width, row.numbers) = (outline.width, outline.numbers);
                row.units.push((unit, begin));
            }
        }
        rows
    }

    fn row_ui(&self, ui: &Ui, row: &Row, corner: Pos2, em: f32) {
        let painter = ui.painter();
        let baseline = corner.y + row.ascent;
        for (unit, left) in &row.units {
            for cell in &unit.cells {
                let number = self.line.number(cell.piece);
                let colour = number.map_or(self.ink.palette.text, |number| self.ink.colour(number));
                let formula = &self.formulas[cell.piece];
                let at = pos2(corner.x + left + cell.begin, baseline);
                formula.paint(painter, at, em, &|ink| match ink {
                    TextInk::Quiet => self.ink.palette.quiet,
                    _ => colour,
                });
                if number.is_none_or(|number| !number.shown) {
                    continue;
                }
                let middle = at.x + 0.5 * formula.size(em).width;
                let mut top = baseline + row.descent + BELOW;
                for galley in &cell.numbers {
                    let at = pos2(middle - 0.5 * galley.size().x, top);
                    painter.galley(at, Arc::clone(galley), colour);
                    top += galley.size().y;
                }
            }
        }
    }
}

impl Row {
    fn height(&self) -> f32 {
        let below = if self.below > 0.0 { self.below + BELOW } else { 0.0 };
        self.ascent + self.descent + below + BETWEEN
    }

    /// How far it reaches to the right.
    fn reach(&self) -> f32 {
        self.width.max(self.numbers.unwrap_or(0.0))
    }

    /// The same without what is in it.
    fn outline(&self) -> Self {
        Self { width: self.width, numbers: self.numbers, ..Self::default() }
    }

    /// With a unit behind, so far to the right that numbers stand apart; and where that begins.
    fn and(mut self, unit: &Unit) -> (Self, f32) {
        let mut begin = if self.width > 0.0 { self.width + unit.space } else { 0.0 };
        if let Some([low, high]) = unit.below {
            let free = self.numbers.map_or(0.0, |reach| reach + APART);
            begin += (free - (begin + low)).max(0.0);
            self.numbers = Some(begin + high);
        }
        self.width = begin + unit.width;
        (self, begin)
    }
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
