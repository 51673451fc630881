//! `driftscope sweep`: slopes of the work–precision table, and what Ctrl-C leaves.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_study::Networks;
use driftscope_study::lab::{Setting, sweep_ode, sweep_reference, sweep_run};
use driftscope_study::measure::fitted_order;
use driftscope_study::scene::Scene;

/// One row of `work_precision.csv`.
#[derive(Debug)]
struct Row {
    method: String,
    setting: String,
    nfe: f64,
    global_error: Option<f64>,
    sliced_w2: Option<f64>,
    floor: Option<f64>,
}

fn read(folder: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join("work_precision.csv")).expect("a table");
    let header: Vec<String> =
        reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let wanted = "method,setting,nfe,solve_ms,global_error,sliced_w2,sliced_w2_floor";
    assert_eq!(header.join(","), wanted);
    reader
        .records()
        .map(|record| {
            let record = record.expect("a row");
            let number = |i: usize| record[i].parse::<f64>().ok();
            assert!(number(3).expect("a time") > 0.0);
            Row {
                method: record[0].to_owned(),
                setting: record[1].to_owned(),
                nfe: number(2).expect("evaluations"),
                global_error: number(4),
                sliced_w2: number(5),
                floor: number(6),
            }
        })
        .collect()
}

fn sweep(out: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .arg("sweep")
        .args(arguments)
        .arg("--out")
        .arg(out)
        .output()
        .expect("the program starts")
}

/// The slope of log error over log nfe over the errors from 1e-9 to `largest`.
fn slope(rows: &[Row], method: &str, largest: f64) -> f64 {
    let (nfe, errors): (Vec<f64>, Vec<f64>) = rows
        .iter()
        .filter(|row| row.method == method)
        .map(|row| (row.nfe, row.global_error.expect("all arrived")))
        .filter(|(_, error)| (1e-9..=largest).contains(error))
        .unzip();
    assert!(nfe.len() >= 3, "{method}: only {} rows in the asymptotic range", nfe.len());
    fitted_order(&nfe, &errors)
}

#[test]
fn slopes_on_exact_fields_are_the_orders() {
    // Euler on two moons has a test of its own below: its root mean square is that of a few particles.
    for (data, methods) in [
        ("eight-gaussians", &["euler", "heun", "rk4", "dopri5"][..]),
        ("two-moons", &["heun", "rk4", "dopri5"]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (scene, list) = (format!("data.name={data}"), methods.join(","));
        let exact = ["--set", "field.kind=exact", "--set", "particles.count=300"];
        let sweeps = ["--rtol", "1e-1..1e-8", "--steps", "4..512", "--methods", &list];
        let output = sweep(folder.path(), &[&["--set", &scene], &exact[..], &sweeps].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rows = read(folder.path());
        assert_eq!(rows.len(), methods.len() * 8);
        for (method, nominal) in [("euler", -1.0), ("heun", -2.0), ("rk4", -4.0)] {
            if !methods.contains(&method) {
                continue;
            }
            // The finest three of the doubled steps.
            let own: Vec<&Row> = rows.iter().filter(|row| row.method == method).collect();
            let finest = &own[own.len() - 3..];
            let nfe: Vec<f64> = finest.iter().map(|row| row.nfe).collect();
            let errors: Vec<f64> =
                finest.iter().map(|row| row.global_error.expect("all arrived")).collect();
            let found = fitted_order(&nfe, &errors);
            println!("{data}, {method}: slope {found:.3} over the finest three");
            assert!((found - nominal).abs() < 0.2, "{data} {method}: {found}");
        }
        let found = slope(&rows, "dopri5", 3e-2);
        println!("{data}, dopri5: slope {found:.3}");
        assert!(found <= -4.8, "{data} dopri5: {found}");
        for row in &rows {
            let (w2, floor) = (row.sliced_w2.expect("a distance"), row.floor.expect("a floor"));
            assert!(w2 > 0.0 && floor > 0.0, "{row:?}");
            let kind = if row.method == "dopri5" { "rtol=" } else { "steps=" };
            assert!(row.setting.starts_with(kind), "{row:?}");
        }
        let svg = std::fs::read_to_string(folder.path().join("work_precision.svg"));
        let svg = svg.expect("a picture");
        assert_eq!(svg.matches("<polyline").count(), methods.len());
        assert!(svg.contains(">DOPRI5<") && svg.ends_with("</svg>\n"));
    }
}

/// The flow pulls particles apart that start near the watershed between the moons, up to 150 times,
/// and Euler's errors there are not linear in h by 8192 steps. All others' are.
#[test]
fn eulers_error_on_two_moons_has_its_order_away_from_the_watershed() {
    const COUNT: usize = 300;
    let settings = ["field.kind=exact", "data.name=two-moons"].map(str::to_owned);
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    let experiment = sweep_ode(&scene, &Networks::default()).expect("an ODE");
    let never = Cancel::default();
    let truth = sweep_reference(&experiment, COUNT, &never).expect("runs");
    let euler = MethodRef::named("euler").expect("in the table");
    let steps = [64, 128, 256, 512, 1024, 2048, 4096];
    let sorted = steps.map(|steps| {
        let run =
            sweep_run(&experiment, (euler, Setting::Steps(steps)), COUNT, &never).expect("runs");
        let distance = |(a, b): ([f64; 2], &[f64; 2])| (a[0] - b[0]).hypot(a[1] - b[1]);
        let mut errors: Vec<f64> = run.ends().zip(truth.ends()).map(distance).collect();
        errors.sort_unstable_by(f64::total_cmp);
        errors
    });
    let nfe = steps.map(|steps| steps as f64);
    let rms = |errors: &[f64]| {
        (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt()
    };
    let medians = sorted.each_ref().map(|errors| errors[COUNT / 2]);
    let most = sorted.each_ref().map(|errors| rms(&errors[..COUNT - COUNT / 50]));
    for (name, values) in [("median", medians), ("all but 2 %", most)] {
        let found = fitted_order(&nfe, &values);
        println!("two-moons, euler, {name}: slope {found:.3}");
        assert!((found + 1.0).abs() < 0.1, "{name}: {found}");
        let last = (values[6] / values[5]).log2();
        assert!((last + 1.0).abs() < 0.02, "{name}: {last} over the last doubling");
    }
}

#[test]
fn what_cannot_be_swept_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, words) in [
        (&["--set", "diffusion.form=sigma"][..], "diffusion.form"),
        (&["--methods", "euler,eular"], "eular"),
        (&["--rtol", "7"], "1e-14 to 1"),
        (&["--steps", "9..3"], "smaller number first"),
        (&["--methods", "edm-heun", "--set", "sampler.s_churn=5"], "tend to those of no SDE"),
        (&["--methods", "er-sde", "--set", "direction=encode"], "direction"),
        (&["--methods", "er-sde", "--set", "time.start=0.96"], "no part of that"),
    ] {
        let output = sweep(folder.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none());
}

#[test]
fn methods_that_draw_noise_have_strong_errors_on_any_grid() {
    for grid in ["uniform", "karras", "log-snr"] {
        let folder = tempfile::tempdir().expect("a folder");
        let grid = format!("sampler.grid={grid}");
        let output = sweep(
            folder.path(),
            &[
                // Where there are modes, the error is that of a few particles that end in another one.
                ["--set", "field.kind=exact", "--set", "data.name=single-gaussian"],
                ["--set", "sampler.eta=0.8", "--set", "sampler.eta_sde=0.7"],
                ["--set", "particles.count=200", "--set", &grid],
                ["--methods", "heun,ddim,dpmpp-2m,er-sde", "--steps", "16..128"],
            ]
            .concat(),
        );
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("methods that draw noise: ddim, dpmpp-2m, er-sde"), "{said}");
        let rows = read(folder.path());
        assert_eq!(rows.len(), 4 * 4);
        for method in ["ddim", "dpmpp-2m", "er-sde"] {
            let own: Vec<&Row> = rows.iter().filter(|row| row.method == method).collect();
            let errors: Vec<f64> =
                own.iter().map(|row| row.global_error.expect("all arrived")).collect();
            println!("{grid}, {method}: {errors:?}");
            // Paths of another SDE, or of another Brownian motion, would not near these.
            assert!(errors[3] < 0.25 * errors[0], "{grid} {method}: {errors:?}");
            assert!(errors.iter().all(|&error| error > 0.0 && error < 0.2), "{errors:?}");
            assert!(own.iter().all(|row| row.sliced_w2.is_some()), "{own:?}");
        }
    }
}

#[test]
fn a_classic_ode_has_no_distance_to_any_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = sweep(
        folder.path(),
        &[
            "--set",
            "field.kind=classic",
            "--set",
            "particles.count=20",
            "--methods",
            "rk4",
            "--steps",
            "16..64",
        ],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = read(folder.path());
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.sliced_w2.is_none() && row.global_error.is_some()));
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args(["sweep", "--set", "particles.count=3000", "--methods", "euler,heun,rk4"])
        .args(["--steps", "8..65536", "--out"])
        .arg(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let table = folder.path().join("work_precision.csv");
    let began = Instant::now();
    while !table.exists() {
        assert!(began.elapsed() < Duration::from_mins(2), "no first solve");
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill runs").success());
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{status}");
    let rows = read(folder.path());
    assert!(!rows.is_empty() && rows.len() < 42, "{} rows", rows.len());
    assert!(folder.path().join("work_precision.svg").exists());
}
