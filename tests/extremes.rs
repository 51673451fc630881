//! The ends of every parameter's range, two parameters at a time: each scene is refused in one sentence, or its
//! particles end somewhere, or it says why they stopped. And under a limit on memory the program says so and ends.
//!
//! `DRIFTSCOPE_EXTREMES=all cargo test --release --workspace --test extremes -- --nocapture` tries every pair on
//! every base instead of a sample.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use driftscope_base::cancel::Cancel;
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::{Kind, Numeric, Range, Settings, written};
use driftscope_study::{Experiment, Networks, RunError, RunOptions, run};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Pairs of a sample.
const SAMPLE: usize = 2_000;
/// A run that takes longer is broken off: most steps of most particles take hours.
const LONGEST: Duration = Duration::from_millis(250);

/// What the pairs are tried on: each draws on settings that have no effect on the others.
const BASES: &[&[&str]] = &[
    &["data.name=two-moons"],
    &["data.name=two-moons", "sampler.scope=whole-batch"],
    &["data.name=eight-gaussians", "sampler.method=heun", "sampler.grid=karras"],
    &["data.name=two-moons", "sampler.method=trapezoid"],
    &["data.name=two-moons", "sampler.method=er-sde", "interpolant.kind=vp"],
    &["data.name=two-moons", "sampler.method=sa-solver", "sampler.tau=1"],
    &["data.name=two-moons", "sampler.method=dpmpp-3m", "sampler.eta_sde=1"],
    &["data.name=two-moons", "sampler.method=edm-heun", "sampler.s_churn=40"],
    &["data.name=two-moons", "diffusion.form=sigma"],
    &["data.name=two-moons", "diffusion.form=constant", "diffusion.scheme=sra1"],
    &["data.name=two-moons", "direction=encode"],
    &["data.name=two-moons", "direction=noise"],
    &["data.name=two-moons", "guidance.label=0"],
    &["field.kind=classic"],
];
const EVERYWHERE: [&str; 2] = ["particles.count=3", "field.kind=exact"];

/// The ends of a range, or what lies just within them.
fn ends<T: Numeric>(range: &Range<T>, inner: [T; 2]) -> Vec<T> {
    let [least, greatest] = [range.least(), range.greatest()];
    let ends = [least.unwrap_or(inner[0]), greatest.unwrap_or(inner[1])];
    ends.into_iter().filter(|&end| range_has(range, end)).collect()
}

fn range_has<T: Numeric>(range: &Range<T>, value: T) -> bool {
    use std::ops::RangeBounds;
    (range.least, range.greatest).contains(&value)
}

/// Every number of a scene at both ends of its range, but those of trainings, which runs do not look at.
fn extremes() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for parameter in Scene::parameters() {
        if parameter.key.starts_with("training.") {
            continue;
        }
        match &parameter.kind {
            Kind::Real(number) => {
                let inner = [f64::MIN_POSITIVE, f64::MAX];
                let found = ends(&number.range, inner).into_iter();
                all.extend(found.map(|end| (parameter.key, written(end))));
            }
            Kind::Whole(number) => {
                let found = ends(&number.range, [1, 1 << 52]).into_iter();
                all.extend(found.map(|end| (parameter.key, end.to_string())));
            }
            _ => {}
        }
    }
    all
}

/// What became of a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Refused,
    Arrived,
    Stopped,
    TooLong,
}

fn tried(settings: &[String]) -> Result<Fate, String> {
    let scene = match Scene::with_settings(None, settings) {
        Ok(scene) => scene,
        Err(error) => return one_sentence(&error.to_string()),
    };
    let experiment = match Experiment::new(&scene.into(), &Networks::default()) {
        Ok(experiment) => experiment,
        Err(error) => return one_sentence(&error.to_string()),
    };
    let cancel = Cancel::default();
    let options = RunOptions { keyframes: 2, logged: 0, doubled: 0, ..RunOptions::for_window(3) };
    let found = std::thread::scope(|scope| {
        let (done, watched) = mpsc::channel::<()>();
        let alarm = cancel.clone();
        scope.spawn(move || {
            if watched.recv_timeout(LONGEST) == Err(mpsc::RecvTimeoutError::Timeout) {
                alarm.raise();
            }
        });
        let found = run(&experiment, 1, &options, &cancel, |_| {});
        drop(done);
        found
    });
    match found {
        Err(RunError::Cancelled) => Ok(Fate::TooLong),
        Err(error) => one_sentence(&error.to_string()),
        Ok(recording) => {
            let lost = recording.ends().filter(|end| !end.iter().all(|x| x.is_finite())).count();
            let stopped = recording.stopped().map_or(0, |(count, _)| count);
            if lost > stopped {
                return Err(format!("{lost} particles are nowhere, {stopped} stopped"));
            }
            Ok(if stopped > 0 { Fate::Stopped } else { Fate::Arrived })
        }
    }
}

fn one_sentence(words: &str) -> Result<Fate, String> {
    let plain = !words.trim().is_empty() && !words.contains('\n');
    if plain { Ok(Fate::Refused) } else { Err(format!("refused with {words:?}")) }
}

#[test]
fn the_ends_of_two_ranges_give_places_or_words() {
    let all = std::env::var("DRIFTSCOPE_EXTREMES").is_ok_and(|value| value == "all");
    let extremes = extremes();
    let mut pairs = Vec::new();
    for (i, a) in extremes.iter().enumerate() {
        for b in extremes[i..].iter().filter(|b| b.0 != a.0 || b.1 == a.1) {
            pairs.extend(BASES.iter().map(|base| (base, a, b)));
        }
    }
    let number = pairs.len();
    pairs.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
    if !all {
        pairs.truncate(SAMPLE);
    }
    let fates: [AtomicUsize; 4] = std::array::from_fn(|_| AtomicUsize::new(0));
    let wrong = Mutex::new(BTreeSet::new());
    pairs.par_iter().for_each(|(base, a, b)| {
        let own = EVERYWHERE.iter().chain(base.iter()).map(|&setting| setting.to_owned());
        let ends = [a, b].map(|(key, value)| format!("{key}={value}"));
        let settings: Vec<String> = own.chain(ends).collect();
        let told = |words: String| {
            wrong.lock().expect("no panic").insert(format!("{}: {words}", settings.join(" ")));
        };
        match std::panic::catch_unwind(|| tried(&settings)) {
            Ok(Ok(fate)) => {
                fates[fate as usize].fetch_add(1, Ordering::Relaxed);
            }
            Ok(Err(words)) => told(words),
            Err(_) => told("it panicked".to_owned()),
        }
    });
    let [refused, arrived, stopped, long] = fates.map(AtomicUsize::into_inner);
    println!(
        "{} of {number} pairs of {} ends on {} bases: {arrived} arrived, {stopped} stopped with a reason, {refused} refused, {long} broken off",
        pairs.len(),
        extremes.len(),
        BASES.len(),
    );
    let wrong = wrong.into_inner().expect("no panic");
    let told: Vec<&String> = wrong.iter().collect();
    assert!(told.is_empty(), "{} scenes went wrong:\n{told:#?}", told.len());
    assert!(arrived > pairs.len() / 10, "hardly any was run: {arrived}");
}

/// What takes more memory than there is says so and ends; nothing else ends it.
#[cfg(target_os = "linux")]
#[test]
fn under_a_limit_on_memory_the_program_says_so() {
    use std::process::Command;

    let folder = tempfile::tempdir().expect("a folder");
    let mut refused = 0;
    for (n, settings) in [
        "particles.count=100000 sampler.steps=100000 sampler.method=euler",
        "particles.count=100000 sampler.method=rk4 sampler.steps=20000",
        "particles.count=100000 diffusion.form=sigma diffusion.scheme=sra1 sampler.steps=50000",
        "particles.count=20 sampler.method=euler sampler.steps=20",
        "particles.count=100000 sampler.scope=whole-batch sampler.method=dopri5 sampler.rtol=1e-2",
        "particles.count=100000 sampler.method=er-sde sampler.steps=4000",
    ]
    .into_iter()
    .enumerate()
    {
        for kibibytes in [300_000, 700_000, 1_500_000, 3_000_000] {
            let out = folder.path().join(format!("{n}-{kibibytes}"));
            let set: Vec<&str> = settings.split(' ').flat_map(|one| ["--set", one]).collect();
            let command = format!(
                "ulimit -v {kibibytes}; exec timeout 8 \"$0\" sample --set field.kind=exact \"$@\""
            );
            let output = Command::new("bash")
                .args(["-c", &command, env!("CARGO_BIN_EXE_driftscope")])
                .args(set)
                .arg("--out")
                .arg(&out)
                .output()
                .expect("bash starts");
            let said = String::from_utf8_lossy(&output.stderr);
            let code = output.status.code();
            // 124: it went on for as long as it was let.
            assert!(
                matches!(code, Some(0 | 2 | 124)),
                "{settings} with {kibibytes} kB: {code:?}, {said}"
            );
            let met = code == Some(2) && ["memory", "address"].iter().any(|of| said.contains(of));
            refused += usize::from(met);
        }
    }
    assert!(refused > 0, "no limit was ever met");
}
