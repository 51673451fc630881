//! A paragraph's chunks in lines.

use eframe::egui::{Context, Rect, pos2, vec2};

use super::formula::Extent;
use super::inline::{Chunk, Kind, Piece};
use super::markdown::Alignment;
use super::sheet::{self, Sheet};
use super::style::Style;

/// From baseline to baseline, as a share of the size.
const LINE: f32 = 1.5;
/// From the top of a line to its baseline.
const ABOVE: f32 = 1.04;
/// Left free between what reaches down from a line and up from the next.
const FREE: f32 = 0.16;

/// Chunks in lines.
#[derive(Debug)]
pub struct Lines<'a> {
    all: Vec<Line<'a>>,
    /// The widest line, in points.
    pub width: f32,
    /// Of all lines together, in points.
    pub height: f32,
    size: f32,
}

#[derive(Debug, Default)]
struct Line<'a> {
    /// With the space before each.
    pieces: Vec<(f32, Piece<'a>)>,
    width: f32,
    /// From the top of the paragraph.
    baseline: f32,
}

/// Somewhere that words lead to.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where they stand.
    pub rect: Rect,
    /// Where they lead.
    pub to: String,
}

impl<'a> Lines<'a> {
    /// Breaks lines where they would be wider than `width`; `size` is that of the words, in points.
    pub fn new(ctx: &Context, chunks: Vec<Chunk<'a>>, width: f32, size: f32) -> Self {
        let mut lines: Vec<Line<'a>> = Vec::new();
        for mut chunk in chunks {
            if chunk.width() > width {
                chunk = narrowed(ctx, chunk, width);
            }
            for chunk in parted(chunk, width) {
                let own = chunk.width();
                let fits = lines.last().is_some_and(|line| line.width + chunk.space + own <= width);
                if chunk.begins_line || !fits {
                    lines.push(Line::default());
                }
                let Some(line) = lines.last_mut() else { continue };
                let mut space = if line.pieces.is_empty() { 0.0 } else { chunk.space };
                line.width += space + own;
                for piece in chunk.pieces {
                    line.pieces.push((std::mem::take(&mut space), piece));
                }
            }
        }
        let mut top = 0.0;
        let mut before = None;
        for line in &mut lines {
            let reach = |of: fn(&Extent) -> f32| {
                line.pieces.iter().map(|(_, piece)| of(&piece.extent)).fold(0.0_f32, f32::max)
            };
            let (ascent, descent) = (reach(|extent| extent.ascent), reach(|extent| extent.descent));
            line.baseline = match before {
                None => (ABOVE * size).max(ascent + 0.5 * FREE * size),
                Some(below) => top + (LINE * size).max(below + ascent + FREE * size),
            };
            (top, before) = (line.baseline, Some(descent));
        }
        let height = top + ((LINE - ABOVE) * size).max(before.unwrap_or(0.0) + 0.5 * FREE * size);
        let widest = lines.iter().map(|line| line.width).fold(0.0, f32::max);
        Self { all: lines, width: widest, height, size }
    }

    /// The baseline of the first line, from the top.
    pub fn first_baseline(&self) -> f32 {
        self.all.first().map_or(ABOVE * self.size, |line| line.baseline)
    }

    /// Puts them on a sheet, aligned within `width` from `left` on.
    pub fn place(
        self,
        (sheet, links): (&mut Sheet<'_>, &mut Vec<Link>),
        (left, top, width): (f32, f32, f32),
        alignment: Alignment,
        style: &Style,
    ) {
        let size = self.size;
        for line in self.all {
            let free = (width - line.width).max(0.0);
            let mut x = left
                + match alignment {
                    Alignment::Left => 0.0,
                    Alignment::Middle => 0.5 * free,
                    Alignment::Right => free,
                };
            let baseline = top + line.baseline;
            // Words of one look are one text with the spaces between them.
            let mut run: Option<(f32, Piece<'_>)> = None;
            for (space, piece) in line.pieces {
                let width = piece.extent.width;
                match run.as_mut().filter(|(_, open)| joins(open, &piece, space)) {
                    Some((_, open)) => join(open, &piece, space),
                    None => {
                        if let Some((at, done)) = run.replace((x + space, piece)) {
                            put((sheet, links), (at, baseline), &done, (size, style));
                        }
                    }
                }
                x += space + width;
            }
            if let Some((at, done)) = run {
                put((sheet, links), (at, baseline), &done, (size, style));
            }
        }
    }
}

/// Whether words go on as those before them, with or without one space.
fn joins(open: &Piece<'_>, next: &Piece<'_>, space: f32) -> bool {
    let (
        Kind::Words { font, margin: None, link, .. },
        Kind::Words { font: next_font, margin: None, link: next_link, .. },
    ) = (&open.kind, &next.kind)
    else {
        return false;
    };
    open.ink == next.ink && font == next_font && link == next_link && space > 0.0
}

fn join(open: &mut Piece<'_>, next: &Piece<'_>, space: f32) {
    if let (Kind::Words { words, .. }, Kind::Words { words: more, .. }) =
        (&mut open.kind, &next.kind)
    {
        words.push(' ');
        words.push_str(more);
        open.extent.width += space + next.extent.width;
    }
}

fn put(
    (sheet, links): (&mut Sheet<'_>, &mut Vec<Link>),
    (x, baseline): (f32, f32),
    piece: &Piece<'_>,
    (size, style): (f32, &Style),
) {
    let rect = Rect::from_min_max(
        pos2(x, baseline - 0.98 * size),
        pos2(x + piece.extent.width, baseline + 0.32 * size),
    );
    match &piece.kind {
        Kind::Words { words, font, margin, link } => {
            if margin.is_some() {
                sheet.ground(rect, 0.2 * size, style.code_ground);
            }
            let at = vec2(x + margin.unwrap_or(0.0), baseline);
            sheet.words(at, words, font.clone(), piece.ink);
            links.extend(link.map(|to| Link { rect, to: to.to_owned() }));
        }
        Kind::Formula { formula, points } => {
            formula.draw(sheet, vec2(x, baseline), *points, piece.ink);
        }
    }
}

/// Formulas that are wider than a line are made smaller, words parted between letters.
fn narrowed<'a>(ctx: &Context, chunk: Chunk<'a>, width: f32) -> Chunk<'a> {
    // What stands beside a formula, such as a comma, stays in its line.
    let is_formula = |piece: &&Piece<'_>| matches!(piece.kind, Kind::Formula { .. });
    let formulas: f32 =
        chunk.pieces.iter().filter(is_formula).map(|piece| piece.extent.width).sum();
    let room = (width - (chunk.width() - formulas)).max(0.5 * width);
    let mut pieces = Vec::new();
    for mut piece in chunk.pieces {
        let width = if is_formula(&&piece) { room } else { width };
        if piece.extent.width <= width {
            pieces.push(piece);
            continue;
        }
        match &mut piece.kind {
            Kind::Formula { formula, points } => {
                *points *= width / piece.extent.width;
                piece.extent = formula.size(*points);
                piece.extent.width = piece.extent.width.min(width);
                pieces.push(piece);
            }
            Kind::Words { words, font, margin, link } => {
                let beside = 2.0 * margin.unwrap_or(0.0);
                let wide = |words: &str| sheet::width(ctx, words, font.clone()) + beside;
                let mut rest = words.as_str();
                while !rest.is_empty() {
                    let ends = rest.char_indices().skip(1).map(|(end, _)| end);
                    let ends: Vec<usize> = ends.chain([rest.len()]).collect();
                    let count = ends.partition_point(|end| wide(&rest[..*end]) <= width).max(1);
                    let (part, after) = rest.split_at(ends[count - 1]);
                    let extent = Extent { width: wide(part), ..piece.extent };
                    let (words, font) = (part.to_owned(), font.clone());
                    let kind = Kind::Words { words, font, margin: *margin, link: *link };
                    pieces.push(Piece { kind, ink: piece.ink, extent });
                    rest = after;
                }
            }
        }
    }
    Chunk { pieces, ..chunk }
}

/// The chunk, or parts of it that fit into a line where the whole does not.
fn parted(chunk: Chunk<'_>, width: f32) -> Vec<Chunk<'_>> {
    if chunk.width() <= width {
        return vec![chunk];
    }
    let mut parts: Vec<Chunk<'_>> = Vec::new();
    for piece in chunk.pieces {
        let fits = |part: &&mut Chunk<'_>| part.width() + piece.extent.width <= width;
        if let Some(part) = parts.last_mut().filter(fits) {
            part.pieces.push(piece);
            continue;
        }
        let first = parts.is_empty();
        let (space, begins_line) =
            if first { (chunk.space, chunk.begins_line) } else { (0.0, true) };
        parts.push(Chunk { pieces: vec![piece], space, begins_line });
    }
    parts
}

#[cfg(test)]
mod tests;
