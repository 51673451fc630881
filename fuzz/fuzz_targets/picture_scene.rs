#![no_main]
//! Scenes inside PNG, APNG, GIF, WebP and SVG.

use driftscope_fuzz::{accepted, begin, file, is_refusal};
use driftscope_study::scene::Scene;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let path = file("scene.png", bytes);
    let _ = Scene::is_in_picture(&path);
    match Scene::load(&path) {
        Ok(scene) => accepted(scene),
        Err(error) => is_refusal(&error),
    }
});
