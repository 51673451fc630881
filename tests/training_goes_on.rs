//! A training from the command line that is killed, and gone on with.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const DRIFTSCOPE: &str = env!("CARGO_BIN_EXE_driftscope");
/// It must have written what it can be gone on with by then.
const LONGEST: Duration = Duration::from_mins(1);

fn train(out: &Path, steps: &str) -> Command {
    let mut command = Command::new(DRIFTSCOPE);
    let settings = ["--hidden", "256", "--depth", "4", "--batch", "512", "--steps", steps];
    command.args(["train", "--data", "two-moons"]).args(settings).arg("--out").arg(out);
    command
}

fn ended(command: &mut Command) -> (Output, String) {
    let output = command.output().expect("it starts");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, words)
}

fn unfinished(out: &Path) -> PathBuf {
    out.with_file_name("model.safetensors.training")
}

#[test]
fn what_was_killed_goes_on_to_the_same_network() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("model.safetensors");
    // It is measured how many steps take long enough to be broken off.
    let began = Instant::now();
    assert!(train(&out, "20").status().expect("it starts").success());
    let steps = 20.0 * (9.0 / began.elapsed().as_secs_f64()).max(1.0);
    let steps = format!("{steps:.0}");

    let nothing = ended(train(&out, &steps).arg("--continue"));
    assert_eq!(nothing.0.status.code(), Some(2), "{}", nothing.1);
    assert!(nothing.1.contains("there is no"), "{}", nothing.1);

    let mut child = train(&out, &steps).spawn().expect("it starts");
    let began = Instant::now();
    while !unfinished(&out).exists() {
        assert!(began.elapsed() < LONGEST, "nothing to go on from is written");
        let over = child.try_wait().expect("it is our child");
        assert!(over.is_none(), "it ended before anything was written");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");

    let other = ended(train(&out, "7").arg("--continue"));
    assert_eq!(other.0.status.code(), Some(2), "{}", other.1);
    assert!(other.1.contains("other settings"), "{}", other.1);

    let rest = ended(train(&out, &steps).arg("--continue"));
    assert!(rest.0.status.success(), "{}", rest.1);
    assert!(!unfinished(&out).exists(), "what has ended leaves nothing");
    let broken = std::fs::read(&out).expect("a model");
    assert!(ended(&mut train(&out, &steps)).0.status.success());
    let whole = std::fs::read(&out).expect("a model");
    assert_eq!(broken, whole, "the same network, byte for byte");
}
