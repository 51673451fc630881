//! A report of what went wrong, with the scene that was shown.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use driftscope_study::scene::Scene;

/// How the names of reports begin.
const CRASH: &str = "crash-";
/// So many reports are kept.
const MOST: usize = 10;
/// Of one program so many bytes: what goes wrong in every frame need not be told every time.
const LARGEST_REPORT: u64 = 1 << 20;

/// What is shown. It is only ever tried to be locked, so that whoever panics while holding it waits for nothing.
static SHOWN: Mutex<Option<Arc<Scene>>> = Mutex::new(None);

/// From now on whatever panics is written down in a folder, beside what is said of it on standard error.
pub fn report_into(folder: PathBuf) {
    remove_old(&folder);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        let path = report_of(&folder, std::process::id());
        match append(&path, &words(panic)) {
            Ok(()) => eprintln!("driftscope: a report with the scene is in {}", path.display()),
            Err(error) => eprintln!("driftscope: {} cannot be written: {error}", path.display()),
        }
    }));
}

/// What is shown now.
pub(super) fn shown(scene: &Arc<Scene>) {
    if let Ok(mut shown) = SHOWN.try_lock()
        && shown.as_ref().is_none_or(|shown| !Arc::ptr_eq(shown, scene))
    {
        *shown = Some(Arc::clone(scene));
    }
}

/// Where a program reports to, by the number of its process.
pub(super) fn report_of(folder: &Path, process: u32) -> PathBuf {
    folder.join(format!("{CRASH}{process}.txt"))
}

fn words(panic: &PanicHookInfo<'_>) -> String {
    let mut words = format!(
        "Driftscope {}, {} {}\n{}\n\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        chrono::Utc::now().format("%Y-%m-%d %H:%M:%S UTC"),
    );
    let thread = thread::current();
    let _ = writeln!(words, "In thread {}: {panic}\n", thread.name().unwrap_or("without a name"));
    let scene = SHOWN.try_lock().ok().and_then(|shown| shown.clone());
    if let Some(scene) = scene {
        let _ = writeln!(words, "What was shown:\n\n{}\n", scene.to_toml());
    }
    let _ = writeln!(words, "{}\n", Backtrace::force_capture());
    words
}

fn append(path: &Path, words: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    if file.metadata()?.len() > LARGEST_REPORT {
        return Ok(());
    }
    file.write_all(words.as_bytes())
}

/// Removes all but the newest reports.
fn remove_old(folder: &Path) {
    let mut reports: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(CRASH))
        .map(|entry| (entry.metadata().and_then(|found| found.modified()).ok(), entry.path()))
        .collect();
    reports.sort();
    let more = reports.len().saturating_sub(MOST);
    for (_, path) in reports.into_iter().take(more) {
        // One that cannot be removed is one more.
        let _ = std::fs::remove_file(path);
    }
}
