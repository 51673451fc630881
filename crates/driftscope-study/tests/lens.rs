//! The conditional paths through a point: their mean is the field, for every kind of data on every path.

use std::sync::Arc;

use driftscope_study::lab::{ConditionalPath, NoLens, lens};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks};

/// Every kind of data, on every path: few Gaussians, many, boxes, points with and without a kernel, one class
/// alone, and a source of its own.
const DATA: [&[&str]; 7] = [
    &["data.name=eight-gaussians"],
    &["data.name=two-moons"],
    &["data.name=checkerboard"],
    &["data.points=[[-1.0, 0.5], [1.2, 0.4], [0.3, -1.5]]", "data.kernel=0.2"],
    &["data.points=[[-1.0, 0.5], [1.2, 0.4], [0.3, -1.5]]", "data.kernel=0"],
    &["data.name=two-moons", "guidance.label=1", "guidance.scale=1"],
    &["data.name=two-moons", "source.name=eight-gaussians"],
];
const PLACES: [(f64, [f64; 2]); 4] =
    [(0.0, [0.4, -1.1]), (0.35, [0.2, 0.3]), (0.7, [-0.8, 0.9]), (0.95, [1.1, -0.4])];

fn experiment(settings: &[&str]) -> Experiment {
    let exact = ["field.kind=exact".to_owned()];
    let settings: Vec<String> =
        exact.into_iter().chain(settings.iter().map(|&setting| setting.to_owned())).collect();
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    Experiment::new(&Arc::new(scene), &Networks::default()).expect("a field")
}

/// Every kind of data on every path, and where to look.
fn looks() -> impl Iterator<Item = (Experiment, f64, [f64; 2])> {
    DATA.into_iter().flat_map(|data| {
        ["linear", "gvp", "vp"].into_iter().flat_map(move |path| {
            let path = format!("interpolant.kind={path}");
            let experiment = experiment(&[data, &[&path]].concat());
            PLACES.map(|(t, x)| (experiment.clone(), t, x))
        })
    })
}

fn far([a, b]: [[f64; 2]; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[test]
fn the_mean_of_all_paths_is_the_field() {
    for (experiment, t, x) in looks() {
        let seen = lens(&experiment, t, x, 0).expect("it is known");
        let size = far([seen.followed, [0.0; 2]]).max(1.0);
        let off = far([seen.velocity, seen.followed]);
        assert!(off <= 1e-12 * size, "{:?}, t = {t}: {off:e}", experiment.scene.data);
        let known = experiment.known(t, x).expect("exact").data;
        assert!(far([seen.data, known]) <= 1e-12, "{:?}, t = {t}", experiment.scene.data);
    }
}

#[test]
fn the_mean_of_the_paths_that_are_drawn_tends_to_the_field_and_their_spread_to_what_is_told() {
    const COUNT: usize = 4_000;
    for (experiment, t, x) in looks() {
        let seen = lens(&experiment, t, x, COUNT).expect("it is known");
        for d in 0..2 {
            let mean = seen.draws.iter().map(|path| path.velocity[d]).sum::<f64>() / COUNT as f64;
            let square = |path: &ConditionalPath| (path.velocity[d] - seen.velocity[d]).powi(2);
            let spread = (seen.draws.iter().map(square).sum::<f64>() / COUNT as f64).sqrt();
            // Five standard errors, of 168 means.
            let allowed = 5.0 * seen.spread[d] / (COUNT as f64).sqrt() + 1e-9;
            assert!((mean - seen.velocity[d]).abs() < allowed, "t = {t}: {mean}");
            // A part that is drawn never or once decides the spread where hardly any other matters.
            if seen.effective > 1.05 {
                let off = (spread - seen.spread[d]).abs();
                assert!(off < 0.25 * seen.spread[d] + 1e-9, "t = {t}: {spread}");
            }
        }
    }
}

#[test]
fn every_path_passes_the_point_with_its_velocity() {
    for (experiment, t, x) in looks() {
        let seen = lens(&experiment, t, x, 20).expect("it is known");
        assert!((seen.t - t).abs() < 1e-15);
        for path in &seen.draws {
            assert!(far([path.at(seen.path, t), x]) < 1e-12);
            let h = 1e-6;
            let [before, after] = [t - h, t + h].map(|s| path.at(seen.path, s));
            let slope = [0, 1].map(|d| (after[d] - before[d]) / (2.0 * h));
            let size = far([path.velocity, [0.0; 2]]).max(1.0);
            assert!(far([slope, path.velocity]) < 1e-6 * size, "{slope:?} {:?}", path.velocity);
        }
    }
}

#[test]
fn draws_stay_put_when_the_pointer_moves_a_little() {
    let experiment = experiment(&["data.name=eight-gaussians"]);
    let look = |x: f64| lens(&experiment, 0.4, [x, 0.2], 30).expect("it is known");
    assert_eq!(look(0.3), look(0.3));
    let (here, there) = (look(0.3), look(0.302));
    let moved = |(a, b): (&ConditionalPath, &ConditionalPath)| far([a.data, b.data]);
    let jumped = here.draws.iter().zip(&there.draws).map(moved).filter(|way| *way > 0.1).count();
    assert!(jumped <= 1, "{jumped} of 30 went to another part");
}

#[test]
fn of_single_points_fewer_and_fewer_matter() {
    let points = "data.points=[[-1.0, 0.0], [1.0, 0.0]]";
    let experiment = experiment(&[points, "data.kernel=0"]);
    let seen = |t: f64, x: [f64; 2]| lens(&experiment, t, x, 30).expect("it is known");
    assert!((seen(0.0, [0.3, 0.8]).effective - 2.0).abs() < 1e-12);
    assert!((seen(0.9, [0.0, 0.4]).effective - 2.0).abs() < 1e-12);
    let late = seen(0.9, [0.3, 0.0]);
    assert!(late.of_points && late.effective < 1.0 + 1e-9, "{}", late.effective);
    assert!(late.draws.iter().all(|path| far([path.data, [1.0, 0.0]]) < 1e-15));
    // Weights are in the ratio exp(2α x/σ²).
    let parts = seen(0.5, [0.1, 0.7]).parts;
    let ratio = parts[0].weight / parts[1].weight;
    assert!((ratio - (2.0 * 0.5 * 0.1 / 0.25_f64).exp()).abs() < 1e-12, "{ratio}");
}

#[test]
fn what_has_no_paths_says_why_and_what_is_pushed_is_seen_beside_their_mean() {
    let refused = |settings: &[&str]| lens(&experiment(settings), 0.5, [0.3, 0.1], 30).unwrap_err();
    assert_eq!(refused(&["field.kind=classic"]), NoLens::Classic);
    assert_eq!(refused(&["direction=noise"]), NoLens::Noising);
    let two = "data.mixture=[{mean=[1.0, 0.0], std=0.5, weight=1.0, label=0}, {mean=[-1.0, 0.0], std=0.5, weight=1.0, label=1}]";
    let class = |scale: &str| {
        let scene = experiment(&[two, "guidance.label=0", &format!("guidance.scale={scale}")]);
        lens(&scene, 0.5, [0.0, 0.3], 30).expect("it is known")
    };
    let (plain, pushed) = (class("1"), class("3"));
    assert!(far([plain.velocity, pushed.velocity]) < 1e-15);
    assert!(far([plain.velocity, plain.followed]) < 1e-12);
    assert!(pushed.followed[0] > pushed.velocity[0] + 1.0, "{pushed:?}");
    // Where data are encoded t falls, but the lens looks along the same way.
    let encoding = experiment(&["direction=encode", "data.name=two-moons"]);
    let seen = lens(&encoding, 0.4, [0.5, 0.2], 0).expect("it is known");
    assert!(far([seen.velocity, seen.followed]) < 1e-12);
    let learned = experiment(&["field.kind=learned", "direction=encode"]);
    let seen = lens(&learned, 0.4, [0.5, 0.2], 0).expect("it is known");
    let off = far([seen.velocity, seen.followed]);
    assert!(off > 1e-6 && off < 0.5, "a model's error is small and not 0: {off}");
}
