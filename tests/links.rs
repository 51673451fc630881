//! A scene as one line: the command, `--scene`, and the window's clipboard.

use std::process::{Command, Output};

use driftscope::app::{Driftscope, Launch};
use driftscope_study::scene::Scene;
use eframe::egui::{Event, Key, Modifiers, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

fn driftscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driftscope")).args(arguments).output().expect("it starts")
}

fn printed(arguments: &[&str]) -> String {
    let output = driftscope(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn window() -> Harness<'static, Driftscope> {
    let settings = ["field.kind=exact", "data.name=single-gaussian", "particles.count=64"];
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    let launch = Launch { scene, ..Launch::default() };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        // The sign that a message of egui-notify has for an error is in none of the fonts.
        .allow_missing_glyphs()
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(3);
    harness
}

/// What the last frame copied.
fn copied(harness: &Harness<'_, Driftscope>) -> Option<String> {
    harness.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

fn paste(harness: &mut Harness<'_, Driftscope>, text: &str) {
    harness.event(Event::Paste(text.to_owned()));
    harness.run_steps(3);
}

#[test]
fn a_printed_line_is_taken_where_a_scene_is() {
    let settings = ["--set", "field.kind=exact", "--set", "sampler.rtol=1e-7", "--set", "seed=9"];
    let line = printed(&[&["link"], &settings[..]].concat());
    assert!(line.starts_with("driftscope:1:") && line.lines().count() == 1, "{line}");
    assert_eq!(printed(&["link", "--scene", &line]), line);
    let mailed = format!("  {}\n {}", &line[..30], &line[30..]);
    assert_eq!(printed(&["link", "--scene", &mailed]), line);
    let folder = tempfile::tempdir().expect("a folder");
    let points = folder.path().join("p.csv");
    std::fs::write(&points, "x,y,t\n0.1,0.2,0.5\n").expect("written");
    let points = points.to_str().expect("plain");
    let field = ["field", "--points", points, "--out", "-"];
    let by_link = printed(&[&field[..], &["--scene", &line]].concat());
    assert_eq!(by_link, printed(&[&field[..], &settings[..]].concat()));
}

#[test]
fn a_damaged_line_is_refused_in_a_sentence() {
    let line = printed(&["link", "--scene", "ode-and-sde"]);
    let line = line.trim();
    for (damaged, said) in [
        (line.replacen(":1:", ":7:", 1), "version 7"),
        (line[..line.len() / 2].to_owned(), "missing or have changed"),
        (format!("{line}A"), "missing or have changed"),
        (line.replacen(":1:", ":1:=", 1), "none that a link can have"),
    ] {
        let output = driftscope(&["link", "--scene", &damaged]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(message.lines().count() == 1 && message.contains(said), "{message}");
    }
    let own = driftscope(&["link", "--set", "field.model=mine.safetensors"]);
    assert_eq!(own.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&own.stderr).contains("mine.safetensors"));
}

#[test]
fn the_window_copies_a_link_and_opens_a_pasted_one() {
    let mut harness = window();
    let modifiers = Modifiers::COMMAND | Modifiers::SHIFT;
    harness.event(Event::ModifiersChanged(modifiers));
    harness.step();
    // A frame for each event, and what is copied belongs to the frame of the key.
    harness.event(Event::Key {
        key: Key::C,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    });
    harness.step();
    let line = copied(&harness).expect("copied");
    harness.event(Event::ModifiersChanged(Modifiers::NONE));
    harness.step();
    assert_eq!(line, harness.state().state().scene().to_link().expect("fits"));
    let other = Scene::with_settings(Some("ode-and-sde"), &[]).expect("bundled");
    let link = other.to_link().expect("fits");
    // Alone, and as the address of a page in a browser has it.
    for text in [format!(" {link}\n"), format!("https://example.org/scope/#{link}&theme=light")] {
        paste(&mut harness, &text);
        assert_eq!(**harness.state().state().scene(), other);
        // It can be taken back like any edit.
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run_steps(3);
        assert_eq!(harness.state().state().scene().to_link().expect("fits"), line);
    }
    for text in ["driftscope:1:damaged", "once upon a time"] {
        paste(&mut harness, text);
        assert_eq!(harness.state().state().scene().to_link().expect("fits"), line);
    }
}

#[test]
fn the_window_copies_scripts() {
    let mut harness = window();
    harness.get_by_label_contains("Gaussian · DOPRI5").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Copy as").click();
    harness.run_steps(3);
    harness.get_by_label("SciPy").click_accesskit();
    harness.step();
    let script = copied(&harness).expect("copied");
    assert!(script.starts_with("#!/usr/bin/env python3") && script.contains("solve_ivp"));
}
