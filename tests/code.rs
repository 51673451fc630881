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

/// The script's end points and those of `sample`, from the same starts, at most `within` apart.
fn agree(settings: &[&str], within: f64) {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("starts.csv"), "x,y\n-1.5,0.25\n0.4,-0.9\n1.1,1.3\n0.05,0.6\n")
        .expect("written");
    let set: Vec<String> = settings.iter().map(|setting| format!("--set={setting}")).collect();
    let set = || set.iter().map(String::as_str);
    let (starts, out, model) = (at("starts.csv"), at("out"), at("m.safetensors"));
    let mut sample = vec!["sample", "--init", text(&starts), "--out", text(&out)];
    sample.extend(set());
    printed(&sample);
    let mut code = vec!["code", "--for", "scipy"];
    if !settings.iter().any(|setting| setting.starts_with("field.kind")) {
        code.extend(["--model", text(&model)]);
    }
    code.extend(set());
    std::fs::write(at("script.py"), printed(&code)).expect("written");
    let output = python(&[text(&at("script.py")), "--starts", text(&starts)]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{settings:?}: {complaint}");
    assert!(complaint.contains("evaluations: least"), "{complaint}");
    let found = points(&String::from_utf8_lossy(&output.stdout));
    let wanted = points(&std::fs::read_to_string(out.join("samples.csv")).expect("written"));
    assert_eq!(found.len(), wanted.len());
    let apart = found.iter().flatten().zip(wanted.iter().flatten()).map(|(a, b)| (a - b).abs());
    let apart = apart.fold(0.0, f64::max);
    assert!(apart <= within, "{settings:?}: {apart:e}");
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
