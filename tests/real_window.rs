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

#[test]
fn the_window_opens_animates_and_closes() {
    if std::env::var_os("DISPLAY").is_none() {
        assert!(
            std::env::var_os("DRIFTSCOPE_REQUIRE_GPU").is_none(),
            "DRIFTSCOPE_REQUIRE_GPU is set, but there is no display"
        );
        println!("skipped: no display");
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
