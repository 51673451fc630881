//! The advice which setting to use, beside a sweep over every setting of every method.

#[path = "shared/wait.rs"]
mod wait;

use std::process::Command;
use std::sync::Arc;

use driftscope::app::{Driftscope, Launch};
use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_solve::measure::CloudDistance;
use driftscope_study::lab::{
    Advice, Goal, Setting, SweepPoint, advise, advised_settings, sweep_ode, sweep_point,
    sweep_reference, sweep_scene,
};
use driftscope_study::scene::Scene;
use driftscope_study::session::Mode;
use driftscope_study::{Experiment, Networks};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::wait::wait;

/// Particles of every solve.
const PARTICLES: usize = 24;

/// Ten scenes, each with what is to be reached.
const SCENES: [(&[&str], Goal); 10] = [
    (&["data.name=eight-gaussians"], Goal::Global(1e-2)),
    (&["data.name=two-moons", "interpolant.kind=vp"], Goal::Global(1e-3)),
    (&["data.name=checkerboard", "interpolant.kind=gvp"], Goal::Global(3e-2)),
    (&["data.name=single-gaussian"], Goal::Global(1e-6)),
    (&["data.name=rings", "sampler.grid=log-snr"], Goal::Global(1e-3)),
    (&["data.name=swiss-roll", "sampler.grid=karras"], Goal::Global(1e-2)),
    (&["data.name=pinwheel", "sampler.scope=whole-batch"], Goal::Global(1e-4)),
    (&["data.name=grid", "time.end=0.9"], Goal::Global(1e-5)),
    (&["field.kind=classic", "field.system=van-der-pol"], Goal::Global(1e-3)),
    (&["data.name=eight-gaussians", "interpolant.kind=vp"], Goal::Distance(1.5)),
];

fn experiment(settings: &[&str]) -> Experiment {
    let exact = ["field.kind=exact"].iter().chain(settings).map(|&setting| setting.to_owned());
    let scene = Scene::with_settings(None, &exact.collect::<Vec<_>>()).expect("a scene");
    sweep_ode(&scene, &Networks::default()).expect("an ODE")
}

/// The error of a point in the units of a goal, and what is allowed.
fn judged(point: &SweepPoint, goal: Goal) -> (f64, f64) {
    match goal {
        Goal::Global(allowed) => (point.global_error, allowed),
        Goal::Distance(allowed) => {
            let found = point.sliced_w2.expect("it was measured");
            (if point.stopped == 0 { found.value / found.floor } else { f64::NAN }, allowed)
        }
    }
}

/// Every setting of every method that goes with the scene: the cheapest that reaches the goal, of those as cheap
/// the most accurate, and the evaluations of the field that all took.
fn swept(experiment: &Experiment, goal: Goal) -> (Option<(MethodRef, Setting, f64)>, f64) {
    let never = Cancel::default();
    let reference = sweep_reference(experiment, PARTICLES, &never).expect("runs");
    let distances: &[CloudDistance] = match goal {
        Goal::Global(_) => &[],
        Goal::Distance(_) => &[CloudDistance::SlicedW2],
    };
    let (mut best, mut evaluations) = (None::<(MethodRef, Setting, f64, f64)>, 0.0);
    for method in MethodRef::of_odes() {
        for setting in advised_settings(&experiment.scene, method) {
            if sweep_scene(&experiment.scene, method, setting).is_err() {
                continue;
            }
            let what = (method, setting);
            let point = sweep_point(experiment, what, &reference, distances, &never).expect("runs");
            evaluations += point.nfe * PARTICLES as f64;
            let (error, allowed) = judged(&point, goal);
            let better = best.is_none_or(|(.., nfe, least)| (point.nfe, error) < (nfe, least));
            if error <= allowed && better {
                best = Some((method, setting, point.nfe, error));
            }
        }
    }
    (best.map(|(method, setting, nfe, _)| (method, setting, nfe)), evaluations)
}

fn advised(experiment: &Experiment, goal: Goal) -> Advice {
    let methods: Vec<MethodRef> = MethodRef::of_odes().collect();
    advise(experiment, &methods, (goal, PARTICLES), &Cancel::default(), |_, _| {}).expect("goes")
}

#[test]
fn advice_is_what_a_sweep_over_everything_finds_for_a_fifth_of_its_evaluations() {
    for (settings, goal) in SCENES {
        let experiment = experiment(settings);
        let advice = advised(&experiment, goal);
        let found = advice.best().map(|best| (best.method, best.setting, best.nfe));
        let (wanted, evaluations) = swept(&experiment, goal);
        let share = advice.evaluations / evaluations;
        println!("{settings:?} {goal:?}: {found:?}, {share:.4} of {evaluations:.3e} evaluations");
        assert!(found.is_some(), "{settings:?} {goal:?}: a goal that can be reached");
        assert_eq!(found, wanted, "{settings:?} {goal:?}");
        assert!(share <= 0.2, "{settings:?} {goal:?}: {share}");
    }
}

#[test]
fn runners_up_are_other_methods_and_the_pareto_line_falls() {
    let advice = advised(&experiment(&["data.name=eight-gaussians"]), Goal::Global(1e-2));
    let best = advice.best().expect("it can be reached");
    let others = advice.runners_up();
    assert_eq!(others.len(), 4);
    let mut methods: Vec<MethodRef> = others.iter().map(|tried| tried.method).collect();
    methods.push(best.method);
    methods.sort_by_key(|method| method.index());
    methods.dedup();
    assert_eq!(methods.len(), 5, "all are different");
    assert!(others.iter().all(|tried| tried.nfe >= best.nfe && tried.error <= 1e-2));
    let line = advice.pareto();
    let falls = |pair: &[&driftscope_study::lab::Tried]| {
        pair[0].nfe < pair[1].nfe && pair[0].error > pair[1].error
    };
    assert!(line.len() > 2 && line.windows(2).all(falls), "{line:?}");
}

#[test]
fn what_no_solver_reaches_is_said() {
    // A network that was trained on other data is far from these, however well it is followed.
    let settings = ["data.name=rings", "field.model=bundled:two-moons"].map(str::to_owned);
    let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
    let learned = sweep_ode(&scene, &Networks::default()).expect("an ODE");
    let euler = [MethodRef::named("euler").expect("in the table")];
    let never = Cancel::default();
    let refused = advise(&learned, &euler, (Goal::Distance(1.5), 200), &never, |_, _| {});
    let why = refused.expect_err("the model is far off").to_string();
    assert!(why.contains("error of the model"), "{why}");
    let exact = experiment(&["data.name=eight-gaussians"]);
    let goal = (Goal::Global(1e-9), PARTICLES);
    let advice = advise(&exact, &euler, goal, &never, |_, _| {}).expect("goes");
    assert!(advice.best().is_none(), "512 steps of Euler are not so fine");
    assert!(advice.tried.iter().all(|tried| tried.particles < PARTICLES), "a part rules them out");
}

fn driftscope(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_driftscope")).args(arguments).output();
    let output = output.expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_prints_an_answer_that_holds() {
    let scene = ["--set", "field.kind=exact", "--set", "data.name=eight-gaussians"];
    let ask = |more: &[&str]| driftscope(&[&["advise"], &scene[..], more].concat());
    let (fine, text, _) = ask(&["--target", "1e-3", "--json"]);
    assert!(fine);
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(answer["best"]["error"].as_f64().expect("a number") <= 1e-3, "{text}");
    let settings = answer["settings"].as_array().expect("a list");
    let all: Vec<String> = ["field.kind=exact", "data.name=eight-gaussians"]
        .map(str::to_owned)
        .into_iter()
        .chain(settings.iter().map(|setting| setting.as_str().expect("words").to_owned()))
        .collect();
    let advised = Scene::with_settings(None, &all).expect("settings of a scene");
    assert_eq!(advised.sampler.method().name, answer["best"]["method"]);
    let (fine, text, _) = ask(&["--target", "1e-2"]);
    assert!(fine && text.contains("| best |") && text.contains("--set sampler."), "{text}");
    let (fine, script, _) = ask(&["--target", "1e-2", "--for", "scipy"]);
    assert!(fine && script.contains("import"), "{script}");
    for (more, words) in [
        (&["--target", "0"][..], "1e-12"),
        (&["--distance", "0.5"], "1 to 1000"),
        (&[], "--target"),
        (&["--target", "1e-3", "--set", "diffusion.form=sigma"], "noise"),
    ] {
        let (fine, _, said) = ask(more);
        assert!(!fine && said.contains(words), "{more:?}: {said}");
    }
}

/// The page of advice in the window.
fn page(settings: &[&str]) -> Harness<'static, Driftscope> {
    let usual = ["field.kind=exact", "particles.count=50", "data.name=eight-gaussians"];
    let all = usual.iter().chain(settings).map(|&setting| setting.to_owned());
    let scene = Scene::with_settings(None, &all.collect::<Vec<_>>()).expect("a scene");
    let page = Some("advice".to_owned());
    let launch = Launch { scene, mode: Some(Mode::Errors), page, ..Launch::default() };
    Harness::builder()
        .with_size([1280.0, 800.0])
        .wgpu()
        .build_eframe(move |cc| Driftscope::new(cc, launch))
}

#[test]
fn advice_is_put_into_the_scene() {
    let mut harness = page(&["sampler.method=euler", "sampler.steps=6"]);
    wait(&mut harness, "advice", |harness| {
        harness.query_all_by_label("Use").next().is_some()
            && harness.query_all_by_label("Stop").next().is_none()
    });
    harness.get_all_by_label("Use").next().expect("the best").click();
    harness.run_steps(3);
    let sampler = &harness.state().state().scene().sampler;
    assert_ne!(sampler.method().name, "euler", "six steps of Euler do not reach 1e-3");
}

#[test]
fn optimised_times_are_put_into_the_scene() {
    let mut harness = page(&["sampler.method=heun", "sampler.steps=5"]);
    wait(&mut harness, "times", |harness| {
        let button = harness.query_by_label("Use these times");
        button.is_some_and(|button| !button.accesskit_node().is_disabled())
            && harness.query_all_by_label("Stop").next().is_none()
    });
    harness.get_by_label("Use these times").click();
    harness.run_steps(3);
    let scene = harness.state().state().scene();
    let times = scene.listed_times().expect("a list");
    assert_eq!(times.len(), 6);
    assert_eq!(scene.sampler.method().name, "heun");
}
