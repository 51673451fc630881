//! What is learned and what is guided, trained and shown in the window as a person would.

#[path = "shared/slider.rs"]
mod slider;
#[path = "shared/wait.rs"]
mod wait;

use driftscope::app::{Driftscope, Launch};
use driftscope_study::TrainingState;
use driftscope_study::scene::Scene;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::slider::set;
use self::wait::wait;

/// Small enough for a test, large enough for some traces of the way.
const SMALL: [&str; 6] = [
    "particles.count=64",
    "training.hidden=16",
    "training.depth=2",
    "training.batch=64",
    "training.steps=80",
    "training.pairs=512",
];

/// Tall enough for every control.
const SIZE: [f32; 2] = [1280.0, 1600.0];

type Window = Harness<'static, Driftscope>;

/// The window in the mode that trains.
fn window(data: &str) -> Window {
    let data = format!("data.name={data}");
    let settings = SMALL.into_iter().chain(["field.kind=exact", &data]);
    let settings: Vec<String> = settings.map(str::to_owned).collect();
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    let launch = Launch { scene, ..Launch::default() };
    let mut harness =
        Harness::builder().with_size(SIZE).build_eframe(move |cc| Driftscope::new(cc, launch));
    click(&mut harness, "Train");
    harness
}

fn click(harness: &mut Window, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

fn choose(harness: &mut Window, menu: &str, entry: &str) {
    click(harness, menu);
    // A layer may be called so, too; the menu lies above all.
    harness.get_all_by_label(entry).last().expect("an entry").click();
    harness.run_steps(4);
}

fn is_disabled(harness: &Window, label: &str) -> bool {
    harness.get_by_label(label).accesskit_node().is_disabled()
}

/// Trains to the end, and waits for the picture of what was learned.
fn train(harness: &mut Window) {
    click(harness, "Start");
    wait(harness, "the end of the training", |harness| {
        let status = harness.state().state().training();
        status.is_some_and(|status| status.state == TrainingState::Finished)
    });
    wait(harness, "the particles to follow the last weights", |harness| {
        let state = harness.state().state();
        let network = state.training().and_then(|status| status.network).expect("weights");
        let followed = state.scene().field.model.as_ref().map(ToString::to_string);
        followed == Some(format!("trained:{network}"))
    });
    settle(harness);
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

/// Where the particles end.
fn ends(harness: &Harness<'_, Driftscope>) -> Vec<[f64; 2]> {
    let shown = harness.state().state().shown().expect("a picture");
    let ends: Vec<[f64; 2]> = shown.recording.ends().collect();
    assert!(ends.iter().flatten().all(|place| place.is_finite()));
    ends
}

#[test]
fn every_prediction_is_trained_and_sampled() {
    let mut harness = window("two-moons");
    let mut all = Vec::new();
    for prediction in ["Velocity", "Data x1", "Noise x0", "Score"] {
        choose(&mut harness, "Prediction", prediction);
        train(&mut harness);
        assert!(is_disabled(&harness, "Prediction"), "it stands still until it is reset");
        all.push(ends(&harness));
        click(&mut harness, "Reset");
        settle(&mut harness);
    }
    for (index, one) in all.iter().enumerate() {
        assert!(!all[..index].contains(one), "each says something else");
    }
}

#[test]
fn a_coupling_is_trained_and_takes_the_score_away() {
    let mut harness = window("two-moons");
    choose(&mut harness, "Coupling", "Optimal transport");
    assert!(harness.query_by_label("Pairs in a block").is_some(), "its own setting appears");
    train(&mut harness);
    assert_eq!(ends(&harness).len(), 64);
    click(&mut harness, "Explore");
    click(&mut harness, "Form");
    assert!(is_disabled(&harness, "Linear"));
    harness.hover_at(harness.get_by_label("Linear").rect().center());
    wait(&mut harness, "a sentence that says why", |harness| {
        harness.query_all_by_label_contains("there is no score").next().is_some()
    });
}

/// How many pairs the stage shows and how often they cross, as it says itself.
fn pairs_and_crossings(harness: &mut Window) -> [u64; 2] {
    wait(harness, "the pairs", |harness| {
        harness.state().is_settled()
            && harness.query_all_by_label_contains("Pairs: ").next().is_some()
    });
    harness.run_steps(2);
    let node = harness.get_by_label_contains("Pairs: ").accesskit_node();
    let words = node.value().or_else(|| node.label()).expect("a reading");
    let numbers: Vec<u64> = words
        .split(" · ")
        .map(|part| part.chars().filter(char::is_ascii_digit).collect::<String>())
        .map(|digits| digits.parse().expect("a number"))
        .collect();
    assert!(words.contains("crossing"), "{words}");
    numbers.try_into().expect("two numbers")
}

#[test]
fn the_pairs_of_a_training_are_drawn_and_cross_less_when_they_are_optimal() {
    let mut harness = window("two-moons");
    assert!(harness.query_all_by_label_contains("Pairs: ").next().is_none(), "off by itself");
    harness.get_by_label("Training pairs").click_accesskit();
    let [count, independent] = pairs_and_crossings(&mut harness);
    assert_eq!(count, 64, "all of the batch");
    choose(&mut harness, "Coupling", "Entropic (Sinkhorn)");
    let [_, sinkhorn] = pairs_and_crossings(&mut harness);
    choose(&mut harness, "Coupling", "Optimal transport");
    let [count, optimal] = pairs_and_crossings(&mut harness);
    assert_eq!(count, 64);
    assert!(
        optimal < sinkhorn && sinkhorn < independent && 10 * optimal < independent,
        "{optimal} {sinkhorn} {independent}"
    );
    set(&mut harness, "Batch size", 256.0);
    assert_eq!(
        pairs_and_crossings(&mut harness)[0],
        128,
        "no more, so that they can be told apart"
    );
}

#[test]
fn reflow_trains_again_on_its_own_pairs() {
    let mut harness = window("eight-gaussians");
    set(&mut harness, "Reflows", 1.0);
    assert_eq!(harness.state().state().scene().training.rounds, 1);
    train(&mut harness);
    let status = harness.state().state().training().expect("a training");
    assert_eq!((status.steps_done, status.steps), (160, 160));
    assert_eq!(ends(&harness).len(), 64);
}

#[test]
fn reflow_goes_on_by_a_button_and_says_what_it_made_straighter() {
    let mut harness = window("two-moons");
    assert!(is_disabled(&harness, "Reflow"), "nothing has been trained");
    train(&mut harness);
    let before = ends(&harness);
    click(&mut harness, "Reflow");
    wait(&mut harness, "the end of the round", |harness| {
        let status = harness.state().state().training().expect("a training");
        status.state == TrainingState::Finished && status.rounds.len() == 2
    });
    wait(&mut harness, "other particles", |harness| {
        harness.state().is_settled() && ends(harness) != before
    });
    assert_eq!(harness.state().state().scene().training.rounds, 1);
    for label in ["S/cost", "before", "round 1"] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
}

#[test]
fn two_trainings_stand_side_by_side() {
    let mut harness = window("two-moons");
    click(&mut harness, "Second training");
    assert_eq!(harness.state().state().panes().len(), 2);
    choose(&mut harness, "Prediction", "Noise x0");
    let scene = harness.state().state().scene();
    assert_ne!(scene.training.prediction, scene.pane(1).training.prediction);
    click(&mut harness, "Start");
    wait(&mut harness, "both to end", |harness| {
        let mut all = harness.state().state().session.trainings();
        all.all(|(_, status)| status.state == TrainingState::Finished)
    });
    assert_eq!(harness.state().state().session.trainings().count(), 2);
    let names = ["Prediction Velocity", "Prediction Noise x0"];
    for name in names {
        assert!(harness.query_all_by_label_contains(name).next().is_some(), "{name}");
    }
}

#[test]
fn a_flow_map_is_trained_and_steps_by_itself() {
    for objective in
        ["MeanFlow", "Shortcut", "Consistency training", "Lagrangian self-distillation"]
    {
        let mut harness = window("two-moons");
        choose(&mut harness, "Objective", objective);
        assert!(is_disabled(&harness, "Prediction"), "{objective} predicts velocities");
        train(&mut harness);
        click(&mut harness, "Explore");
        let method = if objective.starts_with("Consistency") { "Consistency" } else { "Flow map" };
        choose(&mut harness, "Method", method);
        set(&mut harness, "Steps", 2.0);
        settle(&mut harness);
        let state = harness.state().state();
        let recording = state.recording().expect("a picture");
        assert_eq!(recording.scene.sampler.steps, 2, "{objective}");
        assert_eq!(ends(&harness).len(), 64);
    }
}

#[test]
fn a_network_that_knows_labels_is_guided() {
    let mut harness = window("two-moons");
    click(&mut harness, "Learn labels");
    assert!(harness.state().state().scene().training.labels);
    train(&mut harness);
    let free = ends(&harness);
    click(&mut harness, "Explore");
    click(&mut harness, "Class, guidance, source");
    click(&mut harness, "Label 1");
    settle(&mut harness);
    let of_class = ends(&harness);
    assert_ne!(free, of_class);
    set(&mut harness, "Scale", 3.0);
    settle(&mut harness);
    assert_ne!(of_class, ends(&harness));
    assert_eq!(harness.state().state().scene().guidance.label, Some(1));
}

#[test]
fn the_weights_on_the_way_are_scrubbed() {
    let mut harness = window("two-moons");
    train(&mut harness);
    let last = ends(&harness);
    set(&mut harness, "Weights after", 0.0);
    wait(&mut harness, "the first weights", |harness| {
        harness.state().state().session.snapshot().is_some()
    });
    wait(&mut harness, "other particles", |harness| {
        harness.state().is_settled() && ends(harness) != last
    });
    set(&mut harness, "Weights after", 1e9);
    wait(&mut harness, "the last particles", |harness| {
        harness.state().is_settled() && ends(harness) == last
    });
}
