//! The page: its head, its style, and words and pictures as elements.

use crate::app::picture::face_uri;
use crate::app::text::html::{self, escaped, put};
use crate::app::text::{Block, Document};

/// How it looks on a screen and on paper.
const STYLE: &str = include_str!("style.css");
/// Nothing is asked for and nothing runs.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";

/// A whole page: a title, what stands in it, and the texts whose formulas need faces of type.
pub fn whole(title: &str, body: &str, texts: &[&Document]) -> String {
    let faces: Vec<String> = html::faces(texts)
        .iter()
        .filter_map(|face| {
            let (name, uri) = (face.name, face_uri(face.file.bytes()?));
            Some(format!("@font-face{{font-family:\"{name}\";src:url({uri})}}\n"))
        })
        .collect();
    let faces = faces.concat();
    let title = escaped(title);
    let formulas = html::CSS;
    let version = env!("CARGO_PKG_VERSION");
    // At the foot of each page: below the last words it might have a page for itself.
    let foot = format!(
        "@page{{@bottom-left{{content:\"Made by Driftscope {version}\";font:9pt \"Liberation Sans\",Arial,sans-serif;color:#555}}}}\n"
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"Driftscope {version}\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{formulas}\n{faces}{foot}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n\
         <footer><p>Made by Driftscope {version}.</p></footer>\n</body>\n</html>\n"
    )
}

/// A text below headings of so many levels.
pub fn below(levels: u8, source: &str) -> Document {
    let mut document = Document::parse(source);
    for block in &mut document.blocks {
        if let Block::Heading(level, _) = block {
            *level = (*level + levels).min(6);
        }
    }
    document
}

/// What fits into a line: a text without the paragraph around it.
pub fn inline(document: &Document) -> String {
    let html = html::html(document);
    match html.trim().strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")) {
        Some(words) if !words.contains("<p>") => words.to_owned(),
        _ => html,
    }
}

/// What can be unfolded on a screen, and stands open on paper.
pub fn folded(title: &str, body: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n{body}</details>\n", escaped(title))
}

/// Lines to be typed or copied.
pub fn code(lines: &str) -> String {
    format!("<pre><code>{}</code></pre>\n", escaped(lines.trim_end()))
}

/// A table of cells that are HTML; a row's first cell is its head.
pub fn table(class: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("<table class=\"{class}\">\n<thead><tr>");
    for cell in head {
        put(&mut text, format_args!("<th scope=\"col\">{cell}</th>"));
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        text.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let cell = match column {
                0 => format!("<th scope=\"row\">{cell}</th>"),
                _ => format!("<td>{cell}</td>"),
            };
            text.push_str(&cell);
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n</table>\n");
    // Narrow screens scroll it alone.
    format!("<div class=\"wide\">\n{text}</div>\n")
}
