//! The question of a step on paper, with room for an answer.

use driftscope_study::lesson::{LessonKind, LessonQuestion, Way};

use super::page::inline;
use crate::app::number;
use crate::app::plots::PlotKind;
use crate::app::text::Document;
use crate::app::text::html::{escaped, html};

/// Width and height of a drawing's field, its margin and the ticks of a scale.
const FIELD: [f64; 2] = [600.0, 220.0];
const MARGIN: f64 = 34.0;
const TICKS: usize = 5;

/// The texts of a question, read once.
pub struct Asked<'a> {
    question: &'a LessonQuestion,
    ask: Document,
    choices: Vec<Document>,
}

impl<'a> Asked<'a> {
    /// Of a question.
    pub fn of(question: &'a LessonQuestion) -> Self {
        let choices = match &question.way {
            Way::Choices { choices, .. } => choices.as_slice(),
            _ => &[],
        };
        Self {
            question,
            ask: Document::parse(&question.ask),
            choices: choices.iter().map(|choice| Document::parse(choice)).collect(),
        }
    }

    /// All its texts.
    pub fn texts(&self) -> impl Iterator<Item = &Document> {
        std::iter::once(&self.ask).chain(&self.choices)
    }

    /// The question, with room for an answer; where it is worked out, for the way there, too.
    pub fn html(&self, kind: LessonKind) -> String {
        let room = match &self.question.way {
            Way::Choices { .. } => self.choices(),
            Way::Scale { ends, logarithmic, unit, .. } => scale(*ends, *logarithmic, unit),
            Way::Number { unit, .. } => {
                let lines = if kind == LessonKind::Sheet {
                    "<div class=\"lines\"><i></i><i></i><i></i></div>\n"
                } else {
                    ""
                };
                format!("{lines}<p class=\"room\">Answer: <span></span> {}</p>\n", escaped(unit))
            }
            Way::Curve { plot } => field(plot),
        };
        let ask = html(&self.ask);
        format!("<div class=\"question\">\n<div class=\"ask\">{ask}</div>\n{room}</div>\n")
    }

    fn choices(&self) -> String {
        let items: Vec<String> =
            self.choices.iter().map(|choice| format!("<li>{}</li>\n", inline(choice))).collect();
        format!("<ol class=\"choices\">\n{}</ol>\n", items.concat())
    }

    /// A choice with its letter.
    pub fn choice(&self, index: usize) -> String {
        let letter = char::from(b'A' + index.min(25) as u8);
        let words = self.choices.get(index).map(inline).unwrap_or_default();
        format!("<strong>{letter}.</strong> {words}")
    }
}

fn svg(height: f64, about: &str, body: &str) -> String {
    let width = FIELD[0];
    format!(
        "<svg class=\"field\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\">\n{body}</svg>\n",
        escaped(about)
    )
}

fn label(x: f64, y: f64, anchor: &str, words: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"15\">{}</text>\n",
        escaped(words)
    )
}

fn line(from: [f64; 2], to: [f64; 2]) -> String {
    let ([x1, y1], [x2, y2]) = (from, to);
    format!(
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#111\" stroke-width=\"1.5\"/>\n"
    )
}

/// A line to make a mark on.
fn scale(ends: [f64; 2], logarithmic: bool, unit: &str) -> String {
    let (left, right, y) = (MARGIN, FIELD[0] - MARGIN, 26.0);
    let mut body = line([left, y], [right, y]);
    for tick in 0..TICKS {
        let share = tick as f64 / (TICKS - 1) as f64;
        let x = left + share * (right - left);
        let value = if logarithmic {
            ends[0] * (ends[1] / ends[0]).powf(share)
        } else {
            ends[0] + share * (ends[1] - ends[0])
        };
        body.push_str(&line([x, y - 7.0], [x, y + 7.0]));
        body.push_str(&label(x, y + 26.0, "middle", &number::three(value)));
    }
    let [least, greatest] = ends.map(number::three);
    let about = format!("A scale from {least} to {greatest} {unit}, to make a mark on");
    let unit = if unit.is_empty() { String::new() } else { format!(", in {}", escaped(unit)) };
    let drawn = svg(y + 36.0, about.trim(), &body);
    format!("{drawn}<p class=\"count\">Make a mark on the scale{unit}.</p>\n")
}

/// A field to draw a curve into.
fn field(plot: &str) -> String {
    let title = PlotKind::OF_SCENES.into_iter().find(|kind| kind.name() == plot);
    let title = title.map_or(plot, |kind| kind.title());
    let (left, right, top, bottom) = (MARGIN, FIELD[0] - 6.0, 8.0, FIELD[1] - 30.0);
    let mut body = line([left, top], [left, bottom]) + &line([left, bottom], [right, bottom]);
    for (x, anchor, words) in [(left, "start", "t = 0"), (right, "end", "t = 1")] {
        body.push_str(&label(x, bottom + 22.0, anchor, words));
    }
    body.push_str(&label(left + 8.0, top + 14.0, "start", title));
    svg(FIELD[1], &format!("Axes for a curve: {title} over t"), &body)
}
