//! Opening a scene never changes it, whatever it says; and what else comes to the window from
//! outside: a mixture of one's own to train on, a desktop without file dialogs.

#[path = "shared/dialog.rs"]
mod dialog;
#[path = "shared/wait.rs"]
mod wait;

use std::collections::BTreeSet;
use std::path::Path;

use driftscope::app::{Driftscope, Launch};
use driftscope_flow::network::foreign::Statements;
use driftscope_study::scene::parameters::{Kind, Number, Settings, written};
use driftscope_study::scene::{FieldKind, Pane, Scene, SceneError};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::dialog::answer;
use self::wait::wait;

/// Tall enough for every control with all groups unfolded.
const TALL: [f32; 2] = [1280.0, 2600.0];

/// Width of the controls, at least.
const CONTROLS: f32 = 240.0;

/// What every scene here has, unless it says otherwise.
const SMALL: [&str; 3] = ["field.kind=exact", "data.name=single-gaussian", "particles.count=1"];

/// A key, values that are worth opening beside the ends of its range and its choices (those beyond
/// what a slider spans, many digits), and what brings its control to light.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Of so many choices each is opened; of more, those that are named.
const FEW: usize = 9;

const MODEL: &str = "assets/models/single-gaussian.safetensors";
const ELSEWHERE: [&str; 2] =
    ["field.kind=learned", "field.model=tests/models/silu-velocity.safetensors"];
const CLASSIC: &str = "field.kind=classic";
const EULER: &str = "sampler.method=euler";
const EDM: [&str; 2] = ["sampler.method=edm-heun", "sampler.s_churn=40"];
const SDE: [&str; 1] = ["diffusion.form=sigma"];
const PID: &str = "sampler.controller=pid";
const SINKHORN: &str = "training.coupling=sinkhorn";
const LOGIT_NORMAL: &str = "training.times=logit-normal";

/// Every key of a scene but the panes, which have a test of their own.
const KEYS: [Row; 138] = [
    ("title", &["''", "A scene of one's own"], &[]),
    ("about", &["''", "What to watch"], &[]),
    ("seed", &["9007199254740993"], &[]),
    ("direction", &[], &[]),
    ("data.name", &["two-moons", "grid"], &[]),
    (
        "data.mixture",
        &["[{mean=[0,0],std=1e-3}]", "[{mean=[2,0],std=0.3},{mean=[-9,1],std=9,weight=0.01}]"],
        &[],
    ),
    ("data.points", &["[[0,0],[1,1],[-1,0.5]]", "tests/models/two-moons.csv"], &[]),
    ("data.kernel", &["0.0123456789"], &["data.points=[[0,0],[1,1],[2,-1]]"]),
    ("source.name", &["eight-gaussians", "rings"], &["field.kind=exact"]),
    (
        "source.mixture",
        &["[{mean=[0,0],std=0.5}]", "[{mean=[2,0],std=0.3},{mean=[-9,1],std=9,weight=0.01}]"],
        &["field.kind=exact"],
    ),
    ("source.points", &["[[0,0],[1,1],[-1,0.5]]", "[[0,0,1],[2,1,0]]"], &["field.kind=exact"]),
    (
        "source.kernel",
        &["0.0123456789"],
        &["source.points=[[0,0],[1,1],[2,-1]]", "field.kind=exact"],
    ),
    ("interpolant.kind", &[], &[]),
    ("field.kind", &[], &[]),
    ("field.model", &[MODEL], &["field.kind=learned"]),
    ("guidance.label", &["1"], &["data.name=two-moons"]),
    ("guidance.scale", &["2.3456"], &["data.name=two-moons", "guidance.label=1"]),
    (
        "guidance.interval",
        &["[0.125,0.75]", "[0.5,0.5]"],
        &["data.name=two-moons", "guidance.label=1", "guidance.scale=3"],
    ),
    ("guidance.bad", &[MODEL], &["field.kind=learned", "guidance.scale=2"]),
    ("field.reading.prediction", &[], &ELSEWHERE),
    ("field.reading.velocity_towards", &[], &ELSEWHERE),
    ("field.reading.interpolant", &[], &ELSEWHERE),
    ("field.reading.time", &[], &ELSEWHERE),
    ("field.reading.time_scale", &["12.3456789"], &ELSEWHERE),
    ("field.reading.scale", &["1.23456789"], &ELSEWHERE),
    ("field.reading.shift", &["[0.123456789,-2]", "[0,0]"], &ELSEWHERE),
    ("field.reading.sigma_data", &["0.123456789"], &ELSEWHERE),
    ("field.reading.sigma_min", &["0.123456789"], &ELSEWHERE),
    ("field.reading.sigma_max", &["12.3456789"], &ELSEWHERE),
    ("field.reading.activation", &[], &ELSEWHERE),
    ("field.reading.time_features", &[], &ELSEWHERE),
    ("field.reading.time_frequencies", &["[1,2.5,3]", "[1]"], &ELSEWHERE),
    ("field.reading.input_order", &[], &ELSEWHERE),
    ("field.system", &[], &[CLASSIC]),
    ("field.mu", &["1e-3"], &[CLASSIC, "field.system=van-der-pol"]),
    ("field.ratio", &["123456"], &[CLASSIC, "field.system=stiff-linear"]),
    ("field.lambda", &["12.3456"], &[CLASSIC, "field.system=stiff-cosine"]),
    ("sampler.method", &["euler", "ab4", "ddim", "edm-heun", "dop853", "implicit-euler"], &[]),
    ("sampler.tableau", &["tests/tableaus/ssprk3.toml", "tests/tableaus/cash-karp.toml"], &[]),
    ("sampler.adaptive", &[], &[]),
    ("sampler.steps", &["1001"], &[EULER]),
    ("sampler.step_size", &["1e-5", "0.0123456789", "0.3", "1"], &[EULER]),
    ("sampler.grid", &["cosine", "karras", "kl-optimal", "ays", "zero-snr"], &[EULER]),
    ("sampler.times", &["[0,1]", "[0.0,1e-9,0.5,1.0]"], &[EULER]),
    ("sampler.times_in", &[], &[EULER, "sampler.times=[0.9,0.5,0.123456789]"]),
    ("sampler.rho", &["7.123456", "99.5"], &[EULER, "sampler.grid=karras"]),
    ("sampler.shift", &["3.123456"], &[EULER, "sampler.grid=shifted"]),
    ("sampler.atol", &["1e-300", "1.23456e-7"], &[]),
    ("sampler.rtol", &["1e-300", "1.23456e-7"], &[]),
    ("sampler.scope", &[], &[]),
    ("sampler.end", &[], &[CLASSIC]),
    ("sampler.error_weights", &[], &[]),
    ("sampler.controller", &[], &[]),
    ("sampler.norm", &[], &[]),
    ("sampler.safety", &["0.123456"], &[]),
    ("sampler.min_factor", &["0.123456"], &[]),
    ("sampler.max_factor", &["123.456"], &[]),
    ("sampler.pcoeff", &["0.123456"], &["sampler.icoeff=10", "sampler.dcoeff=1", PID]),
    ("sampler.icoeff", &["0.123456"], &["sampler.pcoeff=10", "sampler.dcoeff=1", PID]),
    ("sampler.dcoeff", &["0.123456"], &["sampler.pcoeff=1", "sampler.icoeff=10", PID]),
    ("sampler.first_step", &["1e-300", "0.0123456", "1", "1e9"], &[]),
    ("sampler.min_step", &["1e-9", "1.5"], &[]),
    ("sampler.max_step", &["1e-9", "0.123456", "1e4", "1e9"], &[]),
    ("sampler.min_step_policy", &[], &["sampler.min_step=1e-3"]),
    ("sampler.max_attempts", &["12345"], &[]),
    ("sampler.eta", &["0.123456"], &["sampler.method=ddim"]),
    (
        "sampler.levels",
        &["[14.6146, 0.0292]", "[80.0, 0.002]"],
        &["sampler.grid=karras", "sampler.method=euler"],
    ),
    ("sampler.ays", &[], &["sampler.grid=ays", "sampler.method=euler"]),
    ("sampler.mu", &["0.654321"], &["sampler.grid=shifted", "sampler.method=euler"]),
    ("sampler.eta_sde", &["0.123456"], &["sampler.method=dpmpp-2m"]),
    ("sampler.tau", &["0.123456"], &["sampler.method=sa-solver"]),
    ("sampler.predictor", &["1", "4"], &["sampler.method=sa-solver"]),
    ("sampler.corrector", &["0", "5"], &["sampler.method=sa-solver"]),
    ("sampler.order", &["1", "2"], &["sampler.method=er-sde"]),
    ("sampler.solver_type", &[], &["sampler.method=dpmpp-3m"]),
    ("sampler.b", &[], &["sampler.method=unipc-3"]),
    ("sampler.final_order", &[], &["sampler.method=deis-3"]),
    ("sampler.kappa", &["2"], &["sampler.method=dpmpp-3m"]),
    ("sampler.variable", &[], &["sampler.method=lms-4"]),
    ("sampler.integral_points", &["0", "200"], &["sampler.method=er-sde"]),
    ("sampler.s_churn", &["81.5"], &[EDM[0]]),
    ("sampler.s_min", &["123.456"], &EDM),
    ("sampler.s_max", &["0", "123.456", "1e12"], &EDM),
    ("sampler.s_noise", &["0.5", "1.00345678"], &EDM),
    ("sampler.precision", &[], &[]),
    ("diffusion.form", &[], &[]),
    ("diffusion.norm", &["4.123456"], &SDE),
    ("diffusion.scheme", &[], &SDE),
    ("diffusion.last_step", &[], &SDE),
    ("diffusion.last_step_size", &["1e-9", "0.123456"], &SDE),
    ("time.start", &["0", "0.123456", "0.9"], &[]),
    ("time.end", &["0.1", "0.123456", "1"], &[]),
    ("particles.count", &["1001"], &[]),
    ("particles.start", &[], &["time.start=0.25"]),
    ("view.trail", &["0.123456"], &[]),
    ("view.colour", &[], &[]),
    ("view.layers", &["[]", "['particles','marginal']"], &[]),
    ("view.projection", &[], &[]),
    ("view.angle", &["22.5", "180.25"], &["view.projection=over-time"]),
    ("view.overlap", &[], &[]),
    ("view.point_size", &["1.23456"], &[]),
    ("view.line_width", &["1.23456"], &[]),
    ("view.speed", &["1.23456"], &[]),
    ("view.repeat", &[], &[]),
    ("view.clock", &[], &[]),
    ("view.keep_evaluations", &[], &[EULER]),
    ("training.objective", &[], &[]),
    ("training.prediction", &[], &[]),
    ("training.weighting", &[], &["training.prediction=noise"]),
    ("training.clip", &["12.3456"], &["training.prediction=noise", "training.weighting=velocity"]),
    ("training.coupling", &[], &[]),
    ("training.block", &["123"], &["training.coupling=optimal"]),
    ("training.epsilon", &["0.0123456"], &[SINKHORN]),
    ("training.iterations", &["123"], &[SINKHORN]),
    ("training.labels", &[], &["data.name=two-moons"]),
    ("training.drop_labels", &["0.123456"], &["data.name=two-moons", "training.labels=true"]),
    ("training.times", &[], &[]),
    ("training.times_mean", &["1.23456"], &[LOGIT_NORMAL]),
    ("training.times_std", &["1.23456"], &[LOGIT_NORMAL]),
    ("training.times_density", &["[1.0]", "[0.0, 2.5, 1e-3]"], &["training.times=drawn"]),
    ("training.same_time", &["0.123456"], &["training.objective=mean-flow"]),
    ("training.hidden", &["48"], &[]),
    ("training.depth", &["5"], &[]),
    ("training.activation", &[], &[]),
    ("training.time_features", &["18"], &[]),
    ("training.steps", &["12345"], &[]),
    ("training.rounds", &["2"], &[]),
    ("training.pairs", &["12345"], &["training.rounds=1"]),
    ("training.seconds", &["12.3456"], &[]),
    ("training.stop_after", &["1234"], &[]),
    ("training.batch", &["1001"], &[]),
    ("training.learning_rate", &["1e-300", "1.23456e-3"], &[]),
    ("training.warm_up", &["0.123456"], &[]),
    ("training.decay", &[], &[]),
    ("training.ema_decay", &["0.999123456"], &[]),
    ("training.seed", &["9007199254740993"], &[]),
    ("training.loss", &["squared"], &[]),
    ("training.gradient", &[], &[]),
];

/// The ends of a key's range and its choices, as the table of parameters has them, and whether each of
/// them is allowed whatever stands beside it.
fn of_the_table(key: &str) -> (Vec<String>, bool) {
    let parameter = Scene::parameter(key);
    let text = |number: f64| written(number);
    match &parameter.kind {
        Kind::Real(Number { range, alone, .. }) => {
            (range.least().into_iter().chain(range.greatest()).map(text).collect(), *alone)
        }
        Kind::Whole(Number { range, alone, .. }) => {
            let ends = range.least().into_iter().chain(range.greatest());
            (ends.map(|end| end.to_string()).collect(), *alone)
        }
        Kind::Switch(_) => (["true", "false"].map(str::to_owned).to_vec(), true),
        Kind::Choice(_) if parameter.choices().len() <= FEW => {
            let names = parameter.choices().into_iter().map(|choice| choice.name.to_owned());
            // A list of times has to be given with them, which suits some.
            (names.collect(), !["sampler.grid", "sampler.times_in"].contains(&key))
        }
        _ => (Vec::new(), true),
    }
}

fn settings(settings: &[String]) -> Result<Scene, SceneError> {
    let small = SMALL.iter().map(|&setting| setting.to_owned());
    let all: Vec<String> = small.chain(settings.iter().cloned()).collect();
    Scene::with_settings(None, &all)
}

fn scene(given: &[String]) -> Scene {
    settings(given).unwrap_or_else(|error| panic!("{given:?}: {error}"))
}

/// What a row opens.
fn scenes((key, more, companions): &Row) -> Vec<(String, Scene)> {
    let companions = companions.iter().map(|&setting| setting.to_owned());
    let companions: Vec<String> = companions.collect();
    let with = |value: &str| {
        let setting = format!("{key}={value}");
        let all = [companions.as_slice(), std::slice::from_ref(&setting)].concat();
        (format!("{setting} beside {companions:?}"), all)
    };
    let (ends, alone) = of_the_table(key);
    let ends = ends.iter().filter_map(|value| {
        let (what, all) = with(value);
        let found = settings(&all);
        assert!(!alone || found.is_ok(), "{what}: {found:?}");
        Some((what, found.ok()?))
    });
    let more = more.iter().map(|value| {
        let (what, all) = with(value);
        (what, scene(&all))
    });
    ends.chain(more).collect()
}

fn open(launch: Launch) -> Harness<'static, Driftscope> {
    Harness::builder().with_size(TALL).build_eframe(move |cc| Driftscope::new(cc, launch))
}

fn click(harness: &mut Harness<'_, Driftscope>, label: &str, frames: usize) {
    harness.get_by_label(label).click();
    harness.run_steps(frames);
}

/// Opens a scene, unfolds every group, and turns to every mode and page; what became of the scene.
fn visited(opened: &Scene) -> Vec<(&'static str, Scene)> {
    let mut harness = open(Launch { scene: opened.clone(), ..Launch::default() });
    let mut seen = Vec::new();
    let look = |harness: &Harness<'_, Driftscope>| (**harness.state().state().scene()).clone();
    harness.run_steps(2);
    for fold in ["Step control", "Scheme and last step"] {
        click(&mut harness, fold, 8);
    }
    for inside in ["Safety", "Scheme", "Angle", "Seed", "Points"] {
        assert!(harness.query_by_label(inside).is_some(), "{inside} is folded away");
    }
    // A field that is reached by Tab and left again was not edited.
    for _ in 0..60 {
        harness.key_press(Key::Tab);
        harness.run_steps(1);
    }
    seen.push(("as it opens", look(&harness)));
    // Of a network of this program nothing is asked.
    if opened.field.reading != Statements::default() {
        harness.get_by_label("How it is read…").click();
        harness.run_steps(2);
        seen.push(("how it is read", look(&harness)));
        click(&mut harness, "Close how it is read", 2);
    }
    for mode in ["Train", "Errors"] {
        click(&mut harness, mode, 2);
        seen.push((mode, look(&harness)));
    }
    for page in driftscope::app::lab::page_titles() {
        // Some of the controls are called like a page.
        let beside = |label: &egui_kittest::Node<'_>| label.rect().left() > CONTROLS;
        harness.get_all_by_label(page).find(beside).expect("its tab").click();
        harness.run_steps(1);
        seen.push((page, look(&harness)));
    }
    click(&mut harness, "Explore", 2);
    seen.push(("Explore", look(&harness)));
    seen
}

fn check(rows: &[&Row]) {
    for (what, opened) in rows.iter().flat_map(|row| scenes(row)) {
        for (place, now) in visited(&opened) {
            assert_eq!(now, opened, "{what}, {place}");
        }
    }
}

#[test]
fn opening_a_scene_leaves_it_as_it_is() {
    let rows: Vec<&Row> = KEYS.iter().collect();
    std::thread::scope(|scope| {
        for part in rows.chunks(rows.len().div_ceil(4)) {
            scope.spawn(move || check(part));
        }
    });
}

#[test]
fn every_key_is_opened() {
    let opened: BTreeSet<&str> = KEYS.iter().map(|(key, ..)| *key).collect();
    let known = Scene::parameters().iter().map(|parameter| parameter.key);
    let known: BTreeSet<&str> = known.filter(|key| *key != "panes").collect();
    assert_eq!(opened, known);
    for row in &KEYS {
        let values = scenes(row).len();
        // Of some there is only one that is worth it.
        let enough = if ["seed", "field.model", "guidance.bad", "training.loss"].contains(&row.0) {
            1
        } else {
            2
        };
        assert!(values >= enough, "{}: {values}", row.0);
    }
}

#[test]
fn opening_a_scene_with_panes_leaves_them_as_they_are() {
    for settings in [
        vec!["sampler.atol=0", "sampler.first_step=5", "sampler.min_step=1.5"],
        vec![EDM[0], EDM[1], "sampler.s_noise=0.5", "sampler.s_max=1e12"],
        vec!["diffusion.last_step=none", "diffusion.last_step_size=0.9", SDE[0]],
    ] {
        let odd = scene(&settings.iter().map(|&setting| setting.to_owned()).collect::<Vec<_>>());
        let mut opened = scene(&[]);
        opened.panes.push(Pane {
            sampler: Some(odd.sampler.clone()),
            diffusion: Some(odd.diffusion),
            ..Pane::default()
        });
        let mut harness = open(Launch { scene: opened.clone(), ..Launch::default() });
        harness.run_steps(2);
        for label in ["Step control", "Scheme and last step", "Select pane 2"] {
            click(&mut harness, label, 8);
        }
        assert_eq!(**harness.state().state().scene(), opened, "{settings:?}");
        assert_eq!(harness.state().state().selected(), 1);
    }
}

#[test]
fn a_number_that_nobody_could_draw_is_refused_and_not_edited() {
    let error = Scene::from_toml("[diffusion]\nlast_step = \"none\"\nlast_step_size = nan\n", "x");
    let error = error.expect_err("no number").to_string();
    assert!(error.contains("diffusion.last_step_size"), "{error}");
}

#[test]
fn a_mixture_of_ones_own_is_trained_on_and_shown() {
    let mixture = "data.mixture=[{mean=[2,0],std=0.3},{mean=[-2,1],std=0.4}]";
    let settings = [mixture, EULER, "sampler.steps=8", "particles.count=256"];
    let scene = scene(&settings.map(str::to_owned));
    let mut harness = open(Launch { scene: scene.clone(), ..Launch::default() });
    harness.run_steps(2);
    click(&mut harness, "Train", 2);
    harness.get_by_label("Training steps").set_value_accesskit(400.0);
    harness.get_by_label("Batch size").set_value_accesskit(64.0);
    harness.run_steps(2);
    click(&mut harness, "Start", 1);
    let shows = |kind: FieldKind| {
        move |harness: &Harness<'_, Driftscope>| {
            let state = harness.state().state();
            assert_eq!(state.failure(), None);
            state
                .recording()
                .is_some_and(|recording| recording.complete && recording.scene.field.kind == kind)
        }
    };
    wait(&mut harness, "the network's particles", shows(FieldKind::Learned));
    wait(&mut harness, "the training to end", |harness| {
        harness.query_by_label_contains("finished in").is_some()
    });
    // Its knobs still turn, and one may look at the exact field and come back.
    for entry in ["Exact", "Learned"] {
        click(&mut harness, "Field", 3);
        assert!(!harness.get_by_label(entry).accesskit_node().is_disabled(), "{entry}");
        click(&mut harness, entry, 3);
    }
    wait(&mut harness, "the network's particles", shows(FieldKind::Learned));
    click(&mut harness, "Method", 3);
    assert!(!harness.get_by_label("RK4").accesskit_node().is_disabled());
    click(&mut harness, "RK4", 3);
    wait(&mut harness, "RK4's particles", |harness| {
        let recording = harness.state().state().recording();
        recording.is_some_and(|recording| recording.scene.sampler.method().name == "rk4")
    });
    assert_eq!(harness.state().state().failure(), None);
    // Without its network it has its own velocity again.
    click(&mut harness, "Reset", 2);
    wait(&mut harness, "the exact field", shows(FieldKind::Exact));
    assert_eq!(harness.state().state().scene().data, scene.data);
    assert!(harness.state().state().scene().check().is_ok());
}

#[test]
fn without_the_desktops_dialogs_the_window_asks_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let [mine, other] = ["mine.toml", "other.toml"].map(|name| dir.path().join(name));
    let opened = scene(&["seed=5".to_owned()]);
    scene(&["seed=6".to_owned()]).save(&other).expect("writes");
    let launch = Launch { scene: opened.clone(), own_dialogs: true, ..Launch::default() };
    let mut harness = open(launch);
    harness.run_steps(2);

    // A name without its ending gets it.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    answer(&mut harness, "Save scene", &mine.with_extension(""), Some("Save"));
    wait(&mut harness, "the file", |_| mine.exists());
    assert_eq!(Scene::load(&mine).expect("a scene"), opened);
    assert!(harness.query_by_label("Save").is_none(), "the dialog is closed");

    // What is there already is replaced only if the person says so.
    std::fs::write(&mine, "kept").expect("writes");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    answer(&mut harness, "Save scene", &mine, Some("Save"));
    harness.get_by_label("mine.toml is there already.");
    click(&mut harness, "Choose another name", 3);
    assert_eq!(std::fs::read_to_string(&mine).expect("reads"), "kept");
    answer(&mut harness, "Save scene", &mine, Some("Save"));
    click(&mut harness, "Replace", 3);
    wait(&mut harness, "the file", |_| Scene::load(&mine).is_ok_and(|scene| scene == opened));

    // Its keys are not the window's.
    let playing = harness.state().state().playback().playing;
    harness.key_press_modifiers(Modifiers::COMMAND, Key::O);
    wait(&mut harness, "the dialog", |harness| {
        harness.query_by_label_contains("Open scene").is_some()
    });
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert_eq!(harness.state().state().playback().playing, playing);
    click(&mut harness, "Cancel", 3);
    assert!(harness.query_by_label("Cancel").is_none(), "the dialog is closed");
    assert_eq!(**harness.state().state().scene(), opened);

    harness.key_press_modifiers(Modifiers::COMMAND, Key::O);
    answer(&mut harness, "Open scene", &other, None);
    wait(&mut harness, "the scene", |harness| harness.state().state().scene().seed == 6);

    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join(MODEL);
    harness.get_by_label_contains("DOPRI5 · rtol").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Open model…").click();
    harness.run_steps(3);
    answer(&mut harness, "Open model", &model, None);
    wait(&mut harness, "the model", |harness| {
        harness.state().state().scene().field.model == Some(model.clone().into())
    });
}

/// A safetensors file without what it says of itself.
fn silenced(bytes: &[u8]) -> Vec<u8> {
    let (length, rest) = bytes.split_first_chunk::<8>().expect("a header");
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header: serde_json::Value = serde_json::from_slice(header).expect("valid");
    header.as_object_mut().expect("a table").remove("__metadata__").expect("it says something");
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

#[test]
fn what_a_network_does_not_say_of_itself_is_asked_beside_the_stage() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("silent.safetensors");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models");
    let bytes = std::fs::read(folder.join("silu-velocity.safetensors")).expect("there");
    std::fs::write(&file, silenced(&bytes)).expect("written");
    let settings = ["data.name=two-moons", "field.kind=learned", "particles.count=50"];
    let scene = scene(&settings.map(str::to_owned));
    let mut harness = open(Launch { scene, own_dialogs: true, ..Launch::default() });
    harness.run_steps(2);
    harness.get_by_label_contains("DOPRI5 · rtol").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Open model…").click();
    harness.run_steps(3);
    answer(&mut harness, "Open model", &file, None);
    // What most files mean is on the stage, and is checked.
    wait(&mut harness, "the question", |harness| {
        harness.query_by_label("How the network is read").is_some()
    });
    let reading = |harness: &Harness<'_, Driftscope>, key: &str| {
        harness.state().state().scene().field.reading.text(key).map(str::to_owned)
    };
    assert_eq!(reading(&harness, "prediction").as_deref(), Some("velocity"));
    wait(&mut harness, "the check", |harness| {
        harness.query_by_label_contains("no other convention fits better").is_some()
    });
    let solved = |key: &'static str, value: &'static str| {
        move |harness: &Harness<'_, Driftscope>| {
            let recording = harness.state().state().recording();
            recording.is_some_and(|recording| {
                let reading = &recording.scene.field.reading;
                recording.complete && reading.text(key) == Some(value)
            })
        }
    };
    wait(&mut harness, "the particles", solved("prediction", "velocity"));
    let words = harness.state().state().recording().and_then(|shown| shown.network.clone());
    let words = words.expect("it was trained elsewhere");
    assert!(words.about.contains("central differences"), "{words:?}");
    harness.get_by_label(&words.about);
    // A wrong choice is seen at once, and the check leads back.
    click(&mut harness, "Predicts", 3);
    click(&mut harness, "Noise x0", 3);
    wait(&mut harness, "the other particles", solved("prediction", "noise"));
    click(&mut harness, "Check against the data", 2);
    wait(&mut harness, "the other reading", |harness| {
        harness.query_by_label("Use prediction = velocity and velocity_towards = data").is_some()
    });
    click(&mut harness, "Use prediction = velocity and velocity_towards = data", 2);
    wait(&mut harness, "the right particles", solved("prediction", "velocity"));
    // It can be taken back, and put away.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_eq!(reading(&harness, "prediction").as_deref(), Some("noise"));
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(harness.query_by_label("How the network is read").is_none());
}
