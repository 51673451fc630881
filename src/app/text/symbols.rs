//! Symbols with an index among words of the window's own face: `p_t`.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Align, Color32, FontId, TextFormat};

use super::faces::math_italic;
use super::style::FORMULA;

/// Size of an index, of the words around it.
const INDEX: f32 = 0.8;
/// Height of the line that an index stands at the foot of, of its size: the less, the deeper it stands.
const DEPTH: f32 = 0.75;

/// Words in which a letter, `_` and another letter are a symbol with its index, as formulas have it.
#[must_use]
pub fn with_symbols(words: &str, font: &FontId, colour: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut rest = words;
    while let Some(at) = symbol(rest) {
        let (before, after) = rest.split_at(at);
        let (symbol, after) = after.split_at(3);
        job.append(before, 0.0, TextFormat::simple(font.clone(), colour));
        let face = |size: f32| FontId::new(size * font.size, math_italic());
        job.append(&symbol[..1], 0.0, TextFormat::simple(face(FORMULA), colour));
        let index = TextFormat {
            line_height: Some(DEPTH * INDEX * font.size),
            valign: Align::Max,
            ..TextFormat::simple(face(INDEX), colour)
        };
        job.append(&symbol[2..], 0.0, index);
        rest = after;
    }
    job.append(rest, 0.0, TextFormat::simple(font.clone(), colour));
    job
}

/// Where the first symbol with an index begins.
fn symbol(words: &str) -> Option<usize> {
    let bytes = words.as_bytes();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let ends = |at: usize| !letter(at) && bytes.get(at) != Some(&b'_');
    let alone = |at: usize| at.checked_sub(1).is_none_or(ends);
    let mut bars = words.match_indices('_').map(|(bar, _)| bar);
    bars.find(|&bar| {
        bar.checked_sub(1).is_some_and(|first| letter(first) && alone(first))
            && letter(bar + 1)
            && ends(bar + 2)
    })
    .map(|bar| bar - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_with_an_index_is_a_symbol_and_a_name_with_a_bar_is_none() {
        let font = FontId::proportional(14.0);
        for (words, text, sections) in [
            ("p_t", "pt", 2),
            ("Distance to p_t", "Distance to pt", 3),
            ("∇ log p_t, longest 3", "∇ log pt, longest 3", 4),
            ("s_churn and a_bc, nfe_most", "s_churn and a_bc, nfe_most", 1),
            ("x_n_1", "x_n_1", 1),
            ("no symbol", "no symbol", 1),
        ] {
            let job = with_symbols(words, &font, Color32::WHITE);
            assert_eq!(job.text, text);
            let filled = job.sections.iter().filter(|section| !section.byte_range.is_empty());
            assert_eq!(filled.count(), sections, "{words}");
        }
    }
}
