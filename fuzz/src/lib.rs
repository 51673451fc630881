//! What the targets share: a place to be, files to read, and the step after reading.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::network::{ForeignModel, Model};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, LoadedNetwork, Networks, Probe};

/// The most that anything may ask for at once, in bytes. libFuzzer's own limit needs AddressSanitizer.
const MOST: usize = 512 << 20;

/// Ends the process where somebody asks for more than [`MOST`], before there would be room or not.
struct Limited;

// SAFETY: everything is handed on to the system's allocator.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ask(size);
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Limited = Limited;

fn ask(bytes: usize) {
    if bytes > MOST {
        eprintln!("{bytes} bytes are asked for at once");
        eprintln!("{}", std::backtrace::Backtrace::force_capture());
        std::process::abort();
    }
}

/// A folder in memory; the process moves into it, so that names in what is read lead to nothing.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    // The one that `fuzz/run` removes again.
    let folder = std::env::var_os("FUZZ_FOLDER").map_or_else(
        || format!("/dev/shm/driftscope-fuzz-{}", std::process::id()).into(),
        PathBuf::from,
    );
    std::fs::create_dir_all(&folder).expect("memory has room for a folder");
    folder
});

/// Moves into an empty folder. Panics are printed as usual, and end the process where nothing catches them:
/// the reader of ONNX catches those of the library that it uses.
pub fn begin() {
    std::env::set_current_dir(&*FOLDER).expect("the folder was made");
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
}

/// The same where panics of a library are expected and caught, of which nothing is printed.
pub fn begin_quietly() {
    begin();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or("", |location| location.file());
        if place.contains("driftscope-") {
            eprintln!("{panic}");
        }
    }));
}

/// A file that holds `bytes`.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.join(name);
    std::fs::write(&path, bytes).expect("memory has room for a file");
    path
}

/// A refusal has words. Inputs have at most 16 kB, which it may quote.
pub fn is_refusal(error: &dyn std::fmt::Display) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() < 40_000, "{text}");
}

/// A scene that was accepted is written, read and asked about one point.
pub fn accepted(scene: Scene) {
    let written = scene.to_toml();
    let again = Scene::from_toml(&written, "again");
    let again = again.unwrap_or_else(|error| panic!("written and not read: {error}\n{written}"));
    assert!(again == scene, "it reads back as another\n{written}\n{}", again.to_toml());
    if let Ok(line) = scene.to_link() {
        let from_link = Scene::with_settings(Some(&line), &[]);
        let from_link = from_link.unwrap_or_else(|error| panic!("{error}: {line}\n{written}"));
        assert!(from_link.seed == scene.seed);
    }
    if let Ok(experiment) = Experiment::new(&Arc::new(scene), &Networks::default()) {
        let _ = experiment.start(0);
        let _ = experiment.level_at_end();
        let probe = Probe::new(experiment);
        let _ = probe.at(probe.last_time().min(0.5), [0.3, -0.2]);
    }
}

/// A network of this program is written, read and evaluated.
pub fn own(model: &Model) {
    let written = model.to_bytes().expect("a model that was read can be written");
    let again = Model::from_bytes(&written, "again").expect("and is read again");
    assert_eq!(again.to_bytes().expect("and written"), written);
    evaluate(&LoadedNetwork::new(model));
}

/// A network of others is evaluated.
pub fn foreign(model: ForeignModel) {
    evaluate(&LoadedNetwork::foreign(model));
}

fn evaluate(network: &LoadedNetwork) {
    use driftscope_base::field::{Field, Times};
    let points = [0.3, -1.0, 0.2, 2.0];
    for path in Interpolant::ALL {
        let field = network.field(path);
        let mut velocities = [0.0_f64; 4];
        field.velocity(Times::Shared(0.4), &points, &mut velocities);
    }
    let _ = network.foreign_words();
}
