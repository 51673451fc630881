//! A figure, what is expected of it, and the table of them all.

use anyhow::Result;

use crate::cli::output::print;

/// One figure.
pub(super) struct Row {
    /// What was trained and how it was sampled.
    what: String,
    /// What is measured.
    figure: &'static str,
    value: f64,
    /// What is expected of it; none where it is only for comparison.
    target: Option<Target>,
}

/// What is expected of a figure.
#[derive(Clone, Copy, Debug)]
enum Target {
    AtMost(f64),
    AtLeast(f64),
    Within(f64, f64),
}

impl Target {
    fn met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
            Self::Within(least, most) => (least..=most).contains(&value),
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {most}"),
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::Within(least, most) => format!("{least} to {most}"),
        }
    }
}

impl Row {
    pub fn new(what: impl Into<String>, figure: &'static str, value: f64) -> Self {
        Self { what: what.into(), figure, value, target: None }
    }

    pub fn at_most(self, most: f64) -> Self {
        Self { target: Some(Target::AtMost(most)), ..self }
    }

    pub fn at_least(self, least: f64) -> Self {
        Self { target: Some(Target::AtLeast(least)), ..self }
    }

    pub fn within(self, least: f64, most: f64) -> Self {
        Self { target: Some(Target::Within(least, most)), ..self }
    }

    /// A line of the table.
    fn line(self) -> String {
        let Self { what, figure, value, target } = self;
        let target_words = target.map_or_else(String::new, Target::words);
        let verdict = match target {
            None => "",
            Some(target) if target.met(value) => "met",
            Some(_) => "**missed**",
        };
        format!("| {what} | {figure} | {} | {target_words} | {verdict} |\n", digits(value))
    }
}

/// The table, which is printed as it grows: it takes an hour.
#[derive(Default)]
pub(super) struct Table {
    /// Whether a section was begun.
    begun: bool,
    /// Figures that fall short of what is expected.
    missed: usize,
}

impl Table {
    /// A title and the head of a table under it.
    pub fn begin(&mut self, title: &str) -> Result<()> {
        let apart = if std::mem::replace(&mut self.begun, true) { "\n" } else { "" };
        let head = "| trained and sampled | figure | value | expected | |\n| --- | --- | --- | --- | --- |\n";
        print(format!("{apart}### {title}\n\n{head}").as_bytes())
    }

    pub fn add(&mut self, row: Row) -> Result<()> {
        self.missed += usize::from(row.target.is_some_and(|target| !target.met(row.value)));
        print(row.line().as_bytes())
    }

    pub fn missed(&self) -> usize {
        self.missed
    }
}

/// Three digits that count.
fn digits(value: f64) -> String {
    let decimals = (2 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    format!("{value:.decimals$}")
}
