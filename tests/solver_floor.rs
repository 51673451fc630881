//! The floor that all solves stand on: positions within steps, limits on the length of steps, and
//! grids whose times can be told apart.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::{Field, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Component, Mixture};
use driftscope_flow::field::{ClassicField, ExactField};
use driftscope_solve::by_hand::AdaptiveByHand;
use driftscope_solve::fixed::FixedProblem;
use driftscope_solve::{
    Attempt, ControllerKind, End, ErrorWeights, Keep, MethodRef, MinStepPolicy, OdeSettings,
    StepControl, Stop, Tolerances, Track, grid, per_particle, whole_batch,
};
use driftscope_study::measure::fitted_order;
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks, RunOptions, run};
use serde_json::Value;

fn named(name: &str) -> MethodRef {
    MethodRef::named(name).expect("in the table")
}

fn classic(system: &str) -> ClassicField {
    ClassicField::named(system, None).expect("in the table")
}

fn both(rtol: f64) -> Tolerances {
    Tolerances { atol: rtol, rtol }
}

/// Something to solve, with its path for the samplers that ask for one.
struct Problem {
    field: Box<dyn Field<f64>>,
    path: Interpolant,
    start: [f64; 2],
    span: (f64, f64),
}

/// A smooth problem for `method`: Lotka–Volterra, or a noising process away from its ends.
fn problem(method: MethodRef) -> Problem {
    if !method.needs_noising_process() {
        return Problem {
            field: Box::new(classic("lotka-volterra")),
            path: Interpolant::Linear,
            start: [2.0, 1.5],
            span: (0.0, 2.0),
        };
    }
    let two = [[1.0, 0.4], [-0.8, -0.6]].map(|mean| Component::isotropic(mean, 0.6));
    let two = Mixture::new(two.to_vec()).expect("a mixture");
    Problem {
        field: Box::new(ExactField::new(Arc::new(two), Interpolant::Linear)),
        path: Interpolant::Linear,
        start: [0.4, -1.1],
        span: (0.1, 0.9),
    }
}

impl Problem {
    /// Where it is at `t`, by steps that end there.
    fn at(&self, t: f64) -> [f64; 2] {
        let settings = OdeSettings {
            max_attempts: 100_000,
            ..OdeSettings::new(named("dop853"), both(1e-14), (self.span.0, t))
        };
        let keyframes = [self.span.0, t];
        per_particle::solve(&*self.field, &settings, &keyframes, &self.start, 0, &Cancel::default())
            .expect("not cancelled")
            .ends[0]
    }

    fn error(&self, t: f64, [x, y]: [f64; 2]) -> f64 {
        let truth = self.at(t);
        (x - truth[0]).hypot(y - truth[1])
    }

    /// The solve in fixed steps over `grid`, kept in double precision at `keyframes`.
    fn fixed(&self, method: MethodRef, grid: &[f64], keyframes: &[f64]) -> Vec<[f64; 2]> {
        let settings =
            OdeSettings { path: self.path, ..OdeSettings::new(method, both(1e-6), self.span) };
        let solve = FixedProblem { field: &*self.field, settings: &settings, grid, keyframes };
        let keep = Keep { logged: 0, precise: true, attempts: usize::MAX };
        let solved = solve.solve(&self.start, None, keep, false, &Cancel::default());
        solved.expect("not cancelled").track.precise.expect("kept")
    }
}

/// The order of a method's dense output: the error within one step is of one order more.
fn dense_order(method: MethodRef) -> u32 {
    match method.name {
        // Cubic Hermite.
        "rk4" | "rk4-38" => 3,
        // Shampine 1986; Tsitouras 2011.
        "dopri5" | "tsit5" => 4,
        // Hairer, Nørsett & Wanner II.6.
        "dop853" => 7,
        // Their first step is another method's; the table's global test is theirs.
        _ if method.rule.looks_back() => 1,
        _ => method.order,
    }
}

/// Places within a step, as shares of it.
const WITHIN: [f64; 3] = [0.25, 0.5, 0.8];

#[test]
fn within_one_step_positions_have_the_order_of_the_dense_output() {
    let mut wrong = Vec::new();
    for method in MethodRef::of_odes() {
        let problem = problem(method);
        let sizes: Vec<f64> = match dense_order(method) {
            7 => (0..5).map(|k| 0.3 * 0.8_f64.powi(k)).collect(),
            4 => (0..5).map(|k| 0.1 * 0.75_f64.powi(k)).collect(),
            _ => (0..6).map(|k| 0.02 * 0.7_f64.powi(k)).collect(),
        };
        let error = |h: f64, theta: f64| {
            let (start, end) = (problem.span.0, problem.span.0 + h);
            let middle = start + theta * h;
            let found = problem.fixed(method, &[start, end], &[start, middle, end]);
            problem.error(middle, found[1])
        };
        let largest =
            |&h: &f64| WITHIN.map(|theta| error(h, theta)).into_iter().fold(0.0, f64::max);
        let errors: Vec<f64> = sizes.iter().map(largest).collect();
        let wanted = f64::from(dense_order(method) + 1);
        let found = fitted_order(&sizes, &errors);
        println!("{:>17}: {found:.2} of {wanted} ({errors:?})", method.name);
        if found < wanted - 0.25 {
            wrong.push(format!("{}: {found:.2} of {wanted}", method.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Numbers of steps in the asymptotic range and clear of rounding.
fn step_counts(order: u32) -> Vec<usize> {
    let (first, factor) = match order {
        1 => (200.0, 2.0),
        2 => (100.0, 1.8),
        3 => (60.0, 1.6),
        4 => (50.0, 1.5),
        5 => (50.0, 1.25),
        _ => (10.0, 1.2_f64),
    };
    (0..5).map(|k| (first * factor.powi(k)).round() as usize).collect()
}

#[test]
fn keyframes_within_steps_have_the_order_of_the_method() {
    let mut wrong = Vec::new();
    for method in MethodRef::of_odes() {
        let problem = problem(method);
        let (start, end) = problem.span;
        let mut sizes = Vec::new();
        let mut errors = Vec::new();
        for steps in step_counts(method.order) {
            let grid = grid::uniform(start, end, steps);
            let inside = |k: usize| WITHIN.map(|theta| grid[k] + theta * (grid[k + 1] - grid[k]));
            let mut keyframes = vec![start];
            keyframes.extend([steps / 2, steps - 1].into_iter().flat_map(inside));
            keyframes.push(end);
            let found = problem.fixed(method, &grid, &keyframes);
            let all = keyframes.iter().zip(found).map(|(&t, found)| problem.error(t, found));
            errors.push(all.fold(0.0, f64::max));
            sizes.push(1.0 / steps as f64);
        }
        let found = fitted_order(&sizes, &errors);
        println!("{:>17}: {found:.2} of {} ({errors:?})", method.name, method.order);
        if found < f64::from(method.order) - 0.2 {
            wrong.push(format!("{}: {found:.2} of {}", method.name, method.order));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An adaptive solve of `problem` in either scope.
fn adaptive(
    problem: &Problem,
    settings: &OdeSettings,
    keyframes: &[f64],
    whole: bool,
) -> (Track, Vec<Attempt>) {
    let (field, cancel) = (&*problem.field, Cancel::default());
    let keep = Keep { logged: 1, precise: true, attempts: usize::MAX };
    if whole {
        let tiles = [problem.start.to_vec()];
        let mut solved = whole_batch::solve(field, settings, keyframes, &tiles, keep, &cancel)
            .expect("not cancelled");
        return (solved.tracks.remove(0), solved.log);
    }
    let mut track = per_particle::solve(field, settings, keyframes, &problem.start, keep, &cancel)
        .expect("not cancelled");
    let log = track.logs.remove(0);
    (track, log)
}

fn adaptive_methods() -> impl Iterator<Item = MethodRef> {
    MethodRef::of_odes().filter(|method| method.get().can_adapt())
}

/// Steps of one length, by limits, under the step-size control: inner keyframes and the end, landed
/// on or overshot, have the order of the method, whether or not keyframes ask for dense output.
#[test]
fn adaptive_solves_have_the_order_of_the_method_within_steps_and_at_an_end_overshot() {
    let mut wrong = Vec::new();
    for method in adaptive_methods() {
        let problem = problem(method);
        let (start, end) = problem.span;
        for (way, whole) in [
            (End::Clamp, false),
            (End::Clamp, true),
            (End::Overshoot, false),
            (End::Overshoot, true),
        ] {
            let (mut sizes, mut inner, mut last) = (Vec::new(), Vec::new(), Vec::new());
            for steps in step_counts(method.order) {
                let h = (end - start) / (steps as f64 - 0.4);
                let settings = OdeSettings {
                    end: way,
                    first_step: Some(h),
                    max_step: h,
                    ..OdeSettings::new(method, both(1e3), problem.span)
                };
                let keyframes = [start, start + (steps / 2) as f64 * h + 0.3 * h, end];
                let (track, log) = adaptive(&problem, &settings, &keyframes, whole);
                assert_eq!(log.len(), steps, "{}", method.name);
                let kept = track.precise.expect("kept");
                inner.push(problem.error(keyframes[1], kept[1]));
                last.push(problem.error(end, track.ends[0]).max(problem.error(end, kept[2])));
                let without = adaptive(&problem, &settings, &keyframes[..1], whole).0;
                assert_eq!(without.ends, track.ends, "{} {way:?} {whole}", method.name);
                sizes.push(h);
            }
            for (what, errors) in [("inside", &inner), ("end", &last)] {
                // A step cut to land on the end is no question of dense output.
                if (what, way) == ("end", End::Clamp) {
                    continue;
                }
                let found = fitted_order(&sizes, errors);
                println!("{:>8} {way:?} whole {whole} {what}: {found:.2}", method.name);
                if found < f64::from(method.order) - 0.25 {
                    wrong.push(format!("{} {way:?} {whole} {what}: {found:.2}", method.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the issue saw: one step of 0.2 on the decay, seen in its middle.
#[test]
fn bosh3_is_right_in_the_middle_of_a_step() {
    let problem = Problem {
        field: Box::new(classic("decay")),
        path: Interpolant::Linear,
        start: [1.0, 0.0],
        span: (0.0, 0.2),
    };
    let found = problem.fixed(named("bosh3"), &[0.0, 0.2], &[0.0, 0.1, 0.2])[1][0];
    assert!((found - (-0.1_f64).exp()).abs() < 5e-5, "{found}");
}

#[test]
fn torchdiffeqs_quartic_serves_where_all_is_torchdiffeqs_and_nowhere_else() {
    let whole = OdeSettings {
        error_weights: ErrorWeights::Torchdiffeq,
        end: End::Overshoot,
        // Equal steps, the last of which goes beyond the end by a third of its length.
        first_step: Some(0.15),
        max_step: 0.15,
        ..OdeSettings::new(named("bosh3"), both(1e3), (0.0, 1.0))
    };
    assert!(whole.repeats_torchdiffeq());
    let problem = Problem {
        field: Box::new(classic("decay")),
        path: Interpolant::Linear,
        start: [1.0, 0.0],
        span: (0.0, 1.0),
    };
    let error = |settings: &OdeSettings| {
        problem.error(1.0, adaptive(&problem, settings, &[0.0, 1.0], false).0.ends[0])
    };
    let theirs = error(&whole);
    let scipy = StepControl::usual(ControllerKind::IScipy);
    for other in [
        OdeSettings { error_weights: ErrorWeights::Classical, ..whole },
        OdeSettings { control: scipy, ..whole },
        OdeSettings { end: End::Clamp, ..whole },
    ] {
        assert!(!other.repeats_torchdiffeq());
        let ours = error(&other);
        println!("torchdiffeq {theirs:.1e}, else {ours:.1e}");
        assert!(ours < 0.1 * theirs, "{ours:e} {theirs:e}");
    }
}

fn records(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/reference/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("reference values");
    serde_json::from_str(&text).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().filter_map(Value::as_f64).collect()
}

/// Repeats every record of `file` in settings that `adjust` makes another program's: counts, and
/// positions at times within steps.
fn repeat(file: &str, wanted: usize, adjust: impl Fn(OdeSettings) -> OdeSettings) {
    let records = records(file);
    let mut worst = 0.0_f64;
    for record in &records {
        let method = match record["method"].as_str().expect("a method") {
            "RK23" => "bosh3",
            "RK45" => "dopri5",
            "DOP853" => "dop853",
            other => other,
        };
        let (system, start) = match record["problem"].as_str().expect("a problem") {
            "stiffcos" => ("stiff-cosine", [0.0, 0.0]),
            other => (other, [1.0, 0.0]),
        };
        let times = numbers(&record["t"]);
        let span = (times[0], times[times.len() - 1]);
        let field = Box::new(classic(system));
        let problem = Problem { field, path: Interpolant::Linear, start, span };
        let number = |key: &str| record[key].as_f64();
        let settings = adjust(OdeSettings {
            min_step: number("min_step").unwrap_or(0.0),
            max_step: number("max_step").unwrap_or(f64::INFINITY),
            ..OdeSettings::new(named(method), both(number("rtol").expect("rtol")), span)
        });
        let (track, _) = adaptive(&problem, &settings, &times, false);
        let what = format!(
            "{method} {system} {} {} {}",
            record["rtol"], record["min_step"], record["max_step"]
        );
        let counts = track.counts[0];
        let found = [counts.nfe, counts.accepted, counts.rejected].map(u64::from);
        for (found, key) in found.into_iter().zip(["nfe", "accepted", "rejected"]) {
            let wanted = record[key].as_u64().unwrap_or(found);
            assert_eq!(found, wanted, "{what}: {key}");
        }
        let kept = track.precise.expect("kept");
        for (found, wanted) in kept.iter().zip(record["y"].as_array().expect("positions")) {
            for (found, wanted) in found.iter().zip(numbers(wanted)) {
                worst = worst.max((found - wanted).abs());
                assert!((found - wanted).abs() < 1e-9, "{what}: {found} {wanted}");
            }
        }
    }
    assert_eq!(records.len(), wanted);
    println!("{file}: {wanted} runs, positions within {worst:.1e}");
}

/// `solve_ivp` at times within its steps, some with its `max_step`.
#[test]
fn scipys_positions_within_steps_and_its_greatest_steps_are_repeated() {
    repeat("dense_scipy", 26, |settings| OdeSettings {
        control: StepControl::usual(ControllerKind::IScipy),
        ..settings
    });
}

/// `odeint` at times within its steps, with its `min_step` and `max_step`; bosh3 with its quartic.
#[test]
fn torchdiffeqs_positions_within_steps_and_its_limits_are_repeated() {
    repeat("limits_torchdiffeq", 24, |settings| OdeSettings {
        control: StepControl::usual(ControllerKind::ITorchdiffeq),
        error_weights: ErrorWeights::Torchdiffeq,
        end: End::Overshoot,
        min_step_policy: MinStepPolicy::Accept,
        ..settings
    });
}

// Limits on the length of steps.

fn decay(span: (f64, f64)) -> Problem {
    Problem {
        field: Box::new(classic("decay")),
        path: Interpolant::Linear,
        start: [1.0, 0.0],
        span,
    }
}

fn stiff() -> Problem {
    Problem {
        field: Box::new(ClassicField::named("stiff-linear", Some(1000.0)).expect("in the table")),
        path: Interpolant::Linear,
        start: [1.0, 1.0],
        span: (0.0, 2.0),
    }
}

/// The attempts made by hand, which are those of the solve.
fn by_hand(problem: &Problem, settings: &OdeSettings, log: &[Attempt]) {
    let mut steps = AdaptiveByHand::start(&*problem.field, settings, problem.start);
    let made: Vec<_> = std::iter::from_fn(|| steps.attempt()).collect();
    assert_eq!(made.len(), log.len());
    for (made, logged) in made.iter().zip(log) {
        assert_eq!((made.t, made.h, made.accepted), (logged.t, logged.h, logged.accepted));
    }
    for pair in made.windows(2) {
        let (next, rest) = (pair[0].h * pair[0].factor, settings.end_time - pair[1].t);
        let cut = if settings.end == End::Clamp { next.min(rest) } else { next };
        assert!((pair[1].h - cut).abs() <= 1e-12 * cut, "{pair:?}");
    }
}

fn in_both_scopes(problem: &Problem, settings: &OdeSettings, check: impl Fn(&Track, &[Attempt])) {
    for whole in [false, true] {
        let keyframes = [problem.span.0, problem.span.1];
        let (track, log) = adaptive(problem, settings, &keyframes, whole);
        check(&track, &log);
        if !whole {
            by_hand(problem, settings, &log);
        }
    }
}

#[test]
fn a_step_that_would_be_shorter_than_the_least_is_made_that_long() {
    let problem = decay((0.0, 5.0));
    for kind in ControllerKind::ALL {
        for (first_step, min_step) in
            [(Some(1e-3), 0.02), (Some(0.5), 0.05), (None, 0.05), (Some(1e-300), 0.01)]
        {
            let settings = OdeSettings {
                control: StepControl::usual(kind),
                first_step,
                min_step,
                ..OdeSettings::new(named("dopri5"), both(1e-4), problem.span)
            };
            in_both_scopes(&problem, &settings, |track, log| {
                assert!(track.stops.is_empty(), "{kind:?} {first_step:?}: {:?}", track.stops);
                let (last, others) = log.split_last().expect("steps");
                assert!(others.iter().all(|step| step.h >= min_step), "{kind:?} {log:?}");
                assert!(last.accepted && (last.t + last.h - 5.0).abs() < 1e-12);
                assert!(problem.error(5.0, track.ends[0]) < 1e-3);
            });
        }
    }
}

#[test]
fn a_first_step_too_short_to_move_t_is_made_longer() {
    let problem = decay((3.0, 5.0));
    let settings = OdeSettings {
        first_step: Some(1e-30),
        ..OdeSettings::new(named("dopri5"), both(1e-6), problem.span)
    };
    in_both_scopes(&problem, &settings, |track, log| {
        assert!(track.stops.is_empty(), "{:?}", track.stops);
        assert!(log.iter().all(|step| step.t + step.h > step.t));
    });
}

#[test]
fn only_a_rejection_at_the_least_step_stops_a_solve() {
    let problem = stiff();
    for kind in ControllerKind::ALL {
        let settings = OdeSettings {
            control: StepControl::usual(kind),
            first_step: Some(0.5),
            min_step: 0.05,
            ..OdeSettings::new(named("dopri5"), both(1e-6), problem.span)
        };
        in_both_scopes(&problem, &settings, |track, log| {
            let (_, stop) = track.stops[0];
            assert!(matches!(stop, Stop::StepUnderflow { h, .. } if h < 0.05), "{stop:?}");
            // It was tried at the least step, once, after longer ones.
            let (last, others) = log.split_last().expect("attempts");
            assert!(!last.accepted && (last.h - 0.05).abs() < 1e-15, "{kind:?} {log:?}");
            assert!(others.iter().all(|step| step.h > 0.05 || step.accepted));
        });
    }
}

#[test]
fn a_least_step_may_be_kept_whatever_its_error() {
    let problem = stiff();
    for kind in ControllerKind::ALL {
        for end in [End::Clamp, End::Overshoot] {
            let settings = OdeSettings {
                control: StepControl::usual(kind),
                min_step: 2e-3,
                min_step_policy: MinStepPolicy::Accept,
                end,
                ..OdeSettings::new(named("bosh3"), both(1e-9), problem.span)
            };
            in_both_scopes(&problem, &settings, |track, log| {
                assert!(track.stops.is_empty(), "{kind:?}: {:?}", track.stops);
                let too_large = log.iter().filter(|step| step.error_ratio > 1.0 && step.accepted);
                assert!(too_large.count() > 0, "{kind:?}");
                // Longer ones are judged as ever.
                let longer = log.iter().filter(|step| step.h > 2e-3);
                for step in longer {
                    assert_eq!(step.accepted, step.error_ratio <= 1.0, "{step:?}");
                }
                let (_, others) = log.split_last().expect("steps");
                assert!(others.iter().all(|step| step.h >= 2e-3));
            });
        }
    }
}

#[test]
fn what_is_not_finite_is_never_kept() {
    /// Undefined from t = 0.5 on.
    struct Ends;
    impl Field<f64> for Ends {
        fn velocity(&self, times: Times<'_>, points: &[f64], velocities: &mut [f64]) {
            let count = points.len() / 2;
            for (j, velocity) in velocities.iter_mut().enumerate() {
                *velocity = if times.at(j % count) > 0.5 { f64::NAN } else { 1.0 };
            }
        }
    }
    let problem = Problem {
        field: Box::new(Ends),
        path: Interpolant::Linear,
        start: [0.0, 0.0],
        span: (0.0, 1.0),
    };
    let settings = OdeSettings {
        min_step: 0.01,
        min_step_policy: MinStepPolicy::Accept,
        ..OdeSettings::new(named("dopri5"), both(1e-6), problem.span)
    };
    in_both_scopes(&problem, &settings, |track, _| {
        assert!(matches!(track.stops[0].1, Stop::NotFinite { t } if t > 0.4 && t <= 0.5));
        assert!(track.ends[0].iter().all(|x| x.is_finite()));
    });
}

#[test]
fn no_step_is_longer_than_the_greatest() {
    let problem = decay((0.0, 5.0));
    for kind in ControllerKind::ALL {
        for end in [End::Clamp, End::Overshoot] {
            for first_step in [None, Some(3.0)] {
                let settings = OdeSettings {
                    control: StepControl::usual(kind),
                    first_step,
                    max_step: 0.3,
                    end,
                    ..OdeSettings::new(named("tsit5"), both(1e-3), problem.span)
                };
                in_both_scopes(&problem, &settings, |track, log| {
                    assert!(track.stops.is_empty());
                    assert!(log.iter().all(|step| step.h <= 0.3), "{kind:?} {log:?}");
                    assert!(log.iter().any(|step| step.h > 0.29), "{kind:?} {log:?}");
                });
            }
        }
    }
}

// Scenes and the command line.

fn scene(settings: &[&str]) -> Result<Scene, String> {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Scene::with_settings(None, &settings).map_err(|error| error.to_string())
}

/// Runs and expects refusal: exit code 2, one line that has all of `words`, nothing written.
fn refused(settings: &[&str], words: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let output = sample(&out, settings);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{settings:?}: {message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    for word in words {
        assert!(message.contains(word), "{settings:?}: `{word}` is missing in: {message}");
    }
    assert!(!out.exists());
}

fn sample(out: &Path, settings: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_driftscope"));
    command.arg("sample").arg("--out").arg(out);
    for setting in settings {
        command.args(["--set", setting]);
    }
    command.output().expect("the program starts")
}

#[test]
fn the_limits_are_keys_of_a_scene() {
    let decay = ["field.kind=classic", "field.system=decay", "particles.count=3"];
    let limits = [
        "sampler.first_step=1e-3",
        "sampler.min_step=0.02",
        "sampler.max_step=0.25",
        "sampler.min_step_policy=accept",
        "sampler.rtol=1e-9",
        "sampler.atol=1e-9",
    ];
    for scope in ["sampler.scope=per-particle", "sampler.scope=whole-batch"] {
        let folder = tempfile::tempdir().expect("a folder");
        let output = sample(folder.path(), &[&decay[..], &limits, &[scope]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let steps = std::fs::read_to_string(folder.path().join("steps.csv")).expect("steps");
        let rows: Vec<Vec<&str>> =
            steps.lines().skip(1).map(|row| row.split(',').collect()).collect();
        for row in &rows {
            let [t, h] = [2, 3].map(|k| row[k].parse::<f64>().expect("a number"));
            assert!((0.02..=0.25).contains(&h) || (t + h - 5.0).abs() < 1e-9, "{row:?}");
            assert_eq!(row[5], "true", "{row:?}");
        }
    }
    for (setting, words) in [
        ("sampler.max_step=0", "sampler.max_step = 0 is not allowed"),
        ("sampler.max_step=-1", "sampler.max_step = -1 is not allowed"),
        ("sampler.max_step=0.01", "at least min_step, 0.02"),
        ("sampler.max_step=inf", "left out for no limit"),
        ("sampler.min_step_policy=go-on", "`stop`"),
    ] {
        refused(&[&decay[..], &["sampler.min_step=0.02", setting]].concat(), &[words]);
    }
}

/// Grids on which times coincide, each with the key that is to blame.
#[test]
fn grids_whose_times_coincide_are_refused_by_the_key_to_blame() {
    let exact = ["field.kind=exact", "data.name=eight-gaussians", "particles.count=2"];
    let harmonic = ["field.kind=classic", "field.system=harmonic", "particles.count=2"];
    for (base, settings, key) in [
        // So many steps, or an interval so short.
        (
            &exact,
            &["time.start=0.5", "time.end=0.5000000001", "sampler.steps=1000"][..],
            "sampler.steps = 1000",
        ),
        (&exact, &["time.start=0.5", "time.end=0.5000000000000004"], "time.start = 0.5"),
        (&exact, &["time.start=0.9999999999999999"], "time.start = 0.9999999999999999"),
        (
            &harmonic,
            &["time.start=9999", "time.end=9999.00001", "sampler.steps=100000"],
            "sampler.steps = 100000",
        ),
        (
            &harmonic,
            &["time.start=9999", "time.end=9999.00001", "sampler.step_size=1e-9"],
            "sampler.step_size = 0.000000001",
        ),
        // Lists.
        (&exact, &["sampler.times=[0, 0.5, 0.5, 1]"], "sampler.times"),
        (&exact, &["sampler.times=[0, 0.5, 0.5000000000000001, 1]"], "sampler.times"),
        (&exact, &["sampler.times=[0.5, 0.5000000000000001]"], "sampler.times"),
        // Spacings.
        (
            &harmonic,
            &["sampler.grid=cosine", "time.start=999", "time.end=1000", "sampler.steps=100000"],
            "sampler.grid = cosine",
        ),
        (
            &harmonic,
            &[
                "sampler.grid=shifted",
                "sampler.shift=100",
                "time.start=999.999",
                "time.end=1000",
                "sampler.steps=100000",
            ],
            "sampler.shift = 100",
        ),
        (
            &exact,
            &[
                "sampler.grid=karras",
                "time.start=0.998003992",
                "time.end=1",
                "sampler.steps=10000",
                "sampler.rho=100",
            ],
            "sampler.grid = karras",
        ),
        (
            &exact,
            &[
                "sampler.grid=log-snr",
                "time.start=0.998003992",
                "time.end=1",
                "sampler.steps=10000",
            ],
            "sampler.grid = log-snr",
        ),
        // Noisy steps, and the one after them.
        (
            &exact,
            &["diffusion.form=sigma", "sampler.times=[0.1, 0.2, 0.20000000000000004]"],
            "sampler.times",
        ),
        (
            &exact,
            &["direction=noise", "time.end=1e-14", "sampler.steps=1000"],
            "sampler.steps = 1000",
        ),
        (
            &exact,
            &["diffusion.form=sigma", "diffusion.last_step_size=1e-17"],
            "diffusion.last_step_size",
        ),
    ] {
        for method in ["euler", "trapezoid", "ab2"] {
            let method = format!("sampler.method={method}");
            let all = [&base[..], settings, &[&method]].concat();
            let message = scene(&all).expect_err(&format!("{all:?}"));
            assert!(message.contains(key), "{all:?}: {message}");
            assert!(message.contains("is not allowed"), "{message}");
        }
    }
    refused(
        &[
            "field.kind=exact",
            "sampler.method=ab2",
            "sampler.times=[0, 0.5, 0.5000000000000001, 1]",
        ],
        &["sampler.times", "times further apart", "1e-12 of t"],
    );
}

/// The densest grids that are allowed can be solved by every method.
#[test]
fn grids_that_can_be_told_apart_are_solved_by_every_method() {
    let close = "sampler.times=[0.1, 0.5, 0.500000000001, 0.9]";
    let wide = "sampler.times=[0.1, 0.5, 0.9]";
    for method in MethodRef::of_odes() {
        for precision in ["f64", "f32"] {
            let ends = |times: &str| {
                let method = format!("sampler.method={}", method.name);
                let precision = format!("sampler.precision={precision}");
                let all = [
                    "field.kind=exact",
                    "data.name=single-gaussian",
                    "particles.count=4",
                    "sampler.adaptive=false",
                    times,
                    &method,
                    &precision,
                ];
                let scene = Arc::new(scene(&all).expect("a scene"));
                let options = RunOptions::for_window(4);
                let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
                let recording =
                    run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
                assert!(recording.stopped().is_none(), "{method} {precision}");
                recording.ends().collect::<Vec<[f64; 2]>>()
            };
            let (close, wide) = (ends(close), ends(wide));
            for (close, wide) in close.iter().zip(&wide) {
                let distance = (close[0] - wide[0]).hypot(close[1] - wide[1]);
                println!("{} {precision}: {distance:.1e}", method.name);
                assert!(distance.is_finite());
            }
        }
    }
}

#[test]
fn keyframes_whose_times_coincide_are_all_placed() {
    let problem = decay((0.0, 1.0));
    let keyframes = [0.0, 0.0, 0.5, 0.5, 1.0, 1.0_f64];
    let check = |kept: &[[f64; 2]]| {
        for (&t, found) in keyframes.iter().zip(kept) {
            assert!((found[0] - (-t).exp()).abs() < 1e-3, "{t}: {found:?}");
        }
    };
    check(&problem.fixed(named("rk4"), &grid::uniform(0.0, 1.0, 8), &keyframes));
    for whole in [false, true] {
        let settings = OdeSettings::new(named("dopri5"), both(1e-6), problem.span);
        check(&adaptive(&problem, &settings, &keyframes, whole).0.precise.expect("kept"));
    }
}
