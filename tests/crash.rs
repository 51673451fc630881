//! A window that comes to harm: what it showed and what went wrong are there at the next start.

#[path = "shared/wait.rs"]
mod wait;

use std::path::{Path, PathBuf};

use driftscope::app::remembered::{Remembered, report_into};
use driftscope::app::{Driftscope, Launch};
use driftscope_study::scene::Scene;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use self::wait::wait;

fn open(folder: &Path, scene: Scene) -> Harness<'static, Driftscope> {
    let remembered = Some(Remembered::read(folder));
    let launch = Launch { scene, remembered, ..Launch::default() };
    Harness::builder().build_eframe(move |cc| Driftscope::new(cc, launch))
}

fn reports(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let name = |path: &PathBuf| {
        path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("crash-"))
    };
    entries.filter(name).collect()
}

#[test]
fn a_window_that_panics_leaves_its_scene_and_a_report() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("driftscope");
    report_into(folder.clone());
    let settings = ["sampler.rtol=3e-4", "particles.count=50"].map(str::to_owned);
    let scene = Scene::with_settings(None, &settings).expect("a scene");

    let (inside, shown) = (folder.clone(), scene.clone());
    let window = std::thread::spawn(move || {
        let mut harness = open(&inside, shown);
        let kept = inside.join("last/scene.toml");
        wait(&mut harness, "the session to be kept", |_| kept.exists());
        panic!("this went wrong on purpose");
    });
    assert!(window.join().is_err());

    let found = reports(&folder);
    let [report] = &found[..] else { panic!("one report: {found:?}") };
    let text = std::fs::read_to_string(report).expect("text");
    for words in ["this went wrong on purpose", "tests/crash.rs", "rtol = 0.0003", "Driftscope 0."]
    {
        assert!(text.contains(words), "{words} is not in:\n{text}");
    }

    // The next start says so, and has the scene again when it is asked for.
    let mut harness = open(&folder, Scene::default());
    harness.run_steps(3);
    let name = report.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(harness.query_by_label_contains(&name).is_some(), "the report is not named");
    harness.get_by_label("Restore the session").click();
    harness.run_steps(3);
    assert_eq!(**harness.state().state().scene(), scene);
    drop(harness);

    // It is asked once, and a program that ends by itself is not asked about.
    let harness = open(&folder, Scene::default());
    assert!(harness.query_by_label("Restore the session").is_none());
    drop(harness);
    assert_eq!(reports(&folder), found);

    the_report_is_named_where_something_else_is_shown_as_well();
}

/// No test of its own: a process has one scene that a report would tell, that of its last window.
fn the_report_is_named_where_something_else_is_shown_as_well() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    std::fs::write(folder.join("running-1-0"), "").expect("written");
    std::fs::write(folder.join("crash-1.txt"), "on purpose").expect("written");
    let remembered = Some(Remembered::read(folder).for_something_else());
    let launch = Launch { remembered, ..Launch::default() };
    let mut harness = Harness::builder().build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(3);
    assert!(harness.query_by_label("Restore the session").is_none());
    let said = harness.state().said();
    assert!(said.contains("crash-1.txt"), "the report is not named: {said:?}");
}
