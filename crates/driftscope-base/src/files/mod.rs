//! Files: on a disk, or, in a browser's tab, in memory.

#[cfg(not(target_arch = "wasm32"))]
mod disk;
pub mod memory;

use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

#[cfg(not(target_arch = "wasm32"))]
pub use self::disk::*;
#[cfg(target_arch = "wasm32")]
pub use self::memory::*;

/// Reads a text of at most `most` bytes; none if it is longer, whatever its size is said to be.
///
/// # Errors
/// If it cannot be read or is not UTF-8.
pub fn read_text(path: &Path, most: u64) -> Result<Option<String>> {
    let words = |_| Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8");
    read_bytes(path, most)?.map(String::from_utf8).transpose().map_err(words)
}

/// Reads a file of at most `most` bytes; none if it is longer, whatever its size is said to be.
///
/// # Errors
/// If it cannot be read.
pub fn read_bytes(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}
