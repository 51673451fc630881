//! What a learned field is guided by, where particles come from, and which times are learned from: set in
//! the window as a person would, and refused where it cannot be.

#[path = "shared/dialog.rs"]
mod dialog;
#[path = "shared/slider.rs"]
mod slider;
#[path = "shared/wait.rs"]
mod wait;

use std::path::{Path, PathBuf};

use driftscope::app::{Driftscope, Launch};
use driftscope_flow::network::TimeDensity;
use driftscope_study::TrainingState;
use driftscope_study::scene::{ModelName, Scene};
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, Pos2, Rect, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::dialog::answer;
use self::slider::set;
use self::wait::wait;

/// Tall enough for every control.
const SIZE: [f32; 2] = [1280.0, 2400.0];

type Window = Harness<'static, Driftscope>;

fn window(settings: &[&str]) -> Window {
    let common = ["particles.count=64", "sampler.rtol=1e-2"];
    let settings: Vec<String> =
        common.iter().chain(settings).map(|&setting| setting.to_owned()).collect();
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    let launch = Launch { scene, own_dialogs: true, ..Launch::default() };
    let mut harness =
        Harness::builder().with_size(SIZE).build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(2);
    harness
}

fn scene(harness: &Harness<'_, Driftscope>) -> Scene {
    (**harness.state().state().scene()).clone()
}

fn click(harness: &mut Window, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

/// Opens the menu of this name.
fn open(harness: &mut Window, menu: &str) {
    let found =
        harness.get_all_by_label(menu).rfind(|node| node.accesskit_node().role() == Role::ComboBox);
    found.expect("a menu").click();
    harness.run_steps(4);
}

/// Chooses in the menu that is open, which lies above all.
fn take(harness: &mut Window, entry: &str) {
    harness.get_all_by_label(entry).last().expect("an entry").click();
    harness.run_steps(4);
}

fn choose(harness: &mut Window, menu: &str, entry: &str) {
    open(harness, menu);
    take(harness, entry);
}

/// Whether the last thing of this name, which is that of a menu if one is open, cannot be used.
fn is_disabled(harness: &Window, label: &str) -> bool {
    let last = harness.get_all_by_label(label).last();
    last.expect("it is there").accesskit_node().is_disabled()
}

/// Points at the last thing of this name until its tooltip is there, which says `words`.
fn says(harness: &mut Window, label: &str, words: &str) {
    let place = harness.get_all_by_label(label).last().expect("it is there").rect().center();
    harness.hover_at(place);
    wait(harness, words, |harness| harness.query_all_by_label_contains(words).next().is_some());
}

/// Waits for the picture of the scene.
fn settle(harness: &mut Window) {
    wait(harness, "the picture", |harness| {
        let state = harness.state().state();
        harness.state().is_settled()
            && state.shown().is_some_and(|shown| {
                shown.recording.complete && shown.recording.scene.records_like(&state.pane().scene)
            })
    });
    harness.run_steps(2);
}

fn ends(harness: &Window) -> Vec<[f64; 2]> {
    harness.state().state().shown().expect("a picture").recording.ends().collect()
}

/// Presses, goes through these places and lets go.
fn drag(harness: &mut Window, way: &[Pos2]) {
    harness.hover_at(way[0]);
    harness.step();
    harness.drag_at(way[0]);
    harness.step();
    for &at in &way[1..] {
        harness.hover_at(at);
        harness.step();
    }
    harness.drop_at(way[way.len() - 1]);
    harness.run_steps(2);
}

/// The field of the chart, without the words below it.
fn chart(harness: &Window) -> Rect {
    let all = harness.get_by_label("Density of times").rect();
    Rect::from_min_size(all.min, eframe::egui::vec2(all.width(), 96.0))
}

/// A place of the chart: t, and a height from 0 to 1.
fn place(harness: &Window, t: f32, height: f32) -> Pos2 {
    let field = chart(harness);
    pos2(field.left() + t * field.width(), field.bottom() - height * field.height())
}

fn spoken(harness: &Window) -> String {
    let chart = harness.get_by_label("Density of times");
    chart.accesskit_node().value().unwrap_or_default()
}

#[test]
fn a_density_of_times_is_drawn_by_hand() {
    let mut harness = window(&[
        "field.kind=exact",
        "training.hidden=16",
        "training.batch=64",
        "training.steps=60",
    ]);
    click(&mut harness, "Train");
    click(&mut harness, "Which times");
    harness.check_accessibility();
    assert_eq!(spoken(&harness), "Uniform: all times alike");
    let stroke = |harness: &Window| [place(harness, 0.2, 0.9), place(harness, 0.6, 0.1)];
    let before = scene(&harness);
    let way = stroke(&harness);
    drag(&mut harness, &way);
    assert_eq!(scene(&harness), before, "only a drawn density is drawn");
    assert!(is_disabled(&harness, "Flatten"));
    says(&mut harness, "Density of times", "Choose Drawn to draw it by hand");

    // What is drawn begins with what was shown.
    choose(&mut harness, "Times", "Logit-normal");
    set(&mut harness, "Mean of logit t", 1.0);
    assert_eq!(spoken(&harness), "Logit-normal: most around t = 0.850");
    choose(&mut harness, "Times", "Drawn");
    let begun = scene(&harness).training;
    assert_eq!(begun.times, TimeDensity::Drawn);
    assert_eq!(begun.times_density.len(), 50);
    assert_eq!(spoken(&harness), "Drawn: most around t = 0.850");
    assert!(harness.query_by_label("Mean of logit t").is_none());

    // One fast movement from left to right.
    let way = stroke(&harness);
    drag(&mut harness, &way);
    let drawn = scene(&harness).training.times_density;
    assert_eq!(drawn[..10], begun.times_density[..10], "left of it nothing changed");
    assert_eq!(drawn[31..], begun.times_density[31..]);
    let between = &drawn[10..=30];
    assert!(between.is_sorted_by(|a, b| a > b), "no gaps: {between:?}");
    assert!((between[0] - 0.9).abs() < 0.02 && (between[20] - 0.1).abs() < 0.02, "{between:?}");
    assert!((between[10] - 0.5).abs() < 0.02, "{between:?}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_ne!(scene(&harness).training.times_density, drawn, "it is taken back");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run_steps(2);
    assert_eq!(scene(&harness).training.times_density, drawn);

    click(&mut harness, "Flatten");
    assert_eq!(spoken(&harness), "Drawn: all times alike");
    drag(&mut harness, &way);
    let drawn = scene(&harness).training.times_density;

    // It stands still while it is learned from.
    click(&mut harness, "Start");
    wait(&mut harness, "the end of the training", |harness| {
        let status = harness.state().state().training();
        status.is_some_and(|status| status.state == TrainingState::Finished)
    });
    let way = [place(&harness, 0.1, 0.2), place(&harness, 0.9, 0.3)];
    drag(&mut harness, &way);
    assert_eq!(scene(&harness).training.times_density, drawn);
    assert!(is_disabled(&harness, "Flatten") && is_disabled(&harness, "Times"));
}

#[test]
fn weights_on_the_way_are_the_bad_model() {
    let mut harness = window(&[
        "field.kind=exact",
        "training.hidden=16",
        "training.depth=2",
        "training.batch=64",
        "training.steps=80",
    ]);
    click(&mut harness, "Class, guidance, source");
    assert!(is_disabled(&harness, "Bad model"), "an exact field is pushed away from nothing");
    click(&mut harness, "Train");
    click(&mut harness, "Start");
    wait(&mut harness, "the end of the training", |harness| {
        let state = harness.state().state();
        let status = state.training();
        let network = status.and_then(|status| status.network);
        let followed = state.scene().field.model.clone();
        status.is_some_and(|status| status.state == TrainingState::Finished)
            && network.is_some_and(|network| followed == Some(ModelName::Trained(network)))
    });
    settle(&mut harness);
    let free = ends(&harness);
    open(&mut harness, "Bad model");
    let kept = harness.state().state().training().expect("a training").snapshots.clone();
    let offered: Vec<String> = harness
        .get_all_by_label_contains("After ")
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    assert_eq!(offered.len(), 10.min(kept.len()), "{offered:?}");
    assert_eq!(offered[0], format!("After {} steps", kept[0].step));
    take(&mut harness, &offered[1].clone());
    let bad = scene(&harness).guidance.bad.expect("a bad model");
    let named = kept.iter().find(|kept| bad == ModelName::Trained(kept.network));
    let named = named.expect("one of the snapshots");
    assert_eq!(offered[1], format!("After {} steps", named.step));
    set(&mut harness, "Scale", 2.5);
    settle(&mut harness);
    assert_ne!(ends(&harness), free, "the field is pushed");
    choose(&mut harness, "Bad model", "None");
    settle(&mut harness);
    assert_eq!(ends(&harness), free);
    // It goes with its training.
    choose(&mut harness, "Bad model", &offered[0].clone());
    assert!(scene(&harness).guidance.bad.is_some());
    click(&mut harness, "Reset");
    assert_eq!(scene(&harness).guidance.bad, None);
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn a_bad_model_comes_with_the_program_or_from_a_file() {
    let mut harness = window(&["data.name=two-moons"]);
    settle(&mut harness);
    let free = ends(&harness);
    click(&mut harness, "Class, guidance, source");
    open(&mut harness, "Bad model");
    assert!(is_disabled(&harness, "Bundled (two-moons)"), "it is the one that is followed");
    take(&mut harness, "Bundled (Shortcut)");
    let bundled = ModelName::Bundled("two-moons-shortcut".into());
    assert_eq!(scene(&harness).guidance.bad, Some(bundled));
    set(&mut harness, "Scale", 2.0);
    settle(&mut harness);
    let pushed = ends(&harness);
    assert_ne!(pushed, free);

    let other = file("assets/models/s-curve.safetensors");
    choose(&mut harness, "Bad model", "From a file…");
    answer(&mut harness, "Open bad model", &other, None);
    wait(&mut harness, "the file", |harness| {
        scene(harness).guidance.bad == Some(ModelName::File(other.clone()))
    });
    assert_eq!(scene(&harness).field.model, None, "what is followed stays");
    settle(&mut harness);
    assert_ne!(ends(&harness), pushed);
    // What is no model is refused, and nothing changes.
    choose(&mut harness, "Bad model", "From a file…");
    answer(&mut harness, "Open bad model", &file("assets/scenes/noise-to-data.toml"), None);
    let before = scene(&harness);
    wait(&mut harness, "the refusal", |harness| !harness.state().said().is_empty());
    assert_eq!(scene(&harness), before);
}

#[test]
fn points_of_ones_own_are_the_source() {
    let mut harness = window(&["field.kind=exact", "data.mixture=[{mean=[2,0],std=0.3}]"]);
    click(&mut harness, "Class, guidance, source");
    let folder = tempfile::tempdir().expect("a folder");
    let points = folder.path().join("few.csv");
    std::fs::write(&points, "x,y\n-1,0\n1,0\n0,1\n").expect("written");
    choose(&mut harness, "Source", "Use own points…");
    answer(&mut harness, "Open source", &points, None);
    wait(&mut harness, "the source", |harness| scene(harness).source.is_some());
    let source = scene(&harness).source.expect("a source");
    assert_eq!(source.points.as_ref().and_then(|own| own.file()), Some(&*points));
    assert_eq!(scene(&harness).data.mixture.map(|blobs| blobs.len()), Some(1), "data stay");
    harness.run_steps(2);
    let menu = |harness: &Window| {
        let menu = harness.get_all_by_label("Source").last().expect("a menu");
        menu.accesskit_node().value()
    };
    assert_eq!(menu(&harness).as_deref(), Some("Own points"));
    set(&mut harness, "Source kernel", 0.05);
    let kernel = scene(&harness).source.expect("a source").kernel;
    assert!(kernel.is_some_and(|kernel| (kernel - 0.05).abs() < 1e-9), "{kernel:?}");
    settle(&mut harness);
    let starts = harness.state().state().recording().expect("a picture").clone();
    let first = starts.keyframes(0).expect("there")[0];
    let near = [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
        .map(|at: [f32; 2]| (first[0] - at[0]).hypot(first[1] - at[1]));
    assert!(near.iter().any(|distance| *distance < 0.3), "{first:?} is near no point");
    // The data of one's own are another, and leave it again.
    choose(&mut harness, "Source", "Own mixture, as the data");
    let scene_now = scene(&harness);
    assert_eq!(scene_now.source.and_then(|source| source.mixture), scene_now.data.mixture);
    assert!(harness.query_by_label("Source kernel").is_none());
    choose(&mut harness, "Source", "Eight Gaussians");
    assert_eq!(menu(&harness).as_deref(), Some("Eight Gaussians"));
    open(&mut harness, "Source");
    // What particles start from is called so, too, and follows from the source.
    let normal =
        harness.get_all_by_label("N(0, I)").find(|node| !node.accesskit_node().is_disabled());
    normal.expect("an entry").click();
    harness.run_steps(4);
    assert_eq!(scene(&harness).source, None);
}

#[test]
fn what_takes_a_score_is_refused_beforehand_where_there_is_none() {
    let ddim = "sampler.method=ddim";
    let source = ["field.kind=exact", "source.name=eight-gaussians", ddim];
    let paired = ["field.model=bundled:two-moons-optimal", "data.name=two-moons", ddim];
    let reasons = ["With a source of its own there is no score", "noise and data were paired"];
    for (settings, reason) in [&source[..], &paired].into_iter().zip(reasons) {
        let mut harness = window(settings);
        settle(&mut harness);
        assert!(is_disabled(&harness, "Score field"), "{reason}");
        assert!(!is_disabled(&harness, "Velocity field"), "{reason}");
        let before = scene(&harness);
        open(&mut harness, "Form");
        for (form, refused) in [("None (ODE)", false), ("Linear", true), ("SBDM", true)] {
            assert_eq!(is_disabled(&harness, form), refused, "{form}: {reason}");
        }
        says(&mut harness, "SBDM", reason);
        take(&mut harness, "SBDM");
        assert_eq!(scene(&harness), before, "nothing was chosen");
        // DDIM follows the ODE; its noise is refused, and stays at none.
        assert_eq!(before.sampler.method().get().name, "ddim");
        assert!(is_disabled(&harness, "η"), "{reason}");
        says(&mut harness, "η value", reason);
    }
}

#[test]
fn an_interval_of_guidance_is_typed() {
    let common =
        ["field.kind=exact", "data.name=two-moons", "guidance.label=1", "guidance.scale=3"];
    let mut harness = window(&common);
    let mut ask = |text: &str| {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
        harness.run_steps(3);
        harness.event(Event::Text(text.to_owned()));
        harness.run_steps(3);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        let interval = scene(&harness).guidance.interval;
        let is_open = harness.query_by_label("Name or setting").is_some();
        if is_open {
            harness.key_press(Key::Escape);
            harness.run_steps(3);
        }
        (interval.map(|t| (100.0 * t).round()), is_open)
    };
    assert_eq!(ask("guidance interval 0.2 0.8"), ([20.0, 80.0], false));
    assert_eq!(ask("guidance.interval [0.25, 0.75]"), ([25.0, 75.0], false));
    assert_eq!(ask("guided from, to = 0.3, 90%"), ([30.0, 90.0], false));
    assert_eq!(ask("guidance interval 0.8 0.2"), ([30.0, 90.0], true), "it is refused");
    assert_eq!(ask("guidance interval 0.5"), ([30.0, 90.0], true));
}
