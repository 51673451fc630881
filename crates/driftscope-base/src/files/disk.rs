//! Files on a disk, written all or nothing.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Tells the states of a file apart.
pub type Version = SystemTime;

/// Writes `bytes` to a temporary file beside `path` and renames it, so that `path` holds either
/// all of it or what was there before. Links are followed. What is no file of its own (a pipe, a
/// device, an open descriptor such as `/dev/stdout` or `/dev/fd/3`) is written through as it is.
///
/// # Errors
/// If the folder is missing, not writable or full, or `path` is a folder.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = match target_of(path)? {
        Target::File(target) => target,
        Target::Stream(target) => return write_through(&target, bytes),
    };
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
    Stream(File),
}

impl Pending {
    /// Begins a file.
    ///
    /// # Errors
    /// As [`check_writable`].
    pub fn begin(path: &Path) -> Result<Self> {
        let file = match target_of(path)? {
            Target::File(target) => PendingFile::Temporary(temporary_beside(&target)?, target),
            Target::Stream(target) => {
                PendingFile::Stream(OpenOptions::new().append(true).open(target)?)
            }
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
            PendingFile::Stream(_) => Ok(()),
        }
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let count = match &mut self.file {
            PendingFile::Temporary(file, _) => file.write(bytes)?,
            PendingFile::Stream(file) => file.write(bytes)?,
        };
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        match &mut self.file {
            PendingFile::Temporary(file, _) => file.flush(),
            PendingFile::Stream(file) => file.flush(),
        }
    }
}

/// Finds out whether [`write_atomically`] could write `path` now, without changing it.
///
/// # Errors
/// As it would give, a full disk left aside. A pipe is taken at its word: to open and close it would
/// tell its reader that nothing more comes.
pub fn check_writable(path: &Path) -> Result<()> {
    match target_of(path)? {
        Target::File(target) => temporary_beside(&target).map(drop),
        Target::Stream(target) if is_pipe(&target) => Ok(()),
        Target::Stream(target) => OpenOptions::new().append(true).open(target).map(drop),
    }
}

/// Whether `path` is a pipe, a device or an open descriptor: what is written through, and no file
/// that can be replaced as a whole.
#[must_use]
pub fn is_stream(path: &Path) -> bool {
    matches!(target_of(path), Ok(Target::Stream(_)))
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

/// Opens a file to be read.
///
/// # Errors
/// If it cannot be opened.
pub fn open(path: &Path) -> Result<File> {
    File::open(path)
}

/// When a file was changed last; none if nobody can tell.
#[must_use]
pub fn changed(path: &Path) -> Option<Version> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// A path that leads to the same file from everywhere.
///
/// # Errors
/// If the working folder is not known.
pub fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path)
}

/// What a path leads to once its links are followed.
enum Target {
    /// A file, which need not be there yet.
    File(PathBuf),
    /// What is written through.
    Stream(PathBuf),
}

fn target_of(path: &Path) -> Result<Target> {
    let mut target = path.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        // A descriptor looks like a link to a file, even to one that is no more, or to no path at
        // all (`pipe:[5]`). Whoever opened it goes on writing where it stands.
        if is_descriptor(&target) {
            return Ok(Target::Stream(target));
        }
        let Ok(next) = std::fs::read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    if target.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    let special = std::fs::metadata(&target).is_ok_and(|data| !data.is_file());
    Ok(if special { Target::Stream(target) } else { Target::File(target) })
}

/// Whether a path names an open file of a process: `/dev/fd/3`, `/proc/self/fd/3`.
fn is_descriptor(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    folder.is_some_and(|folder| {
        folder == Path::new("/dev/fd") || (folder.starts_with("/proc") && folder.ends_with("fd"))
    })
}

/// Whether a path names this program's standard output.
fn is_standard_output(path: &Path) -> bool {
    is_descriptor(path)
        && path.file_name().is_some_and(|number| number == "1")
        && path.parent().and_then(|folder| folder.canonicalize().ok())
            == Path::new("/dev/fd").canonicalize().ok()
}

/// Whether a path names a pipe, by whatever name.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|data| data.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Writes to a stream without making anything; a descriptor of a file goes on at the file's end.
fn write_through(path: &Path, bytes: &[u8]) -> Result<()> {
    if is_standard_output(path) {
        // As it is open: Linux opens no socket anew.
        let mut output = std::io::stdout().lock();
        return output.write_all(bytes).and_then(|()| output.flush());
    }
    OpenOptions::new().append(true).open(path)?.write_all(bytes)
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
    use crate::files::read_text;

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
        assert!(is_stream(full) && check_writable(full).is_ok());
        assert!(read_text(Path::new("/dev/zero"), 10).expect("reads").is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn descriptors_are_written_through_and_files_are_not_streams() {
        use std::io::Seek;
        use std::os::fd::AsRawFd;

        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("file");
        let mut file = File::create(&path).expect("a file");
        file.write_all(b"before ").expect("writes");
        let (number, link) = (file.as_raw_fd(), dir.path().join("link"));
        std::os::unix::fs::symlink(format!("/dev/fd/{number}"), &link).expect("a link");
        for (name, word) in [
            (format!("/dev/fd/{number}"), "one "),
            (format!("/proc/self/fd/{number}"), "two "),
            (link.display().to_string(), "three "),
        ] {
            let name = Path::new(&name);
            assert!(is_stream(name), "{}", name.display());
            check_writable(name).expect("is open");
            write_atomically(name, word.as_bytes()).expect("writes");
        }
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), "before one two three ");
        file.seek(std::io::SeekFrom::End(0)).expect("is a file");
        file.write_all(b"after").expect("the same file is still there");
        assert!(std::fs::read_to_string(&path).expect("reads").ends_with("three after"));
        assert!(!is_stream(&path) && !is_stream(dir.path()) && !is_stream(Path::new("none/such")));
        assert!(check_writable(Path::new("/dev/fd/987")).is_err(), "not open");
    }
}
