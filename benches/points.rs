//! What points of one's own cost: the exact field of 5,000 and 10,000 points, one evaluation of it, the
//! first picture and a whole solve, and the same of a built-in distribution beside them; and how long the
//! window takes to answer a stroke of the brush.
//!
//! `cargo bench --bench points`; the lines before criterion's own are ratios to the built-in one, each the
//! best of several in alternation.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use driftscope::app::{Driftscope, Launch};
use driftscope_base::cancel::Cancel;
use driftscope_base::field::Times;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::PointSet;

use driftscope_study::own::Own;
use driftscope_study::scene::{PointList, Scene};
use driftscope_study::{Experiment, Networks, RunOptions, run};
use eframe::egui::{Key, Modifiers, Pos2};
use egui_kittest::Harness;

/// What is compared: a name, how many points, and the kernel; the built-in distribution first.
const KINDS: [(&str, usize, Option<f64>); 5] = [
    ("eight-gaussians", 0, None),
    ("5,000 points", 5_000, None),
    ("5,000 points, h = 0.05", 5_000, Some(0.05)),
    ("10,000 points", 10_000, None),
    ("10,000 points, h = 0.05", 10_000, Some(0.05)),
];
const PARTICLES: usize = 2_000;
/// Runs of each kind, in turn.
const ROUNDS: usize = 7;

/// A drawing: three loops of a line some 0.1 wide.
fn drawing(count: usize) -> PointSet {
    let at = |i: usize| {
        let s = 6.0 * std::f64::consts::PI * i as f64 / count as f64;
        let [wide, high] = [12.9898, 78.233].map(|pace| 0.05 * (pace * i as f64).sin());
        [1.6 * (s / 3.0).sin() + 0.3 * s.cos() + wide, 1.2 * (s / 2.0).cos() + high]
    };
    PointSet { points: (0..count).map(at).collect(), labels: Vec::new() }
}

fn experiment((name, count, kernel): (&str, usize, Option<f64>)) -> Experiment {
    let name = if count == 0 { name } else { "eight-gaussians" };
    let count_of_particles = format!("particles.count={PARTICLES}");
    let settings = ["field.kind=exact", "sampler.rtol=1e-3", &count_of_particles]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("data.name={name}")])
        .collect::<Vec<_>>();
    let mut scene = Scene::with_settings(None, &settings).expect("a scene");
    if count > 0 {
        scene.data.points = Some(Own::new(PointList(drawing(count))));
        scene.data.kernel = kernel;
    }
    Experiment::new(&Arc::new(scene), &Networks::default()).expect("ready")
}

/// The time to the first picture and to the whole of a solve.
fn solve(experiment: &Experiment) -> [Duration; 2] {
    let options = RunOptions::for_window(PARTICLES);
    let began = Instant::now();
    let mut first = None;
    let recording = run(experiment, 1, &options, &Cancel::default(), |_| {
        first.get_or_insert_with(|| began.elapsed());
    });
    black_box(recording.expect("runs"));
    [first.expect("a picture"), began.elapsed()]
}

/// The time of one evaluation for one particle, on one thread: the mean over a solve's times.
fn evaluate(experiment: &Experiment) -> Duration {
    const COUNT: usize = 64;
    let times: Vec<f64> = (0..COUNT).map(|i| i as f64 / COUNT as f64).collect();
    let starts = experiment.starts(COUNT);
    let spread = |d: usize| {
        starts.iter().zip(&times).map(move |(start, t)| ((1.0 - 0.5 * t) * start[d]) as f32)
    };
    let points: Vec<f32> = spread(0).chain(spread(1)).collect();
    let mut velocities = vec![0.0_f32; 2 * COUNT];
    let field = experiment.field::<f32>();
    let began = Instant::now();
    field.velocity(Times::Each(&times), black_box(&points), &mut velocities);
    black_box(&velocities);
    began.elapsed() / COUNT as u32
}

fn ratios(experiments: &[Experiment]) {
    let mut best = vec![[Duration::MAX; 3]; experiments.len()];
    for _ in 0..ROUNDS {
        for (best, experiment) in best.iter_mut().zip(experiments) {
            let [first, whole] = solve(experiment);
            for (best, now) in best.iter_mut().zip([evaluate(experiment), first, whole]) {
                *best = (*best).min(now);
            }
        }
    }
    println!("{PARTICLES} particles, dopri5 at rtol 1e-3; best of {ROUNDS}");
    for ((name, ..), [evaluation, first, whole]) in KINDS.iter().zip(&best) {
        let ratio = |now: &Duration, k: usize| now.as_secs_f64() / best[0][k].as_secs_f64();
        println!(
            "{name:>24}: evaluation {evaluation:.1?} ({:.1}), first picture {first:.1?} ({:.1}), whole {whole:.1?} ({:.1})",
            ratio(evaluation, 0),
            ratio(first, 1),
            ratio(whole, 2),
        );
    }
}

/// A window on `count` points, all of it there.
fn window(count: usize) -> Harness<'static, Driftscope> {
    let particles = format!("particles.count={PARTICLES}");
    let settings = ["field.kind=exact", "sampler.rtol=1e-3", &particles].map(str::to_owned);
    let mut scene = Scene::with_settings(None, &settings).expect("a scene");
    scene.data.points = Some(Own::new(PointList(drawing(count))));
    let launch = Launch { scene, ..Launch::default() };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(2);
    harness.key_press(Key::D);
    settle(&mut harness);
    harness
}

/// Whether the first particles of the scene's data, their density, and all particles are there.
fn there(harness: &Harness<'_, Driftscope>) -> [bool; 3] {
    let state = harness.state().state();
    let shown = state.shown().map(|shown| &shown.recording);
    let new = shown.filter(|recording| recording.scene.data == state.scene().data);
    let whole = new.is_some_and(|recording| recording.complete);
    [new.is_some(), harness.state().shows_data(), whole]
}

/// Frames until all is there; between them the threads have the processors.
fn settle(harness: &mut Harness<'_, Driftscope>) {
    while there(harness) != [true; 3] {
        std::thread::sleep(Duration::from_millis(2));
        harness.step();
    }
}

/// A stroke of the brush, taken back again: from the button's release to the first particles of the new data,
/// to their density, and to all particles, each in frames that draw no pixels.
fn stroke(harness: &mut Harness<'_, Driftscope>, y: f64) -> [Duration; 3] {
    let at = |i: u32| harness.state().screen_position(0, [0.1 * f64::from(i), y]).expect("drawn");
    let way: Vec<Pos2> = (0..=10).map(at).collect();
    harness.hover_at(way[0]);
    harness.step();
    harness.drag_at(way[0]);
    harness.step();
    for &to in &way[1..] {
        harness.hover_at(to);
        harness.step();
    }
    harness.drop_at(way[10]);
    let began = Instant::now();
    // The first frame makes the stroke the data.
    harness.step();
    let mut times = [None; 3];
    while times.iter().any(Option::is_none) {
        harness.step();
        let now = began.elapsed();
        for (time, there) in times.iter_mut().zip(there(harness)) {
            if there {
                time.get_or_insert(now);
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    settle(harness);
    times.map(Option::unwrap_or_default)
}

fn strokes() {
    for count in [5_000, 10_000] {
        // The stroke lays about a hundred more.
        let mut harness = window(count - 100);
        let mut best = [Duration::MAX; 3];
        for round in 0..ROUNDS {
            let times = stroke(&mut harness, -1.5 - 0.01 * round as f64);
            for (best, now) in best.iter_mut().zip(times) {
                *best = (*best).min(now);
            }
        }
        let [first, density, whole] = best;
        println!(
            "a stroke that makes {count} points: first particles after {first:.1?}, their density after {density:.1?}, all {PARTICLES} after {whole:.1?}; best of {ROUNDS}"
        );
    }
}

fn points(criterion: &mut Criterion) {
    strokes();

    let experiments: Vec<Experiment> = KINDS.into_iter().map(experiment).collect();
    ratios(&experiments);
    let mut group = criterion.benchmark_group("points of one's own");
    group.sample_size(10).warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(2));
    for ((name, ..), experiment) in KINDS.iter().zip(&experiments) {
        group.bench_function(BenchmarkId::new("whole solve", name), |bencher| {
            bencher.iter(|| solve(experiment));
        });
    }
    let set = drawing(10_000);
    group.bench_function("distribution of 10,000", |bencher| {
        bencher.iter(|| black_box(set.mixture(0.05).expect("a distribution")));
    });
    let path = Interpolant::Linear.coefficients(0.7);
    let level = driftscope_flow::data::Level { alpha: path.alpha, sigma: path.sigma };
    let mixture = set.mixture(0.05).expect("a distribution");
    let places: Vec<f64> = (0..112).map(|k| f64::from(k) / 56.0 - 1.0).collect();
    group.bench_function("density map of 10,000", |bencher| {
        bencher.iter(|| black_box(mixture.density_grid(level, &places, &places)));
    });
    group.finish();
}

criterion_group!(benches, points);
criterion_main!(benches);
