//! The settings as a table: what differs from the defaults, and folded all else that has an effect.

use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::{Parameter, Settings};

use super::page::{folded, table};
use crate::app::controls::setting::in_words;
use crate::app::text::html::escaped;

/// Letters of a value at most; data of one's own can be long.
const LONGEST: usize = 80;

/// The settings of panes, each a scene of its own.
pub fn of(panes: &[Scene]) -> String {
    let usual = Scene::default();
    let said = |row: &&Parameter<Scene>| !["title", "about", "panes"].contains(&row.key);
    let acts = |row: &&Parameter<Scene>| panes.iter().any(|pane| row.idle(pane).is_none());
    let differs = |row: &&Parameter<Scene>| {
        let own = row.written(&usual);
        panes.iter().any(|pane| row.idle(pane).is_none() && row.written(pane) != own)
    };
    let rows = Scene::parameters().iter().filter(said).filter(acts);
    let (own, others): (Vec<_>, Vec<_>) = rows.partition(differs);
    let mut text = String::new();
    if own.is_empty() {
        text.push_str("<p>All settings are the defaults.</p>\n");
    } else {
        text.push_str("<p>What differs from the defaults:</p>\n");
        text.push_str(&rows_of(&own, panes, &usual));
    }
    text.push_str(&folded(
        "All other settings that have an effect",
        &rows_of(&others, panes, &usual),
    ));
    text
}

fn rows_of(rows: &[&Parameter<Scene>], panes: &[Scene], usual: &Scene) -> String {
    let numbers: Vec<String> = (1..=panes.len()).map(|number| format!("Pane {number}")).collect();
    let mut head = vec!["Setting", "Key"];
    match panes.len() {
        1 => head.push("Value"),
        _ => head.extend(numbers.iter().map(String::as_str)),
    }
    head.push("Default");
    let row = |parameter: &&Parameter<Scene>| {
        let symbol = match parameter.symbol {
            "" => String::new(),
            symbol => format!(" <i>{}</i>", escaped(symbol)),
        };
        let mut cells = vec![
            format!("{}{symbol}", escaped(parameter.title)),
            format!("<code>{}</code>", escaped(parameter.key)),
        ];
        cells.extend(panes.iter().map(|pane| match parameter.idle(pane) {
            None => value(parameter, pane),
            Some(_) => "–".to_owned(),
        }));
        cells.push(value(parameter, usual));
        cells
    };
    table("settings", &head, &rows.iter().map(row).collect::<Vec<_>>())
}

fn value(parameter: &Parameter<Scene>, scene: &Scene) -> String {
    let words = in_words(parameter, scene);
    let short: String = words.chars().take(LONGEST).collect();
    let rest = if short.len() < words.len() { "…" } else { "" };
    format!("{}{rest}", escaped(&short))
}
