use std::collections::HashSet;
use std::sync::Arc;

use driftscope_base::cancel::Cancel;

use super::*;
use crate::experiment::Experiment;
use crate::networks::Networks;
use crate::recording::Recording;
use crate::run::{RunOptions, run_in_blocks};
use crate::scene::Scene;

fn experiment() -> Experiment {
    let settings = ["field.kind=exact", "particles.count=300", "sampler.rtol=1e-2"];
    let scene = Scene::with_settings(None, &settings.map(str::to_owned)).expect("a scene");
    Experiment::new(&Arc::new(scene), &Networks::default()).expect("ready")
}

/// Runs and writes; the recording that is left, and the bytes said to be written before the end.
fn write(format: &Format, place: &ExportPlace) -> (Recording, u64) {
    let experiment = experiment();
    let mut export = (format.begin)(&experiment, place).expect("begun");
    let options = RunOptions {
        keyframes: 9,
        logged: usize::MAX,
        precise: true,
        ..RunOptions::for_window(300)
    };
    let recording = run_in_blocks(&experiment, &options, &Cancel::default(), |recording| {
        export.add(recording).expect("added");
        Ok(())
    });
    let recording = recording.expect("runs");
    let names = std::fs::read_dir(place.folder)
        .expect("a folder")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    let ending = format!(".{}", format.ending);
    assert!(!names.into_iter().any(|name| name.ends_with(&ending)), "in place before the end");
    let written = export.written();
    export.finish(&recording).expect("finished");
    (recording, written)
}

#[test]
fn every_format_writes_its_files_when_it_is_finished_and_says_how_large_they_are() {
    let mut names = HashSet::new();
    for format in FORMATS {
        assert!(
            names.insert(format.name)
                && std::ptr::eq(*format, Format::named(format.name).expect("named"))
        );
        assert!(format.media.contains('/') && !format.title.is_empty() && !format.about.is_empty());
        let folder = tempfile::tempdir().expect("a folder");
        let place = ExportPlace { folder: folder.path(), logged: true };
        let (recording, written) = write(format, &place);
        let entries: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
        assert!(!entries.is_empty(), "{}", format.name);
        let mut bytes = 0;
        for entry in entries {
            let path = entry.expect("readable").path();
            assert_eq!(path.extension(), Some(format.ending.as_ref()), "{}", path.display());
            bytes += std::fs::metadata(&path).expect("a file").len();
        }
        assert!(written <= bytes, "{}: {written} {bytes}", format.name);
        let attempts = recording.counts().map(|c| (c.accepted + c.rejected) as usize);
        let attempts = attempts.sum::<usize>() / 300;
        let size = RunSize { particles: 300, keyframes: 9, attempts, precise: true };
        let expected = (format.bytes)(&size);
        // A guide for what the disk has room for: not less than half, not more than twice.
        assert!((bytes / 2..2 * bytes).contains(&expected), "{}: {bytes} {expected}", format.name);
        let alone = (format.alone)(&experiment(), &recording).expect("written");
        assert!(alone.len() > 300, "{}: at least something of every particle", format.name);
    }
}

#[test]
fn what_is_given_up_leaves_no_file() {
    for format in FORMATS {
        let folder = tempfile::tempdir().expect("a folder");
        let place = ExportPlace { folder: folder.path(), logged: true };
        drop((format.begin)(&experiment(), &place).expect("begun"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
