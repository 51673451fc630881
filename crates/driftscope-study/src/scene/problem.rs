//! A value that a scene cannot have.

use std::fmt;

/// The key of what is wrong in a pane.
pub(super) const PANES: &str = "panes";

/// A value that is not allowed: the key, the value and what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key in the scene file.
    pub key: &'static str,
    /// What it was set to.
    pub value: String,
    /// What it may be.
    pub allowed: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, allowed } = self;
        match *key {
            // The value names the key in the pane.
            PANES => write!(f, "{value} is not allowed: {allowed}"),
            key => write!(f, "{key} = {value} is not allowed: {allowed}"),
        }
    }
}

impl std::error::Error for Problem {}

/// Refuses a value.
pub(super) fn refuse<T>(
    key: &'static str,
    value: impl fmt::Display,
    allowed: impl Into<String>,
) -> Result<T, Problem> {
    Err(Problem { key, value: value.to_string(), allowed: allowed.into() })
}
