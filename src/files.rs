//! Writing files all or nothing.

use std::io::{Error, Result, Write};
use std::path::Path;

/// Writes `bytes` to a temporary file beside `path` and renames it, so that `path` holds either
/// all of it or what was there before.
///
/// # Errors
/// If the folder is missing, not writable or full.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".driftscope-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private; a result is as readable as any other file.
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map(drop).map_err(Error::from)
}
