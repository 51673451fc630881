#![no_main]
//! Lists of times or levels. One that is accepted reads back, and its scene, if allowed, has a rising grid.

use std::path::Path;

use driftscope_fuzz::begin;
use driftscope_study::own::{Content, Own};
use driftscope_study::scene::{Scene, TimeList, TimesIn};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let path = Path::new("list.times.csv");
    let Ok(list) = TimeList::from_file(bytes, path) else { return };
    let again = TimeList::from_file(&list.to_file(), path).expect("what was written is read");
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(again.0.len() == list.0.len() && again.0.iter().zip(&list.0).all(same));
    let settings = ["field.kind=exact", "sampler.method=euler"].map(str::to_owned);
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    for times_in in [TimesIn::T, TimesIn::Sigma, TimesIn::Level, TimesIn::LogSnr] {
        let mut scene = scene.clone();
        scene.sampler.times = Some(Own::new(list.clone()));
        scene.sampler.times_in = times_in;
        if scene.check().is_ok() {
            let grid = scene.grid(scene.interval(1.0));
            assert!(grid.windows(2).all(|pair| pair[0] < pair[1]), "{grid:?}");
            driftscope_fuzz::accepted(scene);
        }
    }
});
