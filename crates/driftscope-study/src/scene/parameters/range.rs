//! Which numbers a setting may have.

use std::fmt;
use std::ops::{Bound, RangeBounds, RangeInclusive};

use super::super::problem::{Problem, refuse};

/// A number that can be a setting.
pub trait Numeric: Copy + PartialOrd + fmt::Display + 'static {
    /// Whether it is a number at all, and not an infinite one.
    fn is_finite(self) -> bool;
}

impl Numeric for f64 {
    fn is_finite(self) -> bool {
        self.is_finite()
    }
}

impl Numeric for u64 {
    fn is_finite(self) -> bool {
        true
    }
}

/// The numbers between two bounds; always finite ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range<T> {
    /// Where it begins.
    pub least: Bound<T>,
    /// Where it ends.
    pub greatest: Bound<T>,
}

impl<T> From<RangeInclusive<T>> for Range<T> {
    fn from(range: RangeInclusive<T>) -> Self {
        let (least, greatest) = range.into_inner();
        Self { least: Bound::Included(least), greatest: Bound::Included(greatest) }
    }
}

impl<T: Numeric> Range<T> {
    /// All that is larger than `bound`.
    #[must_use]
    pub fn above(bound: T) -> Self {
        Self { least: Bound::Excluded(bound), greatest: Bound::Unbounded }
    }

    /// All from `least` on.
    #[must_use]
    pub fn at_least(least: T) -> Self {
        Self { least: Bound::Included(least), greatest: Bound::Unbounded }
    }

    /// All that is larger than `bound`, up to `greatest`.
    #[must_use]
    pub fn above_to(bound: T, greatest: T) -> Self {
        Self { least: Bound::Excluded(bound), greatest: Bound::Included(greatest) }
    }

    /// All from `least` on that is less than `bound`.
    #[must_use]
    pub fn below(least: T, bound: T) -> Self {
        Self { least: Bound::Included(least), greatest: Bound::Excluded(bound) }
    }

    /// Whether a number lies in it.
    #[must_use]
    pub fn contains(&self, value: T) -> bool {
        value.is_finite() && (self.least, self.greatest).contains(&value)
    }

    /// Refuses a value of `key` that does not lie in it.
    pub(in crate::scene) fn check(&self, key: &'static str, value: T) -> Result<(), Problem> {
        if self.contains(value) { Ok(()) } else { refuse(key, value, self.instead_of(value)) }
    }

    /// The least number, where there is one.
    #[must_use]
    pub fn least(&self) -> Option<T> {
        if let Bound::Included(least) = self.least { Some(least) } else { None }
    }

    /// The greatest number, where there is one.
    #[must_use]
    pub fn greatest(&self) -> Option<T> {
        if let Bound::Included(greatest) = self.greatest { Some(greatest) } else { None }
    }

    /// What a number that does not lie in it may be instead.
    #[must_use]
    pub fn instead_of(&self, value: T) -> String {
        match (self.least, self.greatest) {
            (Bound::Included(least), Bound::Included(greatest)) => {
                format!("from {least} to {greatest}")
            }
            (Bound::Excluded(bound), Bound::Included(greatest))
                if value.is_finite() && value > bound =>
            {
                format!("from {bound} to {greatest}")
            }
            (Bound::Excluded(bound), _) => format!("a finite number larger than {bound}"),
            (Bound::Included(least), Bound::Excluded(bound)) => {
                format!("from {least} to less than {bound}")
            }
            (Bound::Included(least), Bound::Unbounded) => {
                format!("a finite number, {least} or larger")
            }
            (Bound::Unbounded, _) => "a finite number".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_closed_ends_and_no_infinite_number() {
        let closed = Range::<f64>::from(0.0..=1.0);
        assert!(closed.contains(0.0) && closed.contains(1.0) && !closed.contains(1.5));
        let above = Range::above(0.0);
        assert!(above.contains(f64::MIN_POSITIVE) && above.contains(f64::MAX));
        for refused in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(!above.contains(refused), "{refused}");
            assert_eq!(above.instead_of(refused), "a finite number larger than 0");
        }
        let below = Range::below(0.0, 1.0);
        assert!(below.contains(0.0) && !below.contains(1.0) && below.greatest().is_none());
        let both = Range::above_to(0.0, 0.5);
        assert!(!both.contains(0.0) && both.contains(0.5));
        assert_eq!(both.instead_of(0.0), "a finite number larger than 0");
        assert_eq!(both.instead_of(0.6), "from 0 to 0.5");
        assert_eq!((both.least(), both.greatest()), (None, Some(0.5)));
        assert_eq!(Range::<u64>::from(1..=9).instead_of(0), "from 1 to 9");
    }
}
