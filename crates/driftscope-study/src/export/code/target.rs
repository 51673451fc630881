//! What a target is: its words, and how a script for it is written.

use super::plan::Plan;
use super::python::Library;

/// A library of elsewhere for which a script is written.
#[derive(Debug)]
pub struct Target {
    /// Name on the command line.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// What is installed with pip for it, beside what its arrays need.
    pub packages: &'static str,
    /// Whose arrays its field works on.
    pub arrays: Library,
    /// Its part of a script.
    pub write: fn(&Plan) -> Part,
}

/// What a target adds to a script: imports and functions with the last, `solve(starts, rng)`, which gives
/// the end points as an array of `NumPy`, and the settings that it could not follow.
#[derive(Debug, Default)]
pub struct Part {
    /// Lines of imports, in order.
    pub imports: Vec<String>,
    /// Constants and functions.
    pub body: String,
    /// What differs from the scene, a sentence each.
    pub notes: Vec<String>,
    /// Whether the script works in double precision whatever the scene says.
    pub doubles: bool,
}
