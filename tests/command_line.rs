//! The program as a script sees it: files, exit codes, messages.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn driftscope(arguments: &[&str]) -> Output {
    with_threads(arguments, "2")
}

fn with_threads(arguments: &[&str], threads: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args(arguments)
        .env("RAYON_NUM_THREADS", threads)
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

fn summary(out: &Path) -> serde_json::Value {
    let bytes = std::fs::read(out.join("summary.json")).expect("a summary");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Runs and expects success.
fn sample(out: &Path, settings: &[&str]) {
    let output = driftscope(&arguments(out, settings));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn arguments<'a>(out: &'a Path, settings: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["sample", "--out", text(out)];
    for setting in settings {
        arguments.extend(["--set", setting]);
    }
    arguments
}

/// Runs and expects refusal: exit code 2, one line that has all of `words`, nothing written.
fn refused(settings: &[&str], words: &[&str]) {
    let (_dir, out) = folder();
    let output = driftscope(&arguments(&out, settings));
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{settings:?}: {message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    for word in words {
        assert!(message.contains(word), "`{word}` is missing in: {message}");
    }
    assert!(!out.exists());
}

const EXACT: &str = "field.kind=exact";

#[test]
fn equal_scenes_give_equal_bytes_on_any_number_of_threads() {
    for settings in [
        vec!["particles.count=1500"],
        vec!["particles.count=1500", "sampler.scope=whole-batch"],
        vec!["particles.count=1500", "diffusion.form=sigma", "sampler.steps=40"],
        vec!["particles.count=1500", "diffusion.form=linear", "diffusion.scheme=sra1"],
        vec!["particles.count=1500", "sampler.method=rk4", EXACT],
    ] {
        let (_dir, out) = folder();
        let mut bytes = Vec::new();
        for threads in ["1", "2"] {
            let output = with_threads(&arguments(&out, &settings), threads);
            assert!(output.status.success());
            bytes.push(std::fs::read(out.join("samples.csv")).expect("samples"));
        }
        assert_eq!(bytes[0], bytes[1], "{settings:?}");
    }
}

#[test]
fn the_summary_repeats_the_run() {
    let (dir, out) = folder();
    sample(&out, &["particles.count=300", EXACT, "sampler.method=heun", "sampler.steps=7"]);
    let first = summary(&out);
    assert_eq!(first["nfe"]["max"], 14);
    assert_eq!(first["accepted"]["min"], 7);
    assert_eq!(first["status"], "complete");
    // Three arrays (two stages and the state) of two f64 coordinates, as formulas are solved.
    assert_eq!(first["solver_bytes"], 3 * 2 * 8 * 300);
    let scene: toml::Table = serde_json::from_value(first["scene"].clone()).expect("a table");
    let file = dir.path().join("again.toml");
    std::fs::write(&file, toml::to_string(&scene).expect("TOML")).expect("written");
    let again = dir.path().join("again");
    let output = driftscope(&["sample", "--scene", text(&file), "--out", text(&again)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |out: &Path| std::fs::read(out.join("samples.csv")).expect("samples");
    assert_eq!(read(&out), read(&again));
}

#[test]
fn tables_have_their_columns_and_counts_add_up() {
    let (_dir, out) = folder();
    sample(&out, &["particles.count=20", EXACT]);
    let steps = std::fs::read_to_string(out.join("steps.csv")).expect("steps");
    let mut rows = steps.lines();
    assert_eq!(rows.next(), Some("particle,attempt,t,h,error_ratio,accepted,nfe"));
    let cells: Vec<Vec<&str>> = rows.map(|row| row.split(',').collect()).collect();
    let accepted = cells.iter().filter(|row| row[5] == "true").count() as f64;
    let mean = summary(&out)["accepted"]["mean"].as_f64().expect("a number");
    assert!((accepted / 20.0 - mean).abs() < 1e-9);
    let trajectories = std::fs::read_to_string(out.join("trajectories.csv")).expect("paths");
    assert_eq!(trajectories.lines().count(), 1 + 20 * 65);
    sample(&out, &["particles.count=20", EXACT, "sampler.scope=whole-batch"]);
    let steps = std::fs::read_to_string(out.join("steps.csv")).expect("steps");
    assert!(steps.lines().skip(1).all(|row| row.starts_with("all,")));
    assert!(summary(&out)["accepted"].is_number());
}

#[test]
fn field_values_are_those_of_sit() {
    let reference = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/sit_transport.json"
    ))
    .expect("reference values");
    let reference: serde_json::Value = serde_json::from_str(&reference).expect("JSON");
    let x = reference["x"].as_array().expect("points");
    let (dir, _) = folder();
    let (points, out) = (dir.path().join("p.csv"), dir.path().join("f.csv"));
    let forms = [
        ("constant", "constant"),
        ("SBDM", "sbdm"),
        ("sigma", "sigma"),
        ("linear", "linear"),
        ("decreasing", "decreasing"),
        ("inccreasing-decreasing", "increasing-decreasing"),
    ];
    for (path, name) in [("Linear", "linear"), ("GVP", "gvp"), ("VP", "vp")] {
        for record in reference["paths"][path].as_array().expect("records") {
            let number = |key: &str| record[key].as_f64().expect("a number");
            let t = number("t");
            let rows = format!("x,y,t\n{},{},{t}\n{},{},{t}\n", x[0], x[1], x[2], x[3]);
            std::fs::write(&points, rows).expect("written");
            for (theirs, ours) in forms {
                let output = driftscope(&[
                    "field",
                    "--set",
                    "data.name=eight-gaussians",
                    "--set",
                    EXACT,
                    "--set",
                    &format!("interpolant.kind={name}"),
                    "--set",
                    &format!("diffusion.form={ours}"),
                    "--points",
                    text(&points),
                    "--out",
                    text(&out),
                ]);
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                let table = std::fs::read_to_string(&out).expect("a table");
                let rows: Vec<Vec<f64>> = table
                    .lines()
                    .skip(1)
                    .map(|row| row.split(',').map(|cell| cell.parse().expect("number")).collect())
                    .collect();
                let near = |found: f64, wanted: f64, what: &str| {
                    let close = (found - wanted).abs() <= 1e-10 * wanted.abs().max(1.0);
                    assert!(close, "{path} t = {t} {what}: {found} is not {wanted}");
                };
                near(rows[0][6], record["diffusion"][theirs].as_f64().expect("D"), theirs);
                for (i, row) in rows.iter().enumerate() {
                    for d in 0..2 {
                        let at = |key: &str| record[key][2 * i + d].as_f64().expect("a number");
                        near(row[d], at("velocity_gm8"), "velocity");
                        near(row[2 + d], at("score_from_velocity"), "score");
                        near(row[4 + d], at("noise_from_velocity"), "noise");
                    }
                    near(row[7], record["logp_gm8"][i].as_f64().expect("log p"), "log density");
                    near(row[8], number("alpha"), "alpha");
                    near(row[9], number("d_alpha"), "d_alpha");
                    near(row[10], number("sigma"), "sigma");
                    near(row[11], number("d_sigma"), "d_sigma");
                }
            }
        }
    }
}

#[test]
fn bad_values_are_refused_with_key_value_and_what_is_allowed() {
    refused(&["sampler.rtol=-1"], &["sampler.rtol", "-1", "from 0"]);
    refused(&["sampler.atol=0", "sampler.rtol=0"], &["sampler.atol", "no step"]);
    refused(&["sampler.step_size=0"], &["sampler.step_size", "0"]);
    refused(&["sampler.steps=0"], &["sampler.steps", "1"]);
    refused(&["sampler.method=rk5"], &["sampler.method", "rk5", "dopri5"]);
    refused(&["sampler.rotl=1e-3"], &["sampler", "rotl", "rtol"]);
    refused(&["sampler.rtol=tiny"], &["sampler.rtol", "tiny"]);
    refused(&["particles.count=0"], &["particles.count", "100000"]);
    refused(&["particles.count=1.5"], &["particles.count", "1.5"]);
    refused(&["data.name=three-moons"], &["data.name", "three-moons", "two-moons"]);
    refused(&["diffusion.norm=-1", "diffusion.form=sigma"], &["diffusion.norm", "-1"]);
    refused(&["diffusion.form=sbdm", "time.start=0"], &["time.start", "sbdm", "diverges"]);
    refused(&["time.start=0.9", "time.end=0.1"], &["time.start", "0.9", "0.1"]);
    refused(&["time.end=nan"], &["time.end", "NaN"]);
    refused(&["field.model=missing.safetensors"], &["missing.safetensors"]);
    refused(&["sampler.method=unipc-2", "sampler.adaptive=true"], &["sampler.adaptive", "unipc-2"]);
    refused(
        &["sampler.method=ddim", "sampler.eta=0.5", "sampler.adaptive=true"],
        &["sampler.adaptive", "ddim", "eta"],
    );
    refused(
        &["data.name=checkerboard", EXACT, "sampler.end=overshoot"],
        &["sampler.end", "overshoot", "clamp"],
    );
    refused(&["data.mixture=[{mean=[0,0],std=-1}]", EXACT], &["data.mixture.std", "-1"]);
    refused(&["data.mixture=[]", EXACT], &["data.mixture"]);
    refused(&["nonsense"], &["nonsense", "KEY=VALUE"]);
}

#[test]
fn formats_and_losses_are_those_of_the_help_and_no_others() {
    let tables: [(&[&str], Vec<&str>); 2] = [
        (
            &["sample", "--set", EXACT, "--set", "particles.count=3", "--formats"],
            driftscope_study::export::FORMATS.iter().map(|format| format.name).collect(),
        ),
        (
            &["train", "--data", "rings", "--steps", "1", "--loss"],
            driftscope_flow::network::LOSSES.iter().map(|loss| loss.name).collect(),
        ),
    ];
    for (command, names) in tables {
        let help = driftscope(&[command[0], "--help"]);
        let (_dir, out) = folder();
        let with = |name| driftscope(&[command, &[name, "--out", text(&out)]].concat());
        let refused = with("nothing");
        assert_eq!(refused.status.code(), Some(2));
        assert!(!out.exists());
        for name in names {
            for said in [&help.stdout, &refused.stderr] {
                assert!(String::from_utf8_lossy(said).contains(name), "{name}");
            }
            assert!(with(name).status.success(), "{name}");
            assert!(out.exists());
        }
    }
    // Twice the same is once, also where there is room for one alone.
    let scene = ["sample", "--set", EXACT, "--set", "particles.count=3", "--out", "-"];
    let twice = driftscope(&[&scene[..], &["--formats", "csv,csv"]].concat());
    assert_eq!(twice.stdout, driftscope(&scene).stdout);
    assert_eq!(String::from_utf8_lossy(&twice.stdout).lines().count(), 4);
}

#[test]
fn points_are_drawn_from_data_of_ones_own() {
    let draw =
        |data: &[&str]| driftscope(&[&["data", "--count", "9", "--out", "-"], data].concat());
    let own = draw(&["--set", "data.mixture=[{mean=[2,0],std=0.3}]"]);
    assert_eq!(own.stdout, draw(&["single-gaussian"]).stdout);
    assert_eq!(own.stdout, draw(&["--set", "data.name=single-gaussian"]).stdout);
    assert_eq!(String::from_utf8_lossy(&own.stdout).lines().count(), 10);
    for wrong in [&[][..], &["rings", "--set", "data.name=rings"], &["three-moons"]] {
        assert_eq!(draw(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn bad_files_are_refused() {
    let (dir, out) = folder();
    let file = dir.path().join("start.csv");
    let with_start = |content: &str| {
        std::fs::write(&file, content).expect("written");
        driftscope(&["sample", "--init", text(&file), "--out", text(&out)])
    };
    for (content, word) in [
        ("x,y\n1,nan\n", "line 2"),
        ("x,y\n1\n", "line 2"),
        ("a,b\n1,2\n", "x,y"),
        ("x,y\n", "no rows"),
    ] {
        let output = with_start(content);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(word), "{message}");
        assert!(!out.exists());
    }
    let broken = dir.path().join("broken.safetensors");
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/two-moons.safetensors");
    let bytes = std::fs::read(model).expect("the bundled model");
    for content in [&bytes[..bytes.len() / 2], b"nonsense".as_slice(), b"".as_slice()] {
        std::fs::write(&broken, content).expect("written");
        let setting = format!("field.model={}", text(&broken));
        refused(&[&setting], &["broken.safetensors"]);
    }
    let scene = dir.path().join("scene.toml");
    std::fs::write(&scene, "[sampler\nrtol = 1").expect("written");
    let output = driftscope(&["sample", "--scene", text(&scene), "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 1"));
}

#[test]
fn a_run_that_stops_early_keeps_what_it_has() {
    let (_dir, out) = folder();
    let output = driftscope(&arguments(
        &out,
        &["particles.count=50", EXACT, "sampler.max_attempts=3", "sampler.rtol=1e-7"],
    ));
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stopped at t = 0."));
    let status = summary(&out)["status"].as_str().expect("text").to_owned();
    assert!(status.contains("limit of 3"), "{status}");
    assert_eq!(std::fs::read_to_string(out.join("samples.csv")).expect("kept").lines().count(), 51);
    let paths = std::fs::read_to_string(out.join("trajectories.csv")).expect("kept");
    assert!(!paths.contains("NaN"));
}

#[test]
fn without_a_display_one_line_points_to_sample() {
    let output = Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("driftscope sample"), "{message}");
}

#[test]
fn a_trained_model_is_saved_loaded_and_sampled() {
    let (dir, out) = folder();
    let model = dir.path().join("model.safetensors");
    let train = |seed: &str, path: &Path| {
        let output = driftscope(&[
            "train",
            "--data",
            "single-gaussian",
            "--hidden",
            "16",
            "--depth",
            "2",
            "--batch",
            "64",
            "--steps",
            "60",
            "--seed",
            seed,
            "--out",
            text(path),
        ]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(path).expect("a model")
    };
    let first = train("3", &model);
    assert!(first == train("3", &dir.path().join("again.safetensors")), "seeds repeat");
    assert!(first != train("4", &dir.path().join("other.safetensors")), "seeds differ");
    let setting = format!("field.model={}", text(&model));
    sample(&out, &[&setting, "particles.count=100"]);
}

/// Writes SiT's starts and noise as CSV files; returns (starts, noise).
fn sit_files(dir: &Path, sde: &serde_json::Value) -> (PathBuf, PathBuf) {
    let numbers = |key: &str| sde[key].as_array().expect("a list").clone();
    let (x0, z) = (numbers("x0"), numbers("noise_[step][particle][2]"));
    let particles = x0.len() / 2;
    let mut starts = vec!["x,y\n".to_owned()];
    starts.extend(x0.chunks_exact(2).map(|point| format!("{},{}\n", point[0], point[1])));
    let mut noise = vec!["step,particle,zx,zy\n".to_owned()];
    noise.extend(z.chunks_exact(2).enumerate().map(|(i, z)| {
        let (step, particle) = (i / particles, i % particles);
        format!("{step},{particle},{},{}\n", z[0], z[1])
    }));
    let (start_file, noise_file) = (dir.join("start.csv"), dir.join("noise.csv"));
    std::fs::write(&start_file, starts.concat()).expect("written");
    std::fs::write(&noise_file, noise.concat()).expect("written");
    (start_file, noise_file)
}

fn sit() -> serde_json::Value {
    let text =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/sit_transport.json"));
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn sit_runs_are_repeated_with_their_own_noise() {
    let reference = sit();
    let sde = &reference["sde"];
    let (dir, out) = folder();
    let (starts, noise) = sit_files(dir.path(), sde);
    for run in sde["runs"].as_array().expect("runs") {
        let name = |key: &str| run[key].as_str().expect("a name").to_lowercase();
        let scheme = if name("sampler") == "euler" { "euler-maruyama" } else { "heun" };
        let settings = [
            "data.name=eight-gaussians".to_owned(),
            EXACT.to_owned(),
            "sampler.precision=f64".to_owned(),
            "sampler.steps=10".to_owned(),
            format!("interpolant.kind={}", name("path")),
            format!("diffusion.form={}", name("form")),
            format!("diffusion.norm={}", run["norm"]),
            format!("diffusion.scheme={scheme}"),
            format!("diffusion.last_step={}", name("last_step")),
            format!("diffusion.last_step_size={}", run["last_step_size"]),
            format!("time.start={}", run["t0"]),
            format!("time.end={}", run["t1"]),
        ];
        let mut arguments = arguments(&out, &[]);
        for setting in &settings {
            arguments.extend(["--set", setting]);
        }
        arguments.extend(["--init", text(&starts), "--noise", text(&noise)]);
        let output = driftscope(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let samples = std::fs::read_to_string(out.join("samples.csv")).expect("samples");
        let ends: Vec<f64> = samples
            .lines()
            .skip(1)
            .flat_map(|row| row.split(',').skip(1).map(|cell| cell.parse().expect("a number")))
            .collect();
        let trajectory = run["traj"].as_array().expect("a list");
        assert_eq!(ends.len(), 8);
        for (end, wanted) in ends.iter().zip(&trajectory[trajectory.len() - ends.len()..]) {
            let wanted = wanted.as_f64().expect("a number");
            let difference = (end - wanted).abs() / wanted.abs().max(1.0);
            assert!(difference < 1e-9, "{settings:?}: {end} is not {wanted}");
        }
    }
}

#[test]
fn bad_noise_is_refused() {
    let reference = sit();
    let (dir, out) = folder();
    let (starts, noise) = sit_files(dir.path(), &reference["sde"]);
    let good = std::fs::read_to_string(&noise).expect("just written");
    let refused = |content: &str, settings: &[&str], words: &[&str]| {
        std::fs::write(&noise, content).expect("written");
        let mut arguments = arguments(&out, settings);
        arguments.extend(["--init", text(&starts), "--noise", text(&noise)]);
        let output = driftscope(&arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        for word in words.iter().chain(&["noise.csv"]) {
            assert!(message.contains(word), "`{word}` is missing in: {message}");
        }
        assert!(!out.exists());
    };
    let sigma = ["diffusion.form=sigma", "sampler.steps=10"];
    let lines: Vec<&str> = good.lines().collect();
    let without = |line: usize| [&lines[..line], &lines[line + 1..]].concat().join("\n");
    let with = |row: &str| format!("{good}{row}\n");
    refused(&without(5), &sigma, &["step 1 of particle 0 is missing", "0 to 9", "0 to 3"]);
    refused(&without(40), &sigma, &["step 9 of particle 3 is missing"]);
    refused(&with("3,2,0.1,0.2"), &sigma, &["step 3 of particle 2", "twice"]);
    refused(&with("10,0,0.1,0.2"), &sigma, &["step = 10", "0 to 9", "10 noisy steps"]);
    refused(&with("0,4,0.1,0.2"), &sigma, &["particle = 4", "0 to 3", "4 particles"]);
    refused(&with("1.5,0,0.1,0.2"), &sigma, &["line 42", "step = 1.5", "whole number"]);
    refused(&with("-1,0,0.1,0.2"), &sigma, &["line 42", "step = -1", "whole number"]);
    refused(&with("1,0,inf,0.2"), &sigma, &["line 42", "zx", "finite"]);
    refused(&with("1,0,0.2"), &sigma, &["line 42", "step,particle,zx,zy"]);
    refused("step,particle,zx\n0,0,1\n", &sigma, &["step,particle,zx,zy"]);
    refused(&good, &["diffusion.form=sigma"], &["step 10 of particle 0 is missing", "0 to 49"]);
    refused(
        &good,
        &["diffusion.form=sigma", "sampler.steps=10", "diffusion.scheme=sra1"],
        &["sra1", "euler-maruyama"],
    );
    std::fs::remove_file(&noise).expect("removed");
    let output = driftscope(&["sample", "--noise", text(&noise), "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("noise.csv"));
}

/// What is not drawn is named and ignored.
#[test]
fn noise_that_is_not_drawn_is_named() {
    let (dir, out) = folder();
    let noise = dir.path().join("noise.csv");
    let rows = (0..4).flat_map(|step| (0..2).map(move |draw| format!("{step},0,{draw},0.1,0.2")));
    let table: Vec<String> =
        std::iter::once("step,particle,draw,zx,zy".to_owned()).chain(rows).collect();
    std::fs::write(&noise, table.join("\n")).expect("written");
    let said = |method: &str| {
        let settings = [method, "field.kind=exact", "sampler.steps=4", "particles.count=1"];
        let mut arguments = arguments(&out, &settings);
        arguments.extend(["--noise", text(&noise)]);
        let output = driftscope(&arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{message}");
        std::fs::remove_dir_all(&out).expect("it was made");
        message
    };
    assert!(said("sampler.method=heun").contains("is ignored: this scene draws none"));
    // The last step, to t = 1, draws nothing, and ER-SDE draws once a step.
    let once = said("sampler.method=er-sde");
    assert!(once.contains("5 rows are ignored, that of line 3 first"), "{once}");
}

/// Where the noise goes to nothing or stays, at t = 1 itself, with steps that do not divide the way.
#[test]
fn every_scheme_reaches_the_end_of_time() {
    let (_dir, out) = folder();
    for scheme in ["euler-maruyama", "heun", "sra1"] {
        for path in ["linear", "gvp", "vp"] {
            for form in
                ["constant", "sbdm", "sigma", "linear", "decreasing", "increasing-decreasing"]
            {
                let settings = [
                    EXACT,
                    "data.name=two-moons",
                    "particles.count=20",
                    "sampler.step_size=0.03",
                    "diffusion.last_step=none",
                    "time.end=1",
                ];
                let settings = settings.map(str::to_owned).into_iter().chain([
                    format!("interpolant.kind={path}"),
                    format!("diffusion.form={form}"),
                    format!("diffusion.scheme={scheme}"),
                ]);
                let settings: Vec<String> = settings.collect();
                let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
                sample(&out, &settings);
            }
        }
    }
}

#[test]
fn classic_fields_run_and_have_no_distribution() {
    let (dir, out) = folder();
    let start = dir.path().join("start.csv");
    std::fs::write(&start, "x,y\n1,0\n").expect("written");
    let classic = ["field.kind=classic", "field.system=harmonic", "sampler.precision=f64"];
    let run = |settings: &[&str]| {
        let mut all = arguments(&out, &classic);
        for setting in settings {
            all.extend(["--set", setting]);
        }
        all.extend(["--init", text(&start)]);
        let output = driftscope(&all);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let samples = std::fs::read_to_string(out.join("samples.csv")).expect("samples");
        let row = samples.lines().nth(1).expect("a row").to_owned();
        let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().expect("a number")).collect();
        [cells[1], cells[2]]
    };
    // torchdiffeq's rk4_classic over one turn in ten steps.
    let end = run(&["sampler.method=rk4", "sampler.steps=10"]);
    assert!((end[0] - 0.9959199162143302).abs() < 1e-12, "{end:?}");
    assert!((end[1] - 0.007013308880155722).abs() < 1e-12);
    let first = summary(&out);
    assert!(first["sliced_w2"].is_null() && first["sliced_w2_floor"].is_null());
    assert_eq!(first["nfe"]["max"], 40);
    assert!(
        (first["scene"]["time"]["end"].as_f64().expect("an end") - std::f64::consts::TAU).abs()
            < 1e-15
    );
    // Half a turn, adaptively, to the far side.
    let end = run(&[
        "time.end=3.141592653589793",
        "sampler.method=dop853",
        "sampler.rtol=1e-10",
        "sampler.atol=1e-10",
    ]);
    assert!((end[0] + 1.0).abs() < 1e-8 && end[1].abs() < 1e-8, "{end:?}");

    let (points, values) = (dir.path().join("p.csv"), dir.path().join("f.csv"));
    std::fs::write(&points, "x,y,t\n0.5,2,3\n").expect("written");
    let output = driftscope(&[
        "field",
        "--set",
        "field.kind=classic",
        "--set",
        "field.system=van-der-pol",
        "--set",
        "field.mu=3",
        "--points",
        text(&points),
        "--out",
        text(&values),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let values = std::fs::read_to_string(&values).expect("values");
    assert_eq!(values.lines().nth(1), Some("2.0,4.0,,,,,,,,,,,,"));
}

#[test]
fn solver_keys_are_refused_with_what_is_allowed() {
    let classic = "field.kind=classic";
    refused(&[classic, "field.system=pendulum"], &["field.system", "pendulum", "van-der-pol"]);
    refused(
        &[classic, "field.system=van-der-pol", "field.mu=-1"],
        &["field.mu", "-1", "0 to 1000"],
    );
    refused(&[classic, "diffusion.form=sigma"], &["diffusion.form", "none"]);
    refused(&[classic, "direction=noise"], &["direction", "generate"]);
    refused(&[classic, "sampler.method=ddim"], &["sampler.method", "ddim"]);
    refused(&[classic, "sampler.grid=karras"], &["sampler.grid"]);
    refused(&[classic, "time.end=-1"], &["time.start", "time.end"]);
    refused(&["sampler.method=dopri6"], &["sampler.method", "dopri6", "dop853", "unipc-2"]);
    refused(
        &["sampler.method=dpmpp-2m", "sampler.adaptive=true"],
        &["sampler.adaptive", "dpmpp-2m", "looks back"],
    );
    refused(&["sampler.controller=p"], &["sampler.controller", "pid"]);
    refused(&["sampler.safety=1.5"], &["sampler.safety", "1.5", "0.01 to 1"]);
    refused(&["sampler.min_factor=0"], &["sampler.min_factor"]);
    refused(&["sampler.controller=pid", "sampler.icoeff=-1"], &["icoeff"]);
    refused(&["sampler.eta=2"], &["sampler.eta", "2", "0 to 1"]);
    refused(&["sampler.s_min=2", "sampler.s_max=1"], &["sampler.s_max", "1", "s_min"]);
    refused(&["sampler.grid=list"], &["sampler.grid", "sampler.times"]);
    refused(&["sampler.times=[0, 0.5, 0.4, 1]"], &["sampler.times", "rising"]);
    refused(&["sampler.times=[0, 0.5, 2]", "sampler.method=euler"], &["time.end", "2"]);
    refused(&["sampler.times=[0, 1]", "sampler.grid=cosine"], &["sampler.times", "list"]);
    refused(&["sampler.grid=karras", "sampler.step_size=0.1"], &["sampler.step_size", "uniform"]);
    refused(&["sampler.shift=0"], &["sampler.shift"]);
    refused(&["sampler.norm=l1"], &["sampler.norm", "rms", "max"]);
    refused(&["particles.count=1.5"], &["particles.count", "1.5", "whole number"]);
}

#[test]
fn steps_follow_the_grid() {
    let (_dir, out) = folder();
    let times = |settings: &[&str]| -> Vec<f64> {
        let mut all = vec![EXACT, "particles.count=1", "sampler.method=euler"];
        all.extend(settings);
        sample(&out, &all);
        let steps = std::fs::read_to_string(out.join("steps.csv")).expect("steps");
        let times = steps.lines().skip(1).map(|row| row.split(',').nth(2).expect("t").to_owned());
        times.map(|t| t.parse().expect("a number")).collect()
    };
    assert_eq!(times(&["sampler.times=[0.1, 0.25, 0.9]"]), [0.1, 0.25]);
    let shifted = times(&["sampler.grid=shifted", "sampler.steps=4", "sampler.shift=3"]);
    assert!((shifted[2] - 0.25).abs() < 1e-15, "{shifted:?}");
    assert_eq!(times(&["sampler.grid=cosine", "sampler.steps=2"]).len(), 2);
}

#[test]
fn every_method_runs_on_the_default_scene() {
    for method in driftscope_solve::MethodRef::of_any_field() {
        let (_dir, out) = folder();
        let choice = format!("sampler.method={}", method.name);
        let settings = ["particles.count=400", &choice, "data.name=two-moons"];
        sample(&out, &settings);
        let first = summary(&out);
        let [distance, floor] =
            ["sliced_w2", "sliced_w2_floor"].map(|key| first[key].as_f64().expect("a number"));
        // Fifty steps of any of them make moons of noise, whose distance to them is about 1.
        assert!(distance < 3.0 * floor, "{}: {distance} beside {floor}", method.name);
        let nfe = first["nfe"]["mean"].as_f64().expect("a number");
        // The first and last steps of some diffusion samplers are one evaluation shorter.
        let least = (50 * method.evaluations_per_step()) as f64 - 2.0;
        assert!(method.adaptive_by_default || nfe >= least, "{}: {nfe}", method.name);
        if method.needs_noising_process() {
            continue;
        }
        sample(
            &out,
            &[
                "field.kind=classic",
                "field.system=van-der-pol",
                "particles.count=9",
                "sampler.steps=500",
                &choice,
            ],
        );
        assert_eq!(summary(&out)["status"], "complete", "{}", method.name);
    }
}

#[test]
fn samplers_that_draw_noise_follow_their_seed() {
    for knob in ["sampler.method=ddim sampler.eta=1", "sampler.method=edm-heun sampler.s_churn=20"]
    {
        let (_dir, out) = folder();
        let knobs: Vec<&str> = knob.split(' ').collect();
        let read = |extra: &[&str]| {
            let mut settings = vec!["particles.count=300", EXACT];
            settings.extend(&knobs);
            settings.extend(extra);
            sample(&out, &settings);
            std::fs::read(out.join("samples.csv")).expect("samples")
        };
        let (first, again, other) = (read(&[]), read(&[]), read(&["seed=5"]));
        assert!(first == again && first != other, "{knob}");
        let quiet = knobs[1].split_once('=').expect("a key").0.to_owned() + "=0";
        assert!(read(&[&quiet]) != first, "{knob}");
        let first = summary(&out);
        let ratio = first["sliced_w2"].as_f64().expect("a number")
            / first["sliced_w2_floor"].as_f64().expect("a number");
        assert!(ratio < 2.5, "{knob}: {ratio}");
    }
}

#[test]
fn a_version_is_one_line_or_all_that_a_report_needs() {
    let version = env!("CARGO_PKG_VERSION");
    let short = driftscope(&["-V"]);
    assert!(short.status.success());
    assert_eq!(String::from_utf8_lossy(&short.stdout), format!("driftscope {version}\n"));
    let long = driftscope(&["--version"]);
    assert!(long.status.success(), "{}", String::from_utf8_lossy(&long.stderr));
    let long = String::from_utf8_lossy(&long.stdout);
    let keys: Vec<&str> = long.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    assert!(long.starts_with(&format!("driftscope {version}\n")), "{long}");
    let wanted = ["commit", "target", "profile", "features", "simd", "graphics"];
    assert!(keys.starts_with(&wanted), "{long}");
    assert!(keys[wanted.len()..].iter().all(|key| *key == "graphics"), "{long}");
}
