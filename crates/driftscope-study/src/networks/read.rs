//! Networks that were read, kept for the next time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driftscope_base::files;
use driftscope_flow::network::foreign::Statements;
use driftscope_flow::network::{CheckpointError, Opened, beside};

use super::bundled::bundled_model;
use super::loaded::LoadedNetwork;

/// Bundled networks and those of the files used last, packed once; the newest first.
static READ: Mutex<Vec<(Source, Arc<LoadedNetwork>)>> = Mutex::new(Vec::new());

/// So many networks of files are kept: one that is written anew again and again is another every time.
const FILES_KEPT: usize = 12;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Bundled(String),
    File(PathBuf, [Option<files::Version>; 3], String),
}

/// A bundled network by name.
pub(super) fn from_bundle(name: &str) -> Result<Arc<LoadedNetwork>, CheckpointError> {
    cached(Source::Bundled(name.to_owned()), || Ok(LoadedNetwork::new(&bundled_model(name)?)))
}

/// A network of a file, read as stated.
pub(super) fn from_file(
    path: &Path,
    reading: &Statements,
) -> Result<Arc<LoadedNetwork>, CheckpointError> {
    // A file written anew is read anew.
    let [stated, weights] = beside(path);
    let changed = [path, &stated, &weights].map(files::changed);
    cached(Source::File(path.to_owned(), changed, reading.to_string()), || {
        Ok(match Opened::load(path, reading)? {
            Opened::Own(model) => LoadedNetwork::new(&model),
            Opened::Foreign(model) => LoadedNetwork::foreign(model),
        })
    })
}

fn cached(
    source: Source,
    load: impl FnOnce() -> Result<LoadedNetwork, CheckpointError>,
) -> Result<Arc<LoadedNetwork>, CheckpointError> {
    let known = |read: &mut Vec<(Source, Arc<LoadedNetwork>)>| {
        let place = read.iter().position(|(known, _)| *known == source)?;
        read[..=place].rotate_right(1);
        Some(Arc::clone(&read[0].1))
    };
    if let Some(found) = known(&mut lock()) {
        return Ok(found);
    }
    let model = Arc::new(load()?);
    let mut read = lock();
    // Another thread may have read it meanwhile.
    if let Some(found) = known(&mut read) {
        return Ok(found);
    }
    read.insert(0, (source, Arc::clone(&model)));
    let mut files = 0;
    read.retain(|(source, _)| {
        files += usize::from(matches!(source, Source::File(..)));
        matches!(source, Source::Bundled(_)) || files <= FILES_KEPT
    });
    Ok(model)
}

fn lock() -> MutexGuard<'static, Vec<(Source, Arc<LoadedNetwork>)>> {
    READ.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_written_anew_again_and_again_does_not_fill_the_memory() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.safetensors");
        for seed in 0..3 * FILES_KEPT as u64 {
            let mut model = bundled_model("rings").expect("reads");
            model.weights.layers[0].bias[0] += 0.25 + seed as f32;
            model.save(&path).expect("written");
            // Times of files are coarse on some disks.
            let changed = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seed);
            let file = std::fs::File::options().write(true).open(&path).expect("it is there");
            file.set_modified(changed).expect("set");
            let found = from_file(&path, &Statements::default()).expect("read");
            assert_eq!(found.id, model.id());
            let files = lock().iter().filter(|(of, _)| matches!(of, Source::File(..))).count();
            assert!(files <= FILES_KEPT, "{files} are kept");
        }
    }
}
