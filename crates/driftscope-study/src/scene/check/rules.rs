//! What rules are made of.

use driftscope_solve::grid;

use super::super::parameters::{Numeric, Range};
use super::super::problem::Problem;

/// What is allowed instead of what gave a step that cannot be told from none.
pub(super) fn further_apart(wanted: &str, [t, t1]: [f64; 2]) -> String {
    format!(
        "{wanted}, so that every step is at least {:e} of t: one from {t} to {t1} is lost in rounding",
        grid::RESOLUTION
    )
}

/// Refuses what does not lie in a range.
pub(super) fn within<T: Numeric>(
    key: &'static str,
    value: T,
    range: impl Into<Range<T>>,
) -> Result<(), Problem> {
    range.into().check(key, value)
}
