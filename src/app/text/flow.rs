//! Blocks of a text, one below the other.

use eframe::egui::{Context, FontFamily, FontId, Rect, pos2, vec2};

use super::ink::Ink;
use super::inline::{self, CODE, Voice};
use super::markdown::{Alignment, Block, Document, Math, Span};
use super::paragraph::{Lines, Link};
use super::sheet::{self, Painting, Sheet};
use super::style::{FORMULA, Style};

/// Between blocks, as a share of the size.
const BETWEEN: f32 = 0.6;
/// Between items of a list.
const BETWEEN_ITEMS: f32 = 0.18;
/// Before a displayed formula and after it.
const AROUND_FORMULA: f32 = 0.75;
/// Before a table or code on its ground, and after it.
const AROUND_TABLE: f32 = 0.8;
/// Before a heading.
const BEFORE_HEADING: f32 = 1.1;
/// After it.
const AFTER_HEADING: f32 = 0.25;
/// Sizes of headings by level, as shares of the size.
const HEADINGS: [f32; 3] = [1.6, 1.3, 1.1];
/// How far lists and quotes are set in.
const INDENT: f32 = 1.5;
/// Around code on its ground.
const CODE_MARGIN: f32 = 0.6;
/// Between columns of a table.
const GUTTER: f32 = 1.4;

/// A text, set to a width.
pub struct Flow {
    /// What to paint.
    pub painting: Painting,
    /// What to follow.
    pub links: Vec<Link>,
    /// From top to bottom, in points.
    pub height: f32,
}

/// Sets a text to a width in points.
pub fn flow(ctx: &Context, document: &Document, width: f32, style: &Style) -> Flow {
    let mut setter = Setter {
        ctx,
        style,
        voice: Voice { size: style.size, ink: Ink::Text, bold: false },
        sheet: Sheet::new(ctx),
        links: Vec::new(),
        y: 0.0,
    };
    setter.blocks(&document.blocks, (0.0, width), BETWEEN);
    Flow { painting: setter.sheet.done(), links: setter.links, height: setter.y }
}

struct Setter<'a> {
    ctx: &'a Context,
    style: &'a Style,
    voice: Voice,
    sheet: Sheet<'a>,
    links: Vec<Link>,
    y: f32,
}

/// Free space before a block and after it, as shares of the size.
fn margins(block: &Block, between: f32) -> (f32, f32) {
    match block {
        Block::Heading(..) => (BEFORE_HEADING, AFTER_HEADING),
        Block::Formula(_) => (AROUND_FORMULA, AROUND_FORMULA),
        Block::Table(..) | Block::Code(_) => (between.max(AROUND_TABLE), between.max(AROUND_TABLE)),
        _ => (between, between),
    }
}

impl Setter<'_> {
    fn blocks(&mut self, blocks: &[Block], (left, width): (f32, f32), between: f32) {
        let mut after: Option<f32> = None;
        for block in blocks {
            let (before, own) = margins(block, between);
            // What follows a heading is near it.
            let near = after == Some(AFTER_HEADING);
            let before = if near { AFTER_HEADING.max(before - AFTER_HEADING) } else { before };
            if let Some(after) = after {
                self.y += after.max(before) * self.style.size;
            }
            after = Some(own);
            self.block(block, (left, width));
        }
    }

    fn block(&mut self, block: &Block, (left, width): (f32, f32)) {
        let size = self.style.size;
        match block {
            Block::Heading(level, spans) => {
                let level = usize::from(*level).clamp(1, HEADINGS.len());
                let size = HEADINGS[level - 1] * size;
                let voice = Voice { size, ink: Ink::Strong, bold: true };
                let body = std::mem::replace(&mut self.voice, voice);
                self.paragraph(spans, (left, width));
                self.voice = body;
            }
            Block::Paragraph(spans) => self.paragraph(spans, (left, width)),
            Block::List(start, items) => self.list(*start, items, (left, width)),
            Block::Formula(math) => self.formula(math, (left, width)),
            Block::Quote(blocks) => {
                let ink = std::mem::replace(&mut self.voice.ink, Ink::Quiet);
                let top = self.y;
                let indent = (0.5 * INDENT + 0.3) * size;
                self.blocks(blocks, (left + indent, width - indent), BETWEEN);
                let bar = Rect::from_min_max(
                    pos2(left, top + 0.15 * size),
                    pos2(left + 0.16 * size, self.y - 0.1 * size),
                );
                self.sheet.ground(bar, 0.08 * size, self.style.line);
                self.voice.ink = ink;
            }
            Block::Code(code) => self.code(code, (left, width)),
            Block::Table(columns, rows) => self.table(columns, rows, (left, width)),
            Block::Rule => self.rule(left, width),
        }
    }

    fn rule(&mut self, left: f32, width: f32) {
        let thick = 1.0 / self.ctx.pixels_per_point();
        let rect = Rect::from_min_size(pos2(left, self.y), vec2(width, thick));
        self.sheet.ground(rect, 0.0, self.style.line);
        self.y += thick;
    }

    fn lines<'s>(&self, spans: &'s [Span], width: f32, voice: Voice) -> Lines<'s> {
        let chunks = inline::chunks(self.ctx, spans, voice);
        Lines::new(self.ctx, chunks, width, voice.size)
    }

    fn paragraph(&mut self, spans: &[Span], (left, width): (f32, f32)) {
        let lines = self.lines(spans, width, self.voice);
        let height = lines.height;
        let place = (left, self.y, width);
        lines.place((&mut self.sheet, &mut self.links), place, Alignment::Left, self.style);
        self.y += height;
    }

    fn list(&mut self, start: Option<u64>, items: &[Vec<Block>], (left, width): (f32, f32)) {
        let size = self.style.size;
        let font = FontId::new(size, FontFamily::Proportional);
        let last = start.map(|start| format!("{}.", start + items.len().max(1) as u64 - 1));
        let number = last.map_or(0.0, |last| sheet::width(self.ctx, &last, font.clone()));
        let indent = (INDENT * size).max(number + 0.5 * size);
        // Items with several blocks stand farther apart.
        let several = items.iter().any(|item| item.len() > 1 && !is_short(item));
        let between = if several { BETWEEN } else { BETWEEN_ITEMS };
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.y += between * size;
            }
            let baseline = self.y + self.first_baseline(item, width - indent);
            if let Some(start) = start {
                let mark = format!("{}.", start + index as u64);
                let at = left + indent - 0.45 * size - sheet::width(self.ctx, &mark, font.clone());
                self.sheet.words(vec2(at, baseline), &mark, font.clone(), Ink::Quiet);
            } else {
                // The middle of small letters.
                let middle = pos2(left + 0.62 * indent, baseline - 0.27 * size);
                let dot = Rect::from_center_size(middle, vec2(0.3, 0.3) * size);
                self.sheet.ground(dot, 0.15 * size, self.style.quiet);
            }
            self.blocks(item, (left + indent, width - indent), between.max(BETWEEN_ITEMS));
        }
    }

    fn first_baseline(&self, item: &[Block], width: f32) -> f32 {
        match item.first() {
            Some(Block::Paragraph(spans)) => self.lines(spans, width, self.voice).first_baseline(),
            _ => self.lines(&[], width, self.voice).first_baseline(),
        }
    }

    fn formula(&mut self, math: &Math, (left, width): (f32, f32)) {
        let Ok(formula) = &math.formula else {
            return self.monospace(&math.source, (left, width), Ink::Alarm);
        };
        let mut points = FORMULA * self.voice.size;
        points *= (width / formula.size(points).width.max(1e-3)).min(1.0);
        let extent = formula.size(points);
        let at = vec2(left + 0.5 * (width - extent.width), self.y + extent.ascent);
        formula.draw(&mut self.sheet, at, points, self.voice.ink);
        self.y += extent.ascent + extent.descent;
    }

    fn code(&mut self, code: &str, (left, width): (f32, f32)) {
        let (top, margin) = (self.y, CODE_MARGIN * self.style.size);
        let rows = (code.trim_end(), (left + margin, (width - 2.0 * margin).max(1.0)));
        // The ground lies below, so it has to be there first: how high it is, a trial says.
        let mut trial = Sheet::new(self.ctx);
        std::mem::swap(&mut trial, &mut self.sheet);
        self.monospace(rows.0, rows.1, Ink::Text);
        std::mem::swap(&mut trial, &mut self.sheet);
        let height = self.y - top + 2.0 * margin;
        let ground = Rect::from_min_size(pos2(left, top), vec2(width, height));
        self.sheet.ground(ground, 0.3 * self.style.size, self.style.code_ground);
        self.y = top + margin;
        self.monospace(rows.0, rows.1, Ink::Text);
        self.y = top + height;
    }

    /// Lines of code; longer ones go on in the next line.
    fn monospace(&mut self, code: &str, (left, width): (f32, f32), ink: Ink) {
        let size = CODE * self.style.size;
        let font = FontId::new(size, FontFamily::Monospace);
        let letter = sheet::width(self.ctx, "0", font.clone()).max(1e-3);
        let room = ((width / letter) as usize).max(1);
        for line in code.lines() {
            let letters: Vec<char> = line.replace('\t', "    ").chars().collect();
            let parts = letters.chunks(room).map(|part| part.iter().collect::<String>());
            for part in parts.chain(letters.is_empty().then(String::new)) {
                let at = vec2(left, self.y + 1.02 * size);
                if !part.trim().is_empty() {
                    self.sheet.words(at, &part, font.clone(), ink);
                }
                self.y += 1.4 * size;
            }
        }
    }

    fn table(&mut self, columns: &[Alignment], rows: &[Vec<Vec<Span>>], (left, width): (f32, f32)) {
        let size = self.voice.size;
        let body = self.voice;
        let head = Voice { ink: Ink::Strong, bold: true, ..body };
        let voice = |row: usize| if row == 0 { head } else { body };
        let mut widths = vec![0.0_f32; columns.len()];
        for (k, row) in rows.iter().enumerate() {
            for (own, cell) in widths.iter_mut().zip(row) {
                *own = own.max(self.lines(cell, f32::INFINITY, voice(k)).width);
            }
        }
        let gutter = (GUTTER * size).min(0.3 * width / columns.len().max(1) as f32);
        let room = width - gutter * (columns.len().max(1) - 1) as f32;
        let natural: f32 = widths.iter().sum();
        if natural > room {
            // What fits into its share keeps its width, the others share the rest.
            let share = room / columns.len() as f32;
            let small: f32 = widths.iter().filter(|own| **own <= share).sum();
            let large: f32 = widths.iter().filter(|own| **own > share).sum();
            for own in widths.iter_mut().filter(|own| **own > share) {
                *own *= (room - small) / large;
            }
        }
        let whole = widths.iter().sum::<f32>() + gutter * (columns.len().max(1) - 1) as f32;
        for (k, row) in rows.iter().enumerate() {
            // A whisker more room, so that a line as wide as its column is not broken by rounding.
            let cells = row.iter().zip(&widths);
            let cells: Vec<Lines<'_>> =
                cells.map(|(cell, own)| self.lines(cell, own + 0.01, voice(k))).collect();
            let baseline = cells.iter().map(Lines::first_baseline).fold(0.0, f32::max);
            let (mut x, mut height) = (left, 0.0_f32);
            for ((cell, own), column) in cells.into_iter().zip(&widths).zip(columns) {
                let lower = baseline - cell.first_baseline();
                height = height.max(lower + cell.height);
                let place = (x, self.y + lower, *own);
                cell.place((&mut self.sheet, &mut self.links), place, *column, self.style);
                x += own + gutter;
            }
            self.y += height + 0.12 * size;
            if k == 0 {
                self.rule(left, whole);
            }
            self.y += 0.12 * size;
        }
    }
}

/// Whether an item is one paragraph, with nothing but lists of such below it.
fn is_short(item: &[Block]) -> bool {
    let below = |block: &Block| matches!(block, Block::List(_, items) if items.iter().all(|item| is_short(item)));
    matches!(item, [Block::Paragraph(_), rest @ ..] if rest.iter().all(below))
}
