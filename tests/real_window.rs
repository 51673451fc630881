//! The real program in a real window: it opens, animates, saves a picture and closes.
//!
//! Needs a display and Vulkan (Xvfb and lavapipe will do). Skipped without a display, unless
//! `DRIFTSCOPE_REQUIRE_GPU` turns the skip into a failure.

use std::path::Path;
use std::process::Command;

use image::{Rgb, RgbImage};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 800;
/// Columns that belong to the stage at this size.
const STAGE: std::ops::Range<u32> = 330..950;

/// A run at this speed lasts 16 s, so that no picture falls into the rest at its end, where nothing
/// moves, however slowly the window opens.
const SPEED: &str = "view.speed=0.25";

fn shoot(path: &Path, after_secs: &str) -> RgbImage {
    let output = Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args(["--scene", "noise-to-data", "--set", SPEED, "--after", after_secs])
        .args(["--size", &format!("{WIDTH}x{HEIGHT}"), "--screenshot"])
        .arg(path)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    image::open(path).expect("a PNG").to_rgb8()
}

/// Pixels of the stage that are bright and blue, as DOPRI5's particles are and the density is not.
fn particle_pixels(picture: &RgbImage) -> Vec<(u32, u32)> {
    STAGE
        .flat_map(|x| (80..HEIGHT - 120).map(move |y| (x, y)))
        .filter(|&(x, y)| {
            let Rgb([r, g, b]) = *picture.get_pixel(x, y);
            b > 180 && g > 130 && r < 160
        })
        .collect()
}

fn has_display() -> bool {
    let there = std::env::var_os("DISPLAY").is_some();
    if !there {
        assert!(
            std::env::var_os("DRIFTSCOPE_REQUIRE_GPU").is_none(),
            "DRIFTSCOPE_REQUIRE_GPU is set, but there is no display"
        );
        println!("skipped: no display");
    }
    there
}

#[test]
fn a_picture_of_any_size_is_taken_or_the_size_given_is_said() {
    if !has_display() {
        return;
    }
    let dir = tempfile::TempDir::new().expect("a folder");
    let path = dir.path().join("picture.png");
    for (width, height, scale) in [(3000, 2000, 1), (9000, 800, 1), (700, 9000, 1), (9000, 800, 2)]
    {
        let output = Command::new(env!("CARGO_BIN_EXE_driftscope"))
            .args(["--scene", "noise-to-data", "--at", "0.5", "--after", "0.5"])
            .args(["--size", &format!("{width}x{height}"), "--screenshot"])
            .arg(&path)
            .env("WINIT_X11_SCALE_FACTOR", scale.to_string())
            .output()
            .expect("the program starts");
        // Drivers and libraries have their own things to say.
        let all = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = all.lines().filter(|line| line.starts_with("driftscope: ")).collect();
        assert!(output.status.success(), "{width}x{height} at {scale}: {all}");
        let given = image::image_dimensions(&path).expect("a PNG");
        let asked = (width * scale, height * scale);
        if given == asked {
            assert!(said.is_empty(), "{width}x{height} at {scale}: {said:?}");
            continue;
        }
        assert_eq!(said.len(), 1, "{width}x{height} at {scale}: {all}");
        let plain = said[0].replace('\u{2009}', "");
        for (width, height) in [given, asked] {
            assert!(plain.contains(&format!("{width}×{height}")), "{plain}");
        }
    }
}

/// What a window on an X server needs, and where Debian has it.
const LIBRARIES: [(&str, &str); 6] = [
    ("libX11.so.6", "libx11-6"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXi.so.6", "libxi6"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];

/// Runs a command where the file at `path` cannot be read; none where that cannot be arranged.
#[cfg(target_os = "linux")]
fn without(path: &str, command: &[&str]) -> Option<std::process::Output> {
    let script = "mount --bind /dev/null \"$0\" && exec \"$@\"";
    let hidden = |flags| {
        let mut unshare = Command::new("unshare");
        unshare.args([flags, "sh", "-c", script, path]);
        unshare
    };
    let works = |flags| hidden(flags).arg("true").status().is_ok_and(|status| status.success());
    let flags = ["-m", "-rm"].into_iter().find(|flags| works(flags))?;
    // There need not be such a display: what is missing is missed before.
    let mut hidden = hidden(flags);
    hidden.args(command).env("DISPLAY", ":0").env_remove("WAYLAND_DISPLAY");
    hidden.env_remove("WAYLAND_SOCKET").output().ok()
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_of_the_system_that_is_absent_is_named() {
    let Ok(known) = Command::new("/sbin/ldconfig").arg("-p").output() else { return };
    let known = String::from_utf8_lossy(&known.stdout).into_owned();
    for (library, package) in LIBRARIES {
        let line = known.lines().find(|line| line.trim_start().starts_with(&format!("{library} ")));
        let Some((_, path)) = line.and_then(|line| line.split_once("=> ")) else {
            println!("skipped: {library} is not installed");
            continue;
        };
        let program = [env!("CARGO_BIN_EXE_driftscope"), "--screenshot", "/dev/null"];
        let Some(output) = without(path, &program) else {
            println!("skipped: files cannot be hidden here");
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{library}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(library) && said.contains(package), "{library}: {said}");
    }
}

#[test]
fn the_window_opens_animates_and_closes() {
    if !has_display() {
        return;
    }
    let dir = tempfile::TempDir::new().expect("a folder");
    let first = shoot(&dir.path().join("first.png"), "4");
    let second = shoot(&dir.path().join("second.png"), "5");
    assert_eq!(first.dimensions(), (WIDTH, HEIGHT));
    let (before, after) = (particle_pixels(&first), particle_pixels(&second));
    // Two thousand particles of a few pixels each, many of them overlapping.
    assert!(before.len() > 2_000, "{} pixels of particles", before.len());
    assert!(after.len() > 2_000, "{} pixels of particles", after.len());
    let moved = STAGE
        .flat_map(|x| (80..HEIGHT - 120).map(move |y| (x, y)))
        .filter(|&(x, y)| first.get_pixel(x, y) != second.get_pixel(x, y))
        .count();
    assert!(moved > 4_000, "{moved} pixels of the stage changed");
}
