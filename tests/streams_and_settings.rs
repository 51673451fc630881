//! The command line's inputs and outputs: pipes, lines of files, and settings without effect.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn driftscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args(arguments)
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .expect("the program starts")
}

/// Runs a line of bash with the program in `$D` and the folder in `$F`; what it wrote.
fn bash(folder: &TempDir, line: &str) -> (String, String) {
    let output = Command::new("bash")
        .args(["-euc", &format!("set -o pipefail; {line}")])
        .env("D", env!("CARGO_BIN_EXE_driftscope"))
        .env("F", folder.path())
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .expect("there is a bash");
    let [out, said] = [output.stdout, output.stderr].map(|bytes| in_words(&bytes));
    assert!(output.status.success(), "{line}: {said}");
    (out, said)
}

fn in_words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).expect("a text")
}

/// Exit code 2 and one line with all of `words`.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = driftscope(arguments);
    let said = in_words(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is missing in: {said}");
    }
}

const SMALL: &str = "--set field.kind=exact --set particles.count=20";

#[cfg(unix)]
#[test]
fn a_result_goes_to_whatever_out_names() {
    let dir = TempDir::new().expect("a folder");
    let points = dir.path().join("p.csv");
    std::fs::write(&points, "x,y,t\n0.1,0.2,0.3\n").expect("written");
    for command in [
        "data rings --count 50",
        "field --set field.kind=exact --points $F/p.csv",
        "train --data single-gaussian --hidden 8 --depth 1 --batch 16 --steps 3",
    ] {
        let _ = bash(&dir, &format!("$D {command} --out $F/wanted"));
        let same = "cmp $F/wanted $F/found";
        for line in [
            format!("$D {command} --out - > $F/found"),
            format!("$D {command} --out - | cat > $F/found"),
            format!("$D {command} --out /dev/stdout | cat > $F/found"),
            format!("$D {command} --out /dev/stdout > $F/found"),
            format!("$D {command} --out /dev/fd/3 3>&1 | cat > $F/found"),
            format!("exec 4> $F/found; $D {command} --out /dev/fd/4"),
            format!("$D {command} --out /proc/self/fd/1 | cat > $F/found"),
            format!(
                "rm -f $F/pipe; mkfifo $F/pipe; cat $F/pipe > $F/found & $D {command} --out $F/pipe; wait"
            ),
            format!("ln -sf /dev/stdout $F/link; $D {command} --out $F/link | cat > $F/found"),
            // The substituted process may end after the line.
            format!(
                "rm -f $F/done; $D {command} --out >(cat > $F/found; touch $F/done); until test -e $F/done; do sleep 0.02; done"
            ),
        ] {
            let _ = bash(&dir, &format!("{line}; {same}; rm $F/found"));
        }
        // What stands before and after in the same file stays.
        let (out, _) = bash(
            &dir,
            &format!(
                "{{ echo before; $D {command} --out /dev/stdout; echo; echo after; }} > $F/all; head -1 $F/all; tail -1 $F/all"
            ),
        );
        assert_eq!(out, "before\nafter\n", "{command}");
        let (out, _) = bash(
            &dir,
            &format!(
                "echo before > $F/all; $D {command} --out /dev/stdout >> $F/all; head -1 $F/all"
            ),
        );
        assert_eq!(out, "before\n", "{command}");
        let _ = bash(&dir, &format!("$D {command} --out /dev/null; test -c /dev/null"));
        let (out, _) = bash(&dir, "ls -A $F | tr '\\n' ' '");
        assert!(!out.contains(".driftscope-") && !out.contains("- "), "{out}");
    }
}

#[cfg(unix)]
#[test]
fn folders_of_results_give_a_stream_their_table() {
    let dir = TempDir::new().expect("a folder");
    let _ = bash(&dir, &format!("$D sample {SMALL} --out $F/out"));
    for line in ["--out -", "--out /dev/stdout | cat", "--out /dev/fd/3 3>&1 | cat"] {
        let (out, said) = bash(&dir, &format!("$D sample {SMALL} {line}"));
        assert_eq!(out, read(dir.path().join("out/samples.csv")), "{line}");
        assert_eq!(said, "", "{line}");
    }
    let (out, _) =
        bash(&dir, &format!("cd $F; $D sweep {SMALL} --methods rk4 --steps 4..8 --out -; ls"));
    let rows: Vec<&str> = out.lines().collect();
    assert_eq!(rows[0], "method,setting,nfe,solve_ms,global_error,sliced_w2,sliced_w2_floor");
    assert!(rows[1].starts_with("rk4,steps=4,16.0,") && rows[2].starts_with("rk4,steps=8,32.0,"));
    assert_eq!(rows[3..], ["out"], "nothing else is written");
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let dir = TempDir::new().expect("a folder");
    for (command, first) in [
        ("data rings --count 200000 --out -", "x,y"),
        ("data rings --count 200000 --out /dev/stdout", "x,y"),
        (
            "sample --set particles.count=20000 --set sampler.method=euler --set sampler.steps=1 --out -",
            "particle,x,y",
        ),
        ("methods", "# Solvers"),
        ("keys", "| key | allowed | default | meaning |"),
    ] {
        let (out, said) = bash(&dir, &format!("$D {command} | head -1"));
        assert_eq!((out.trim_end(), said.as_str()), (first, ""), "{command}");
    }
    // A reader that is gone before anything is written.
    let (_, said) = bash(&dir, "$D methods | true; $D data rings --out - | true");
    assert_eq!(said, "");
}

#[test]
fn a_folder_where_a_file_is_wanted_and_the_other_way_round_is_refused() {
    let dir = TempDir::new().expect("a folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "here").expect("written");
    refused(&["data", "rings", "--out", text(dir.path())], &["it is a folder"]);
    refused(&["sample", "--out", text(&file)], &[text(&file)]);
    assert_eq!(read(&file), "here");
    if cfg!(target_os = "linux") {
        refused(&["data", "rings", "--out", "/dev/full"], &["/dev/full"]);
        refused(&["data", "rings", "--out", "/dev/fd/987"], &["/dev/fd/987"]);
    }
}

#[test]
fn messages_about_tables_name_the_line_in_the_file() {
    let dir = TempDir::new().expect("a folder");
    let (file, out) = (dir.path().join("table.csv"), dir.path().join("out"));
    // Ahead of the row in question stand blank lines, quoted line feeds, Windows's line ends.
    for (before, line) in [
        ("", "line 3"),
        ("\n\n", "line 5"),
        (" \n", "line 4"),
        ("\"1\n\"QUOTED\n", "line 5"),
        ("\r\n\r\n", "line 5"),
    ] {
        let check = |columns: &str, good: &str, bad: &str, arguments: &[&str], words: &[&str]| {
            let before = before.replace("\"1\n\"QUOTED", &good.replacen('1', "\"1\n\"", 1));
            let end = if before.contains('\r') { "\r\n" } else { "\n" };
            let content = format!("{columns}{end}{good}{end}{before}{bad}{end}");
            std::fs::write(&file, &content).expect("written");
            let all = [arguments, &["--out", text(&out)]].concat();
            let words: Vec<&str> = words.iter().copied().chain([line]).collect();
            refused(&all, &words);
        };
        let path = text(&file);
        let exact = ["--set", "field.kind=exact"];
        let init = [&["sample", "--init", path][..], &exact].concat();
        check("x,y", "1,2", "1,oops", &init, &["y = `oops`", "finite number"]);
        check("x,y", "1,2", "1", &init, &["not 2 numbers"]);
        check("x,y", "1,2", "1,2,3", &init, &["not 2 numbers"]);
        check("x,y", "1,2", "1,2e7", &init, &["not allowed as a start"]);
        check("particle,x,y", "1,2,3", "0.5,2,3", &init, &["particle = 0.5", "whole number"]);
        let points = [&["field", "--points", path][..], &exact].concat();
        check("x,y,t", "1,2,0.5", "1,2,nan", &points, &["t = `nan`"]);
        check("x,y,t", "1,2,0.5", "1,2,7", &points, &["t = 7 is not allowed"]);
        let noisy = ["--set", "diffusion.form=sigma", "--set", "sampler.steps=2"];
        let noise =
            [&["sample", "--noise", path, "--set", "particles.count=3"][..], &exact, &noisy]
                .concat();
        let columns = "step,particle,zx,zy";
        check(columns, "1,0,1,1", "1.5,0,1,1", &noise, &["step = 1.5", "whole number"]);
        check(columns, "1,0,1,1", "2,0,1,1", &noise, &["step = 2 is not allowed"]);
        check(columns, "1,0,1,1", "1,7,1,1", &noise, &["particle = 7 is not allowed"]);
        if !before.contains("QUOTED") {
            check(columns, "0,0,1,1", "0,0,1,1", &noise, &["stands there twice"]);
        }
    }
    assert!(!out.exists());
}

#[test]
fn a_run_starts_where_another_one_ended() {
    let dir = TempDir::new().expect("a folder");
    let [first, again, plain] = ["first", "again", "plain"].map(|name| dir.path().join(name));
    let success = |arguments: &[&str]| {
        let output = driftscope(arguments);
        assert!(output.status.success(), "{}", in_words(&output.stderr));
        output
    };
    let small = ["--set", "field.kind=classic", "--set", "particles.count=12"];
    success(&[&["sample", "--out", text(&first)][..], &small].concat());
    let samples = read(first.join("samples.csv"));
    // The same points as x,y start the same run.
    let (file, points) = (first.join("samples.csv"), dir.path().join("points.csv"));
    let rows: Vec<(&str, &str)> =
        samples.lines().skip(1).map(|row| row.split_once(',').expect("a particle")).collect();
    let of_points: Vec<&str> = rows.iter().map(|(_, point)| *point).collect();
    std::fs::write(&points, format!("x,y\n{}", of_points.join("\n"))).expect("written");
    let classic = ["--set", "field.kind=classic"];
    success(&[&["sample", "--init", text(&file), "--out", text(&again)][..], &classic].concat());
    success(&[&["sample", "--init", text(&points), "--out", text(&plain)][..], &classic].concat());
    let ends = read(again.join("samples.csv"));
    assert_eq!(ends, read(plain.join("samples.csv")));
    assert_eq!(ends.lines().count(), 13);
    // Particles keep their places however the rows stand.
    let mut backwards: Vec<&str> = samples.lines().skip(1).collect();
    backwards.reverse();
    let shuffled = dir.path().join("shuffled.csv");
    std::fs::write(&shuffled, format!("particle,x,y\n{}", backwards.join("\n"))).expect("written");
    success(
        &[&["sample", "--init", text(&shuffled), "--out", text(&plain)][..], &classic].concat(),
    );
    assert_eq!(ends, read(plain.join("samples.csv")));
    let twice = format!("{samples}{}\n", samples.lines().nth(3).expect("a row"));
    std::fs::write(&shuffled, twice).expect("written");
    let init = ["sample", "--init", text(&shuffled), "--out", text(&plain)];
    refused(&init, &["shuffled.csv, line 14", "particle 2", "on line 4"]);
    std::fs::write(&shuffled, "particle,t,x,y\n0,1,2,3\n").expect("written");
    refused(&init, &["`x,y`", "particle,t,x,y"]);
}

#[test]
fn tables_are_read_from_standard_input() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_driftscope"))
        .args(["field", "--set", "field.kind=classic", "--points", "-", "--out", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"x,y,t\n0.5,2,0\n").expect("written");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(in_words(&output.stdout).lines().nth(1), Some("2.0,-0.5,,,,,,,,,,,,"));
    refused(&["field", "--points", "/dev/null", "--out", "-"], &["x,y,t"]);
}

/// What standard error says of a run that succeeds, and its summary.
fn run(settings: &[&str]) -> (String, serde_json::Value) {
    let dir = TempDir::new().expect("a folder");
    let out = dir.path().join("out");
    let mut arguments = vec!["sample", "--out", text(&out)];
    for setting in ["particles.count=5", "field.kind=exact"].iter().chain(settings) {
        arguments.extend(["--set", setting]);
    }
    let output = driftscope(&arguments);
    let said = in_words(&output.stderr);
    assert!(output.status.success(), "{said}");
    let summary = serde_json::from_str(&read(out.join("summary.json"))).expect("JSON");
    (said, summary)
}

#[test]
fn settings_without_effect_are_named_in_one_line_with_the_reason() {
    for (settings, named) in [
        (&["sampler.steps=10"][..], &["sampler.steps (The error sets the steps"][..]),
        (&["sampler.step_size=0.1"], &["sampler.step_size (The error sets"]),
        (&["sampler.grid=cosine"], &["sampler.grid (The error sets"]),
        (&["sampler.steps=9", "sampler.grid=karras"], &["sampler.steps, sampler.grid (The error"]),
        (&["sampler.times=[0, 0.4, 1]"], &["sampler.times (", "as the interval"]),
        (
            &["sampler.method=euler", "sampler.steps=9", "sampler.times=[0, 0.5, 1]"],
            &["sampler.steps (The steps go from one time of the list to the next"],
        ),
        (
            &["sampler.method=euler", "sampler.steps=9", "sampler.step_size=0.2"],
            &["sampler.steps (The step size is given"],
        ),
        (
            &["sampler.method=euler", "sampler.rtol=1e-3", "sampler.atol=1e-5"],
            &["sampler.atol, sampler.rtol (The steps are fixed"],
        ),
        (
            &["sampler.method=rk4", "sampler.max_attempts=5"],
            &["sampler.max_attempts (The steps are"],
        ),
        (&["sampler.eta=1"], &["sampler.eta (Only DDIM"]),
        (&["sampler.s_churn=1"], &["sampler.s_churn (Only EDM"]),
        (
            &["sampler.method=edm-heun", "sampler.s_noise=1.1"],
            &["sampler.s_noise (Nothing is churned"],
        ),
        (&["diffusion.norm=2"], &["diffusion.norm (There is no noise"]),
        (&["diffusion.last_step_size=0.1"], &["diffusion.last_step_size (There is no noise"]),
        (
            &["diffusion.form=sigma", "sampler.rtol=1e-3", "sampler.method=rk4"],
            &["sampler.method (The SDE scheme", "sampler.rtol (SDE steps are fixed"],
        ),
        (&["field.mu=1"], &["field.mu (Only a classic ODE"]),
        (&["field.kind=classic", "field.mu=1"], &["field.mu (This is the parameter of another"]),
        (&["field.kind=classic", "data.name=rings"], &["data.name (A classic ODE has no distr"]),
        (&["field.model=none.safetensors"], &["field.model (Only a learned field"]),
        (
            &["sampler.method=tsit5", "sampler.error_weights=torchdiffeq"],
            &["sampler.error_weights (Only"],
        ),
        (&["sampler.icoeff=0.5"], &["sampler.icoeff (Only the controllers PI and PID"]),
        (&["sampler.dcoeff=0.1"], &["sampler.dcoeff (Only the controllers PI and PID"]),
        (&["sampler.method=euler", "sampler.rho=5"], &["sampler.rho (Only the grids of Karras"]),
        (
            &["sampler.method=euler", "sampler.grid=karras", "sampler.shift=5"],
            &["sampler.shift (Only"],
        ),
        (&["direction=noise", "diffusion.form=sigma"], &["diffusion.form (Data → noise"]),
        (&["data.mixture=[{mean=[0, 0], std=1}]", "data.name=rings"], &["data.name (A mixture"]),
        (&["view.trail=0.5"], &["view.trail (", "no number"]),
        // The usual value, but given.
        (&["sampler.steps=50"], &["sampler.steps (The error sets the steps"]),
    ] {
        let (said, summary) = run(settings);
        assert_eq!(said.lines().count(), 1, "{settings:?}: {said}");
        for words in named {
            assert!(said.contains(words), "`{words}` is missing in: {said}");
            let key = words.split([' ', ',']).next().expect("a key");
            if key.contains('.') {
                let reason = summary["without_effect"][key].as_str().expect("a reason");
                assert!(said.contains(reason), "{reason}");
                let (section, name) = key.split_once('.').expect("a section");
                assert!(summary["in_force"][section][name].is_null(), "{settings:?}: {summary}");
            }
        }
    }
}

#[test]
fn settings_with_an_effect_are_not_named_and_stand_in_force() {
    for settings in [
        &["sampler.rtol=1e-3"][..],
        &["sampler.method=euler", "sampler.steps=9", "sampler.grid=karras", "sampler.rho=5"],
        &["sampler.method=euler", "sampler.times=[0, 0.5, 1]"],
        &["sampler.times=[0, 1]"],
        &["sampler.method=dopri5", "sampler.adaptive=false", "sampler.step_size=0.2"],
        &["sampler.method=ddim", "sampler.eta=1"],
        &["sampler.method=edm-heun", "sampler.s_churn=1", "sampler.s_noise=1.1"],
        &["diffusion.form=sigma", "diffusion.norm=2", "sampler.steps=9"],
        &["sampler.controller=pid", "sampler.dcoeff=0.1"],
        &["field.kind=classic", "field.system=van-der-pol", "field.mu=1"],
        &["diffusion.form=linear", "sampler.step_size=0.1", "diffusion.scheme=heun"],
    ] {
        let (said, summary) = run(settings);
        assert_eq!(said, "", "{settings:?}");
        assert_eq!(summary["without_effect"], serde_json::json!({}));
        for setting in settings {
            let (key, _) = setting.split_once('=').expect("a value");
            let in_force = &summary["in_force"];
            let value = match key.split_once('.') {
                Some((section, name)) => &in_force[section][name],
                None => &in_force[key],
            };
            assert!(!value.is_null(), "{key} is missing in {in_force}");
        }
    }
    let (_, summary) = run(&[]);
    let in_force = &summary["in_force"];
    assert_eq!(in_force["sampler"]["rtol"], 1e-5, "also what nobody gave");
    assert_eq!(in_force["sampler"]["adaptive"], true);
    assert_eq!(in_force["time"]["end"], 1.0);
    assert!(in_force["view"].is_null() && in_force["sampler"]["steps"].is_null());
}

#[test]
fn scene_files_are_held_to_what_they_change() {
    let dir = TempDir::new().expect("a folder");
    let (file, out) = (dir.path().join("scene.toml"), dir.path().join("out"));
    let said = |arguments: &[&str]| {
        let all = [arguments, &["--scene", text(&file), "--out", text(&out)]].concat();
        let output = driftscope(&all);
        assert!(output.status.success(), "{}", in_words(&output.stderr));
        in_words(&output.stderr)
    };
    let scene = "[field]\nkind = \"exact\"\n[particles]\ncount = 5\n";
    std::fs::write(&file, format!("{scene}[sampler]\nsteps = 20\n[view]\ntrail = 0.3\n"))
        .expect("written");
    assert!(said(&["sample"]).contains("sampler.steps (The error sets"));
    assert!(!said(&["sample"]).contains("view"), "a scene is for the window as well");
    // What the summary repeats spells every setting out and was not given.
    let summary: serde_json::Value =
        serde_json::from_str(&read(out.join("summary.json"))).expect("JSON");
    let mut again: toml::Table = serde_json::from_value(summary["scene"].clone()).expect("a table");
    again["sampler"].as_table_mut().expect("a section").remove("steps");
    std::fs::write(&file, toml::to_string(&again).expect("TOML")).expect("written");
    assert_eq!(said(&["sample"]), "");
    // Starting points set the number of particles.
    let start = dir.path().join("start.csv");
    std::fs::write(&start, "x,y\n1,2\n").expect("written");
    let counted = ["sample", "--init", text(&start), "--set", "particles.count=7"];
    assert!(said(&counted).contains("particles.count (The rows of --init"));
}

#[test]
fn sweep_and_field_name_what_has_no_effect_on_them() {
    let dir = TempDir::new().expect("a folder");
    let (out, points) = (dir.path().join("out"), dir.path().join("p.csv"));
    std::fs::write(&points, "x,y,t\n0,0,0.5\n").expect("written");
    let said = |arguments: &[&str], settings: &[&str]| {
        let mut all = [arguments, &["--out", text(&out)]].concat();
        for setting in ["field.kind=exact"].iter().chain(settings) {
            all.extend(["--set", setting]);
        }
        let output = driftscope(&all);
        assert!(output.status.success(), "{}", in_words(&output.stderr));
        let said = in_words(&output.stderr);
        said.lines().filter(|line| line.contains("without effect")).collect::<String>()
    };
    let field = ["field", "--points", text(&points)];
    let found = said(&field, &["sampler.rtol=1e-3", "seed=4", "interpolant.kind=gvp"]);
    assert!(found.contains("seed, sampler.rtol (Nothing is solved"), "{found}");
    std::fs::remove_file(&out).expect("a file");
    let sweep = ["sweep", "--methods", "rk4", "--steps", "4", "--set", "particles.count=3"];
    let found = said(&sweep, &["sampler.steps=9", "sampler.norm=max", "sampler.grid=cosine"]);
    assert!(found.contains("sampler.steps (A sweep goes by"), "{found}");
    assert!(found.contains("sampler.norm (The steps are fixed"), "{found}");
    assert!(!found.contains("sampler.grid"), "{found}");
    let both = ["sweep", "--methods", "rk4,dopri5", "--steps", "4", "--rtol", "1e-2"];
    let found = said(&both, &["particles.count=3", "sampler.norm=max", "sampler.grid=cosine"]);
    assert_eq!(found, "", "each has an effect on one of the rows");
}

#[test]
fn a_row_of_a_sweep_is_judged_by_its_own_method() {
    let dir = TempDir::new().expect("a folder");
    let out = dir.path().join("out");
    let small = ["--set", "field.kind=exact", "--set", "particles.count=5", "--steps", "4"];
    let sweep = |arguments: &[&'static str]| {
        let mut all = vec!["sweep", "--out", text(&out)];
        all.extend(small.iter().chain(arguments));
        all.into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    let refused = |arguments: &[&'static str], words: &[&str]| {
        let all = sweep(arguments);
        refused(&all.iter().map(String::as_str).collect::<Vec<_>>(), words);
        assert!(!out.exists());
    };
    let runs = |arguments: &[&'static str]| {
        let all = sweep(arguments);
        let output = driftscope(&all.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(output.status.success(), "{arguments:?}: {}", in_words(&output.stderr));
        std::fs::remove_dir_all(&out).expect("written");
    };
    // Noise that grows with the number of steps tends to no SDE whose paths these could be held against.
    let endless = ["those of no SDE", "edm-heun"];
    refused(&["--set", "sampler.s_churn=2", "--methods", "edm-heun"], &endless);
    refused(&["--set", "sampler.s_churn=2", "--methods", "euler,edm-heun"], &endless);
    refused(
        &[
            "--set",
            "sampler.method=edm-heun",
            "--set",
            "sampler.s_churn=2",
            "--methods",
            "edm-heun",
        ],
        &endless,
    );
    runs(&["--set", "sampler.eta=1", "--methods", "ddim"]);
    runs(&["--set", "sampler.eta=1", "--methods", "euler,ddim"]);
    runs(&["--set", "sampler.method=ddim", "--set", "sampler.eta=1", "--methods", "euler"]);
    runs(&["--set", "sampler.eta=1", "--methods", "euler,edm-heun"]);
    runs(&["--set", "sampler.method=edm-heun", "--set", "sampler.s_churn=2", "--methods", "ddim"]);
    let adaptive = ["--set", "sampler.method=heun", "--set", "sampler.adaptive=true"];
    runs(&[&adaptive[..], &["--methods", "unipc-2"]].concat());
    runs(&[&adaptive[..], &["--methods", "euler,rk4", "--rtol", "1e-2"]].concat());
}

#[test]
fn numbers_of_particles_that_no_scene_has_are_refused_by_bench() {
    for count in ["0", "100001"] {
        refused(&["bench", "--particles", count], &["--particles", count, "1 to 100000"]);
    }
}
