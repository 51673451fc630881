//! Texts as HTML for a page of its own: formulas are inline SVG, written with the [`super::faces`] of
//! formulas, which the page has to bring along.

use std::fmt::Write;

use super::faces::{FACES, Face};
use super::formula::{Extent, Formula, Part, Shape};
use super::ink::Ink;
use super::markdown::{Alignment, Block, Document, Look, Math, Span, each_formula};
use super::style::FORMULA;

/// Units of a formula's SVG to the em.
const UNITS: f32 = 1000.0;

/// What a page's style sheet needs for these texts.
pub const CSS: &str = "svg.formula{overflow:visible;fill:currentColor}\
    div.formula{text-align:center;margin:1em 0}div.formula svg{max-width:100%}\
    code.fault{color:var(--ink-alarm,#b84300)}";

/// The faces that formulas of these texts are written with.
#[must_use]
pub fn faces(documents: &[&Document]) -> Vec<&'static Face> {
    let mut used = [false; FACES.len()];
    for document in documents {
        each_formula(&document.blocks, &mut |math| {
            for part in math.formula.iter().flat_map(Formula::parts) {
                if let Shape::Glyph { face, .. } = &part.shape {
                    let index = FACES.iter().position(|own| own.name == face.name);
                    used[index.unwrap_or(0)] = true;
                }
            }
        });
    }
    FACES.iter().zip(used).filter(|(_, used)| *used).map(|(face, _)| face).collect()
}

/// The text as elements of HTML.
#[must_use]
pub fn html(document: &Document) -> String {
    let mut out = String::new();
    blocks(&mut out, &document.blocks);
    out
}

/// Writes at the end of a text.
///
/// # Panics
/// Never: a string takes all that is written.
pub fn put(out: &mut String, words: std::fmt::Arguments<'_>) {
    out.write_fmt(words).expect("a string takes all that is written");
}

fn blocks(out: &mut String, of: &[Block]) {
    for block in of {
        match block {
            Block::Heading(level, of) => element(out, &format!("h{level}"), of),
            Block::Paragraph(of) => element(out, "p", of),
            Block::List(start, items) => {
                let (open, tag) = match start {
                    None => ("<ul>".to_owned(), "ul"),
                    Some(1) => ("<ol>".to_owned(), "ol"),
                    Some(start) => (format!("<ol start=\"{start}\">"), "ol"),
                };
                put(out, format_args!("{open}\n"));
                for item in items {
                    out.push_str("<li>");
                    match &item[..] {
                        // An item of one paragraph needs none.
                        [Block::Paragraph(of), rest @ ..] => {
                            spans(out, of);
                            blocks(out, rest);
                        }
                        all => blocks(out, all),
                    }
                    out.push_str("</li>\n");
                }
                put(out, format_args!("</{tag}>\n"));
            }
            Block::Formula(of) => {
                out.push_str("<div class=\"formula\">");
                math(out, of);
                out.push_str("</div>\n");
            }
            Block::Quote(of) => {
                out.push_str("<blockquote>\n");
                blocks(out, of);
                out.push_str("</blockquote>\n");
            }
            Block::Code(code) => {
                put(out, format_args!("<pre><code>{}</code></pre>\n", escaped(code)));
            }
            Block::Table(columns, rows) => table(out, columns, rows),
            Block::Rule => out.push_str("<hr>\n"),
        }
    }
}

fn element(out: &mut String, tag: &str, of: &[Span]) {
    put(out, format_args!("<{tag}>"));
    spans(out, of);
    put(out, format_args!("</{tag}>\n"));
}

fn table(out: &mut String, columns: &[Alignment], rows: &[Vec<Vec<Span>>]) {
    out.push_str("<table>\n");
    for (index, row) in rows.iter().enumerate() {
        out.push_str("<tr>");
        let tag = if index == 0 { "th" } else { "td" };
        for (cell, column) in row.iter().zip(columns) {
            let align = match column {
                Alignment::Left => "left",
                Alignment::Middle => "center",
                Alignment::Right => "right",
            };
            put(out, format_args!("<{tag} style=\"text-align:{align}\">"));
            spans(out, cell);
            put(out, format_args!("</{tag}>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn spans(out: &mut String, of: &[Span]) {
    for span in of {
        match span {
            Span::Words(of, look, link) => {
                let (open, close) = tags(*look);
                let of = format!("{open}{}{close}", escaped(of));
                match link {
                    Some(to) if is_harmless(to) => {
                        put(out, format_args!("<a href=\"{}\">{of}</a>", escaped(to)));
                    }
                    _ => out.push_str(&of),
                }
            }
            Span::Formula(of) => math(out, of),
            Span::Break => out.push_str("<br>\n"),
        }
    }
}

fn tags(look: Look) -> (String, String) {
    let all = [(look.bold, "strong"), (look.italic, "em"), (look.code, "code")];
    let (mut open, mut close) = (String::new(), String::new());
    for (_, tag) in all.iter().filter(|(used, _)| *used) {
        put(&mut open, format_args!("<{tag}>"));
        close.insert_str(0, &format!("</{tag}>"));
    }
    (open, close)
}

/// Links lead to pages and places within one, and run nothing.
fn is_harmless(to: &str) -> bool {
    ["https://", "http://", "#", "mailto:"].iter().any(|start| to.starts_with(start))
}

fn math(out: &mut String, math: &Math) {
    let source = escaped(&math.source);
    let formula = match &math.formula {
        Ok(formula) => formula,
        Err(fault) => {
            let fault = escaped(fault);
            return put(
                out,
                format_args!("<code class=\"fault\" title=\"{fault}\">{source}</code>"),
            );
        }
    };
    let Extent { width, ascent, descent } = formula.size(1.0);
    let [wide, high, low] =
        [width, ascent + descent, -descent].map(|x| (x * FORMULA * 1e4).round() / 1e4);
    let [top, w, h] = [-ascent, width, ascent + descent].map(units);
    put(
        out,
        format_args!(
            "<svg class=\"formula\" role=\"img\" aria-label=\"{source}\" style=\"width:{wide}em;height:{high}em;vertical-align:{low}em\" viewBox=\"0 {top} {w} {h}\" fill=\"currentColor\">"
        ),
    );
    formula.parts().iter().for_each(|part| write_part(out, part));
    out.push_str("</svg>");
}

fn units(x: f32) -> f32 {
    let rounded = (x * UNITS).round();
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn write_part(out: &mut String, Part { ink, shape }: &Part) {
    let fill = |attribute: &str| match ink {
        Ink::Text => String::new(),
        ink => format!(" style=\"{attribute}:var(--ink-{},currentColor)\"", ink.name()),
    };
    match shape {
        Shape::Glyph { face, letter, at, size } => {
            let [x, y, size] = [at.x, at.y, *size].map(units);
            let letter = escaped(&letter.to_string());
            let (name, fill) = (face.name, fill("fill"));
            put(
                out,
                format_args!(
                    "<text x=\"{x}\" y=\"{y}\" font-family=\"{name}\" font-size=\"{size}\"{fill}>{letter}</text>"
                ),
            );
        }
        Shape::Bar { at, size } => {
            let [x, y, w, h] = [at.x, at.y, size.x, size.y].map(units);
            let fill = fill("fill");
            put(
                out,
                format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{fill}/>"),
            );
        }
        Shape::Area(area) => {
            let data = path(&area.corners);
            put(out, format_args!("<path d=\"{data}Z\"{}/>", fill("fill")));
        }
        Shape::Line { points, width } => {
            let (data, width) = (path(points), units(*width));
            let stroke = if *ink == Ink::Text {
                " stroke=\"currentColor\"".to_owned()
            } else {
                fill("stroke")
            };
            put(
                out,
                format_args!("<path d=\"{data}\" fill=\"none\" stroke-width=\"{width}\"{stroke}/>"),
            );
        }
    }
}

fn path(points: &[eframe::egui::Vec2]) -> String {
    let mut data = String::new();
    for (i, point) in points.iter().enumerate() {
        let [x, y] = [point.x, point.y].map(units);
        put(&mut data, format_args!("{}{x} {y}", if i == 0 { 'M' } else { 'L' }));
    }
    data
}

/// The text with what HTML takes for its own written out, for words and for values of attributes in double
/// quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_escaped_and_tags_are_closed() {
        let source = "# A & <b>\n\nif *a < b* and `x & y` then [here](https://x.y/?a=1&b=2) \
            $a < b$ but not [there](javascript:alert)\n\n$$\\textcolor{one}{x} \\frac{\"}{2}$$\n\n- one\n- two";
        let page = html(&Document::parse(source));
        assert!(page.contains("<h1>A &amp; &lt;b&gt;</h1>"), "{page}");
        assert!(page.contains("<em>a &lt; b</em>") && page.contains("<code>x &amp; y</code>"));
        assert!(page.contains("<a href=\"https://x.y/?a=1&amp;b=2\">here</a>"), "{page}");
        assert!(!page.contains("javascript"), "{page}");
        assert!(page.contains("aria-label=\"a &lt; b\""), "{page}");
        assert!(page.contains("var(--ink-one,currentColor)"), "{page}");
        for tag in ["h1", "p", "em", "code", "a", "svg", "text", "div", "ul", "li"] {
            let open = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            assert!(open > 0, "{tag}");
            assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}: {page}");
        }
        let names: Vec<&str> =
            faces(&[&Document::parse("$x$")]).iter().map(|face| face.name).collect();
        assert_eq!(names, ["KaTeX_Math-Italic"]);
    }
}
