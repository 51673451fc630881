//! What is said on standard output, on standard error and by the exit code.

use std::io::Write;

use anyhow::Context;

use crate::brief::brief;

/// Refused input.
pub const EXIT_REFUSED: u8 = 2;
/// A solve that stopped early.
pub const EXIT_STOPPED: u8 = 3;

/// Writes a whole answer to standard output.
///
/// # Errors
/// If standard output is closed or full.
pub fn print(answer: &[u8]) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(answer).and_then(|()| output.flush()).context("cannot write the answer")
}

/// Says what is wrong on standard error; if not even that can be written, the exit code says it.
pub fn complain(words: &str) {
    let _ = writeln!(std::io::stderr(), "driftscope: {}", brief(words));
}
