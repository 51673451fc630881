//! A file that a program holds as long as it runs.

use std::fs::File;
use std::path::{Path, PathBuf};

/// How the names of such files begin.
const RUNNING: &str = "running-";

/// Held by this program; gone when it ends by itself, but not when it panics.
#[derive(Debug)]
pub struct Marker {
    path: PathBuf,
    // The lock goes with it.
    _file: File,
}

impl Marker {
    /// Marks that this program runs, and says which others were interrupted, by the numbers of their processes:
    /// each left a file that nobody holds any more. No marker where the folder cannot be written.
    pub fn set(folder: &Path) -> (Option<Self>, Vec<u32>) {
        let mut interrupted = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(of) = name.strip_prefix(RUNNING) else { continue };
            // Where nothing can be held nothing can be told.
            let free = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if free && std::fs::remove_file(entry.path()).is_ok() {
                let process = of.split('-').next().and_then(|number| number.parse().ok());
                interrupted.push(process.unwrap_or_default());
            }
        }
        (Self::hold(folder), interrupted)
    }

    fn hold(folder: &Path) -> Option<Self> {
        std::fs::create_dir_all(folder).ok()?;
        let free = (0..1000).map(|n| folder.join(format!("{RUNNING}{}-{n}", std::process::id())));
        let path = free.into_iter().find(|path| !path.exists())?;
        let file = File::create(&path).ok()?;
        if file.try_lock().is_err() {
            let _ = std::fs::remove_file(&path);
            return None;
        }
        Some(Self { path, _file: file })
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // What cannot be removed is taken for an interruption next time, no worse.
        let _ = std::fs::remove_file(&self.path);
    }
}
