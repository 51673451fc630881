//! Pictures in files.

pub mod svg;
