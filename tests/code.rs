//! Scripts of `driftscope code`: printed for every scene and target, Python's, and right where `NumPy` and
//! `SciPy` are. `tests/code/check.py` holds them against the other libraries.

use std::path::Path;
use std::process::{Command, Output};

use driftscope_study::export::code::TARGETS;
use driftscope_study::scene::LIBRARY;
use tempfile::TempDir;

fn driftscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope")).args(arguments).output().expect("it starts")
}

fn printed(arguments: &[&str]) -> String {
    let output = driftscope(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).expect("text")
}

/// Whether Python is here and can import these; where not, the test says so and ends.
fn python_has(modules: &str) -> bool {
    let import = if modules.is_empty() { "pass".to_owned() } else { format!("import {modules}") };
    let found = Command::new("python3").args(["-c", &import]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        // Where it is asked for, what NumPy alone can run is not left out.
        let required = std::env::var_os("DRIFTSCOPE_REQUIRE_NUMPY").is_some();
        assert!(!required || !["", "numpy"].contains(&modules), "no python3 with {modules:?}");
        println!("left out: no python3 with {modules:?}");
    }
    found
}

fn python(arguments: &[&str]) -> Output {
    Command::new("python3").args(arguments).output().expect("it starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

#[test]
fn every_bundled_scene_has_a_script_for_every_target() {
    let folder = TempDir::new().expect("a folder");
    let mut files = Vec::new();
    for scene in LIBRARY {
        for target in TARGETS {
            let script = printed(&["code", "--for", target.name, "--scene", scene.name]);
            assert!(script.starts_with("#!/usr/bin/env python3\n"));
            let file = folder.path().join(format!("{}_{}.py", scene.name, target.name));
            std::fs::write(&file, script).expect("written");
            files.push(file);
        }
    }
    if python_has("") {
        let mut arguments = vec!["-m", "py_compile"];
        arguments.extend(files.iter().map(|file| text(file)));
        let output = python(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_model_is_written_where_there_is_one() {
    let folder = TempDir::new().expect("a folder");
    let model = folder.path().join("m.safetensors");
    let script = printed(&["code", "--for", "scipy", "--model", text(&model)]);
    assert!(script.contains(text(&model)) && model.exists());
    let again =
        printed(&["code", "--for", "scipy", "--set", &format!("field.model={}", text(&model))]);
    assert!(again.contains("model.safetensors"));
    // The same once more is nothing new; another file of that name is not lost.
    printed(&["code", "--for", "scipy", "--model", text(&model)]);
    let other = folder.path().join("notes.txt");
    std::fs::write(&other, "mine").expect("written");
    for there in [&model, &other] {
        let set = ["code", "--for", "scipy", "--set", "data.name=rings", "--model", text(there)];
        let refused = driftscope(&set);
        assert_eq!(refused.status.code(), Some(2));
        let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(complaint.contains("is there already"), "{complaint}");
    }
    assert_eq!(std::fs::read(&other).expect("there"), b"mine");
    let none = driftscope(&["code", "--for", "scipy", "--set", "field.kind=exact", "--model", "n"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("without a network"));
    assert_eq!(driftscope(&["code", "--for", "fortran"]).status.code(), Some(2));
}

/// Where the networks of others lie that tests open.
fn of_others(file: &str) -> String {
    format!("{}/tests/models/{file}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_network_of_others_is_copied_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    for (file, copy) in
        [("gelu-noise.safetensors", "chain.safetensors"), ("layernorm-dynamo.onnx", "m.onnx")]
    {
        let (file, copy) = (of_others(file), folder.path().join(copy));
        let model = format!("field.model={file}");
        let set = ["code", "--for", "scipy", "--set", "data.name=two-moons", "--set", &model];
        let script = printed(&set);
        assert!(script.contains(&format!("default=\"{file}\"")), "{script}");
        let script = printed(&[&set[..], &["--model", text(&copy)]].concat());
        assert!(script.contains(&format!("default=\"{}\"", text(&copy))), "{script}");
        let read = |path: &Path| std::fs::read(path).expect("there");
        assert_eq!(read(&copy), read(Path::new(&file)));
        // Onto itself: it stays what it is.
        let model = format!("field.model={}", text(&copy));
        let again = ["code", "--for", "scipy", "--set", "data.name=two-moons", "--set", &model];
        printed(&[&again[..], &["--model", text(&copy)]].concat());
        assert_eq!(read(&copy), read(Path::new(&file)));
        // An ending by which it would be read as something else.
        let wrong =
            copy.with_extension(if file.ends_with("onnx") { "safetensors" } else { "onnx" });
        let refused = driftscope(&[&set[..], &["--model", text(&wrong)]].concat());
        assert_eq!(refused.status.code(), Some(2));
        let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(complaint.contains("in .onnx") && !wrong.exists(), "{complaint}");
    }
}

/// Weights that stand beside an ONNX file go where it goes, under the name that it has for them.
#[test]
fn weights_beside_an_onnx_file_are_copied_with_it() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::copy(of_others("layernorm-dynamo.onnx"), at("flow.onnx")).expect("copied");
    std::fs::write(at("flow.onnx.data"), "weights").expect("written");
    std::fs::create_dir(at("there")).expect("made");
    let (model, copy) = (format!("field.model={}", text(&at("flow.onnx"))), at("there/m.onnx"));
    let set = ["code", "--for", "scipy", "--set", "data.name=two-moons", "--set", &model];
    printed(&[&set[..], &["--model", text(&copy)]].concat());
    assert!(copy.exists());
    assert_eq!(std::fs::read(at("there/flow.onnx.data")).expect("there"), b"weights");
}

fn points(csv: &str) -> Vec<[f64; 2]> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let column = |name| names.iter().position(|found| *found == name).expect("there");
    let [x, y] = ["x", "y"].map(column);
    let number = |text: &str| text.parse().expect("a number");
    lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| [number(cells[x]), number(cells[y])])
        .collect()
}

/// How a script and `sample` ended from the same starts.
struct Ends {
    apart: f64,
    /// Whether both made as many evaluations.
    same_evaluations: bool,
    script: String,
}

/// Runs the script and `sample` of a scene from the same starts, and with the noise that the script draws if it is
/// `noisy`.
fn ends(settings: &[&str], noisy: bool) -> Ends {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("starts.csv"), "x,y\n-1.5,0.25\n0.4,-0.9\n1.1,1.3\n0.05,0.6\n")
        .expect("written");
    let set: Vec<String> = settings.iter().map(|setting| format!("--set={setting}")).collect();
    let set = || set.iter().map(String::as_str);
    let (starts, out, model) = (at("starts.csv"), at("out"), at("m.safetensors"));
    let (file, noise) = (at("script.py"), at("noise.csv"));
    let mut code = vec!["code", "--for", "scipy"];
    if !settings.iter().any(|setting| setting.starts_with("field.kind")) {
        code.extend(["--model", text(&model)]);
    }
    code.extend(set());
    let script = printed(&code);
    std::fs::write(&file, &script).expect("written");
    let mut sample = vec!["sample", "--init", text(&starts), "--out", text(&out)];
    let recorder = format!("{}/tests/code/noise.py", env!("CARGO_MANIFEST_DIR"));
    let output = if noisy {
        sample.extend(["--noise", text(&noise)]);
        python(&[&recorder, text(&file), text(&starts), text(&noise)])
    } else {
        python(&[text(&file), "--starts", text(&starts)])
    };
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{settings:?}: {complaint}");
    sample.extend(set());
    let sampled = driftscope(&sample);
    let words = String::from_utf8_lossy(&sampled.stderr);
    assert!(sampled.status.success() && !words.contains("ignored"), "{settings:?}: {words}");
    let found = points(&String::from_utf8_lossy(&output.stdout));
    let wanted = points(&std::fs::read_to_string(out.join("samples.csv")).expect("written"));
    assert_eq!(found.len(), wanted.len());
    let apart = found.iter().flatten().zip(wanted.iter().flatten()).map(|(a, b)| (a - b).abs());
    let summary = std::fs::read_to_string(out.join("summary.json")).expect("written");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let [least, mean, most] = ["min", "mean", "max"].map(|of| summary["nfe"][of].as_f64());
    let evaluations = format!(
        "evaluations: least {}, mean {:.2}, most {}",
        least.expect("a number"),
        mean.expect("a number"),
        most.expect("a number")
    );
    let last = complaint.lines().last().unwrap_or_default();
    assert!(last.starts_with("evaluations: least"), "{settings:?}: {complaint}");
    Ends { apart: apart.fold(0.0, f64::max), same_evaluations: last == evaluations, script }
}

/// The script's end points and those of `sample`, from the same starts, at most `within` apart.
fn agree(settings: &[&str], within: f64) {
    let Ends { apart, .. } = ends(settings, false);
    assert!(apart <= within, "{settings:?}: {apart:e}");
}

/// A diffusion sampler with these settings on that path: the script makes its own steps.
fn sampler_agrees(method: &str, settings: &[&str], path: &str, noisy: bool) -> f64 {
    let mut all = vec![
        "field.kind=exact".to_owned(),
        "data.name=eight-gaussians".to_owned(),
        "sampler.precision=f64".to_owned(),
        "sampler.adaptive=false".to_owned(),
        "sampler.steps=12".to_owned(),
        format!("sampler.method={method}"),
        format!("interpolant.kind={path}"),
    ];
    all.extend(settings.iter().map(|setting| format!("sampler.{setting}")));
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let Ends { apart, same_evaluations, script } = ends(&all, noisy);
    assert!(apart < 1e-9, "{all:?}: {apart:e}");
    assert!(same_evaluations, "{all:?}");
    assert!(!script.contains("in its place"), "{all:?}");
    assert_eq!(script.contains("The noise is NumPy's"), noisy, "{all:?}");
    apart
}

#[test]
fn scripts_with_networks_of_others_end_where_the_program_does() {
    if !python_has("numpy, scipy, safetensors") {
        return;
    }
    let fixed = ["sampler.adaptive=false", "sampler.steps=12", "sampler.precision=f64"];
    for (file, path) in [
        ("silu-velocity", "linear"),
        ("gelu-noise", "vp"),
        ("gelu-tanh-data", "gvp"),
        ("relu-reversed-half", "vp"),
        ("softplus-score-double", "linear"),
        ("tanh-edm", "gvp"),
    ] {
        let model = format!("field.model={}", of_others(&format!("{file}.safetensors")));
        let path = format!("interpolant.kind={path}");
        agree(&[&["data.name=two-moons", &model, &path][..], &fixed].concat(), 1e-8);
    }
}

#[test]
fn scripts_for_scipy_end_where_the_program_does() {
    if !python_has("numpy, scipy") {
        return;
    }
    let fixed = ["sampler.adaptive=false", "sampler.steps=12"];
    agree(&["sampler.controller=i-scipy", "sampler.precision=f64"], 1e-5);
    agree(&["field.kind=exact", "sampler.controller=i-scipy", "data.name=eight-gaussians"], 1e-6);
    agree(&["field.kind=exact", "data.name=checkerboard", fixed[0], fixed[1]], 1e-7);
    agree(&["interpolant.kind=vp", "sampler.precision=f64", fixed[0], fixed[1]], 2e-5);
    agree(&["interpolant.kind=gvp", "sampler.precision=f64", fixed[0], fixed[1]], 2e-5);
    for system in driftscope_flow::field::SYSTEMS {
        let named = format!("field.system={}", system.name);
        let mut settings =
            vec!["field.kind=classic", &named, "sampler.adaptive=false", "sampler.steps=200"];
        if system.name == "lotka-volterra" {
            // With fewer than none of either, it soon runs away.
            settings.push("time.end=1");
        }
        agree(&settings, 1e-6);
    }
}

/// Settings of diffusion samplers without noise, several sets a method.
const SAMPLERS: &[(&str, &[&[&str]])] = &[
    ("ddim", &[&[]]),
    ("euler-a-flow", &[&[]]),
    ("dpm-solver-2", &[&[], &["variable=flow"]]),
    ("dpmpp-2s", &[&[]]),
    ("dpmpp-sde", &[&[]]),
    ("edm-heun", &[&[], &["variable=flow"]]),
    (
        "dpmpp-2m",
        &[
            &[],
            &["variable=flow"],
            &["solver_type=heun"],
            &["final_order=lower"],
            &["final_order=lower", "steps=15", "grid=karras"],
        ],
    ),
    (
        "dpmpp-3m",
        &[&[], &["kappa=2"], &["solver_type=midpoint"], &["final_order=lower", "grid=karras"]],
    ),
    ("unipc-1", &[&[], &["b=bh1"], &["final_order=lower"]]),
    ("unipc-2", &[&[], &["b=bh1"], &["final_order=lower"]]),
    ("unipc-3", &[&[], &["b=bh1"], &["final_order=lower"], &["grid=karras"]]),
    ("deis-2", &[&[], &["final_order=lower"]]),
    ("deis-3", &[&[], &["final_order=lower"], &["grid=karras"]]),
    ("lms-2", &[&[], &["variable=flow"]]),
    ("lms-3", &[&[], &["variable=flow"]]),
    ("lms-4", &[&[], &["variable=flow"], &["grid=karras"]]),
    ("ipndm", &[&[], &["final_order=lower"]]),
    ("gradient-estimation", &[&[]]),
    (
        "sa-solver",
        &[
            &[],
            &["predictor=1", "corrector=1"],
            &["predictor=3", "corrector=0"],
            &["predictor=3", "corrector=4"],
            &["predictor=4", "corrector=2", "grid=karras"],
        ],
    ),
];

/// The same with noise.
const NOISY_SAMPLERS: &[(&str, &[&[&str]])] = &[
    ("ddim", &[&["eta=0.5"], &["eta=1"]]),
    ("euler-a-flow", &[&["eta=0.5"], &["eta=1"]]),
    ("dpm-solver-2", &[&["eta=0.6"], &["eta=1"]]),
    ("dpmpp-2s", &[&["eta=0.6"], &["eta=1"]]),
    ("dpmpp-sde", &[&["eta=0.6"], &["eta=1"]]),
    ("edm-heun", &[&["s_churn=5"], &["s_churn=20", "s_min=0.1", "s_max=2", "s_noise=1.01"]]),
    ("dpmpp-2m", &[&["eta_sde=1"], &["eta_sde=0.4", "solver_type=heun", "final_order=lower"]]),
    ("dpmpp-3m", &[&["eta_sde=1"], &["eta_sde=0.4", "kappa=2"]]),
    ("sa-solver", &[&["tau=1"], &["tau=0.5", "predictor=3", "corrector=4"]]),
    (
        "er-sde",
        &[&[], &["order=2"], &["order=1"], &["integral_points=0"], &["integral_points=200"]],
    ),
];

fn samplers_agree(samplers: &[(&str, &[&[&str]])], noisy: bool) {
    if !python_has("numpy") {
        return;
    }
    for (method, sets) in samplers {
        let mut worst: f64 = 0.0;
        for settings in *sets {
            worst = worst.max(sampler_agrees(method, settings, "linear", noisy));
        }
        for path in ["gvp", "vp"] {
            worst = worst.max(sampler_agrees(method, sets[0], path, noisy));
        }
        println!("{method}: at most {worst:.1e} apart");
    }
}

#[test]
fn samplers_without_noise_are_written_out() {
    samplers_agree(SAMPLERS, false);
}

#[test]
fn samplers_with_noise_are_written_out() {
    samplers_agree(NOISY_SAMPLERS, true);
}
