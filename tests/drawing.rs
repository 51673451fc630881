//! Data of one's own in the window: drawn on the stage, dropped, pasted.

#[path = "shared/dropped.rs"]
mod dropped;
#[path = "shared/wait.rs"]
mod wait;

use std::time::Duration;

use driftscope::app::{Driftscope, Launch};
use driftscope_study::drawing::Ellipse;
use driftscope_study::scene::{Blob, FieldKind, Scene};
use eframe::egui::{Color32, ColorImage, Event, Key, Modifiers, PointerButton, Pos2, Rect, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::dropped::drop_file;
use self::wait::wait;

fn window(settings: &[&str]) -> Harness<'static, Driftscope> {
    let mut all = vec!["particles.count=32".to_owned(), "sampler.rtol=1e-2".to_owned()];
    all.extend(settings.iter().map(|&setting| setting.to_owned()));
    let scene = Scene::with_settings(None, &all).expect("a scene");
    let launch = Launch { scene, ..Launch::default() };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    wait(&mut harness, "a picture", |harness| harness.state().state().shown().is_some());
    harness.run_steps(2);
    harness
}

fn scene(harness: &Harness<'_, Driftscope>) -> Scene {
    (**harness.state().state().scene()).clone()
}

fn points(harness: &Harness<'_, Driftscope>) -> Vec<[f64; 2]> {
    scene(harness).data.points.map(|own| own.content().0.points.clone()).unwrap_or_default()
}

fn gaussians(harness: &Harness<'_, Driftscope>) -> Vec<Blob> {
    scene(harness).data.mixture.unwrap_or_default()
}

fn undo(harness: &mut Harness<'_, Driftscope>) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
}

fn place(harness: &Harness<'_, Driftscope>, at: [f64; 2]) -> Pos2 {
    harness.state().screen_position(0, at).expect("the plot has been drawn")
}

/// Presses in the plane, goes through places of it and lets go.
fn drag(harness: &mut Harness<'_, Driftscope>, way: &[[f64; 2]]) {
    let places: Vec<Pos2> = way.iter().map(|&at| place(harness, at)).collect();
    harness.hover_at(places[0]);
    harness.step();
    harness.drag_at(places[0]);
    harness.step();
    for &at in &places[1..] {
        harness.hover_at(at);
        harness.step();
    }
    harness.drop_at(places[places.len() - 1]);
    harness.run_steps(2);
}

#[test]
fn strokes_become_points_and_each_is_one_step_back() {
    let mut harness = window(&["data.name=two-moons"]);
    assert_eq!(scene(&harness).field.kind, FieldKind::Learned);
    let pan = place(&harness, [0.0, 0.0]);
    harness.key_press(Key::D);
    harness.run_steps(2);
    drag(&mut harness, &[[-1.0, -1.0], [0.0, -1.0], [1.0, -1.0]]);
    let first = points(&harness);
    assert!(first.len() > 100, "{}", first.len());
    let near = first.iter().all(|[x, y]| (y + 1.0).abs() < 0.2 && x.abs() < 1.2);
    assert!(near, "{first:?}");
    assert_eq!(place(&harness, [0.0, 0.0]), pan, "nothing was panned");
    assert_eq!(scene(&harness).field.kind, FieldKind::Exact);
    assert!(harness.state().said().contains("exact"), "{}", harness.state().said());
    assert_eq!(harness.state().state().pinned(), None, "nothing was picked");
    wait(&mut harness, "the density of the stroke", |harness| harness.state().shows_data());
    drag(&mut harness, &[[1.0, 1.0], [1.0, 0.5]]);
    let second = points(&harness);
    assert!(second.len() > first.len() && second.starts_with(&first));
    undo(&mut harness);
    assert_eq!(points(&harness), first);
    // The same stroke from the same beginning lays the same points.
    drag(&mut harness, &[[1.0, 1.0], [1.0, 0.5]]);
    assert_eq!(points(&harness), second);
    harness.get_by_label("Eraser").click();
    harness.run_steps(2);
    drag(&mut harness, &[[-1.3, -1.0], [0.0, -1.0], [1.3, -1.0]]);
    let left = points(&harness);
    assert_eq!(left, second[first.len()..], "the second stroke is left");
    undo(&mut harness);
    undo(&mut harness);
    undo(&mut harness);
    assert_eq!(scene(&harness).field.kind, FieldKind::Learned);
    assert!(scene(&harness).data.own().is_none(), "as it was");
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(harness.query_by_label("Eraser").is_none(), "the tools are away");
}

#[test]
fn a_drawing_begins_with_a_draw_and_nothing_is_erased_to_nothing() {
    let mut harness = window(&["data.name=rings", "field.kind=exact"]);
    harness.get_by_label("Draw data").click();
    harness.run_steps(3);
    harness.check_accessibility();
    harness.get_by_label("Begin with a draw").click();
    harness.run_steps(3);
    let drawn = points(&harness);
    assert_eq!(drawn.len(), 500);
    harness.get_by_label("Brush radius").set_value_accesskit(3.0);
    harness.run_steps(2);
    harness.get_by_label("Eraser").click();
    harness.run_steps(2);
    drag(&mut harness, &[[-2.5, -2.5], [2.5, 2.5], [-2.5, 2.5], [2.5, -2.5]]);
    assert_eq!(points(&harness), drawn, "a distribution needs points");
    assert!(harness.state().said().contains("data.points"), "{}", harness.state().said());
}

#[test]
fn gaussians_are_placed_dragged_typed_and_removed() {
    let mut harness = window(&["data.name=two-moons", "field.kind=exact"]);
    harness.key_press(Key::D);
    harness.run_steps(2);
    harness.get_by_label("Gaussians").click();
    harness.run_steps(2);
    drag(&mut harness, &[[-1.0, -1.0]]);
    let placed = gaussians(&harness);
    assert_eq!(placed.len(), 1);
    assert!(placed[0].std.is_some() && (placed[0].mean[0] + 1.0).abs() < 0.02, "{placed:?}");
    // The end of the second axis, two standard deviations above.
    let end = 2.0 * placed[0].std.expect("round");
    let [x, y] = placed[0].mean;
    drag(&mut harness, &[[x, y + end], [x, y + 1.0], [x + 0.1, y + 1.2], [x + 0.8, y + 1.2]]);
    let stretched = gaussians(&harness);
    let ellipse = Ellipse::of(&stretched[0]).expect("a Gaussian");
    assert!(stretched[0].cov.is_some() && !ellipse.is_round());
    let reach = 0.8_f64.hypot(1.2) / 2.0;
    assert!(ellipse.stds.iter().any(|std| (std - reach).abs() < 0.02), "{ellipse:?} {reach}");
    undo(&mut harness);
    assert_eq!(gaussians(&harness), placed, "a drag is one step");
    // The centre.
    drag(&mut harness, &[[-1.0, -1.0], [0.0, 0.0], [0.5, 0.25]]);
    let moved = gaussians(&harness)[0];
    assert!((moved.mean[0] - 0.5).abs() < 0.03 && (moved.mean[1] - 0.25).abs() < 0.03, "{moved:?}");
    assert_eq!(moved.std, placed[0].std);
    // By its numbers, as with the keyboard alone.
    std::thread::sleep(Duration::from_millis(800));
    for (name, value) in [
        ("Mean x", -0.5),
        ("Standard deviation along its first axis", 0.8),
        ("Angle of its first axis", 30.0),
        ("Weight", 2.5),
    ] {
        assert!(!harness.get_by_label(name).accesskit_node().is_disabled(), "{name}");
        harness.get_by_label(name).set_value_accesskit(value);
        harness.run_steps(3);
    }
    let typed = gaussians(&harness)[0];
    let ellipse = Ellipse::of(&typed).expect("a Gaussian");
    assert!((typed.mean[0] + 0.5).abs() < 1e-9 && (typed.weight - 2.5).abs() < 1e-9, "{typed:?}");
    assert!((ellipse.stds[0] - 0.8).abs() < 1e-6, "{ellipse:?}");
    assert!((ellipse.angle.to_degrees() - 30.0).abs() < 1e-6, "{ellipse:?}");
    harness.check_accessibility();
    harness.get_by_label("Add").click();
    harness.run_steps(2);
    assert_eq!(gaussians(&harness).len(), 2);
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert_eq!(gaussians(&harness), [typed], "the added one was held");
    assert!(harness.get_by_label("Remove").accesskit_node().is_disabled(), "one is needed");
    wait(&mut harness, "the picture", |harness| harness.state().state().is_settled());
}

/// Where a widget is.
fn rect(harness: &Harness<'_, Driftscope>, name: &str) -> Rect {
    harness.get_by_label(name).rect()
}

#[test]
fn the_weight_of_a_gaussian_is_dragged_beside_it() {
    const SLIDER: &str = "Weight of the Gaussian held";
    let mut harness = window(&["data.name=two-moons", "field.kind=exact"]);
    harness.key_press(Key::D);
    harness.run_steps(2);
    harness.get_by_label("Gaussians").click();
    harness.run_steps(2);
    drag(&mut harness, &[[-1.0, -1.0]]);
    assert!(harness.query_by_label(SLIDER).is_none(), "alone it has all the mass");
    drag(&mut harness, &[[1.0, -1.0]]);
    let before = gaussians(&harness);
    assert_eq!(before.len(), 2);
    harness.run_steps(2);
    harness.check_accessibility();
    let slider = rect(&harness, SLIDER);
    assert!(slider.left() > place(&harness, [1.0, -1.0]).x, "beside the one that is held");
    // Half of the way is the weight of the other one; from there to the top it doubles.
    let middle = slider.center();
    harness.hover_at(middle);
    harness.step();
    harness.drag_at(middle);
    harness.step();
    for part in [0.75, 0.5, 0.25, -0.5] {
        harness.hover_at(pos2(middle.x, slider.top() + 0.5 * part * slider.height()));
        harness.step();
    }
    harness.drop_at(pos2(middle.x, slider.top() - 5.0));
    harness.run_steps(2);
    let after = gaussians(&harness);
    assert_eq!(after.len(), 2, "nothing was placed");
    assert_eq!(after[0], before[0]);
    assert!((after[1].weight - 2.0).abs() < 0.05, "{after:?}");
    assert_eq!(Blob { weight: 1.0, ..after[1] }, before[1], "it has not moved");
    harness.get_by_label_contains("66.7 %");
    undo(&mut harness);
    assert_eq!(gaussians(&harness), before, "a drag is one step");
    // A press on its words places nothing either.
    let words = rect(&harness, "50.0 %").center();
    harness.hover_at(words);
    harness.step();
    harness.drag_at(words);
    harness.step();
    harness.drop_at(words);
    harness.run_steps(2);
    assert_eq!(gaussians(&harness), before);
    // By the keyboard and for those who do not see it.
    harness.get_by_label(SLIDER).set_value_accesskit(0.5);
    harness.run_steps(2);
    assert!((gaussians(&harness)[1].weight - 0.5).abs() < 0.01, "{:?}", gaussians(&harness)[1]);
    wait(&mut harness, "the picture", |harness| harness.state().state().is_settled());
}

#[test]
fn the_components_of_a_distribution_can_be_dragged() {
    let mut harness = window(&["data.name=eight-gaussians", "field.kind=exact"]);
    harness.key_press(Key::D);
    harness.run_steps(2);
    harness.get_by_label("Gaussians").click();
    harness.run_steps(2);
    harness.get_by_label("Begin with its components").click();
    harness.run_steps(2);
    let eight = gaussians(&harness);
    assert_eq!(eight.len(), 8);
    let from = eight[3].mean;
    drag(&mut harness, &[from, [0.1, 0.0], [0.0, 0.1]]);
    let dragged = gaussians(&harness);
    assert!(dragged[3].mean[0].hypot(dragged[3].mean[1]) < 0.2, "{:?}", dragged[3]);
    assert_eq!(dragged[0], eight[0]);
}

#[test]
fn files_and_pasted_points_become_the_data_and_others_say_why_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let mut harness = window(&["data.name=two-moons"]);
    let good = file("good.csv", "x,y\n1,2\n-1,0.5\n0,0\n");
    drop_file(&mut harness, &good);
    wait(&mut harness, "the points", |harness| points(harness).len() == 3);
    assert_eq!(scene(&harness).data.points.expect("points").file(), Some(&*good));
    assert_eq!(scene(&harness).field.kind, FieldKind::Exact);
    harness.run_steps(3);
    assert!(harness.query_by_label("Kernel").is_some(), "its kernel can be set");
    let kept = scene(&harness);
    for (path, words) in [
        (file("bad.csv", "x,y\n1,2\n1,two\n"), "line 3"),
        (file("empty.csv", "x,y\n"), "no points"),
        (file("notes.doc", "x,y\n1,2\n"), "neither a scene"),
        (folder.path().join("gone.csv"), "gone.csv"),
    ] {
        drop_file(&mut harness, &path);
        wait(&mut harness, words, |harness| harness.state().said().contains(words));
        assert_eq!(scene(&harness), kept, "{words}");
    }
    harness.event(Event::Paste("0.5 0.5\n1.5 -0.5\n2 2\n3 1\n".to_owned()));
    harness.run_steps(3);
    assert_eq!(points(&harness), [[0.5, 0.5], [1.5, -0.5], [2.0, 2.0], [3.0, 1.0]]);
    let kept = scene(&harness);
    for (text, words) in [("1 2\n3 four\n", "line 2"), ("Dear reader,", "columns x and y")] {
        harness.event(Event::Paste(text.to_owned()));
        harness.run_steps(3);
        assert!(harness.state().said().contains(words), "{}", harness.state().said());
        assert_eq!(scene(&harness), kept, "{words}");
    }
    undo(&mut harness);
    assert_eq!(points(&harness).len(), 3, "the file's points");
    undo(&mut harness);
    assert_eq!(scene(&harness).field.kind, FieldKind::Learned);
    assert!(scene(&harness).data.own().is_none());
    wait(&mut harness, "the picture", |harness| harness.state().state().is_settled());
}

/// A picture as a clipboard hands it over: white, with a black square in its upper right corner.
fn picture(ink: Color32) -> Event {
    let mut picture = ColorImage::filled([40, 40], Color32::WHITE);
    for (place, pixel) in picture.pixels.iter_mut().enumerate() {
        if place / 40 < 10 && place % 40 >= 30 {
            *pixel = ink;
        }
    }
    Event::PasteImage(std::sync::Arc::new(picture))
}

#[test]
fn a_pasted_picture_becomes_the_data() {
    let mut harness = window(&["data.name=two-moons"]);
    harness.event(picture(Color32::BLACK));
    wait(&mut harness, "its points", |harness| points(harness).len() == 5_000);
    let inside = points(&harness).iter().all(|&[x, y]| (1.0..=2.0).contains(&x) && y >= 1.0);
    assert!(inside, "upper right, a quarter of four units");
    let kept = scene(&harness);
    harness.event(picture(Color32::WHITE));
    wait(&mut harness, "a reason", |harness| harness.state().said().contains("blank"));
    assert_eq!(scene(&harness), kept);
    undo(&mut harness);
    assert!(scene(&harness).data.own().is_none(), "one step");
}

/// The times of the scene's own.
fn times(harness: &Harness<'_, Driftscope>) -> Option<Vec<f64>> {
    scene(harness).listed_times()
}

#[test]
fn a_schedule_is_dragged_typed_opened_dropped_and_pasted() {
    const HEUN: [&str; 4] =
        ["field.kind=exact", "sampler.method=heun", "sampler.adaptive=false", "sampler.steps=4"];
    let folder = tempfile::tempdir().expect("a folder");
    let steps = folder.path().join("steps.csv");
    std::fs::write(&steps, "0\n0.1\n0.6\n1\n").expect("written");
    let mut harness = window(&HEUN);
    drop_file(&mut harness, &steps);
    wait(&mut harness, "the schedule", |harness| times(harness) == Some(vec![0.0, 0.1, 0.6, 1.0]));
    assert_eq!(scene(&harness).sampler.times.expect("a list").file(), Some(&*steps));
    undo(&mut harness);
    assert_eq!(times(&harness), None, "one step");
    harness.key_press(Key::S);
    harness.run_steps(3);
    harness.check_accessibility();
    harness.get_by_label_contains("Uniform, 4 steps");
    assert!(!harness.get_by_label("Open list…").accesskit_node().is_disabled());
    harness.event(Event::Paste("0, 0.5, 0.75, 1".to_owned()));
    harness.run_steps(3);
    assert_eq!(times(&harness), Some(vec![0.0, 0.5, 0.75, 1.0]));
    harness.get_by_label_contains("Own list, 3 steps");
    // What is refused stays to be mended, and the reason stands apart from the plot.
    harness.get_by_label("Times").focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.step();
    harness.event(Event::Text("0 0.2 half 1".to_owned()));
    harness.step();
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(times(&harness), Some(vec![0.0, 0.5, 0.75, 1.0]));
    let field = harness.get_by_label("Times");
    assert_eq!(field.value().as_deref(), Some("0 0.2 half 1"));
    let reason = rect(&harness, "line 1: `half` is no number: times or levels are needed");
    assert!(reason.bottom() <= field.rect().top() + 1.0, "{reason:?} {:?}", field.rect());
    // As σ/α the same numbers are another schedule; out of order they are none.
    harness.event(Event::Paste("0\n0.9\n0.2".to_owned()));
    harness.run_steps(3);
    assert!(harness.state().said().contains("rising times"), "{}", harness.state().said());
    assert_eq!(times(&harness), Some(vec![0.0, 0.5, 0.75, 1.0]));
}

#[test]
fn a_mark_is_dragged_added_and_removed() {
    let settings =
        ["field.kind=exact", "sampler.method=heun", "sampler.adaptive=false", "sampler.steps=4"];
    let mut harness = window(&settings);
    harness.key_press(Key::S);
    harness.run_steps(3);
    let [left, right] = harness.state().schedule_ends().expect("it is open");
    let at = |t: f32| left + t * (right - left);
    harness.hover_at(at(0.25));
    harness.step();
    harness.drag_at(at(0.25));
    harness.step();
    for t in [0.3, 0.35, 0.4] {
        harness.hover_at(at(t));
        harness.step();
    }
    harness.drop_at(at(0.4));
    harness.run_steps(2);
    let dragged = times(&harness).expect("a list");
    assert_eq!(dragged.len(), 5);
    assert!((dragged[1] - 0.4).abs() < 0.01, "{dragged:?}");
    assert!(dragged.iter().all(|t| (t * 1e4 - (t * 1e4).round()).abs() < 1e-6), "{dragged:?}");
    undo(&mut harness);
    assert_eq!(times(&harness), None, "a drag is one step");
    harness.get_by_label("Add").click();
    harness.run_steps(2);
    assert_eq!(times(&harness).map(|times| times.len()), Some(6));
    // The new one is chosen.
    harness.get_by_label("Remove").click();
    harness.run_steps(2);
    assert_eq!(times(&harness), Some(vec![0.0, 0.25, 0.5, 0.75, 1.0]));
    // With the right button.
    harness.hover_at(at(0.5));
    harness.step();
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        harness.event(Event::PointerButton { pos: at(0.5), button, pressed, modifiers });
        harness.step();
    }
    harness.run_steps(2);
    assert_eq!(times(&harness), Some(vec![0.0, 0.25, 0.75, 1.0]));
}

#[test]
fn where_the_error_chooses_the_steps_a_list_says_why_not() {
    let mut harness = window(&["sampler.method=dopri5"]);
    harness.key_press(Key::S);
    harness.run_steps(3);
    assert!(harness.get_by_label("Open list…").accesskit_node().is_disabled());
    let before = scene(&harness);
    harness.event(Event::Paste("0\n0.5\n1".to_owned()));
    harness.run_steps(3);
    assert_eq!(scene(&harness), before);
    assert!(!harness.state().said().is_empty(), "it says why");
}

#[test]
fn where_nothing_can_be_drawn_the_tools_say_why() {
    let mut harness = window(&["field.kind=classic"]);
    assert!(harness.get_by_label("Draw data").accesskit_node().is_disabled());
    harness.key_press(Key::D);
    harness.run_steps(2);
    assert!(harness.state().said().contains("classic"), "{}", harness.state().said());
    assert!(harness.query_by_label("Eraser").is_none());
    // Data from elsewhere have a field of their own.
    harness.event(Event::Paste("0 0\n1 1\n".to_owned()));
    harness.run_steps(3);
    assert_eq!((scene(&harness).field.kind, points(&harness).len()), (FieldKind::Exact, 2));
}
