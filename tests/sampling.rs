//! Where particles start, which way they go, how likely points are, and how much a run may take.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;
use driftscope_solve::measure::rms_distance;
use driftscope_solve::{MethodRef, Tolerances};
use driftscope_study::lab::{LabError, likelihoods, sweep_ode, sweep_reference, sweep_run};
use driftscope_study::scene::{Scene, Start};
use driftscope_study::{
    Experiment, Given, Networks, Probe, Recording, RunOptions, run, run_in_blocks,
};
use tempfile::TempDir;

/// One Gaussian, of which everything is known in closed form.
const MEAN: [f64; 2] = [2.0, -1.0];
const STD: f64 = 0.5;
const GAUSSIAN: &str = "data.mixture=[{ mean = [2.0, -1.0], std = 0.5 }]";
const EXACT: &str = "field.kind=exact";

fn scene(settings: &[&str]) -> Arc<Scene> {
    let all: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let scene = Scene::with_settings(None, &all).expect("a scene");
    scene.check().expect("allowed");
    Arc::new(scene)
}

/// The Gaussian's exact field with `count` particles.
fn gaussian(settings: &[&str], count: usize) -> Arc<Scene> {
    let count = format!("particles.count={count}");
    scene(&[&[EXACT, GAUSSIAN, &count], settings].concat())
}

fn ready(scene: &Arc<Scene>) -> Experiment {
    Experiment::new(scene, &Networks::default()).expect("ready")
}

fn recorded(scene: &Arc<Scene>) -> Recording {
    let options = RunOptions {
        even_keyframes: true,
        keyframes: 33,
        precise: true,
        ..RunOptions::for_window(scene.particles.count)
    };
    let recording = run(&ready(scene), 1, &options, &Cancel::default(), |_| {}).expect("runs");
    assert!(recording.stopped().is_none(), "{:?}", recording.stopped());
    recording
}

fn ends(scene: &Arc<Scene>) -> Vec<[f64; 2]> {
    recorded(scene).ends().collect()
}

/// Where particles are at the first time.
fn starts(recording: &Recording) -> Vec<[f64; 2]> {
    let first = |i| recording.precise_keyframes(i).expect("is there")[0];
    (0..recording.count()).map(first).collect()
}

/// Mean and standard deviation of one coordinate.
fn moments(points: &[[f64; 2]], d: usize) -> [f64; 2] {
    let count = points.len() as f64;
    let mean = points.iter().map(|p| p[d]).sum::<f64>() / count;
    let square = points.iter().map(|p| (p[d] - mean).powi(2)).sum::<f64>() / (count - 1.0);
    [mean, square.sqrt()]
}

/// α(t), σ(t) and the standard deviation of the Gaussian at t.
fn level(path: Interpolant, t: f64) -> (f64, f64) {
    let c = path.coefficients(t);
    (c.alpha, (c.alpha * STD).hypot(c.sigma))
}

/// Points are drawn from the Gaussian at t, as far as chance and `bias` allow.
fn assert_drawn_at(points: &[[f64; 2]], path: Interpolant, t: f64, bias: f64, about: &str) {
    let (alpha, std) = level(path, t);
    let chance = 5.0 * std / (points.len() as f64).sqrt();
    for (d, centre) in MEAN.into_iter().enumerate() {
        let [mean, found] = moments(points, d);
        let wanted = alpha * centre;
        assert!((mean - wanted).abs() < chance + bias, "{about}: mean {mean}, not {wanted}");
        assert!((found - std).abs() < chance + bias, "{about}: deviation {found}, not {std}");
    }
}

fn bits(points: &[[f64; 2]]) -> Vec<[u64; 2]> {
    points.iter().map(|point| point.map(f64::to_bits)).collect()
}

#[test]
fn later_starts_are_draws_of_p_t_in_every_direction() {
    use Interpolant::{Gvp, Linear, Vp};
    let later = "time.start=0.5";
    // Settings, the path, first and last t, and what the steps may be off.
    for (settings, path, first, last, bias) in [
        (&[later][..], Linear, 0.5, 1.0, 0.0),
        (&[later, "interpolant.kind=gvp"], Gvp, 0.5, 1.0, 0.0),
        (&[later, "interpolant.kind=vp"], Vp, 0.5, 1.0, 0.0),
        (&[later, "time.end=0.8", "sampler.scope=whole-batch"], Linear, 0.5, 0.8, 0.0),
        (&["sampler.method=rk4", "sampler.times=[0.5, 0.75, 1.0]"], Linear, 0.5, 1.0, 0.001),
        (&["time.start=0.3", "sampler.method=ddim", "sampler.steps=200"], Linear, 0.3, 1.0, 0.02),
        (&["time.start=0.3", "diffusion.form=sigma", "sampler.steps=400"], Linear, 0.3, 1.0, 0.03),
        (
            &[
                "sampler.times=[0.6, 0.61, 0.62, 0.63]",
                "diffusion.form=sigma",
                "diffusion.last_step=none",
            ],
            Linear,
            0.6,
            0.63,
            0.02,
        ),
        (
            &["direction=noise", "time.start=0.3", "time.end=0.6", "sampler.steps=400"],
            Vp,
            0.7,
            0.4,
            0.03,
        ),
        (&["direction=encode", "time.start=0.3"], Linear, 0.7, 0.0, 0.0),
        (
            &["direction=encode", "time.start=0.3", "time.end=0.6", "interpolant.kind=vp"],
            Vp,
            0.7,
            0.4,
            0.0,
        ),
    ] {
        let about = format!("{settings:?}");
        let recording = recorded(&gaussian(settings, 4_000));
        assert_drawn_at(&starts(&recording), path, first, 0.0, &about);
        assert_drawn_at(&recording.ends().collect::<Vec<_>>(), path, last, bias, &about);
        let noise = recorded(&gaussian(&[settings, &["particles.start=noise"]].concat(), 4_000));
        for d in 0..2 {
            let [mean, std] = moments(&starts(&noise), d);
            assert!(mean.abs() < 0.08 && (std - 1.0).abs() < 0.08, "{about}: {mean} {std}");
        }
    }
}

#[test]
fn at_the_ends_of_the_path_nothing_has_changed() {
    for settings in [
        &["data.name=rings"][..],
        &["data.name=rings", "interpolant.kind=gvp"],
        &["data.name=rings", "diffusion.form=sigma"],
        &["data.name=rings", "direction=noise"],
        &["data.name=rings", "direction=encode"],
    ] {
        let all = [settings, &["particles.count=300"]].concat();
        let plain = ends(&scene(&all));
        let given = ends(&scene(&[&all[..], &["time.start=0"]].concat()));
        assert_eq!(bits(&plain), bits(&given), "{settings:?}");
    }
    // What nobody asked for stays noise: a start that stands in for t = 0, and a list from there.
    for settings in [
        &["diffusion.form=sbdm"][..],
        &["interpolant.kind=vp"],
        &["interpolant.kind=vp", "sampler.method=heun", "sampler.times=[0.0, 0.5, 0.9]"],
    ] {
        assert_eq!(scene(settings).start(), Start::Noise, "{settings:?}");
    }
}

#[test]
fn what_is_spelt_out_starts_where_the_scene_did() {
    for settings in [
        &["diffusion.form=sbdm"][..],
        &["interpolant.kind=vp"],
        &["time.start=0.4"],
        &["time.start=0.4", "particles.start=noise"],
        &["sampler.method=heun", "sampler.times=[0.0, 0.5, 1.0]", "interpolant.kind=vp"],
        &["sampler.method=heun", "sampler.times=[0.3, 0.5, 1.0]"],
        &["direction=noise", "time.start=0.2"],
        &["direction=encode", "data.name=checkerboard"],
    ] {
        let scene = scene(&[&[EXACT, "particles.count=64", "sampler.steps=20"], settings].concat());
        let recording = recorded(&scene);
        let resolved = Arc::new(scene.resolved(recording.interval));
        assert_eq!(
            bits(&recording.ends().collect::<Vec<_>>()),
            bits(&ends(&resolved)),
            "{settings:?}"
        );
        if let Some(reference) = recording.reference_scene() {
            let reference = recorded(&Arc::new(reference));
            assert_eq!(bits(&starts(&recording)), bits(&starts(&reference)), "{settings:?}");
        }
    }
}

#[test]
fn references_start_where_the_runs_do() {
    for settings in [
        &["time.start=0.5"][..],
        &["time.start=0.5", "particles.start=noise"],
        &["sampler.times=[0.5, 0.7, 1.0]"],
    ] {
        let subject = sweep_ode(&gaussian(settings, 100), &Networks::default()).expect("an ODE");
        let never = Cancel::default();
        let reference = sweep_reference(&subject, 100, &never).expect("runs");
        let setting = driftscope_study::lab::Setting::Tolerance { rtol: 1e-9, atol: 1e-9 };
        let method = MethodRef::named("dopri5").expect("in the table");
        let recording = sweep_run(&subject, (method, setting), 100, &never).expect("runs");
        let error = rms_distance(&recording.ends().collect::<Vec<_>>(), reference.ends());
        assert!(error < 1e-7, "{settings:?}: {error:e}");
    }
}

#[test]
fn a_classic_ode_keeps_its_starts() {
    let classic = ["field.kind=classic", "field.system=harmonic", "particles.count=9"];
    let plain = ends(&scene(&classic));
    for start in ["marginal", "noise"] {
        let start = format!("particles.start={start}");
        assert_eq!(bits(&plain), bits(&ends(&scene(&[&classic[..], &[&start]].concat()))));
    }
}

/// The flow of the Gaussian carries what lies z deviations from the mean to z deviations.
fn carried(path: Interpolant, point: [f64; 2], from: f64, to: f64) -> [f64; 2] {
    let ((a0, s0), (a1, s1)) = (level(path, from), level(path, to));
    [0, 1].map(|d| a1 * MEAN[d] + s1 / s0 * (point[d] - a0 * MEAN[d]))
}

#[test]
fn encoding_follows_the_flow_from_data_to_noise() {
    let tight = ["sampler.rtol=1e-9", "sampler.atol=1e-9"];
    let steps = |method| [method, "sampler.steps=200"];
    for (settings, most) in [
        (&tight[..], 1e-6),
        (&[tight[0], tight[1], "sampler.scope=whole-batch"], 1e-6),
        (&[tight[0], tight[1], "sampler.method=dop853", "interpolant.kind=gvp"], 1e-6),
        (&[tight[0], tight[1], "sampler.method=tsit5", "interpolant.kind=vp"], 1e-6),
        (&steps("sampler.method=rk4"), 1e-6),
        (&steps("sampler.method=ab4"), 1e-4),
        (&steps("sampler.method=implicit-midpoint"), 1e-3),
        (&["sampler.method=rk4", "sampler.steps=100", "sampler.grid=cosine"], 1e-4),
        (&["sampler.method=rk4", "sampler.times=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]"], 1e-4),
        (&[tight[0], tight[1], "time.start=0.2", "time.end=0.7"], 1e-6),
    ] {
        let scene = gaussian(&[&["direction=encode"], settings].concat(), 50);
        let path = scene.path();
        let recording = recorded(&scene);
        let times = &recording.times;
        assert!(times.windows(2).all(|pair| pair[1] < pair[0]), "t falls: {times:?}");
        let (first, last) = (times[0], times[times.len() - 1]);
        assert!((first - (1.0 - recording.interval.0)).abs() < 1e-12, "{settings:?}: {first}");
        for (i, end) in recording.ends().enumerate() {
            let frames = recording.precise_keyframes(i).expect("is there");
            for (frame, &t) in frames.iter().chain([&end]).zip(times.iter().chain([&last])) {
                let wanted = carried(path, frames[0], first, t);
                let error = (frame[0] - wanted[0]).hypot(frame[1] - wanted[1]);
                assert!(error < most, "{settings:?} at t = {t}: {error:e}");
            }
        }
    }
}

#[test]
fn what_is_encoded_comes_back() {
    for settings in
        [&["data.name=two-moons"][..], &["data.name=rings", EXACT, "interpolant.kind=gvp"]]
    {
        let tight = ["sampler.rtol=1e-7", "sampler.atol=1e-7", "particles.count=60"];
        let there = scene(&[settings, &tight, &["direction=encode"]].concat());
        let there = recorded(&there);
        let noise: Vec<[f64; 2]> = there.ends().collect();
        let given = Given { starts: Some(noise.into()), noise: None };
        let options = RunOptions::for_window(60);
        let back = scene(&[settings, &tight].concat());
        let back = Experiment::with(&back, &Networks::default(), given).expect("ready");
        let back = run(&back, 1, &options, &Cancel::default(), |_| {}).expect("runs");
        let error = rms_distance(&starts(&there), &back.ends().collect::<Vec<_>>());
        assert!(error < 1e-4, "{settings:?}: {error:e}");
    }
}

#[test]
fn every_field_can_be_encoded_with() {
    for settings in [
        &["data.name=checkerboard", EXACT][..],
        &["data.name=checkerboard", EXACT, "interpolant.kind=vp"],
        &["interpolant.kind=vp"],
        &["interpolant.kind=gvp", "sampler.method=euler", "sampler.steps=20"],
    ] {
        let scene = scene(&[settings, &["direction=encode", "particles.count=200"]].concat());
        let recording = recorded(&scene);
        assert!(recording.interval.0 >= 0.0 && recording.interval.1.to_bits() == 1.0_f64.to_bits());
        let ends: Vec<[f64; 2]> = recording.ends().collect();
        for d in 0..2 {
            let [mean, std] = moments(&ends, d);
            assert!(mean.abs() < 0.4 && (std - 1.0).abs() < 0.35, "{settings:?}: {mean} {std}");
        }
    }
    // What is asked of single points moves as the particles do.
    for field in ["field.kind=exact", "field.kind=learned"] {
        let probe = |direction| Probe::new(ready(&scene(&[field, direction])));
        let (there, back) = (probe("direction=encode"), probe("direction=generate"));
        let (a, b) = (there.at(0.4, [0.3, -0.2]), back.at(0.4, [0.3, -0.2]));
        let [scores, data] = [(a.score, b.score), (a.data, b.data)]
            .map(|(a, b)| (a.expect("of a process"), b.expect("of a process")));
        for d in 0..2 {
            assert!((a.velocity[d] + b.velocity[d]).abs() < 1e-12, "{a:?} {b:?}");
            assert!((scores.0[d] - scores.1[d]).abs() < 1e-12, "{a:?} {b:?}");
            assert!((data.0[d] - data.1[d]).abs() < 1e-12, "{a:?} {b:?}");
        }
    }
}

#[test]
fn the_laboratory_says_that_it_measures_the_other_way() {
    let encode = scene(&["direction=encode"]);
    let Err(LabError::Refused(words)) = Experiment::of_ode(&encode, &Networks::default()) else {
        panic!("it was to be refused");
    };
    assert!(words.contains("choose the direction generate"), "{words}");
}

/// log of the density of a round Gaussian.
fn log_normal(x: [f64; 2], mean: [f64; 2], std: f64) -> f64 {
    let square: f64 = (0..2).map(|d| ((x[d] - mean[d]) / std).powi(2)).sum();
    -0.5 * square - (std::f64::consts::TAU * std * std).ln()
}

#[test]
fn likelihoods_are_those_of_the_closed_form() {
    const BLOBS: [([f64; 2], f64, f64); 3] =
        [([1.0, 0.5], 0.3, 0.5), ([-1.0, 0.0], 0.4, 0.3), ([0.2, -1.2], 0.6, 0.2)];
    let mixture = "data.mixture=[{ mean = [1.0, 0.5], std = 0.3, weight = 0.5 }, { mean = [-1.0, 0.0], std = 0.4, weight = 0.3 }, { mean = [0.2, -1.2], std = 0.6, weight = 0.2 }]";
    let points: Vec<[f64; 2]> =
        (0..40).map(|i| [1.9 * f64::from(i).sin(), 1.7 * (1.3 * f64::from(i)).cos()]).collect();
    for settings in [
        &[][..],
        &["interpolant.kind=gvp"],
        &["interpolant.kind=vp", "time.start=0"],
        &["time.start=0.3"],
        &["diffusion.form=sigma", "time.end=1", "diffusion.last_step=none"],
        &["sampler.method=euler", "sampler.steps=2"],
    ] {
        let subject = Experiment::of_ode(
            &scene(&[&[EXACT, mixture], settings].concat()),
            &Networks::default(),
        );
        let subject = subject.expect("an ODE");
        let mut cost = 0;
        for tolerance in [1e-4, 1e-7] {
            let tolerances = Tolerances { atol: tolerance, rtol: tolerance };
            let found = likelihoods(&subject, &points, tolerances, &Cancel::default());
            let found = found.expect("solved");
            for (point, value) in points.iter().zip(&found.exact_divergence) {
                let density: f64 = BLOBS
                    .iter()
                    .map(|&(mean, std, weight)| weight * log_normal(*point, mean, std).exp())
                    .sum();
                let error = (value - density.ln()).abs();
                assert!(error < 100.0 * tolerance, "{settings:?} {point:?}: {error:e}");
            }
            let nfe: u32 = found.nfe.iter().sum();
            assert!(nfe > cost && found.nfe.iter().all(|nfe| nfe % 7 == 0), "{:?}", found.nfe);
            cost = nfe;
        }
    }
}

#[test]
fn a_flow_that_starts_from_noise_later_has_the_density_that_makes() {
    // N(0, I) at t = 0.4 is carried to another Gaussian than the data's.
    let subject = gaussian(&["time.start=0.4", "particles.start=noise"], 1);
    let subject = Experiment::of_ode(&subject, &Networks::default()).expect("an ODE");
    let mean = carried(Interpolant::Linear, [0.0, 0.0], 0.4, 1.0);
    let std = STD / level(Interpolant::Linear, 0.4).1;
    let points = [[1.5, -0.8], [2.2, -1.1], [0.7, 0.1]];
    let tolerances = Tolerances { atol: 1e-8, rtol: 1e-8 };
    let found = likelihoods(&subject, &points, tolerances, &Cancel::default()).expect("solved");
    for (point, value) in points.into_iter().zip(found.exact_divergence) {
        let wanted = log_normal(point, mean, std);
        assert!((value - wanted).abs() < 1e-5, "{value} is not {wanted}");
    }
}

#[test]
fn blocks_hold_what_a_whole_recording_does() {
    for settings in [
        &["sampler.rtol=1e-3"][..],
        &["sampler.method=heun", "sampler.steps=9"],
        &["sampler.scope=whole-batch"],
        &["diffusion.form=sigma", "sampler.steps=20"],
    ] {
        let scene = gaussian(settings, 1_100);
        let options = RunOptions { keyframes: 17, ..RunOptions::for_window(1_100) };
        let experiment = ready(&scene);
        let whole = run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
        let mut next = 0;
        let in_blocks = run_in_blocks(&experiment, &options, &Cancel::default(), |recording| {
            let block = recording.blocks.last().expect("a block");
            assert_eq!(block.first, next, "in order");
            next = recording.count();
            for particle in block.first..next {
                assert_eq!(recording.keyframes(particle), whole.keyframes(particle));
            }
            for (i, log) in block.logs.iter().enumerate() {
                let (_, same) = whole.logs().nth(block.first + i).expect("is logged");
                assert_eq!(log.len(), same.len());
            }
            Ok(())
        });
        let in_blocks = in_blocks.expect("runs");
        assert_eq!(next, 1_100);
        assert!(
            in_blocks.complete && in_blocks.blocks.iter().all(|block| block.positions.is_empty())
        );
        assert_eq!(in_blocks.nfe(), whole.nfe());
        let [a, b] = [&in_blocks, &whole].map(|recording| recording.ends().collect::<Vec<_>>());
        assert_eq!(bits(&a), bits(&b));
    }
}

// The program.

fn driftscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args(arguments)
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .expect("the program starts")
}

fn folder() -> (TempDir, PathBuf) {
    let dir = TempDir::new().expect("a folder");
    let out = dir.path().join("out");
    (dir, out)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// One line on standard error with all of `words`, exit code 2.
fn assert_refused(output: &Output, words: &[&str]) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    for word in words {
        assert!(message.contains(word), "`{word}` is missing in: {message}");
    }
}

fn cells(file: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(file).expect("a table");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn encoding_from_the_command_line() {
    let (_dir, out) = folder();
    let output = driftscope(&[
        "sample",
        "--set",
        "direction=encode",
        "--set",
        EXACT,
        "--set",
        "particles.count=400",
        "--keyframes",
        "5",
        "--out",
        text(&out),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = cells(&out.join("trajectories.csv"));
    let times: Vec<&str> = rows[1..6].iter().map(|row| row[1].as_str()).collect();
    assert_eq!(times, ["1.0", "0.75", "0.5", "0.25", "0.0"]);
    let steps = cells(&out.join("steps.csv"));
    assert!(steps[1..].iter().all(|row| row[3].starts_with('-')), "h is negative");
    assert_eq!(steps[1][2], "1.0");
    let summary = std::fs::read(out.join("summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_slice(&summary).expect("JSON");
    assert_eq!(summary["scene"]["direction"], "encode");
    // What arrives is as near to N(0, I) as draws of it are to each other.
    let (found, most) = (&summary["sliced_w2"], &summary["sliced_w2_floor_spread"][1]);
    assert!(found.as_f64() < most.as_f64().map(|most| 1.5 * most), "{found} {most}");

    let (dir, out) = folder();
    let init = dir.path().join("init.csv");
    std::fs::write(&init, "x,y\n0.5,0.25\n-1,0.5\n").expect("written");
    let output = driftscope(&[
        "sample",
        "--set",
        "direction=encode",
        "--init",
        text(&init),
        "--out",
        text(&out),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = cells(&out.join("trajectories.csv"));
    assert_eq!(rows[1], ["0", "1.0", "0.5", "0.25"]);

    for (settings, words) in [
        (&["diffusion.form=sigma"][..], &["diffusion.form = sigma", "direction = \"encode\""][..]),
        (&["sampler.method=ddim"], &["sampler.method = ddim", "direction = \"encode\""]),
        (&["sampler.method=edm-heun", "sampler.s_churn=5"], &["sampler.method = edm-heun"]),
        (&["sampler.end=overshoot", EXACT], &["sampler.end", "direction = \"encode\""]),
        (&["field.kind=classic"], &["direction = encode", "classic"]),
        (&["time.start=-0.1"], &["time.start"]),
        (&["time.start=0", EXACT, "data.name=checkerboard"], &["time.start"]),
    ] {
        let (_dir, out) = folder();
        let mut all = vec!["sample", "--out", text(&out), "--set", "direction=encode"];
        all.extend(settings.iter().flat_map(|&setting| ["--set", setting]));
        assert_refused(&driftscope(&all), words);
        assert!(!out.exists());
    }
}

#[test]
fn likelihoods_from_the_command_line() {
    let (dir, out) = folder();
    let points = dir.path().join("points.csv");
    std::fs::write(&points, "x,y\n2.0,-1.0\n1.5,-0.5\n").expect("written");
    let common = ["likelihood", "--set", EXACT, "--set", GAUSSIAN, "--points", text(&points)];
    let printed = driftscope(&common);
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let written = driftscope(&[&common[..], &["--out", text(&out)]].concat());
    assert!(written.status.success() && written.stdout.is_empty());
    assert_eq!(std::fs::read(&out).expect("a table"), printed.stdout);
    let rows = cells(&out);
    assert_eq!(rows[0].join(","), "x,y,log_likelihood,nfe");
    for row in &rows[1..] {
        let [x, y, value] = [0, 1, 2].map(|i: usize| row[i].parse::<f64>().expect("a number"));
        let wanted = log_normal([x, y], MEAN, STD);
        assert!((value - wanted).abs() < 1e-3, "{value} is not {wanted}");
        assert!(row[3].parse::<u32>().expect("a count") > 0);
    }
    // Further away than doubles reach.
    std::fs::write(&points, "x,y\n2.0,-1.0\n1e300,0\n").expect("written");
    let output = driftscope(&common);
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("1 of 2 points stopped early"), "{message}");
    for (setting, word) in [
        ("direction=encode", "direction generate"),
        ("direction=noise", "SDE"),
        ("time.start=2", "time.start"),
    ] {
        assert_refused(&driftscope(&[&common[..], &["--set", setting]].concat()), &[word]);
    }
    let classic = ["likelihood", "--set", "field.kind=classic", "--points", text(&points)];
    assert_refused(&driftscope(&classic), &["classic"]);
}

#[test]
fn the_log_can_be_left_out() {
    let (_dir, out) = folder();
    let common = ["sample", "--set", EXACT, "--set", "particles.count=70", "--out", text(&out)];
    assert!(driftscope(&common).status.success());
    let read = |name: &str| std::fs::read(out.join(name)).ok();
    let kept = ["samples.csv", "trajectories.csv"].map(read);
    assert!(read("steps.csv").is_some());
    assert!(driftscope(&[&common[..], &["--no-log"]].concat()).status.success());
    assert!(read("steps.csv").is_none(), "that of the earlier run would belong to nothing");
    assert_eq!(["samples.csv", "trajectories.csv"].map(read), kept);
}

/// Within so many kilobytes of address space.
#[cfg(target_os = "linux")]
fn within(kilobytes: usize, arguments: &[&str]) -> Output {
    Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_driftscope"))
        .args(arguments)
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .expect("the program starts")
}

#[cfg(target_os = "linux")]
#[test]
fn what_does_not_fit_is_refused_before_the_solve() {
    let (dir, out) = folder();
    let many = "particles.count=100000";
    let long = "sampler.steps=100000";
    for (settings, keyframes, words) in [
        (&[many, EXACT][..], "100000", &["100000 particles", "100000 keyframes"][..]),
        (&[many, EXACT, "sampler.scope=whole-batch"], "100000", &["100000 keyframes"]),
        (&[many, EXACT, "sampler.precision=f32"], "100000", &["100000 keyframes"]),
        (
            &[many, "sampler.method=euler", long],
            "2",
            &["100000 particles", "a log of 100000 steps"],
        ),
        (&[many, "sampler.method=rk4", long], "100000", &["100000 keyframes", "100000 steps"]),
        (&[many, "diffusion.form=sigma", long], "100000", &["100000 keyframes"]),
        (&[many, "direction=noise", long], "100000", &["100000 keyframes"]),
        (&[many, "direction=encode"], "100000", &["100000 keyframes"]),
    ] {
        let mut all = vec!["sample", "--out", text(&out), "--keyframes", keyframes];
        all.extend(settings.iter().flat_map(|&setting| ["--set", setting]));
        let output = within(700_000, &all);
        assert_refused(
            &output,
            &[words, &["would take about", "left", "lower", "--no-log"]].concat(),
        );
        assert!(!out.exists(), "{settings:?}");
    }

    let table = dir.path().join("table.csv");
    let count = ["data", "two-moons", "--count", "10000000", "--out", text(&table)];
    assert_refused(&within(700_000, &count), &["10000000 rows", "ulimit -v"]);
    let points = dir.path().join("points.csv");
    std::fs::write(&points, format!("x,y,t\n{}", "1,1,0\n".repeat(3_000_000))).expect("written");
    let field = ["field", "--set", EXACT, "--points", text(&points), "--out", text(&table)];
    assert_refused(&within(1_000_000, &field), &["3000000 rows", "ulimit -v"]);
    std::fs::write(&points, format!("x,y\n{}", "1,1\n".repeat(9_000_000))).expect("written");
    let likelihood = ["likelihood", "--points", text(&points), "--out", text(&table)];
    assert_refused(&within(1_000_000, &likelihood), &["rows", "ulimit -v"]);
    let noise = ["sample", "--noise", text(&points), "--out", text(&out)];
    std::fs::write(&points, format!("step,particle,zx,zy\n{}", "0,0,1,1\n".repeat(9_000_000)))
        .expect("written");
    assert_refused(&within(800_000, &noise), &["rows", "ulimit -v"]);
    assert!(!table.exists() && !out.exists());

    let model = dir.path().join("model.safetensors");
    let train = [
        "train",
        "--data",
        "rings",
        "--batch",
        "65536",
        "--hidden",
        "1024",
        "--depth",
        "8",
        "--gradient",
        "autodiff",
        "--out",
        text(&model),
    ];
    assert_refused(&within(2_000_000, &train), &["65536 points", "ulimit -v", "lower"]);
}

#[cfg(target_os = "linux")]
#[test]
fn logs_go_to_the_disk_block_by_block() {
    // 4 million attempts, 128 MB if all were kept, beside what the program takes by itself.
    let (_dir, out) = folder();
    let all = [
        "sample",
        "--set",
        EXACT,
        "--set",
        "data.name=single-gaussian",
        "--set",
        "particles.count=20000",
        "--set",
        "sampler.method=euler",
        "--set",
        "sampler.steps=200",
        "--keyframes",
        "40",
        "--out",
        text(&out),
    ];
    let output = within(420_000, &all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let steps = std::fs::read_to_string(out.join("steps.csv")).expect("a table");
    assert_eq!(steps.lines().count(), 1 + 20_000 * 200);
    assert!(steps.lines().last().expect("rows").starts_with("19999,199,0.995"));
}
