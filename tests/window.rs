//! The window, driven as a person or a screen reader would: through the names of its widgets.

#[path = "shared/wait.rs"]
mod wait;

use driftscope::app::{Driftscope, Launch};
use driftscope_study::scene::Scene;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::wait::wait;

fn window(settings: &[&str]) -> Harness<'static, Driftscope> {
    let mut all = vec![
        "field.kind=exact".to_owned(),
        "data.name=single-gaussian".to_owned(),
        "particles.count=64".to_owned(),
    ];
    all.extend(settings.iter().map(|&setting| setting.to_owned()));
    let scene = Scene::with_settings(None, &all).expect("a scene");
    let launch = Launch { scene, ..Launch::default() };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    settle(&mut harness);
    harness
}

/// Steps until the picture is that of the scene.
fn settle(harness: &mut Harness<'_, Driftscope>) {
    wait(harness, "the engine to answer", |harness| {
        let state = harness.state().state();
        state.pane().solve.is_some_and(|solve| solve.done)
            && state.shown().is_some_and(|shown| {
                shown.recording.complete && shown.recording.scene.records_like(&state.pane().scene)
            })
    });
    harness.run_steps(2);
}

/// The number at the start of the label that ends with `unit`.
fn reading(harness: &Harness<'_, Driftscope>, unit: &str) -> f64 {
    let label = harness
        .get_all_by_label_contains(unit)
        .filter_map(|node| node.accesskit_node().value())
        .find(|text| text.ends_with(unit) && text.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or_else(|| panic!("a reading in {unit}"));
    let number: String =
        label.chars().take_while(|c| c.is_ascii_digit() || ".\u{2009}".contains(*c)).collect();
    number.replace('\u{2009}', "").parse().expect("a number")
}

fn choose(harness: &mut Harness<'_, Driftscope>, menu: &str, entry: &str) {
    harness.get_by_label(menu).click();
    harness.run_steps(3);
    harness.get_by_label(entry).click();
    harness.run_steps(3);
}

fn samples(harness: &Harness<'_, Driftscope>) -> Vec<[f64; 2]> {
    let shown = harness.state().state().shown().expect("a picture");
    shown.recording.ends().collect()
}

#[test]
fn a_tighter_rtol_raises_the_evaluations_shown() {
    let mut harness = window(&["sampler.rtol=1e-2", "sampler.atol=1e-8"]);
    let before = reading(&harness, " evaluations");
    harness.get_by_label("rtol").set_value_accesskit(1e-6);
    harness.run_steps(2);
    settle(&mut harness);
    assert!((harness.state().state().scene().sampler.rtol / 1e-6 - 1.0).abs() < 1e-3);
    let after = reading(&harness, " evaluations");
    assert!(after > before, "{before} evaluations at 1e-2, {after} at 1e-6");
}

#[test]
fn euler_rejects_nothing() {
    let mut harness = window(&["data.name=two-moons", "sampler.rtol=1e-5"]);
    assert!(reading(&harness, " rejected") > 0.0);
    choose(&mut harness, "Method", "Euler");
    settle(&mut harness);
    assert!(reading(&harness, " rejected").abs() < 1e-9);
    assert!((reading(&harness, " evaluations") - 50.0).abs() < 1e-9);
    assert!(harness.get_by_label("rtol").accesskit_node().is_disabled());
    assert!(!harness.get_by_label("Steps").accesskit_node().is_disabled());
}

#[test]
fn a_diffusion_form_disables_the_ode_methods_and_changes_the_samples() {
    let mut harness = window(&[]);
    let before = samples(&harness);
    assert!(!harness.get_by_label("Method").accesskit_node().is_disabled());
    assert!(harness.get_by_label("Norm").accesskit_node().is_disabled());
    choose(&mut harness, "Form", "Sigma");
    settle(&mut harness);
    assert!(harness.get_by_label("Method").accesskit_node().is_disabled());
    assert!(!harness.get_by_label("Norm").accesskit_node().is_disabled());
    assert_ne!(before, samples(&harness));
}

#[test]
fn training_lowers_the_loss_shown() {
    let mut harness = window(&["sampler.method=euler", "sampler.steps=4"]);
    harness.get_by_label("Train").click();
    harness.run_steps(2);
    harness.get_by_label("Training steps").set_value_accesskit(600.0);
    harness.get_by_label("Batch size").set_value_accesskit(128.0);
    harness.run_steps(2);
    harness.get_by_label("Start").click();
    let loss = |harness: &Harness<'_, Driftscope>| -> Option<f64> {
        harness.query_all_by_label_contains("loss ").find_map(|node| {
            let words = node.accesskit_node().value()?;
            words.strip_prefix("loss ")?.split(',').next()?.parse::<f64>().ok()
        })
    };
    wait(&mut harness, "a first loss", |harness| loss(harness).is_some());
    let first = loss(&harness).expect("a loss");
    wait(&mut harness, "the training to end", |harness| {
        harness.query_by_label_contains("finished in").is_some()
    });
    let last = loss(&harness).expect("a loss");
    assert!(last < first, "loss {first} at first, {last} at last");
    let state = harness.state().state();
    let network = state.scene().trained_networks().next().expect("the scene names the network");
    assert!(state.networks().model(network).is_some(), "the trained network stays");
    settle(&mut harness);
}

#[test]
fn undo_brings_the_last_scene_back() {
    let mut harness = window(&[]);
    let before = std::sync::Arc::clone(harness.state().state().scene());
    choose(&mut harness, "Method", "RK4");
    assert_ne!(&before, harness.state().state().scene());
    harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, eframe::egui::Key::Z);
    harness.run_steps(2);
    assert_eq!(&before, harness.state().state().scene());
}

#[test]
fn every_demonstration_opens_and_says_what_to_watch() {
    for bundled in driftscope_study::scene::LIBRARY {
        let mut scene = bundled.scene();
        scene.particles.count = 32;
        let about = scene.about.clone();
        let launch = Launch { scene, ..Launch::default() };
        let mut harness = Harness::builder()
            .with_size([1024.0, 700.0])
            .build_eframe(move |cc| Driftscope::new(cc, launch));
        harness.run_steps(3);
        assert!(harness.query_by_label(&about).is_some(), "{}", bundled.name);
        harness.get_by_label("Dismiss caption").click();
        harness.run_steps(3);
        assert!(harness.query_by_label(&about).is_none(), "{}", bundled.name);
    }
}

#[test]
fn the_keyboard_plays_and_steps() {
    let mut harness = window(&[]);
    assert!(harness.state().state().playback().playing);
    harness.key_press(eframe::egui::Key::Space);
    harness.run_steps(2);
    assert!(!harness.state().state().playback().playing);
    harness.key_press(eframe::egui::Key::Home);
    harness.run_steps(2);
    assert!(harness.state().state().playback().progress.abs() < 1e-9);
    harness.key_press(eframe::egui::Key::ArrowRight);
    harness.run_steps(2);
    assert!(harness.state().state().playback().progress > 0.0);
}

#[test]
fn every_widget_has_a_name() {
    let mut harness = window(&[]);
    for fold in ["Step control", "Scheme and last step"] {
        harness.get_by_label(fold).click();
        harness.run_steps(8);
    }
    harness.check_accessibility();
    harness.get_by_label("Train").click();
    harness.run_steps(3);
    harness.check_accessibility();
}

#[test]
fn tolerances_and_steps_say_why_they_rest() {
    let mut harness = window(&[]);
    assert!(harness.get_by_label("Step size").accesskit_node().is_disabled());
    assert!(!harness.get_by_label("atol").accesskit_node().is_disabled());
    choose(&mut harness, "Direction", "Noise");
    harness.run_steps(3);
    settle(&mut harness);
    for rests in ["Method", "Interpolant", "Form", "atol"] {
        assert!(harness.get_by_label(rests).accesskit_node().is_disabled(), "{rests}");
    }
    harness.get_by_label("Steps").set_value_accesskit(20.0);
    harness.run_steps(3);
    settle(&mut harness);
    assert!((reading(&harness, " evaluations") - 20.0).abs() < 1e-9);
}

#[test]
fn a_classic_ode_brings_its_system_and_puts_the_distribution_aside() {
    let mut harness = window(&[]);
    assert!(harness.query_by_label("System").is_none());
    choose(&mut harness, "Field", "Classic ODE");
    settle(&mut harness);
    assert!(harness.get_by_label("Data").accesskit_node().is_disabled());
    assert!(harness.get_by_label("Form").accesskit_node().is_disabled());
    choose(&mut harness, "System", "Van der Pol");
    settle(&mut harness);
    let span = harness.state().state().recording().expect("a picture").interval;
    assert!((span.1 - 12.0).abs() < 1e-12);
    let before = reading(&harness, " evaluations");
    harness.get_by_label("μ").set_value_accesskit(50.0);
    harness.run_steps(2);
    settle(&mut harness);
    assert!(reading(&harness, " evaluations") > before, "a stiffer field takes more");
    choose(&mut harness, "Field", "Exact");
    settle(&mut harness);
    assert!(harness.query_by_label("System").is_none());
    let span = harness.state().state().recording().expect("a picture").interval;
    assert!((span.1 - 1.0).abs() < 1e-12);
}

/// The sizes of projectors and of half a screen beside slides.
const SMALL: [[f32; 2]; 4] = [[800.0, 600.0], [960.0, 1040.0], [1024.0, 700.0], [1280.0, 720.0]];

/// Where the widget of this name lies, within a window of this size.
fn place(harness: &Harness<'_, Driftscope>, size: [f32; 2], label: &str) -> eframe::egui::Rect {
    let screen = eframe::egui::Rect::from_min_size(eframe::egui::Pos2::ZERO, size.into());
    let rect = harness.get_by_label(label).rect();
    assert!(screen.contains_rect(rect), "{label} lies at {rect} of {size:?}");
    rect
}

/// Where the widgets of these names lie, none over another.
fn stand_apart(
    harness: &Harness<'_, Driftscope>,
    size: [f32; 2],
    labels: &[&str],
) -> Vec<eframe::egui::Rect> {
    let places: Vec<_> = labels.iter().map(|label| place(harness, size, label)).collect();
    for (i, a) in places.iter().enumerate() {
        for (j, b) in places.iter().enumerate().skip(i + 1) {
            let common = a.intersect(*b);
            let apart = common.width() <= 0.5 || common.height() <= 0.5;
            assert!(apart, "{} over {} in {size:?}", labels[i], labels[j]);
        }
    }
    places
}

#[test]
fn in_small_windows_nothing_overlaps_and_what_matters_can_be_reached() {
    for size in SMALL {
        let mut harness = window(&[]);
        harness.set_size(size.into());
        harness.run_steps(4);
        let place = |harness: &Harness<'_, Driftscope>, label: &str| place(harness, size, label);
        // The bar above and the line below.
        let bar = [
            "Explore",
            "Compare",
            "Errors",
            "Train",
            "Lessons",
            "Scenes",
            "Keyboard map",
            "Stage alone",
            "Presenter mode",
            "Light theme",
            "Graphs",
            "Controls",
        ];
        let line = [
            "Restart",
            "One solver step back",
            "Pause",
            "One solver step forward",
            "Loop",
            "Time t",
            "Speed",
        ];
        for labels in [&bar[..], &line[..]] {
            stand_apart(&harness, size, labels);
        }
        // The knobs that matter, at once or by scrolling; the stage keeps its share.
        for knob in ["Method", "rtol", "Form"] {
            harness.get_by_label(knob).scroll_to_me();
            harness.run_steps(12);
            place(&harness, knob);
        }
        let fit = place(&harness, "Reset view");
        let knobs = place(&harness, "Form");
        assert!(fit.left() - knobs.right() > 0.3 * size[0], "the stage in {size:?}");
        // What has no room says so, and comes in place of the other.
        let narrow = size[0] < 1000.0;
        assert_eq!(harness.query_by_label("Show graphs").is_some(), narrow, "{size:?}");
        if narrow {
            place(&harness, "Show graphs");
            harness.get_by_label("Show graphs").click();
            harness.run_steps(3);
            assert!(harness.query_by_label("Method").is_none());
            place(&harness, "Show controls");
            harness.key_press(eframe::egui::Key::C);
            harness.run_steps(3);
            assert!(harness.query_by_label("Method").is_some());
            place(&harness, "Show graphs");
        }
    }
}

#[test]
fn a_phone_shows_the_stage_playback_and_three_knobs_and_all_else_in_place_of_the_stage() {
    for size in [[390.0, 844.0], [360.0, 640.0]] {
        let mut harness = window(&[]);
        harness.set_size(size.into());
        harness.run_steps(4);
        settle(&mut harness);
        let place = |harness: &Harness<'_, Driftscope>, label: &str| place(harness, size, label);
        let labels = [
            "Explore",
            "Graphs",
            "Controls",
            "Restart",
            "Pause",
            "Time t",
            "Method",
            "rtol",
            "Form",
            "Reset view",
        ];
        let places = stand_apart(&harness, size, &labels);
        let stage = places[6].top() - places[9].bottom();
        assert!(stage > 0.45 * size[1], "{stage} points of {size:?} are the stage's");
        // All knobs, and back.
        for _ in 0..2 {
            harness.get_by_label("Controls").click();
            harness.run_steps(3);
            assert!(harness.query_by_label("Direction").is_some(), "the controls are there");
            assert!(harness.query_by_label("Reset view").is_none(), "and the stage is not");
            harness.get_by_label("Controls").click();
            harness.run_steps(3);
            place(&harness, "Reset view");
        }
        // The graphs, from there the controls, and back.
        harness.get_by_label("Graphs").click();
        harness.run_steps(3);
        assert!(harness.query_by_label("Reset view").is_none());
        assert!(harness.query_by_label("Direction").is_none());
        harness.get_by_label("Controls").click();
        harness.run_steps(3);
        assert!(harness.query_by_label("Direction").is_some());
        harness.get_by_label("Controls").click();
        harness.run_steps(3);
        place(&harness, "Reset view");
        // A lesson's words stand below what they are about.
        harness.key_press(eframe::egui::Key::Num5);
        harness.run_steps(3);
        assert!(harness.query_by_label("Method").is_none(), "a lesson says what is turned");
        place(&harness, "Reset view");
    }
}

#[test]
fn data_are_encoded_and_later_starts_can_be_chosen() {
    let mut harness = window(&[]);
    let starts = ["p_t", "N(0, I)"];
    for label in starts {
        assert!(harness.get_by_label(label).accesskit_node().is_disabled(), "t starts at 0");
    }
    choose(&mut harness, "Direction", "Encode");
    harness.run_steps(3);
    settle(&mut harness);
    let times = harness.state().state().recording().expect("a picture").times.clone();
    assert!(times[0] > times[times.len() - 1], "t falls");
    assert!(harness.get_by_label("Norm").accesskit_node().is_disabled(), "there is no noise");
    harness.run_steps(30);
    harness.check_accessibility();
    harness.get_by_label(starts[1]).click();
    harness.run_steps(3);
    settle(&mut harness);
    let start = harness.state().state().pane().scene.particles.start;
    assert_eq!(start, Some(driftscope_study::scene::Start::Noise));
}
