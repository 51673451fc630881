//! A formula, laid out as `KaTeX` does it.

use eframe::egui::{Painter, Pos2, Vec2, vec2};
use ratex_layout::{LayoutOptions, layout, to_display_list, validate_layout};
use ratex_parser::parse;
use ratex_types::color::Color;
use ratex_types::display_item::{DisplayItem, DisplayList};
use ratex_types::math_style::MathStyle;

use super::faces::{self, Face};
use super::ink::Ink;
use super::outline::{Area, flattened};
use super::sheet::{Paint, Sheet};

/// Width of lines along a path, in em, as of `KaTeX`'s arrows.
const LINE: f32 = 0.04;
/// Letters of a formula that a sentence about it quotes at most.
const QUOTED: usize = 48;

/// A formula, ready to be drawn at any size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formula {
    parts: Vec<Part>,
    extent: Extent,
}

/// Lengths of a formula, in em or in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// From its left to its right end.
    pub width: f32,
    /// How far it reaches above its baseline.
    pub ascent: f32,
    /// How far it reaches below.
    pub descent: f32,
}

/// Something to draw. Places are in em, from the left end of the baseline; y runs downwards.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    /// What with.
    pub ink: Ink,
    /// What.
    pub shape: Shape,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A letter: the left end of its baseline, and its size.
    Glyph { face: &'static Face, letter: char, at: Vec2, size: f32 },
    /// A filled rectangle: its corner at the top left, and its size.
    Bar { at: Vec2, size: Vec2 },
    /// A filled outline.
    Area(Area),
    /// A line, and its width.
    Line { points: Vec<Vec2>, width: f32 },
}

impl Formula {
    /// Lays out LaTeX: as of a formula that has lines of its own (`display`), or that stands within one.
    ///
    /// # Errors
    /// One sentence that says what of it cannot be read, and where.
    pub fn new(source: &str, display: bool) -> Result<Self, String> {
        let fault = |(what, at): (String, Option<usize>)| sentence(source, &what, at);
        parse(source).map_err(|e| fault((e.message, e.loc.map(|loc| loc.start))))?;
        let inked = with_inks(source).map_err(fault)?;
        let nodes = parse(&inked).map_err(|e| fault((e.message, None)))?;
        let style = if display { MathStyle::Display } else { MathStyle::Text };
        let laid = layout(&nodes, &LayoutOptions { style, ..LayoutOptions::default() });
        validate_layout(&laid).map_err(|message| fault((message.clone(), None)))?;
        let list = to_display_list(&laid);
        Self::of(&list).map_err(|what| fault((what, None)))
    }

    fn of(list: &DisplayList) -> Result<Self, String> {
        let mut parts = Vec::new();
        for item in &list.items {
            add(&mut parts, item, list.height)?;
        }
        let [width, ascent, descent] = [list.width, list.height, list.depth].map(|x| x as f32);
        if ![width, ascent, descent].iter().all(|x| x.is_finite()) {
            return Err("it has no size".to_owned());
        }
        Ok(Self { parts, extent: Extent { width, ascent, descent } })
    }

    /// Its lengths in points, `points` to the em.
    #[must_use]
    pub fn size(&self, points: f32) -> Extent {
        let Extent { width, ascent, descent } = self.extent;
        let [width, ascent, descent] = [width, ascent, descent].map(|x| x * points);
        Extent { width, ascent, descent }
    }

    /// Draws it, the left end of its baseline `at` a place, `points` to the em, in the colours of its inks.
    pub fn paint(&self, painter: &Painter, at: Pos2, points: f32, colour: &Paint<'_>) {
        let mut sheet = Sheet::new(painter.ctx());
        self.draw(&mut sheet, Vec2::ZERO, points, Ink::Text);
        sheet.done().paint(painter, at, colour);
    }

    /// What it consists of.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Puts it on a sheet; what has no ink of its own takes that of the words around.
    pub(super) fn draw(&self, sheet: &mut Sheet<'_>, at: Vec2, points: f32, around: Ink) {
        for Part { ink, shape } in &self.parts {
            let ink = if *ink == Ink::Text { around } else { *ink };
            match shape {
                Shape::Glyph { face, letter, at: place, size } => {
                    let font = eframe::egui::FontId::new(size * points, face.family());
                    sheet.words(at + *place * points, &letter.to_string(), font, ink);
                }
                Shape::Bar { at: place, size } => {
                    sheet.bar(at + *place * points, *size * points, ink);
                }
                Shape::Area(area) => sheet.area(at, area, points, ink),
                Shape::Line { points: line, width } => {
                    let line = line.iter().map(|place| at + *place * points).collect();
                    sheet.line(line, width * points, ink);
                }
            }
        }
    }
}

fn add(parts: &mut Vec<Part>, item: &DisplayItem, baseline: f64) -> Result<(), String> {
    let place = |x: f64, y: f64| vec2(x as f32, (y - baseline) as f32);
    match item {
        DisplayItem::GlyphPath { x, y, scale, font, char_code, color } => {
            let letter = char::from_u32(*char_code).unwrap_or('\u{fffd}');
            let Some((face, letter)) = faces::glyph(font, *char_code) else {
                return Err(format!("no face of formulas has the letter {letter} of {font}"));
            };
            if letter.is_whitespace() {
                return Ok(());
            }
            let shape = Shape::Glyph { face, letter, at: place(*x, *y), size: *scale as f32 };
            parts.push(Part { ink: ink(*color)?, shape });
        }
        DisplayItem::Line { x, y, width, thickness, color, .. } => {
            let size = vec2(*width as f32, *thickness as f32);
            let shape = Shape::Bar { at: place(*x, *y - 0.5 * thickness), size };
            parts.push(Part { ink: ink(*color)?, shape });
        }
        DisplayItem::Rect { x, y, width, height, color } => {
            let size = vec2(*width as f32, *height as f32);
            parts.push(Part { ink: ink(*color)?, shape: Shape::Bar { at: place(*x, *y), size } });
        }
        DisplayItem::Path { x, y, commands, fill, color } => {
            let ink = ink(*color)?;
            for points in flattened(commands, *x, *y - baseline) {
                let shape = if *fill {
                    Area::new(points).map(Shape::Area)
                } else {
                    Some(Shape::Line { points, width: LINE })
                };
                parts.extend(shape.map(|shape| Part { ink, shape }));
            }
        }
    }
    Ok(())
}

fn ink(colour: Color) -> Result<Ink, String> {
    let names = || format!("it has a colour of its own, where only {} are", Ink::names());
    Ink::of(colour).ok_or_else(names)
}

/// The formula with the colours that stand for its inks.
fn with_inks(source: &str) -> Result<String, (String, Option<usize>)> {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("color") {
        let end = at + "color".len();
        let command = rest[..end].ends_with("\\textcolor") || rest[..end].ends_with("\\color");
        out.push_str(&rest[..end]);
        let here = source.len() - rest.len();
        rest = &rest[end..];
        if !command || rest.starts_with(|next: char| next.is_ascii_alphabetic()) {
            continue;
        }
        let named = rest.trim_start().strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((name, after)) = named.filter(|(name, _)| Ink::named(name.trim()).is_some())
        else {
            let name = named.map_or("what follows", |(name, _)| name.trim());
            let what = format!("{name} is no colour here, which are {}", Ink::names());
            return Err((what, Some(here + at)));
        };
        let ink = Ink::named(name.trim()).unwrap_or(Ink::Text);
        out.push('{');
        out.push_str(&ink.stand_in());
        out.push('}');
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// One sentence about a formula: what is wrong, from which byte of it on.
fn sentence(source: &str, what: &str, at: Option<usize>) -> String {
    let what = what
        .replace("Unexpected end of input in a macro argument", "an argument is missing")
        .replace("'EOF'", "the end")
        .replace("Expected the end, got", "nothing before it asks for");
    let mut words = what.split_whitespace().collect::<Vec<_>>().join(" ").replace(". ", ", ");
    words.truncate(words.trim_end_matches(['.', '!', ' ']).len());
    let mut letters = words.chars();
    let first = letters.next().map_or(String::new(), |first| first.to_lowercase().collect());
    let words = format!("{first}{}", letters.as_str());
    let mut quoted: String = source.split_whitespace().collect::<Vec<_>>().join(" ");
    if quoted.chars().count() > QUOTED {
        quoted = quoted.chars().take(QUOTED - 1).chain(['…']).collect();
    }
    let place = at.filter(|at| *at <= source.len()).map_or(String::new(), |at| {
        let before = source.char_indices().take_while(|(start, _)| *start < at).count();
        if at == source.len() {
            " at its end".to_owned()
        } else {
            format!(" at letter {}", before + 1)
        }
    });
    format!("The formula “{quoted}” cannot be read{place}: {words}.")
}

#[cfg(test)]
mod tests;
