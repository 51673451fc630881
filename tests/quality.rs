//! What the samples are worth: distances to the data, beside what perfect samples would have.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_flow::data::TOYS;
use driftscope_study::measure::distance_to_data;
use driftscope_study::scene::{FieldKind, Scene};
use driftscope_study::{Experiment, Networks, Recording, RunOptions, run};

const PARTICLES: usize = 10_000;

fn record(scene: &Scene) -> Recording {
    let mut scene = scene.clone();
    scene.particles.count = PARTICLES;
    let options = RunOptions { keyframes: 2, logged: 0, ..RunOptions::for_window(1) };
    let experiment = Experiment::new(&Arc::new(scene), &Networks::default()).expect("ready");
    run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs")
}

/// Distance to the data over its floor.
fn ratio(recording: &Recording) -> f64 {
    let ends: Vec<[f64; 2]> = recording.ends().collect();
    let distance =
        distance_to_data(&recording.scene, &ends, &Cancel::default()).expect("not cancelled");
    distance.sliced_w2 / distance.floor
}

fn rms(a: &Recording, b: &Recording) -> f64 {
    let squares = a.ends().zip(b.ends()).map(|(a, b)| {
        let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
        dx * dx + dy * dy
    });
    (squares.sum::<f64>() / PARTICLES as f64).sqrt()
}

#[test]
fn bundled_models_come_near_the_data() {
    for toy in TOYS {
        let mut scene = Scene::default();
        scene.data.name = toy.name.into();
        let ratio = ratio(&record(&scene));
        println!("{}: sliced W2 is {ratio:.2} floors", toy.name);
        assert!(ratio <= 3.0, "{}: {ratio}", toy.name);
    }
}

#[test]
fn exact_fields_give_samples_of_the_data() {
    for toy in TOYS {
        let mut scene = Scene::default();
        scene.data.name = toy.name.into();
        scene.field.kind = FieldKind::Exact;
        let usual = record(&scene);
        scene.sampler.atol = 1e-10;
        scene.sampler.rtol = 1e-10;
        let tight = record(&scene);
        let (ratio, rms) = (ratio(&usual), rms(&usual, &tight));
        println!("{}: sliced W2 is {ratio:.2} floors, {rms:.1e} from tight", toy.name);
        assert!(ratio <= 2.0, "{}: {ratio}", toy.name);
        assert!(rms <= 1e-3, "{}: {rms}", toy.name);
    }
}
