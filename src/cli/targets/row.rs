//! A figure, and what is expected of it.

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

    /// Whether less came out than is expected.
    pub fn is_missed(&self) -> bool {
        self.target.is_some_and(|target| !target.met(self.value))
    }

    /// A line of the table.
    pub fn line(&self) -> String {
        let Self { what, figure, value, target } = self;
        let target_words = target.map_or_else(String::new, Target::words);
        let verdict = match target {
            None => "",
            Some(target) if target.met(*value) => "met",
            Some(_) => "**missed**",
        };
        format!("| {what} | {figure} | {} | {target_words} | {verdict} |\n", digits(*value))
    }
}

/// Three digits that count.
fn digits(value: f64) -> String {
    let decimals = (2 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    format!("{value:.decimals$}")
}
