//! Places that cannot be written to: a full disk, a read-only one, a folder that goes away meanwhile. Every command that
//! writes says so in one sentence, exits with 2, and leaves what was there.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const DRIFTSCOPE: &str = env!("CARGO_BIN_EXE_driftscope");

/// What writes more than a few kB, and where below the place.
const WRITERS: [(&str, &str); 7] = [
    ("train --data two-moons --hidden 64 --depth 3 --steps 30", "model.safetensors"),
    ("sample --set particles.count=4000", "samples"),
    ("render --set particles.count=300", "picture.svg"),
    ("render --set particles.count=100 --size 320x240 --seconds 1", "film.gif"),
    ("handout --scene ode-and-sde", "page.html"),
    ("sweep --set field.kind=exact --set particles.count=100 --methods euler,heun", "sweep"),
    ("data two-moons --count 20000", "data.csv"),
];

/// Does `script` where `/place` may be mounted without anybody else seeing it; none where that is not allowed.
fn alone(script: &str, place: &Path) -> Option<Output> {
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c"])
        .arg(format!("mount -t tmpfs -o size=64k,mode=777 tmpfs \"$1\" || exit 77\n{script}"))
        .arg("sh")
        .arg(place)
        .arg(DRIFTSCOPE)
        .output()
        .ok()?;
    let refused = output.status.code() == Some(77)
        || String::from_utf8_lossy(&output.stderr).contains("unshare failed");
    if refused {
        eprintln!("skipped: no mounts of one's own here");
    }
    (!refused).then_some(output)
}

/// One sentence that names the place.
fn is_one_sentence(errors: &str, place: &str) -> bool {
    let said: Vec<&str> = errors.lines().filter(|line| line.starts_with("driftscope: ")).collect();
    said.len() == 1 && said[0].contains(place) && !errors.contains("panicked")
}

#[test]
fn a_full_or_a_read_only_disk_is_named_and_loses_nothing() {
    for (command, out) in WRITERS {
        let place = tempfile::tempdir().expect("a folder");
        // An older file is there, and then the disk is filled up to the last byte.
        let is_file = out.contains('.');
        let old = if is_file { format!("echo old > \"$1/{out}\"") } else { String::new() };
        let full = format!(
            "{old}
             cat /dev/zero > \"$1/filler\" 2> /dev/null
             \"$2\" {command} --out \"$1/{out}\"; code=$?
             ls -A \"$1\"; cat \"$1/{out}\" 2> /dev/null
             exit $code"
        );
        let Some(output) = alone(&full, place.path()) else { return };
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command}: {words}");
        let place_named = place.path().display().to_string();
        assert!(is_one_sentence(&words, &place_named), "{command}: {words}");
        let found = String::from_utf8_lossy(&output.stdout);
        let found: Vec<&str> = found.lines().filter(|line| *line != "filler").collect();
        // A folder may have been made.
        let allowed: &[&str] = if is_file { &[out, "old"] } else { &[out] };
        assert!(found.iter().all(|line| allowed.contains(line)), "{command}: {found:?}");
        assert!(!is_file || found == allowed, "{command}: {found:?}");

        let read_only =
            format!("mount -o remount,ro \"$1\" || exit 77\n\"$2\" {command} --out \"$1/{out}\"");
        let Some(output) = alone(&read_only, place.path()) else { return };
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command}: {words}");
        assert!(is_one_sentence(&words, &place_named), "{command}: {words}");
    }
}

#[test]
fn a_folder_that_goes_away_meanwhile_is_named() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("goes");
    std::fs::create_dir(&folder).expect("a folder");
    let began = Instant::now();
    let child = Command::new(DRIFTSCOPE)
        .args(["train", "--data", "two-moons", "--steps", "4000", "--out"])
        .arg(folder.join("model.safetensors"))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    std::thread::sleep(Duration::from_millis(300));
    std::fs::remove_dir_all(&folder).expect("removed");
    let output = child.wait_with_output().expect("it ends");
    assert!(began.elapsed() > Duration::from_millis(600), "it was at work when the folder went");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("model.safetensors"), "{words}");
}
