#![no_main]
//! Tables of points. Those that are accepted are finite, read back equal, and are a distribution.

use std::path::Path;

use driftscope_fuzz::begin;
use driftscope_study::own::{Content, Own};
use driftscope_study::scene::{Data, PointList, Scene};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let path = Path::new("points.csv");
    match PointList::from_file(bytes, path) {
        Ok(list) => {
            assert!(list.0.points.iter().flatten().all(|x| x.is_finite()));
            let again = PointList::from_file(&list.to_file(), path).expect("written and read");
            assert!(again == list, "it reads back as another");
            if list.0.points.len() > 200 {
                return;
            }
            let settings = ["field.kind=exact".to_owned()];
            let mut scene = Scene::with_settings(None, &settings).expect("a scene");
            scene.data = Data { points: Some(Own::new(list)), ..Data::default() };
            if scene.check().is_ok() {
                driftscope_fuzz::accepted(scene);
            }
        }
        Err(message) => {
            assert!(!message.is_empty() && !message.contains('\n') && message.len() < 400, "{message}");
        }
    }
});
