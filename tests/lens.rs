//! The conditional lens in the window: taken in hand, led about, left at a place, read from its card.

#[path = "shared/wait.rs"]
mod wait;

use std::sync::Arc;

use driftscope::app::{Driftscope, Launch};
use driftscope_study::lab::{Lens, lens};
use driftscope_study::lesson::bundled_lesson;
use driftscope_study::scene::Scene;
use driftscope_study::session::LensPlace;
use driftscope_study::{Experiment, Networks};
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::wait::wait;

/// Begins every card that shows something.
const TITLE: &str = "Paths through x";

fn opened(launch: Launch) -> Harness<'static, Driftscope> {
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    settle(&mut harness);
    harness
}

fn window(settings: &[&str], at: f64) -> Harness<'static, Driftscope> {
    let mut all = vec!["particles.count=32".to_owned()];
    all.extend(settings.iter().map(|&setting| setting.to_owned()));
    let scene = Scene::with_settings(None, &all).expect("a scene");
    opened(Launch { scene, at: Some(at), ..Launch::default() })
}

fn settle(harness: &mut Harness<'_, Driftscope>) {
    harness.run_steps(3);
    wait(harness, "the picture", |harness| harness.state().is_settled());
    harness.run_steps(3);
}

fn press(harness: &mut Harness<'_, Driftscope>, key: Key) {
    harness.key_press(key);
    settle(harness);
}

fn place(harness: &Harness<'_, Driftscope>) -> Option<LensPlace> {
    harness.state().state().lens()
}

/// What passes a place at the moment that the window shows, measured without it.
fn measured(harness: &Harness<'_, Driftscope>, at: [f64; 2]) -> Lens {
    let state = harness.state().state();
    let scene = Arc::clone(&state.pane().scene);
    let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
    lens(&experiment, state.time().expect("a moment"), at, 30).expect("known")
}

fn pair([x, y]: [f64; 2]) -> String {
    format!("({x:.2}, {y:.2})").replace('-', "−")
}

/// Whether some label of the card says this.
fn says(harness: &Harness<'_, Driftscope>, words: &str) -> bool {
    harness.query_all_by_label_contains(words).next().is_some()
}

#[test]
fn the_card_has_the_numbers_of_the_place_that_is_looked_at() {
    let mut harness = window(&["data.name=eight-gaussians", "field.kind=exact"], 0.4);
    assert!(!says(&harness, TITLE));
    press(&mut harness, Key::L);
    assert_eq!(place(&harness), Some(LensPlace::Pointer));
    for (name, value) in [("Lens, x", 0.7), ("Lens, y", -0.4)] {
        harness.get_by_label(name).set_value_accesskit(value);
        settle(&mut harness);
    }
    assert_eq!(place(&harness), Some(LensPlace::At([0.7, -0.4])));
    let seen = measured(&harness, [0.7, -0.4]);
    assert!((seen.t - 0.4).abs() < 1e-9);
    assert!(says(&harness, &pair(seen.velocity)));
    assert!(says(&harness, &format!("± {}", pair(seen.spread))));
    assert!(says(&harness, &pair(seen.data)));
    let matter = format!("{:.2} of 8 components still matter", seen.effective);
    assert!(says(&harness, &matter), "{matter}");
    assert!(says(&harness, "The velocity is a mean: of these paths through this point."));
    // Of an exact field there is no other velocity to be compared with.
    assert!(!says(&harness, "off by"));
    // Time runs while it stays.
    harness.key_press(Key::Space);
    wait(&mut harness, "time to pass", |harness| {
        harness.state().state().time().is_some_and(|t| t > 0.6)
    });
    harness.key_press(Key::Space);
    settle(&mut harness);
    let later = measured(&harness, [0.7, -0.4]);
    assert!(later.effective < seen.effective);
    assert!(says(&harness, &pair(later.data)));
    press(&mut harness, Key::Escape);
    assert_eq!(place(&harness), None);
    assert!(!says(&harness, TITLE));
}

#[test]
fn it_follows_the_pointer_until_a_click_lets_it_stay() {
    let mut harness = window(&["data.name=two-moons", "field.kind=learned"], 0.5);
    press(&mut harness, Key::L);
    let on_screen = |harness: &Harness<'_, Driftscope>, at| {
        harness.state().screen_position(0, at).expect("the plot has been drawn")
    };
    let at = |harness: &mut Harness<'_, Driftscope>, place| {
        let place = on_screen(harness, place);
        harness.hover_at(place);
        settle(harness);
        place
    };
    at(&mut harness, [-0.8, 0.2]);
    let near = measured(&harness, [-0.8, 0.2]);
    let [dx, dy] = [0, 1].map(|d| near.followed[d] - near.velocity[d]);
    let off = harness.get_by_label_contains("off by").accesskit_node().value().expect("words");
    let told: f64 = off.rsplit(' ').next().expect("a word").parse().expect("a number");
    assert!((told - dx.hypot(dy)).abs() < 0.02, "{off}");
    let screen = at(&mut harness, [-0.6, -0.5]);
    harness.drag_at(screen);
    harness.step();
    harness.drop_at(screen);
    settle(&mut harness);
    let Some(LensPlace::At([x, y])) = place(&harness) else { panic!("it stays") };
    assert!((x + 0.6).abs() < 0.02 && (y + 0.5).abs() < 0.02, "{x} {y}");
    assert_eq!(harness.state().state().pinned(), None, "no particle was pinned");
    at(&mut harness, [-1.5, 1.0]);
    assert_eq!(place(&harness), Some(LensPlace::At([x, y])));
    let screen = at(&mut harness, [x, y]);
    harness.drag_at(screen);
    harness.step();
    harness.drop_at(screen);
    settle(&mut harness);
    assert_eq!(place(&harness), Some(LensPlace::Pointer));
}

#[test]
fn where_it_means_nothing_it_says_why() {
    for (setting, words) in [
        ("field.kind=classic", "A classic ODE has no data"),
        ("direction=noise", "adds noise and follows no mean"),
        ("view.projection=over-time", "Choose Plane as the picture"),
    ] {
        let mut harness = window(&[setting], 0.5);
        press(&mut harness, Key::L);
        assert_eq!(place(&harness), None);
        assert!(harness.state().said().contains(words), "{}", harness.state().said());
    }
}

#[test]
fn a_lesson_opens_it_at_a_place() {
    let lesson = bundled_lesson("velocity-is-a-mean").expect("bundled").lesson();
    let wanted = lesson.stand(0).expect("stands").lens;
    assert!(wanted.is_some());
    let last = lesson.steps.len() - 1;
    let harness = opened(Launch { lesson: Some((lesson.clone(), 0)), ..Launch::default() });
    assert_eq!(place(&harness), wanted.map(LensPlace::At));
    assert!(says(&harness, TITLE));
    let harness = opened(Launch { lesson: Some((lesson, last)), ..Launch::default() });
    assert_eq!(place(&harness), None);
    assert!(!says(&harness, TITLE));
}
