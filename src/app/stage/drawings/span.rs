//! What a scale of colours goes over, and what a legend says of it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What a legend shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Legend {
    /// Nothing: there is one colour.
    None,
    /// A scale from the least to the largest.
    Scale {
        /// What is written at both ends.
        ends: [String; 2],
    },
    /// All particles have the same value.
    One(String),
    /// No particle has the quantity; why.
    Missing(Cow<'static, str>),
    /// A ring of directions.
    Ring,
    /// One colour for each of so many.
    Swatches(usize),
}

/// The values of a scale: those at its ends, and the extremes, which may lie beyond them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// The values of the first and the last colour.
    pub ends: [f64; 2],
    /// The least and the largest value there are.
    pub extremes: [f64; 2],
}

impl Span {
    /// Of finite values that rise: a handful of outliers should not use up the whole scale. None of no values.
    #[must_use]
    pub fn of(sorted: &[f64]) -> Option<Self> {
        let last = sorted.len().checked_sub(1)?;
        let extremes = [sorted[0], sorted[last]];
        let ends = [sorted[last / 50], sorted[last - last / 50]];
        // Where nearly all are alike, the few others are all there is to see.
        Some(Self { ends: if ends[0] < ends[1] { ends } else { extremes }, extremes })
    }

    /// The one that holds both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = |[a, b]: [f64; 2], [c, d]: [f64; 2]| [a.min(c), b.max(d)];
        Self { ends: both(self.ends, other.ends), extremes: both(self.extremes, other.extremes) }
    }

    /// Where a value lies on the scale, 0 to 1 within its ends.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let [low, high] = self.ends;
        if high > low { (value - low) / (high - low) } else { 0.5 }
    }

    /// What a legend shows: ends that values lie beyond say so.
    #[must_use]
    pub fn legend(&self, words: impl Fn(f64) -> String) -> Legend {
        let ([low, high], [least, most]) = (self.ends.map(&words), self.extremes.map(&words));
        if low == high {
            return Legend::One(low);
        }
        let low = if least == low { low } else { format!("≤ {low}") };
        let high = if most == high { high } else { format!("≥ {high}") };
        Legend::Scale { ends: [low, high] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(value: f64) -> String {
        format!("{value:.0}")
    }

    #[test]
    fn ends_that_values_lie_beyond_say_so() {
        let values: Vec<f64> = (0..=200).map(f64::from).collect();
        let span = Span::of(&values).expect("there are values");
        assert_eq!(span, Span { ends: [4.0, 196.0], extremes: [0.0, 200.0] });
        assert_eq!(span.legend(words), Legend::Scale { ends: ["≤ 4".into(), "≥ 196".into()] });
        let few = Span::of(&[1.0, 2.0, 3.0]).expect("there are values");
        assert_eq!(few.legend(words), Legend::Scale { ends: ["1".into(), "3".into()] });
        assert_eq!(span.and(few), Span { ends: [1.0, 196.0], extremes: [0.0, 200.0] });
    }

    #[test]
    fn the_few_that_differ_from_all_others_are_seen() {
        let mut values = vec![26.0; 300];
        assert_eq!(Span::of(&values).expect("values").legend(words), Legend::One("26".into()));
        values.push(32.0);
        let span = Span::of(&values).expect("there are values");
        assert_eq!(span.legend(words), Legend::Scale { ends: ["26".into(), "32".into()] });
        assert!(Span::of(&[]).is_none());
    }
}
