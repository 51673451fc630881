//! A handout of a whole lesson: its steps, and at the end the answers.

use driftscope_study::Networks;
use driftscope_study::lesson::{
    CheckedClaim, LESSONS, Lesson, LessonKind, LessonStep, Pointer, Stand, Visible, Way,
    bundled_lessons,
};

use super::answers;
use super::camera::Camera;
use super::page::{below, code, folded, whole};
use super::progress::Progress;
use super::question::Asked;
use crate::app::offscreen::RenderError;
use crate::app::plots::PlotKind;
use crate::app::text::html::{escaped, html, put};
use crate::app::text::{Block, Document, Span};

/// A step with its texts read and how things stand at it.
struct Part<'a> {
    number: usize,
    step: &'a LessonStep,
    stand: Stand,
    text: Document,
    asked: Option<Asked<'a>>,
    notes: Option<Document>,
}

/// What of a step needs its scene.
struct Pictures {
    /// Beside its text.
    shown: String,
    /// The graph that was to be drawn.
    curve: String,
}

/// The page.
pub fn page(
    lesson: &Lesson,
    networks: &Networks,
    told: &mut dyn FnMut(f64) -> bool,
) -> Result<String, RenderError> {
    let mut progress = Progress::new(lesson.steps.len() + answers::count(lesson), told);
    let mut parts = Vec::new();
    for (number, step) in lesson.steps.iter().enumerate() {
        let stand = lesson.stand(number).map_err(|why| RenderError::Scene(why.to_string()))?;
        parts.push(Part {
            number,
            step,
            stand,
            text: below(1, &step.text),
            asked: step.question.as_ref().map(Asked::of),
            notes: answers::notes(lesson, step),
        });
    }
    let mut body = head(lesson);
    let mut curves = Vec::new();
    let filmed = filmed(&parts);
    for part in &parts {
        let films = filmed.contains(&part.number);
        let pictures = pictures(lesson, (part, films), networks, &mut progress)?;
        body.push_str(&section(lesson, part, &pictures.shown));
        curves.push(pictures.curve);
        progress.made()?;
    }
    let found = answers::measured(lesson, networks, &mut progress)?;
    let answers = |part: &Part| part.asked.is_some() || part.notes.is_some();
    if !found.is_empty() || parts.iter().any(answers) {
        body.push_str("<section class=\"answers\">\n<h2>Answers</h2>\n");
        body.push_str("<p>Every number was measured by the program when this page was made.</p>\n");
        for (part, curve) in parts.iter().zip(&curves) {
            let own: Vec<&CheckedClaim> =
                found.iter().filter(|claim| claim.step == part.number).collect();
            let heading = format!("{}{}", part.number + 1, title(&part.text));
            let of = (part.step, part.asked.as_ref(), part.notes.as_ref());
            body.push_str(&answers::of_step(of, &own, &heading, curve));
        }
        body.push_str(&answers::glossary(&found));
        body.push_str("</section>\n");
    }
    let texts: Vec<&Document> = parts
        .iter()
        .flat_map(|part| {
            let asked = part.asked.iter().flat_map(Asked::texts);
            std::iter::once(&part.text).chain(asked).chain(&part.notes)
        })
        .collect();
    Ok(whole(&lesson.title, &body, &texts))
}

/// Title, what it is, and how it is opened.
fn head(lesson: &Lesson) -> String {
    let kind = lesson.kind.title();
    let mut body = format!("<p class=\"kind\">{kind}</p>\n<h1>{}</h1>\n", escaped(&lesson.title));
    if !lesson.about.is_empty() {
        put(&mut body, format_args!("<p class=\"about\">{}</p>\n", escaped(&lesson.about)));
    }
    if lesson.kind == LessonKind::Sheet {
        body.push_str("<p class=\"room name\">Name: <span></span> Date: <span></span></p>\n");
    }
    let place = bundled_lessons().iter().position(|bundled| bundled == lesson);
    if let Some(bundled) = place.map(|place| &LESSONS[place]) {
        let command = format!("driftscope --lesson {}", bundled.name);
        put(&mut body, format_args!("<p class=\"count\">Open it: <code>{command}</code></p>\n"));
    }
    body
}

fn section(lesson: &Lesson, part: &Part<'_>, pictures: &str) -> String {
    let (number, all) = (part.number + 1, lesson.steps.len());
    let question = part.asked.as_ref().map(|asked| asked.html(lesson.kind)).unwrap_or_default();
    // A line for the program, which nobody types from paper.
    let link = part.stand.scene.to_link().map(|link| {
        let command = code(&format!("driftscope --scene '{link}'"));
        format!("<div class=\"on-screen\">{}</div>\n", folded("The scene of this step", &command))
    });
    format!(
        "<section class=\"step\" id=\"step-{number}\">\n<p class=\"count\">Step {number} of {all}</p>\n{}{pictures}{question}{}</section>\n",
        html(&part.text),
        link.unwrap_or_default()
    )
}

/// The first heading of a step, behind its number.
fn title(text: &Document) -> String {
    let spans = text.blocks.iter().find_map(|block| match block {
        Block::Heading(_, spans) => Some(spans),
        _ => None,
    });
    let words: String = spans
        .into_iter()
        .flatten()
        .map(|span| match span {
            Span::Words(words, ..) => words.as_str(),
            Span::Formula(math) => &math.source,
            Span::Break => " ",
        })
        .collect();
    // Parts of a sheet have numbers in their headings.
    let words = words.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    format!(". {}", escaped(words.trim()))
}

/// The graphs that a step leaves in sight or points at, and the one that is to be drawn first.
fn graphs(step: &LessonStep) -> (Vec<PlotKind>, Option<PlotKind>) {
    let named = |name: &str| PlotKind::OF_SCENES.into_iter().find(|plot| plot.name() == name);
    let hidden = match step.question.as_ref().map(|question| &question.way) {
        Some(Way::Curve { plot }) => named(plot),
        _ => None,
    };
    let only = step.only.iter().flatten().filter_map(|visible| match visible {
        Visible::Plot(name) => named(name),
        Visible::Control(_) => None,
    });
    let pointed = step.point.iter().filter_map(|pointer| match pointer {
        Pointer::Plot(name) => named(name),
        _ => None,
    });
    let named: Vec<PlotKind> = only.chain(pointed).collect();
    let shown = PlotKind::OF_SCENES.into_iter();
    (shown.filter(|plot| named.contains(plot) && Some(*plot) != hidden).collect(), hidden)
}

/// The steps whose runs are filmed: those that play, each run once; where none plays, the last that asks
/// nothing, so that no film answers a question.
fn filmed(parts: &[Part<'_>]) -> Vec<usize> {
    let mut found: Vec<&Part<'_>> = Vec::new();
    for part in parts {
        let plays = part.stand.at.is_none() && part.stand.inspect.is_none();
        if plays && !found.iter().any(|other| is_like(&other.stand, &part.stand)) {
            found.push(part);
        }
    }
    if found.is_empty() {
        let tells = |part: &&Part<'_>| part.asked.is_none() && part.stand.inspect.is_none();
        found.extend(parts.iter().rfind(tells).or(parts.last()));
    }
    found.iter().map(|part| part.number).collect()
}

/// Whether two steps show the same run.
fn is_like(one: &Stand, other: &Stand) -> bool {
    (&one.scene, one.pinned, one.pane) == (&other.scene, other.pinned, other.pane)
}

fn pictures(
    lesson: &Lesson,
    (part, films): (&Part<'_>, bool),
    networks: &Networks,
    progress: &mut Progress<'_>,
) -> Result<Pictures, RenderError> {
    let Part { number, step, stand, .. } = part;
    let mut camera = Camera::before(stand, Some((lesson, *number)), networks)?;
    let mut shown = camera.stage((stand.at, films), progress)?;
    let at = stand.at.unwrap_or(1.0);
    let (graphs, hidden) = graphs(step);
    if let Some(card) = &stand.card {
        shown.push_str(&camera.card(card, at, progress)?);
    }
    let mut drawn = String::new();
    for plot in graphs.iter().filter(|_| stand.card.is_none()) {
        drawn.push_str(&camera.graph(*plot, at, progress)?);
    }
    if !drawn.is_empty() {
        put(&mut shown, format_args!("<div class=\"graphs\">\n{drawn}</div>\n"));
    }
    let curve = match hidden {
        Some(plot) => camera.graph(plot, at, progress)?,
        None => String::new(),
    };
    Ok(Pictures { shown, curve })
}
