#![no_main]
//! What `--set` is given, one setting a line, over a bundled scene or none: also what the Python package hands on.

use driftscope_fuzz::{accepted, begin, is_refusal};
use driftscope_study::scene::{LIBRARY, Scene};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |text: &str| {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let named = lines.first().and_then(|line| LIBRARY.iter().find(|scene| scene.name == line));
    let name = named.map(|scene| scene.name);
    if name.is_some() {
        lines.remove(0);
    }
    match Scene::with_settings(name, &lines) {
        Ok(scene) => accepted(scene),
        Err(error) => is_refusal(&error),
    }
    if let Err(error) = Scene::to_train_on(name, &lines) {
        is_refusal(&error);
    }
});
