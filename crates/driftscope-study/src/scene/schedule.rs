//! Times of one's own for the fixed steps, as t or as levels of noise.

use std::path::Path;

use driftscope_base::files;
use driftscope_base::interpolant::Interpolant;
use driftscope_solve::grid::Spacing;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::own::Content;

/// What conversions may miss the ends of a path by.
const ROUNDING: f64 = 1e-9;

/// What the numbers of a list of times are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimesIn {
    /// Times t.
    #[default]
    T,
    /// Levels σ.
    Sigma,
    /// Levels σ/α.
    Level,
    /// Log signal-to-noise ratios log(α/σ).
    LogSnr,
}

impl TimesIn {
    /// The t of a number on `path`; not a number where there is none.
    #[must_use]
    pub fn time(self, path: Interpolant, value: f64) -> f64 {
        match self {
            Self::T => value,
            Self::Sigma => {
                let alpha = match path {
                    Interpolant::Linear => 1.0 - value,
                    Interpolant::Gvp | Interpolant::Vp => (1.0 - value * value).sqrt(),
                };
                path.time_of_level(alpha, value)
            }
            Self::Level if value < 0.0 => f64::NAN,
            Self::Level => path.time_of_level(1.0, value),
            Self::LogSnr => path.time_of_level(1.0, (-value).exp()),
        }
    }

    /// The number of t on `path`: the inverse of [`Self::time`].
    #[must_use]
    pub fn value(self, path: Interpolant, t: f64) -> f64 {
        let level = path.coefficients(t);
        match self {
            Self::T => t,
            Self::Sigma => level.sigma,
            Self::Level => level.sigma / level.alpha,
            Self::LogSnr => (level.alpha / level.sigma).ln(),
        }
    }
}

/// Times or levels in the order of the steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeList(pub Vec<f64>);

impl Content for TimeList {
    const WHAT: &'static str = "times of steps";
    const MOST_BYTES: u64 = 4 << 20;
    const ENDING: &'static str = "times.csv";

    fn from_file(bytes: &[u8], _path: &Path) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no text".to_owned())?;
        Self::from_text(text)
    }

    fn to_file(&self) -> Vec<u8> {
        let lines = self.0.iter().map(|time| format!("{time}\n"));
        lines.collect::<String>().into_bytes()
    }

    fn is_small(&self) -> bool {
        self.0.len() <= 512
    }
}

/// The words of a line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let between = |mark: char| mark.is_whitespace() || ",;[]\u{feff}".contains(mark);
    line.split(between).filter(|word| !word.is_empty())
}

impl TimeList {
    /// Whether a file of text holds a list rather than a table of points.
    #[must_use]
    pub fn is_in(path: &Path) -> bool {
        let bytes = files::read_bytes(path, Self::MOST_BYTES).ok().flatten();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.is_some_and(|text| Self::rather_than_points(&text).is_some())
    }

    /// The list in a text that could be a table of points but is none: one number a line, or one line of three
    /// or more.
    #[must_use]
    pub fn rather_than_points(text: &str) -> Option<Self> {
        let mut counts = text.lines().map(|line| words(line).count()).filter(|&count| count > 0);
        let first = counts.next().unwrap_or_default();
        let rest = counts.collect::<Vec<_>>();
        let alone = if rest.is_empty() { first > 2 } else { first == 1 };
        let is_list = alone && rest.iter().all(|&count| count == 1);
        is_list.then(|| Self::from_text(text).ok())?
    }

    /// Reads numbers that stand apart by line breaks, spaces, commas or semicolons, in brackets or not.
    ///
    /// # Errors
    /// What is no number, and on which line.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let mut times = Vec::new();
        for (line, of_line) in text.lines().enumerate() {
            for word in words(of_line) {
                let number = word.parse().map_err(|_| {
                    format!("line {}: `{word}` is no number: times or levels are needed", line + 1)
                })?;
                times.push(number);
            }
        }
        if times.len() < 2 {
            return Err(format!("it holds {} times: two or more are needed", times.len()));
        }
        Ok(Self(times))
    }
}

impl Scene {
    /// The times that the steps go through, in the solver's own time, if a list of them is given.
    #[must_use]
    pub fn listed_times(&self) -> Option<Vec<f64>> {
        let list = self.list()?;
        Some(list.iter().map(|&value| self.time_of_listed(value)).collect())
    }

    /// The first and the last of them.
    #[must_use]
    pub(super) fn listed_interval(&self) -> Option<(f64, f64)> {
        match self.list()? {
            [first, .., last] => Some((self.time_of_listed(*first), self.time_of_listed(*last))),
            _ => None,
        }
    }

    fn list(&self) -> Option<&[f64]> {
        let list = self.sampler.times.as_ref().map(|own| &own.content().0[..]);
        list.filter(|_| self.sampler.spacing() == Spacing::List)
    }

    fn time_of_listed(&self, value: f64) -> f64 {
        let kind = self.sampler.times_in;
        if kind == TimesIn::T {
            return value;
        }
        let t = kind.time(self.path(), value);
        let near = |end: f64| (t - end).abs() < ROUNDING;
        let t = if near(0.0) {
            0.0
        } else if near(1.0) {
            1.0
        } else {
            t
        };
        self.direction.own_time(t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::parameters::Named;
    use crate::scene::test_support::scene;

    #[test]
    fn levels_and_times_are_each_others_inverse() {
        for path in Interpolant::ALL {
            for kind in TimesIn::all() {
                for t in [0.001, 0.1, 0.37, 0.8, 0.99] {
                    let back = kind.time(path, kind.value(path, t));
                    assert!((back - t).abs() < 1e-9, "{path:?} {kind:?} {t} {back}");
                }
            }
        }
        assert!((TimesIn::Level.time(Interpolant::Linear, 80.0) - 1.0 / 81.0).abs() < 1e-15);
        assert!((TimesIn::LogSnr.time(Interpolant::Linear, 0.0) - 0.5).abs() < 1e-15);
        assert!((TimesIn::Sigma.time(Interpolant::Gvp, 0.5f64.sqrt()) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_schedule_in_levels_is_one_in_times() {
        let by_level = scene(&[
            "sampler.method=euler",
            "sampler.times=[80, 9, 1, 0.25, 0]",
            "sampler.times_in=level",
        ]);
        let wanted = [1.0 / 81.0, 0.1, 0.5, 0.8, 1.0];
        let found = by_level.grid(by_level.interval(1.0));
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
        assert_eq!(by_level.interval(1.0), (wanted[0], 1.0));
        let encode = scene(&[
            "direction=encode",
            "sampler.method=euler",
            "sampler.times=[0, 1, 3]",
            "sampler.times_in=level",
        ]);
        assert_eq!(encode.grid(encode.interval(1.0)), [0.0, 0.5, 0.75]);
        let again = Scene::from_toml(&by_level.to_toml(), "again").expect("reads back");
        assert_eq!(again, by_level);
    }

    #[test]
    fn a_schedule_can_be_a_file_or_pasted() {
        for text in ["0, 0.25; 1", "[0, 0.25,\n 1.0]\n", "0\n0.25\n1\n", "\u{feff}0\t.25 1e0"] {
            assert_eq!(TimeList::from_text(text), Ok(TimeList(vec![0.0, 0.25, 1.0])), "{text}");
        }
        let message = TimeList::from_text("0\nhalf\n1").expect_err("no number");
        assert!(message.contains("line 2") && message.contains("`half`"), "{message}");
        assert!(TimeList::from_text("0.5").expect_err("one").contains("two or more"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("steps.csv");
        std::fs::write(&path, "0\n0.5\n1\n").expect("written");
        let named = scene(&["sampler.method=euler", &format!("sampler.times={}", path.display())]);
        assert_eq!(named.listed_times(), Some(vec![0.0, 0.5, 1.0]));
        let saved = folder.path().join("scene.toml");
        std::fs::write(&saved, "[sampler]\nmethod = \"euler\"\ntimes = \"steps.csv\"\n")
            .expect("written");
        assert_eq!(Scene::load(&saved).expect("beside it").listed_times(), named.listed_times());
    }

    #[test]
    fn a_file_of_times_is_told_from_one_of_points() {
        for text in ["0\n0.5\n1\n", "80,\n9,\n0", "0, 0.25, 0.5, 1", "[0; 0.5; 1]\n\n"] {
            assert!(TimeList::rather_than_points(text).is_some(), "{text}");
        }
        for text in ["x,y\n1,2\n3,4", "1,2\n3,4\n", "1 2", "t\n0\n1", "0\n0.5 1\n", "", "0.5\n"] {
            assert!(TimeList::rather_than_points(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused_by_its_value() {
        for (settings, words) in [
            (["sampler.times=[1, 80, 3]", "sampler.times_in=level"], "falling levels"),
            (["sampler.times=[3, 1, -1]", "sampler.times_in=level"], "-1"),
            (["sampler.times=[2, 0]", "sampler.times_in=sigma"], "from 1 (noise) to 0 (data)"),
            (["sampler.times=[3, -3]", "sampler.times_in=log-snr"], "rising log-SNRs"),
            (["sampler.times=[0, 0.5, 0.5]", "seed=0"], "rising times"),
            (["sampler.times=[0]", "seed=0"], "two to"),
        ] {
            let settings = settings.map(str::to_owned);
            let message = Scene::with_settings(None, &settings).expect_err("refused").to_string();
            assert!(message.contains("sampler.times") && message.contains(words), "{message}");
        }
    }
}
