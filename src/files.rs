//! Writing files all or nothing.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::{Path, PathBuf};

/// Writes `bytes` to a temporary file beside `path` and renames it, so that `path` holds either
/// all of it or what was there before. Links are followed; what is no file (a device, a pipe) is
/// written to as it is.
///
/// # Errors
/// If the folder is missing, not writable or full, or `path` is a folder.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = target_of(path)?;
    if is_special(&target) {
        return OpenOptions::new().write(true).open(&target)?.write_all(bytes);
    }
    let mut file = temporary_beside(&target)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target).map(drop).map_err(Error::from)
}

/// A file that is written bit by bit and takes its place when it is finished: until then its path
/// holds what was there before. Links and what is no file are treated as by [`write_atomically`].
pub struct Pending {
    file: PendingFile,
    written: u64,
}

enum PendingFile {
    Temporary(tempfile::NamedTempFile, PathBuf),
    Special(File),
}

impl Pending {
    /// Begins a file.
    ///
    /// # Errors
    /// As [`check_writable`].
    pub fn begin(path: &Path) -> Result<Self> {
        let target = target_of(path)?;
        let file = if is_special(&target) {
            PendingFile::Special(OpenOptions::new().write(true).open(&target)?)
        } else {
            PendingFile::Temporary(temporary_beside(&target)?, target)
        };
        Ok(Self { file, written: 0 })
    }

    /// Bytes written so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Puts the file into its place.
    ///
    /// # Errors
    /// If what is left cannot be written, or the file not renamed.
    pub fn finish(self) -> Result<()> {
        match self.file {
            PendingFile::Temporary(file, target) => {
                file.as_file().sync_all()?;
                file.persist(&target).map(drop).map_err(Error::from)
            }
            PendingFile::Special(_) => Ok(()),
        }
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let count = match &mut self.file {
            PendingFile::Temporary(file, _) => file.write(bytes)?,
            PendingFile::Special(file) => file.write(bytes)?,
        };
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        match &mut self.file {
            PendingFile::Temporary(file, _) => file.flush(),
            PendingFile::Special(file) => file.flush(),
        }
    }
}

/// Finds out whether [`write_atomically`] could write `path` now, without changing it.
///
/// # Errors
/// As it would give, a full disk left aside.
pub fn check_writable(path: &Path) -> Result<()> {
    let target = target_of(path)?;
    if is_special(&target) {
        return OpenOptions::new().write(true).open(&target).map(drop);
    }
    temporary_beside(&target).map(drop)
}

/// Finds out whether files could be written into `folder` now, or it be made for that, without
/// leaving anything.
///
/// # Errors
/// If it is no folder, or what it would be made in is not writable.
pub fn check_folder(folder: &Path) -> Result<()> {
    let there =
        folder.ancestors().find(|folder| folder.exists()).filter(|there| *there != Path::new(""));
    temporary_beside(&there.unwrap_or(Path::new(".")).join("file")).map(drop)
}

/// Reads a text of at most `most` bytes; none if it is longer, whatever its size is said to be.
///
/// # Errors
/// If it cannot be read or is not UTF-8.
pub fn read_text(path: &Path, most: u64) -> Result<Option<String>> {
    let mut text = String::new();
    File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    Ok((text.len() as u64 <= most).then_some(text))
}

/// Where a path leads once its links are followed; the last one may lead to nothing yet.
fn target_of(path: &Path) -> Result<PathBuf> {
    let mut target = path.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        let Ok(next) = std::fs::read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    if target.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    Ok(target)
}

fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|data| !data.is_file())
}

fn temporary_beside(path: &Path) -> Result<tempfile::NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let words = format!("there is no folder {}", folder.display());
        return Err(Error::new(ErrorKind::NotFound, words));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".driftscope-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private; a result is as readable as the person's habits say (umask).
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_and_folders_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("file");
        write_atomically(&file, b"one").expect("writes");
        #[cfg(unix)]
        {
            let link = dir.path().join("link");
            std::os::unix::fs::symlink("file", &link).expect("a link");
            write_atomically(&link, b"two").expect("writes");
            assert!(std::fs::symlink_metadata(&link).expect("is there").is_symlink());
        }
        let kept = if cfg!(unix) { "two" } else { "one" };
        assert_eq!(std::fs::read_to_string(&file).expect("reads"), kept);
        assert!(write_atomically(dir.path(), b"").is_err());
        assert!(check_writable(&dir.path().join("missing/file")).is_err());
    }

    #[test]
    fn a_pending_file_takes_its_place_when_it_is_finished() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("file");
        write_atomically(&path, b"old").expect("writes");
        let begun = |bytes: &[u8]| {
            let mut pending = Pending::begin(&path).expect("begins");
            pending.write_all(bytes).expect("writes");
            assert_eq!(pending.written(), bytes.len() as u64);
            pending
        };
        drop(begun(b"given up"));
        let pending = begun(b"new");
        assert_eq!(std::fs::read(&path).expect("reads"), b"old");
        pending.finish().expect("finishes");
        assert_eq!(std::fs::read(&path).expect("reads"), b"new");
        assert_eq!(std::fs::read_dir(dir.path()).expect("reads").count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_and_devices_stay_devices() {
        let full = Path::new("/dev/full");
        assert!(write_atomically(full, b"bytes").is_err());
        assert!(is_special(full));
        assert!(read_text(Path::new("/dev/zero"), 10).expect("reads").is_none());
    }
}
