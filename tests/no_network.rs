//! The program asks nothing of a network: no socket but those of the machine itself, and with no network at all it
//! writes the same files.
//!
//! Needs `strace`, for the second half `unshare`, and for the window a display. What is absent is skipped, `strace` and
//! the display not when `DRIFTSCOPE_REQUIRE_STRACE` or `DRIFTSCOPE_REQUIRE_GPU` turns the skip into a failure.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Commands that write a file each: what they are called with besides the place, and what is compared afterwards,
/// below that place where it is a folder.
const WORKS: [(&[&str], &str, &str); 4] = [
    (&["sample", "--set", "particles.count=500"], "samples", "trajectories.csv"),
    (
        &["train", "--data", "two-moons", "--hidden", "16", "--steps", "200"],
        "model.safetensors",
        "",
    ),
    (&["render", "--set", "particles.count=200"], "picture.svg", ""),
    (
        &["render", "--set", "particles.count=50", "--size", "320x240", "--seconds", "0.2"],
        "film.gif",
        "",
    ),
];

/// What a command starts with that runs where there is no network, not even the loopback; none where that is not
/// allowed.
fn no_network() -> Option<Vec<&'static str>> {
    let works = |flags| {
        let there = Command::new("unshare").args([flags, "true"]).output();
        there.is_ok_and(|output| output.status.success())
    };
    let flags = ["-n", "-rn"].into_iter().find(|flags| works(flags))?;
    Some(vec!["unshare", flags])
}

/// The families of the sockets that a command and all that it starts ask for.
///
/// # Panics
/// If the command fails.
fn families<A: AsRef<OsStr>>(
    before: &[&str],
    program: &str,
    arguments: &[A],
    folder: &Path,
) -> BTreeSet<String> {
    let trace = folder.join("trace");
    let mut line = before.to_vec();
    line.extend(["strace", "-f", "-qq", "-e", "trace=network", "-o"]);
    let output = Command::new(line[0])
        .args(&line[1..])
        .args([trace.as_os_str(), OsStr::new(program)])
        .args(arguments)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&std::fs::read(trace).expect("a trace")).into_owned();
    let asked =
        text.lines().filter(|line| line.contains("socket(") || line.contains("socketpair("));
    asked
        .map(|line| {
            let (_, inside) = line.split_once('(').expect("a call");
            inside.split(',').next().expect("a family").trim().to_owned()
        })
        .collect()
}

/// Whether calls can be followed here, which is shown by one that is known to open a socket of the internet.
fn follows(folder: &Path) -> bool {
    let works = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    if !works.is_ok_and(|output| output.status.success()) {
        assert!(
            std::env::var_os("DRIFTSCOPE_REQUIRE_STRACE").is_none(),
            "DRIFTSCOPE_REQUIRE_STRACE is set, but strace is not there or not allowed"
        );
        println!("skipped: no strace");
        return false;
    }
    // A datagram's socket is opened without anyone being asked.
    let seen = families(&[], "bash", &["-c", "exec 3<>/dev/udp/127.0.0.1/9"], folder);
    assert!(seen.contains("AF_INET"), "the trace misses a socket: {seen:?}");
    true
}

/// Sockets of the machine itself are fine: a display, the desktop's bus, assistive technology.
fn assert_local(families: &BTreeSet<String>, what: &str) {
    let local = ["AF_UNIX", "AF_LOCAL"];
    assert!(families.iter().all(|family| local.contains(&family.as_str())), "{what}: {families:?}");
}

#[test]
fn what_is_written_is_written_without_a_network() {
    let folder = tempfile::tempdir().expect("a folder");
    if !follows(folder.path()) {
        return;
    }
    let alone = no_network();
    if alone.is_none() {
        println!("skipped: no network namespaces");
    }
    let program = env!("CARGO_BIN_EXE_driftscope");
    for (arguments, out, file) in WORKS {
        let written = |before: &[&str], name: &str| {
            let out = folder.path().join(name).join(out);
            std::fs::create_dir_all(out.parent().expect("a folder")).expect("made");
            let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
            all.extend([OsStr::new("--out"), out.as_os_str()]);
            let families = families(before, program, &all, folder.path());
            assert_local(&families, &format!("{arguments:?} {name}"));
            std::fs::read(if file.is_empty() { out } else { out.join(file) }).expect("written")
        };
        let usual = written(&[], "usual");
        if let Some(before) = &alone {
            assert!(usual == written(before, "alone"), "{arguments:?}: the files differ");
        }
    }
}

#[test]
fn the_window_opens_without_a_network() {
    let folder = tempfile::tempdir().expect("a folder");
    if !follows(folder.path()) {
        return;
    }
    let display = std::env::var("DISPLAY").unwrap_or_default();
    if display.is_empty() {
        assert!(
            std::env::var_os("DRIFTSCOPE_REQUIRE_GPU").is_none(),
            "DRIFTSCOPE_REQUIRE_GPU is set, but there is no display"
        );
        println!("skipped: no display");
        return;
    }
    if !display.starts_with(':') {
        println!("skipped: the display is reached over a network");
        return;
    }
    let picture = folder.path().join("picture.png");
    let mut arguments: Vec<&OsStr> =
        ["--scene", "noise-to-data", "--at", "0.5", "--after", "0.5", "--size", "700x500"]
            .map(OsStr::new)
            .to_vec();
    arguments.extend([OsStr::new("--screenshot"), picture.as_os_str()]);
    let open = |before: &[&str], what: &str| {
        let families =
            families(before, env!("CARGO_BIN_EXE_driftscope"), &arguments, folder.path());
        assert_local(&families, what);
        // Nothing was asked at all: then the trace has missed the display.
        assert!(!families.is_empty(), "{what}");
        let bytes = std::fs::read(&picture).expect("a picture");
        std::fs::remove_file(&picture).expect("it goes");
        assert!(bytes.starts_with(b"\x89PNG"), "{what}");
    };
    open(&[], "the window");
    // The display's socket has a name in the file system too, where no namespace hides it.
    let number = display.trim_start_matches(':').split('.').next().unwrap_or_default();
    let reachable = Path::new("/tmp/.X11-unix").join(format!("X{number}")).exists();
    match no_network() {
        Some(before) if reachable => open(&before, "the window without a network"),
        _ => println!("skipped: no network namespaces, or a display out of their reach"),
    }
}
