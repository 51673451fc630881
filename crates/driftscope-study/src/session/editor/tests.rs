use std::collections::HashSet;

use driftscope_base::cancel::Cancel;
use driftscope_base::random::{Purpose, stream};
use driftscope_solve::MethodRef;
use rand::{Rng, RngExt};

use super::*;
use crate::experiment::Experiment;
use crate::lesson::LESSONS;
use crate::networks::Networks;
use crate::run::{RunOptions, run};
use crate::scene::Change;
use crate::scene::LIBRARY;

/// Something a person could do, most of them changes of one setting.
fn any(rng: &mut impl Rng) -> Action {
    let pane = rng.random_range(0..4);
    let set = |changes| Action::Set { pane, changes, continues: false };
    match rng.random_range(0..21) {
        20 => {
            let lesson = &LESSONS[rng.random_range(0..LESSONS.len())];
            let lesson = rng.random_bool(0.7).then(|| Box::new(lesson.lesson()));
            Action::Draft { lesson, step: 0, continues: rng.random_bool(0.5) }
        }
        0 => Action::AddPane,
        1 => Action::RemovePane { pane },
        2 => Action::SelectPane { pane },
        3 => Action::Pin { particle: Some(rng.random_range(0..100)) },
        4 => Action::Mode { mode: Mode::ALL[rng.random_range(0..5)] },
        5 => Action::Undo,
        6 => Action::Redo,
        7 if rng.random_range(0..10) == 0 => {
            let scene = LIBRARY[rng.random_range(0..LIBRARY.len())].scene();
            Action::Open { scene: Box::new(scene) }
        }
        8 => set(vec![Change::set("training.batch", rng.random_range(1..5_000_i64))]),
        9 | 10 => {
            let methods: Vec<_> = MethodRef::of_any_field().collect();
            let method = methods[rng.random_range(0..methods.len())].name;
            set(vec![Change::set("sampler.method", method)])
        }
        11 => {
            let name = driftscope_flow::data::TOYS[rng.random_range(0..5)].name;
            set(vec![Change::set("data.name", name)])
        }
        12 => set(vec![Change::set("field.kind", ["exact", "learned"][rng.random_range(0..2)])]),
        13 => Action::Set {
            pane,
            changes: vec![Change::set("sampler.atol", rng.random_range(1e-9..1e-1))],
            continues: true,
        },
        14 => set(vec![Change::set("seed", rng.random_range(0..1_000_i64))]),
        15 => set(vec![
            Change::set("sampler.steps", rng.random_range(1..40_i64)),
            Change { key: "sampler.step_size".into(), value: None },
        ]),
        16 => set(vec![Change::set("view.trail", rng.random_range(0.0..1.0))]),
        _ => set(vec![Change::set("sampler.rtol", 10_f64.powf(rng.random_range(-8.0..0.0)))]),
    }
}

/// What is about a pane that is not there is refused, and nothing else.
fn done(outcome: &Result<(), ActionError>) {
    assert!(matches!(outcome, Ok(()) | Err(ActionError::NoPane { .. })), "{outcome:?}");
}

fn small() -> Scene {
    Scene::with_settings(None, &["particles.count=12".to_owned()]).expect("a scene")
}

#[test]
fn ten_thousand_actions_written_down_lead_to_the_same_document_and_recordings() {
    let mut rng = stream(13, Purpose::Start, 0);
    let mut first = Editor::new(small());
    let mut written = String::new();
    let mut kinds = HashSet::new();
    // Wherever they led, what comes last can be run.
    let time = |key: &str| Change { key: key.into(), value: None };
    let own_times = Action::Set {
        pane: 0,
        changes: vec![time("time.start"), time("time.end")],
        continues: false,
    };
    let walk: Vec<Action> = (1..10_000).map(|_| any(&mut rng)).collect();
    for action in walk.into_iter().chain([own_times]) {
        kinds.insert(std::mem::discriminant(&action));
        written.push_str(&serde_json::to_string(&action).expect("can be written"));
        written.push('\n');
        done(&first.act(&action));
    }
    assert!(kinds.len() >= 10, "all kinds of actions");
    let mut second = Editor::new(small());
    for line in written.lines() {
        let action: Action = serde_json::from_str(line).expect("can be read");
        done(&second.act(&action));
    }
    assert_eq!(first.document(), second.document());
    assert_eq!(first.history(), second.history());
    assert_eq!(
        (first.mode(), first.selected(), first.pinned()),
        (second.mode(), second.selected(), second.pinned())
    );
    let ends = |editor: &Editor| -> Vec<Result<Vec<[u64; 2]>, String>> {
        let ends = |index| {
            let mut scene = editor.scene().pane(index);
            scene.particles.count = scene.particles.count.min(12);
            let experiment = Experiment::new(&Arc::new(scene), &Networks::default());
            let experiment = experiment.map_err(|error| error.to_string())?;
            let options = RunOptions::for_window(12);
            let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {});
            let recording = recording.map_err(|error| error.to_string())?;
            Ok(recording.ends().map(|end| end.map(f64::to_bits)).collect())
        };
        (0..editor.scene().pane_count()).map(ends).collect()
    };
    let recorded = ends(&first);
    assert!(recorded.iter().any(Result::is_ok), "no scene can be run: {recorded:?}");
    assert_eq!(recorded, ends(&second));
}

#[test]
fn undoing_what_the_history_holds_gives_the_scene_it_began_with() {
    let mut rng = stream(14, Purpose::Start, 0);
    let mut editor = Editor::new(small());
    let mut documents = vec![editor.document().clone()];
    while documents.len() < Editor::MOST_UNDO + 500 {
        let action = any(&mut rng);
        if matches!(
            action,
            Action::Undo
                | Action::Redo
                | Action::Set { continues: true, .. }
                | Action::Draft { continues: true, .. }
        ) {
            continue;
        }
        done(&editor.act(&action));
        if documents.last() != Some(editor.document()) {
            documents.push(editor.document().clone());
        }
    }
    let held = editor.history().0;
    assert!(held >= 1_000, "{held}");
    let newest = documents.len() - 1;
    for back in 1..=held {
        editor.act(&Action::Undo).expect("there is one");
        assert_eq!(editor.document(), &documents[newest - back]);
    }
    editor.act(&Action::Undo).expect("nothing happens");
    assert_eq!(editor.document(), &documents[newest - held]);
    for _ in 0..held {
        editor.act(&Action::Redo).expect("there is one");
    }
    assert_eq!((editor.document(), editor.history()), (&documents[newest], (held, 0)));
}

#[test]
fn two_changes_at_the_same_time_both_count() {
    let mut editor = Editor::new(small());
    let set = |key: &str, value: f64| Action::Set {
        pane: 0,
        changes: vec![Change::set(key, value)],
        continues: false,
    };
    editor.act(&set("sampler.rtol", 1e-2)).expect("known");
    editor.act(&set("sampler.atol", 1e-3)).expect("known");
    let sampler = &editor.scene().sampler;
    assert_eq!((sampler.rtol, sampler.atol), (1e-2, 1e-3));
    assert_eq!(editor.history(), (2, 0));
}

#[test]
fn what_goes_on_is_taken_back_together_and_a_refusal_changes_nothing() {
    let mut editor = Editor::new(small());
    for k in 0..20 {
        let changes = vec![Change::set("sampler.rtol", 1e-3 * f64::from(k + 1))];
        editor.act(&Action::Set { pane: 0, changes, continues: k > 0 }).expect("known");
    }
    assert_eq!(editor.history(), (1, 0));
    let before = editor.document().clone();
    let changes = vec![Change::set("sampler.seed", 3)];
    let refused = editor.act(&Action::Set { pane: 0, changes, continues: false });
    assert!(refused.is_err() && editor.document() == &before);
    editor.act(&Action::Undo).expect("there is one");
    assert_eq!(**editor.scene(), small());
}
