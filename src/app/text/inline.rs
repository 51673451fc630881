//! Words and formulas of a paragraph, put together where no line may end between them.

use eframe::egui::{Context, FontFamily, FontId};

use super::faces;
use super::formula::{Extent, Formula};
use super::ink::Ink;
use super::markdown::{Look, Math, Span};
use super::sheet;
use super::style::FORMULA;

/// Code is so much smaller than the words around it, whose letters are lower.
pub const CODE: f32 = 0.9;
/// What stands beside inline code on its ground, as a share of the size.
const CODE_MARGIN: f32 = 0.22;

/// How a paragraph is written, where a span does not say otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// In points.
    pub size: f32,
    /// What with.
    pub ink: Ink,
    /// In the heavier face.
    pub bold: bool,
}

/// What no line ends within.
#[derive(Clone, Debug, Default)]
pub struct Chunk<'a> {
    /// Side by side.
    pub pieces: Vec<Piece<'a>>,
    /// Before it, unless a line begins with it.
    pub space: f32,
    /// A line begins with it.
    pub begins_line: bool,
}

/// A word or a formula.
#[derive(Clone, Debug)]
pub struct Piece<'a> {
    /// What it is.
    pub kind: Kind<'a>,
    /// What with.
    pub ink: Ink,
    /// In points.
    pub extent: Extent,
}

/// What a piece is.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// Words: of what face, whether they stand on the ground of code (the margin beside them), and where
    /// they lead.
    Words { words: String, font: FontId, margin: Option<f32>, link: Option<&'a str> },
    /// A formula, with so many points to the em.
    Formula { formula: &'a Formula, points: f32 },
}

impl Chunk<'_> {
    /// In points.
    pub fn width(&self) -> f32 {
        self.pieces.iter().map(|piece| piece.extent.width).sum()
    }
}

/// The font of words.
pub fn font(look: Look, voice: Voice) -> FontId {
    let family = match look {
        Look { code: true, .. } => FontFamily::Monospace,
        Look { bold: true, .. } => faces::semibold(),
        _ if voice.bold => faces::semibold(),
        Look { italic: true, .. } => faces::italic(),
        Look { .. } => FontFamily::Proportional,
    };
    FontId::new(if look.code { CODE * voice.size } else { voice.size }, family)
}

/// The chunks of a paragraph.
pub fn chunks<'a>(ctx: &Context, spans: &'a [Span], voice: Voice) -> Vec<Chunk<'a>> {
    let mut maker = Maker { ctx, voice, chunks: Vec::new(), open: false, space: 0.0, line: true };
    for span in spans {
        match span {
            Span::Words(words, look, link) => maker.words(words, *look, link.as_deref()),
            Span::Formula(math) => maker.formula(math),
            Span::Break => (maker.open, maker.line) = (false, true),
        }
    }
    maker.chunks
}

struct Maker<'a, 'c> {
    ctx: &'c Context,
    voice: Voice,
    chunks: Vec<Chunk<'a>>,
    /// Whether what comes next belongs to the last chunk.
    open: bool,
    /// Space seen since then.
    space: f32,
    /// Whether what comes next begins a line.
    line: bool,
}

impl<'a> Maker<'a, '_> {
    fn push(&mut self, piece: Piece<'a>) {
        if !self.open {
            let (space, begins_line) = (self.space, std::mem::take(&mut self.line));
            self.chunks.push(Chunk { pieces: Vec::new(), space, begins_line });
        }
        self.open = true;
        self.space = 0.0;
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.pieces.push(piece);
        }
    }

    fn words(&mut self, words: &str, look: Look, link: Option<&'a str>) {
        let font = font(look, self.voice);
        let strong = look.bold && self.voice.ink == Ink::Text;
        let own = if strong { Ink::Strong } else { self.voice.ink };
        let ink = if link.is_some() { Ink::Accent } else { own };
        let margin = look.code.then_some(CODE_MARGIN * font.size);
        // Spaces that may end a line; code on its ground stays whole.
        let is_space = |letter: char| matches!(letter, ' ' | '\n' | '\t') && !look.code;
        for part in words.split_inclusive(is_space) {
            let word = part.trim_end_matches(is_space);
            if !word.is_empty() {
                let extent = Extent {
                    width: sheet::width(self.ctx, word, font.clone()) + 2.0 * margin.unwrap_or(0.0),
                    ascent: 0.76 * self.voice.size,
                    descent: 0.24 * self.voice.size,
                };
                let words = word.to_owned();
                let kind = Kind::Words { words, font: font.clone(), margin, link };
                self.push(Piece { kind, ink, extent });
            }
            if word.len() < part.len() {
                self.open = false;
                self.space = sheet::width(self.ctx, " ", font.clone());
            }
        }
    }

    fn formula(&mut self, math: &'a Math) {
        if let Ok(formula) = &math.formula {
            let points = FORMULA * self.voice.size;
            let extent = formula.size(points);
            let kind = Kind::Formula { formula, points };
            return self.push(Piece { kind, ink: self.voice.ink, extent });
        }
        let ink = std::mem::replace(&mut self.voice.ink, Ink::Alarm);
        self.words(&math.source, Look { code: true, ..Look::default() }, None);
        self.voice.ink = ink;
    }
}
