//! Several samplers side by side, driven as a person or a screen reader would.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope::app::{Driftscope, Launch};
use driftscope_study::Recording;
use driftscope_study::scene::Scene;
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

/// Longer than anything takes on a busy computer.
const PATIENCE: Duration = Duration::from_secs(90);

fn four_panes() -> Harness<'static, Driftscope> {
    let settings =
        ["field.kind=exact", "data.name=single-gaussian", "particles.count=64"].map(str::to_owned);
    let mut scene = Scene::with_settings(None, &settings).expect("a scene");
    for _ in 0..3 {
        scene.add_pane();
    }
    let launch = Launch { scene, at: Some(0.5), ..Launch::default() };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    settle(&mut harness);
    harness
}

fn settle(harness: &mut Harness<'_, Driftscope>) {
    let began = Instant::now();
    harness.run_steps(2);
    while !harness.state().is_settled() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for the engine");
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    harness.run_steps(2);
}

fn recordings(harness: &Harness<'_, Driftscope>) -> Vec<Arc<Recording>> {
    let panes = harness.state().state().visible();
    panes.iter().map(|pane| Arc::clone(pane.recording().expect("a picture"))).collect()
}

fn choose(harness: &mut Harness<'_, Driftscope>, menu: &str, entry: &str) {
    harness.get_by_label(menu).click();
    harness.run_steps(3);
    harness.get_by_label(entry).click();
    harness.run_steps(3);
}

#[test]
fn changing_one_of_four_panes_leaves_the_other_three_alone() {
    let mut harness = four_panes();
    let before = recordings(&harness);
    assert_eq!(before.len(), 4);
    harness.get_by_label("Select pane 3").click();
    harness.run_steps(2);
    choose(&mut harness, "Method", "Midpoint");
    settle(&mut harness);
    let after = recordings(&harness);
    for (i, (before, after)) in before.iter().zip(&after).enumerate() {
        assert_eq!(Arc::ptr_eq(before, after), i != 2, "pane {}", i + 1);
        assert_eq!(before.id == after.id, i != 2, "pane {}", i + 1);
    }
    assert_eq!(after[2].scene.sampler.method().name, "midpoint");
    assert!(harness.query_by_label_contains("Pane 3: Midpoint").is_some());
    // All started from the same points.
    for other in &after[1..] {
        for i in 0..64 {
            let starts = [&after[0], other].map(|r| r.keyframes(i).expect("is there")[0]);
            assert_eq!(starts[0].map(f32::to_bits), starts[1].map(f32::to_bits));
        }
    }
}

#[test]
fn the_hovered_particle_is_the_same_in_all_panes() {
    let mut harness = four_panes();
    let recording = Arc::clone(&recordings(&harness)[0]);
    let keyframe = recording.keyframe_of_time(0.5);
    let at = recording.at_keyframe(12, keyframe).expect("it is there");
    harness.hover_at(harness.state().screen_position(0, at).expect("a plot"));
    harness.run_steps(4);
    // Another particle may lie even closer.
    let particle = harness.state().state().hovered().expect("a particle is under the pointer");
    let title = format!("Particle {particle}");
    let told = harness
        .get_all_by_label_contains("Particle ")
        .filter(|node| node.accesskit_node().value().as_deref() == Some(title.as_str()))
        .count();
    assert_eq!(told, 4, "every pane tells of it");
    assert_eq!(harness.state().state().lit(), Some(particle));
    // Pointing into another pane lights the particle that lies there, in all panes as well.
    let at = recordings(&harness)[3].at_keyframe(40, keyframe).expect("it is there");
    let there = harness.state().screen_position(3, at).expect("a plot");
    harness.hover_at(there);
    harness.run_steps(4);
    assert!(harness.state().state().hovered().is_some());
}

#[test]
fn zooming_one_pane_zooms_all() {
    let mut harness = four_panes();
    let far = |harness: &Harness<'_, Driftscope>, pane| {
        let place = |at| harness.state().screen_position(pane, at).expect("a plot");
        place([1.0, 0.0]).x - place([0.0, 0.0]).x
    };
    let before: Vec<f32> = (0..4).map(|pane| far(&harness, pane)).collect();
    assert!(before.iter().all(|unit| (unit - before[0]).abs() < 0.5), "{before:?}");
    let at = harness.state().screen_position(2, [0.0, 0.0]).expect("a plot");
    harness.hover_at(at);
    harness.run_steps(2);
    harness.event(eframe::egui::Event::MouseWheel {
        unit: eframe::egui::MouseWheelUnit::Point,
        delta: eframe::egui::vec2(0.0, 120.0),
        phase: eframe::egui::TouchPhase::Move,
        source: eframe::egui::MouseWheelSource::Unknown,
        modifiers: eframe::egui::Modifiers::NONE,
    });
    harness.run_steps(20);
    let after: Vec<f32> = (0..4).map(|pane| far(&harness, pane)).collect();
    assert!(after[0] > 1.1 * before[0], "{before:?} {after:?}");
    assert!(after.iter().all(|unit| (unit - after[0]).abs() < 0.5), "{after:?}");
}

#[test]
fn equal_evaluations_bind_all_panes() {
    let mut harness = four_panes();
    harness.get_by_label("Select pane 2").click();
    harness.run_steps(2);
    harness.get_by_label("Equal evaluations").click();
    harness.run_steps(2);
    harness.get_by_label("Steps").set_value_accesskit(48.0);
    harness.run_steps(2);
    settle(&mut harness);
    let made: Vec<f64> = recordings(&harness).iter().map(|r| r.nfe().mean).collect();
    for nfe in &made[1..] {
        assert!((nfe - 48.0).abs() < 1e-9, "{made:?}");
    }
    // DOPRI5 makes one evaluation more at the start: its last stage is the next one's first.
    assert!((made[0] - 48.0).abs() <= 6.0, "{made:?}");
}

#[test]
fn panes_are_added_removed_and_brought_back() {
    let mut harness = four_panes();
    assert!(harness.query_by_label("Add a pane").is_none(), "there is room for four");
    let before = recordings(&harness);
    harness.get_by_label("Remove pane 2").click();
    harness.run_steps(2);
    settle(&mut harness);
    let after = recordings(&harness);
    assert_eq!(after.len(), 3);
    for (left, kept) in [(0, 0), (2, 1), (3, 2)] {
        assert!(Arc::ptr_eq(&before[left], &after[kept]), "what stays is not solved again");
    }
    harness.get_by_label("Add a pane").click();
    harness.run_steps(2);
    settle(&mut harness);
    assert_eq!(recordings(&harness).len(), 4);
    harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    settle(&mut harness);
    assert!(recordings(&harness).len() < 4);
}

#[test]
fn every_widget_beside_four_panes_has_a_name() {
    let mut harness = four_panes();
    harness.check_accessibility();
    harness.key_press(Key::F);
    harness.run_steps(3);
    assert!(harness.query_by_label("Method").is_none(), "the stage is alone");
    harness.check_accessibility();
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Method").is_some());
}

#[test]
fn a_difference_is_held_against_the_reference() {
    let mut harness = four_panes();
    harness.get_by_label("Select pane 2").click();
    harness.run_steps(2);
    harness.get_by_label("Difference to the reference").click();
    harness.run_steps(3);
    settle(&mut harness);
    let state = harness.state().state();
    let reference = state.panes()[1].reference.as_ref().expect("a reference");
    assert_eq!(reference.scene.sampler.method().name, "dop853");
    assert!(harness.query_by_label_contains("times enlarged").is_some());
}
