//! `driftscope keys`: the table of settings.

use std::fmt::Write;
use std::ops::Bound;
use std::process::ExitCode;

use clap::Args;
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::{
    Kind, Numeric, Parameter, Range, Settings, Unit, written,
};

/// Print every key of a scene as a Markdown table: what it may be, its default, what it means.
///
/// It is made from the same table as the window's controls and the checks. The guide holds it.
#[derive(Args, Debug)]
pub struct Keys;

impl Keys {
    pub fn run() -> anyhow::Result<ExitCode> {
        super::output::print(page().as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The table, as Markdown.
#[must_use]
pub fn page() -> String {
    table::<Scene>()
}

fn table<O: Settings>() -> String {
    let mut text = "| key | allowed | default | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for parameter in O::parameters() {
        let Parameter { key, symbol, .. } = parameter;
        let symbol = if symbol.is_empty() { String::new() } else { format!(" ({symbol})") };
        let about = cell(parameter.about);
        let (allowed, usual) = (allowed(parameter), usual(parameter));
        let _ = writeln!(text, "| `{key}`{symbol} | {allowed} | {usual} | {about} |");
    }
    text
}

/// What a setting may be, in words.
pub fn allowed<O>(parameter: &Parameter<O>) -> String {
    match &parameter.kind {
        Kind::Real(number) => {
            let range = between(&number.range, real);
            // Of a share, 1 is all.
            let unit = if number.unit == Unit::Multiple { "" } else { number.unit.symbol() };
            format!("{range}{unit}")
        }
        Kind::Whole(number) => format!("whole number, {}", between(&number.range, whole)),
        Kind::Switch(_) => "`true`, `false`".to_owned(),
        Kind::Choice(_) => names(parameter),
        Kind::Text(text) => text.form.to_owned(),
        Kind::List(list) if list.entries.is_some() => {
            format!("{}: {}", list.form, names(parameter))
        }
        Kind::List(list) => list.form.to_owned(),
    }
}

fn names<O>(parameter: &Parameter<O>) -> String {
    let choices = parameter.choices();
    let names: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.name)).collect();
    names.join(", ")
}

/// The default, or what holds where there is none.
fn usual<O: Settings>(parameter: &Parameter<O>) -> String {
    let usual = O::default();
    match &parameter.kind {
        Kind::Real(number) => (number.access.get)(&usual).map(real),
        Kind::Whole(number) => (number.access.get)(&usual).map(whole),
        _ => parameter.written(&usual).map(|value| match value.as_str() {
            "" => "empty".to_owned(),
            value => format!("`{value}`"),
        }),
    }
    .unwrap_or_else(|| cell(&parameter.default_in_words()))
}

fn between<T: Numeric>(range: &Range<T>, number: impl Fn(T) -> String) -> String {
    match (range.least, range.greatest) {
        (Bound::Included(least), Bound::Included(greatest)) => {
            format!("{} to {}", number(least), number(greatest))
        }
        (Bound::Excluded(bound), Bound::Included(greatest)) => {
            format!("above {}, to {}", number(bound), number(greatest))
        }
        (Bound::Included(least), Bound::Excluded(bound)) => {
            format!("{} to below {}", number(least), number(bound))
        }
        (Bound::Excluded(bound), _) => format!("above {}", number(bound)),
        (Bound::Included(least), Bound::Unbounded) => format!("{} or more", number(least)),
        (Bound::Unbounded, _) => "a number".to_owned(),
    }
}

/// A real number as one writes it, long ones with spaces.
fn real(value: f64) -> String {
    let size = value.abs();
    let long = (1e4..1e7).contains(&size) && size.fract() == 0.0;
    let sign = if value < 0.0 { "−" } else { "" };
    let digits = if long { whole(size as u64) } else { written(size) };
    format!("{sign}{digits}")
}

/// A whole number, long ones with spaces.
fn whole(value: u64) -> String {
    let digits = value.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(" ")
}

/// A sentence as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_in_the_guide_is_this_commands_output() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guide.md");
        let written = std::fs::read_to_string(path).expect("docs/guide.md");
        assert!(
            written.contains(&format!("\n\n{}\n", super::page())),
            "docs/guide.md should hold what `driftscope keys` prints"
        );
    }

    #[test]
    fn numbers_are_written_as_one_reads_them() {
        assert_eq!(super::real(1e-6), "1e-6");
        assert_eq!(super::real(-360.0), "−360");
        assert_eq!(super::real(1e4), "10 000");
        assert_eq!(super::real(1e9), "1e9");
        assert_eq!(super::real(0.12), "0.12");
        assert_eq!(super::whole(9_007_199_254_740_993), "9 007 199 254 740 993");
    }
}
