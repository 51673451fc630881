//! Laid out words become text elements, one for every row of one style.

use eframe::egui::{Color32, FontFamily, Pos2, Rect, emath::Rot2, pos2};
use eframe::epaint::TextShape;
use eframe::epaint::text::{Galley, TextFormat};

use super::out::{Out, escaped, length, paint};
use crate::app::text::{faces, italic};

/// Letters of a row that have one style.
struct Piece<'a> {
    format: &'a TextFormat,
    words: String,
    /// From the corner of the galley to the left end of its baseline.
    at: Pos2,
    width: f32,
}

/// Writes a text.
pub fn write(out: &mut Out, shape: &TextShape) {
    let turn = Rot2::from_angle(shape.angle);
    for piece in pieces(&shape.galley) {
        let colour = shape.override_text_color.unwrap_or(piece.format.color);
        let colour = if colour == Color32::PLACEHOLDER { shape.fallback_color } else { colour };
        let colour = colour.gamma_multiply(shape.opacity_factor);
        if colour.a() == 0 {
            continue;
        }
        let at = shape.pos + turn * piece.at.to_vec2();
        background(out, shape, &piece);
        let [x, y] = [at.x, at.y].map(length);
        let family = family(out, &piece.format.font_id.family);
        // The faces of formulas come along in the file, so that their letters are as wide as they are.
        let is_word = faces::of(&piece.format.font_id.family).is_none();
        let width = if is_word {
            format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", length(piece.width))
        } else {
            String::new()
        };
        let size = length(piece.format.font_id.size);
        let place = if shape.angle == 0.0 {
            format!("x=\"{x}\" y=\"{y}\"")
        } else {
            format!("transform=\"translate({x} {y}) rotate({})\"", length(shape.angle.to_degrees()))
        };
        out.put(format_args!(
            "<text {place} {family} font-size=\"{size}\"{width}{} xml:space=\"preserve\">{}</text>\n",
            paint("fill", colour),
            escaped(&piece.words)
        ));
    }
}

fn background(out: &mut Out, shape: &TextShape, piece: &Piece<'_>) {
    let fill = piece.format.background;
    if fill.a() == 0 || shape.angle != 0.0 {
        return;
    }
    let size = piece.format.font_id.size;
    let low = shape.pos + piece.at.to_vec2();
    let rect = Rect::from_min_max(
        pos2(low.x, low.y - size),
        pos2(low.x + piece.width, low.y + 0.3 * size),
    );
    out.rectangle(rect, 0.0, fill);
}

/// The family, weight and slant of a font, as attributes.
fn family(out: &mut Out, family: &FontFamily) -> String {
    const WORDS: &str = "font-family=\"'IBM Plex Sans', sans-serif\"";
    if let Some(face) = faces::of(family) {
        out.face(face);
        return format!("font-family=\"{}\"", face.name);
    }
    match family {
        FontFamily::Monospace => "font-family=\"Hack, monospace\"".to_owned(),
        FontFamily::Proportional => WORDS.to_owned(),
        family if *family == italic() => format!("{WORDS} font-style=\"italic\""),
        FontFamily::Name(_) => format!("{WORDS} font-weight=\"600\""),
    }
}

/// The pieces of a galley, row by row. Which style a letter has is known from how many letters of the
/// text stand before it; a row that was cut short ends with letters that the text does not have.
fn pieces(galley: &Galley) -> Vec<Piece<'_>> {
    let mut ends: Vec<(usize, &TextFormat)> = Vec::new();
    let mut letters = 0;
    for section in &galley.job.sections {
        let range = section.byte_range.start.0..section.byte_range.end.0;
        letters += galley.job.text[range].chars().count();
        ends.push((letters, &section.format));
    }
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut letter = 0;
    for row in &galley.rows {
        let mut open: Option<(usize, Piece<'_>)> = None;
        for glyph in &row.row.glyphs {
            let section = ends.partition_point(|(end, _)| *end <= letter);
            let section = section.min(ends.len().saturating_sub(1));
            letter += 1;
            let Some((_, format)) = ends.get(section) else { continue };
            let at = row.pos + glyph.pos.to_vec2();
            match &mut open {
                Some((of, piece)) if *of == section => {
                    piece.words.push(glyph.chr);
                    piece.width = at.x + glyph.advance_width - piece.at.x;
                }
                _ => {
                    pieces.extend(open.take().map(|(_, piece)| piece));
                    let words = glyph.chr.to_string();
                    let piece = Piece { format, words, at, width: glyph.advance_width };
                    open = Some((section, piece));
                }
            }
        }
        pieces.extend(open.map(|(_, piece)| piece));
        letter += usize::from(row.ends_with_newline);
    }
    pieces.retain(|piece| !piece.words.trim().is_empty());
    pieces
}
