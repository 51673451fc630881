//! A lesson that is written by doing: what was done, recorded, saved, opened again and replayed, leads to
//! the same document.

use std::time::{Duration, Instant};

use driftscope_study::lesson::{Lesson, LessonStep};
use driftscope_study::scene::{Change, LIBRARY, Scene, bundled};
use driftscope_study::session::{Action, InspectedStep, LensPlace, RecordingOrder, Session};

fn session() -> Session {
    Session::new(Scene::default(), Instant::now(), || {})
}

fn act(session: &mut Session, action: impl std::borrow::Borrow<Action>) {
    let action = action.borrow();
    session.act(action).unwrap_or_else(|error| panic!("{action:?}: {error}"));
}

fn draft(lesson: Lesson) -> Action {
    Action::Draft { lesson: Some(Box::new(lesson)), step: 0, continues: false }
}

fn one_step() -> Lesson {
    Lesson { title: "Mine".to_owned(), steps: vec![LessonStep::default()], ..Lesson::default() }
}

fn record(session: &mut Session, recording: RecordingOrder) {
    act(session, Action::Record { recording });
}

fn set(key: &str, value: impl Into<toml::Value>) -> Action {
    Action::Set { pane: 0, changes: vec![Change::set(key, value)], continues: false }
}

/// Saves the lesson, opens it in another session and shows its step.
fn replayed(lesson: &Lesson, step: usize) -> Session {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    lesson.save(&path).expect("written");
    let read = Lesson::load(&path).expect("read");
    assert_eq!(&read, lesson);
    let mut session = session();
    act(&mut session, Action::OpenLesson { lesson: Box::new(read) });
    act(&mut session, Action::LessonStep { step });
    session.advance(Instant::now(), Duration::from_mins(1));
    session
}

/// The step that is shown stands as it begins.
fn stands(session: &Session) {
    let lecture = session.lesson().expect("a lesson is shown");
    let draft = session.draft().expect("it is being written");
    assert_eq!(&lecture.lesson, draft);
    let stand = draft.stand(lecture.step).expect("it stands");
    assert_eq!(**session.scene(), stand.scene);
    assert_eq!(*lecture.scene, stand.scene);
    assert_eq!(lecture.card, stand.card);
    assert_eq!((session.pinned(), session.selected()), (stand.pinned, stand.pane));
}

/// What of a session a lesson decides.
fn shown(session: &Session) -> impl PartialEq + std::fmt::Debug + use<> {
    let playback = session.playback();
    (
        session.scene().clone(),
        (session.pinned(), session.selected(), session.inspected(), session.lens()),
        session.lesson().and_then(|lecture| lecture.card.clone()),
        (!playback.playing).then_some(playback.progress),
    )
}

#[test]
fn what_was_recorded_saved_and_replayed_is_the_same_document() {
    let stiff = bundled("where-the-steps-go").expect("bundled").scene();
    let doings: [&[Action]; 7] = [
        &[set("sampler.rtol", 1e-6), set("sampler.method", "rk4")],
        &[Action::Open { scene: Box::new(stiff) }, set("seed", 7)],
        &[Action::AddPane, set("sampler.method", "euler"), Action::SelectPane { pane: 1 }],
        &[
            Action::Pin { particle: Some(5) },
            Action::Play { playing: false },
            Action::Seek { progress: 0.437_26 },
            Action::Card { card: Some("convergence".to_owned()) },
        ],
        &[
            Action::Pin { particle: Some(2) },
            Action::Inspect { step: Some(InspectedStep { attempt: 3, phase: 0 }) },
        ],
        &[
            Action::Lens { lens: Some(LensPlace::Pointer) },
            Action::Lens { lens: Some(LensPlace::At([0.5, -0.25])) },
        ],
        &[set("particles.count", 300), Action::Undo, Action::Redo, Action::Undo],
    ];
    let mut writer = session();
    act(&mut writer, draft(one_step()));
    for (i, actions) in doings.iter().enumerate() {
        record(&mut writer, RecordingOrder::Next);
        for action in *actions {
            act(&mut writer, action);
        }
        record(&mut writer, RecordingOrder::Keep);
        let lesson = (**writer.draft().expect("it is being written")).clone();
        assert_eq!(lesson.steps.len(), i + 2);
        assert_eq!(writer.lesson().expect("shown").step, i + 1);
        let again = replayed(&lesson, i + 1);
        assert_eq!(shown(&writer), shown(&again), "{:?}", lesson.steps[i + 1].set);
        assert_eq!(writer.scene(), again.scene());
    }
    let lesson = writer.draft().expect("it is being written");
    let lines = |step: usize| -> Vec<String> {
        lesson.steps[step].set.iter().map(ToString::to_string).collect()
    };
    assert_eq!(lines(1), ["sampler.method=rk4", "sampler.rtol=1e-6"]);
    assert_eq!(lines(2), ["scene=where-the-steps-go", "seed=7"]);
    assert_eq!(lines(4), ["pin=5", "card=convergence", "at=0.437"]);
    assert_eq!(lines(6), ["lens=[0.5, -0.25]", "inspect=3"], "it is still taken apart");
    assert_eq!(lines(7), ["inspect=3"]);
}

#[test]
fn a_step_is_recorded_again_or_discarded_and_nothing_ends_it_by_the_way() {
    let mut writer = session();
    act(&mut writer, draft(one_step()));
    record(&mut writer, RecordingOrder::Next);
    act(&mut writer, set("sampler.steps", 12));
    // What was set since can be taken back, but not what was written before.
    act(&mut writer, Action::Undo);
    assert_ne!(writer.scene().sampler.steps, 12);
    act(&mut writer, Action::Redo);
    act(&mut writer, Action::Undo);
    let message = writer.act(&Action::Undo).expect_err("refused").to_string();
    assert!(message.contains("keep it or discard it"), "{message}");
    act(&mut writer, Action::Redo);
    for ending in [
        Action::CloseLesson,
        Action::LessonStep { step: 0 },
        draft(one_step()),
        Action::OpenLesson { lesson: Box::new(one_step()) },
        Action::Record { recording: RecordingOrder::Next },
    ] {
        let message = writer.act(&ending).expect_err("refused").to_string();
        assert!(message.contains("keep it or discard it"), "{message}");
    }
    record(&mut writer, RecordingOrder::Keep);
    record(&mut writer, RecordingOrder::Again);
    assert_eq!(writer.scene().sampler.steps, 12);
    act(&mut writer, set("sampler.steps", 13));
    record(&mut writer, RecordingOrder::Keep);
    let draft = writer.draft().expect("it is being written").clone();
    assert_eq!(draft.steps.len(), 2);
    assert_eq!(draft.steps[1].set[0].to_string(), "sampler.steps=13");
    record(&mut writer, RecordingOrder::Next);
    act(&mut writer, set("sampler.steps", 14));
    record(&mut writer, RecordingOrder::Discard);
    assert_eq!((writer.scene().sampler.steps, writer.draft()), (13, Some(&draft)));
    assert!(writer.act(&Action::Record { recording: RecordingOrder::Keep }).is_err());
}

#[test]
fn what_is_written_is_taken_back_with_what_is_shown() {
    let mut writer = session();
    let before = writer.scene().clone();
    act(&mut writer, draft(one_step()));
    record(&mut writer, RecordingOrder::Next);
    let named = LIBRARY[2].scene();
    act(&mut writer, Action::Open { scene: Box::new(named.clone()) });
    record(&mut writer, RecordingOrder::Keep);
    assert_eq!(writer.lesson().map(|lecture| lecture.lesson.steps.len()), Some(2));
    // Looking at another step is no change, and what is taken back is shown whole.
    let history = writer.editor().history();
    act(&mut writer, Action::LessonStep { step: 0 });
    assert_eq!(writer.editor().history(), history);
    act(&mut writer, Action::LessonStep { step: 1 });
    stands(&writer);
    act(&mut writer, Action::Undo);
    stands(&writer);
    assert_eq!(writer.lesson().map(|lecture| lecture.lesson.steps.len()), Some(1));
    act(&mut writer, Action::Redo);
    assert_eq!(writer.lesson().map(|lecture| lecture.lesson.steps.len()), Some(2));
    // A setting edited, another step looked at, and the edit taken back.
    let mut edited = (**writer.draft().expect("it is being written")).clone();
    edited.steps[0].set.push("sampler.steps=9".to_owned().try_into().expect("a setting"));
    act(&mut writer, Action::Draft { lesson: Some(Box::new(edited)), step: 0, continues: false });
    stands(&writer);
    act(&mut writer, Action::LessonStep { step: 1 });
    act(&mut writer, Action::Undo);
    stands(&writer);
    assert!(writer.editor().history().1 > 0, "it can be made again");
    act(&mut writer, Action::LessonStep { step: 0 });
    act(&mut writer, Action::Redo);
    stands(&writer);
    assert_eq!(writer.scene().sampler.steps, 9);
    while writer.editor().history().0 > 0 {
        act(&mut writer, Action::Undo);
    }
    assert!(writer.draft().is_none() && writer.lesson().is_none());
    assert_eq!(writer.scene(), &before);
    let wrong = Lesson { steps: Vec::new(), ..one_step() };
    let message = writer.act(&draft(wrong)).expect_err("refused").to_string();
    assert!(message.contains("no steps"), "{message}");
    assert!(writer.draft().is_none());
}
