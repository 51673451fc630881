#![no_main]
//! Scene files. One that is accepted reads back equal, and has a velocity.

use driftscope_fuzz::{accepted, begin, is_refusal};
use driftscope_study::scene::Scene;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |text: &str| {
    match Scene::from_toml(text, "scene.toml") {
        Ok(scene) => accepted(scene),
        Err(error) => is_refusal(&error),
    }
});
