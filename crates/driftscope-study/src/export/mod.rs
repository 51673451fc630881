//! The table of formats in which a run is written. A file here and an entry in the table add one to
//! the command line, its help and its checks.

pub mod code;
mod csv;
mod format;

pub use csv::{SAMPLES, number};
pub use format::{Begun, Export, ExportError, ExportPlace, Format, RunSize};

/// Every format; the first is the usual one.
pub static FORMATS: &[&Format] = &[&csv::CSV];

impl Format {
    /// The format called `name`, if the table has it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.name == name)
    }
}

#[cfg(test)]
mod tests;
