#![no_main]
//! Butcher tableaus. One that is accepted reads back equal, and solves a little.

use std::path::Path;
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_fuzz::begin;
use driftscope_study::own::{Content, Own};
use driftscope_study::scene::{OwnTableau, Scene};
use driftscope_study::{Experiment, Networks, RunOptions, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let path = Path::new("tableau.toml");
    match OwnTableau::from_file(bytes, path) {
        Ok(tableau) => {
            let written = tableau.to_file();
            let again = OwnTableau::from_file(&written, path).expect("what was written is read");
            assert!(again == tableau, "{}", String::from_utf8_lossy(&written));
            let settings = [
                "field.kind=exact",
                "data.name=eight-gaussians",
                "particles.count=2",
                "sampler.steps=3",
                "sampler.rtol=0.1",
                "sampler.atol=0.1",
            ];
            let settings = settings.map(str::to_owned);
            let mut scene = Scene::with_settings(None, &settings).expect("a scene");
            scene.sampler.tableau = Some(Own::new(tableau));
            if let Ok(experiment) = Experiment::new(&Arc::new(scene), &Networks::default()) {
                let options = RunOptions::for_window(2);
                let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {});
                assert!(recording.expect("there is room").complete);
            }
        }
        Err(message) => assert!(!message.is_empty()),
    }
});
