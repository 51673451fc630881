//! Files in memory, for a tab, whose program sees no disk: what was opened or dropped there, and what was written,
//! which the page then hands to the person. Elsewhere there are none.

use std::collections::BTreeMap;
use std::io::{Cursor, Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tells the states of a file apart: each is greater than all that any file had before.
pub type Version = u64;

/// A file in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its path.
    pub path: PathBuf,
    /// What stands in it.
    pub bytes: Arc<[u8]>,
    /// Its state.
    pub version: Version,
    /// Whether the program wrote it.
    pub written: bool,
}

struct Files {
    by_path: BTreeMap<PathBuf, Kept>,
    last: Version,
}

static FILES: Mutex<Files> = Mutex::new(Files { by_path: BTreeMap::new(), last: 0 });

fn files() -> MutexGuard<'static, Files> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lays a file in, in place of an older one: one that was `written`, or one that came from outside. Its state.
pub fn keep(path: &Path, bytes: impl Into<Arc<[u8]>>, written: bool) -> Version {
    let mut files = files();
    files.last += 1;
    let kept = Kept { path: path.to_owned(), bytes: bytes.into(), version: files.last, written };
    files.by_path.insert(path.to_owned(), kept);
    files.last
}

/// Lays a file in that came from outside, known by its name alone: one that has the name of another is given one of
/// its own, since what was opened before is still that. Its path.
///
/// # Panics
/// Never: there is always another number.
pub fn lay_in(path: &Path, bytes: impl Into<Arc<[u8]>>) -> PathBuf {
    let bytes = bytes.into();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let names = std::iter::once(path.to_owned()).chain((2..).map(|number| {
        let mut name = format!("{stem} ({number})");
        if let Some(ending) = path.extension() {
            name.extend([".", &ending.to_string_lossy()]);
        }
        path.with_file_name(name)
    }));
    let mut free = names.filter(|name| {
        let files = files();
        files.by_path.get(name).is_none_or(|kept| !kept.written && kept.bytes == bytes)
    });
    let path = free.next().expect("there is always another number");
    if changed(&path).is_none() {
        keep(&path, bytes, false);
    }
    path
}

/// The files whose state is newer than `version`, the oldest first.
#[must_use]
pub fn newer_than(version: Version) -> Vec<Kept> {
    let mut newer: Vec<Kept> =
        files().by_path.values().filter(|kept| kept.version > version).cloned().collect();
    newer.sort_by_key(|kept| kept.version);
    newer
}

/// Opens a file to be read.
///
/// # Errors
/// If there is none of this name.
pub fn open(path: &Path) -> Result<Cursor<Arc<[u8]>>> {
    let missing = || Error::new(ErrorKind::NotFound, "no such file was opened here");
    files().by_path.get(path).map(|kept| Cursor::new(Arc::clone(&kept.bytes))).ok_or_else(missing)
}

/// Which state of a file this is; none if there is none.
#[must_use]
pub fn changed(path: &Path) -> Option<Version> {
    files().by_path.get(path).map(|kept| kept.version)
}

/// A path that leads to the same file from everywhere: there are no folders.
///
/// # Errors
/// Never.
pub fn absolute(path: &Path) -> Result<PathBuf> {
    Ok(path.to_owned())
}

/// Writes a file.
///
/// # Errors
/// Never.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    keep(path, bytes, true);
    Ok(())
}

/// A file that is written bit by bit and is there when it is finished.
pub struct Pending {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Pending {
    /// Begins a file.
    ///
    /// # Errors
    /// Never.
    pub fn begin(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_owned(), bytes: Vec::new() })
    }

    /// Bytes written so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Lays the file in.
    ///
    /// # Errors
    /// Never.
    pub fn finish(self) -> Result<()> {
        keep(&self.path, self.bytes, true);
        Ok(())
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_written_can_be_read_and_is_newer() {
        let path = Path::new("memory/a.csv");
        assert_eq!(open(path).expect_err("none").kind(), ErrorKind::NotFound);
        assert_eq!(changed(path), None);
        write_atomically(path, b"x,y").expect("written");
        let first = changed(path).expect("there");
        let mut pending = Pending::begin(path).expect("begun");
        pending.write_all(b"1,2").expect("written");
        assert_eq!(changed(path), Some(first));
        assert_eq!(pending.written(), 3);
        pending.finish().expect("there");
        let newer = newer_than(first);
        assert_eq!((newer[0].path.as_path(), newer[0].written), (path, true));
        let mut text = String::new();
        open(path).expect("there").read_to_string(&mut text).expect("text");
        assert_eq!(text, "1,2");
        keep(path, *b"3,4", false);
        assert!(!newer_than(newer[0].version)[0].written);
        assert!(newer_than(changed(path).expect("there")).is_empty());
        assert_eq!(absolute(path).expect("the same"), path);
        let own = Path::new("memory/b.csv");
        assert_eq!(lay_in(own, *b"1,2"), own);
        let version = changed(own);
        assert_eq!(lay_in(own, *b"1,2"), own);
        assert_eq!(changed(own), version, "the same file again is no other");
        assert_eq!(lay_in(own, *b"5,6"), Path::new("memory/b (2).csv"));
        assert_eq!(lay_in(own, *b"7,8"), Path::new("memory/b (3).csv"));
    }
}
