//! Answers and claims, as they were measured here.

use driftscope_base::cancel::Cancel;
use driftscope_study::Networks;
use driftscope_study::lab::{LabError, MEASURES};
use driftscope_study::lesson::{CheckedClaim, Lesson, LessonKind, LessonStep, Way, check_claims};

use super::page::{below, table};
use super::progress::Progress;
use super::question::Asked;
use crate::app::number;
use crate::app::offscreen::RenderError;
use crate::app::text::Document;
use crate::app::text::html::{escaped, html, put};

/// Measures all that a lesson claims and asks for.
///
/// # Errors
/// That it was stopped.
pub fn measured(
    lesson: &Lesson,
    networks: &Networks,
    progress: &mut Progress<'_>,
) -> Result<Vec<CheckedClaim>, RenderError> {
    let (cancel, mut found) = (Cancel::default(), Vec::new());
    let outcome = check_claims(lesson, networks, &cancel, |claim| {
        found.push(claim);
        if progress.made().is_err() {
            cancel.raise();
        }
    });
    match outcome {
        Ok(()) => Ok(found),
        Err(LabError::Cancelled) => Err(RenderError::Stopped),
        Err(why) => Err(RenderError::Scene(why.to_string())),
    }
}

/// How many claims and figures [`measured`] measures.
pub fn count(lesson: &Lesson) -> usize {
    let figures = |step: &LessonStep| {
        let asked = step.question.as_ref().and_then(|question| question.figure());
        step.claims.len() + usize::from(asked.is_some())
    };
    lesson.steps.iter().map(figures).sum()
}

/// The notes of a sheet, which say how its answers come about; those of a lesson are the speaker's.
pub fn notes(lesson: &Lesson, step: &LessonStep) -> Option<Document> {
    let told = lesson.kind == LessonKind::Sheet && !step.notes.trim().is_empty();
    told.then(|| below(3, &step.notes))
}

/// What answers a step and what it claims; `heading` names the step and `curve` is the graph that was to be
/// drawn. None where nothing is asked or claimed.
pub fn of_step(
    (step, asked, notes): (&LessonStep, Option<&Asked<'_>>, Option<&Document>),
    found: &[&CheckedClaim],
    heading: &str,
    curve: &str,
) -> String {
    if asked.is_none() && found.is_empty() {
        return String::new();
    }
    let (claims, answer) = found.split_at(step.claims.len().min(found.len()));
    let mut body = format!("<h3>{heading}</h3>\n");
    if let (Some(asked), Some(question)) = (asked, &step.question) {
        match &question.way {
            Way::Choices { answer, .. } => {
                put(&mut body, format_args!("<p>{}</p>\n", asked.choice(*answer)));
            }
            Way::Scale { unit, .. } | Way::Number { unit, .. } => {
                let outcome = answer.first().map(|claim| &claim.outcome);
                let words = match outcome {
                    Some(Ok(weighed)) => format!(
                        "<p><strong>{}</strong> {}, as measured by the program.</p>\n",
                        number::three(weighed.left),
                        escaped(unit)
                    )
                    .replace(" ,", ","),
                    Some(Err(why)) => format!("<p>It cannot be measured: {}.</p>\n", escaped(why)),
                    None => String::new(),
                };
                body.push_str(&words);
            }
            Way::Curve { .. } => body.push_str(curve),
        }
    }
    if let Some(notes) = notes {
        body.push_str(&html(notes));
    }
    if !claims.is_empty() {
        body.push_str("<ul class=\"claims\">\n");
        for (claim, symbol) in claims.iter().zip(step.claims.iter().map(|c| c.relation.symbol())) {
            put(&mut body, format_args!("<li>{}</li>\n", in_words(claim, symbol)));
        }
        body.push_str("</ul>\n");
    }
    format!("<section class=\"answer\">\n{body}</section>\n")
}

fn in_words(claim: &CheckedClaim, symbol: &str) -> String {
    let mark = if claim.holds() { "✓" } else { "✗" };
    let text = escaped(&claim.text);
    match &claim.outcome {
        Ok(weighed) => {
            let [left, right] = [weighed.left, weighed.right].map(number::three);
            let symbol = escaped(symbol);
            let verdict = if weighed.holds { "" } else { ", which does not hold" };
            format!(
                "{mark} <code>{text}</code>: <span class=\"measured\">measured {left} {symbol} {right}</span>{verdict}"
            )
        }
        Err(why) => format!("{mark} <code>{text}</code>: it cannot be measured: {}", escaped(why)),
    }
}

/// What the measures in claims and answers are.
pub fn glossary(found: &[CheckedClaim]) -> String {
    let named = |name: &str| {
        let call = format!("{name}(");
        found.iter().any(|claim| {
            claim.text.match_indices(&call).any(|(place, _)| {
                let before = claim.text[..place].chars().next_back();
                !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
            })
        })
    };
    let rows: Vec<Vec<String>> = MEASURES
        .iter()
        .filter(|measure| named(measure.name))
        .map(|measure| vec![format!("<code>{}</code>", measure.name), escaped(measure.about)])
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<h3>What was measured</h3>\n<p>In brackets stand changes to the step’s scene: a method, a number of \
         fixed steps, settings.</p>\n{}",
        table("measures", &["Measure", "What it is"], &rows)
    )
}
