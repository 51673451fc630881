//! A lesson is written in the window: recorded, edited beside its preview, put in order, tried, saved,
//! opened again and replayed.

#[path = "shared/wait.rs"]
mod wait;

use std::path::Path;
use std::time::Instant;

use driftscope::app::{Driftscope, Launch};
use driftscope_study::lesson::{Lesson, bundled_lesson};
use driftscope_study::scene::Scene;
use driftscope_study::session::{Action, Mode, Session};
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, Queryable};

use self::wait::wait;

fn window(launch: Launch) -> Harness<'static, Driftscope> {
    let mut harness = Harness::builder()
        .with_size([1280.0, 900.0])
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(3);
    harness
}

fn scene() -> Scene {
    let settings = ["field.kind=exact", "particles.count=16", "sampler.method=euler"];
    Scene::with_settings(None, &settings.map(str::to_owned)).expect("a scene")
}

/// Whether a widget of one of these roles is called so.
fn called<'a>(
    label: &'a str,
    roles: &'a [Role],
) -> impl Fn(&AccessKitNode<'_>) -> bool + Copy + 'a {
    move |node| roles.contains(&node.role()) && node.label().as_deref() == Some(label)
}

fn press(harness: &mut Harness<'_, Driftscope>, label: &str) {
    let button = called(label, &[Role::Button, Role::RadioButton, Role::ComboBox, Role::CheckBox]);
    harness.get_by(button).scroll_to_me();
    harness.run_steps(3);
    harness.get_by(button).click();
    harness.run_steps(3);
}

/// Types into the field of this name, in place of what it holds.
fn write(harness: &mut Harness<'_, Driftscope>, field: &str, text: &str) {
    let field = called(field, &[Role::TextInput, Role::MultilineTextInput]);
    harness.get_by(field).scroll_to_me();
    harness.run_steps(3);
    harness.get_by(field).click();
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    harness.event(Event::Text(text.to_owned()));
    harness.run_steps(3);
}

fn draft(window: &Driftscope) -> &Lesson {
    window.state().draft().expect("a lesson is being written")
}

/// Gives the dialog for saving a name.
fn answer(harness: &mut Harness<'_, Driftscope>, path: &Path) {
    wait(harness, "the dialog", |harness| {
        harness.query_by(called("Save", &[Role::Button])).is_some()
    });
    harness.run_steps(3);
    let fields: Vec<_> = harness.get_all_by_role(Role::TextInput).collect();
    fields.last().expect("a field for its name").click();
    drop(fields);
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.event(Event::Text(path.display().to_string()));
    harness.run_steps(2);
}

#[test]
fn what_is_done_in_the_window_is_recorded_saved_opened_and_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    let mut harness = window(Launch { scene: scene(), own_dialogs: true, ..Launch::default() });
    harness.key_press(Key::Num5);
    harness.run_steps(3);
    press(&mut harness, "Write a lesson");
    assert_eq!(draft(harness.state()).steps.len(), 1);
    // Its first step is what was shown.
    let first = draft(harness.state()).scene(0).expect("it stands");
    assert_eq!(first, scene());

    // Who has missed a field does not turn the window upside down.
    let look = harness.state().state().look;
    for key in [Key::T, Key::Num3, Key::P, Key::S] {
        harness.key_press(key);
        harness.run_steps(2);
    }
    let state = harness.state().state();
    assert_eq!((state.look, state.mode(), state.schedule), (look, Mode::Lessons, false));

    press(&mut harness, "Record a step");
    harness.get_by_label("Recording step 2");
    harness.get_by_label("Nothing is set yet.");
    // The finder sets a value, a key pauses, and the bar is where it is.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.event(Event::Text("steps 24".to_owned()));
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("sampler.steps=24");
    // Whatever leads elsewhere waits.
    harness.key_press(Key::PageDown);
    harness.run_steps(2);
    assert!(harness.state().state().recorder().is_some());
    press(&mut harness, "Keep the step");
    let lesson = draft(harness.state()).clone();
    assert_eq!(lesson.steps.len(), 2);
    assert_eq!(lesson.steps[1].set[0].to_string(), "sampler.steps=24");
    assert_eq!(harness.state().state().lesson().expect("shown").step, 1);

    // The text is set beside as the class sees it.
    write(&mut harness, "Text", "# Finer\nNow with $h = 1/24$.");
    assert_eq!(draft(harness.state()).steps[1].text, "# Finer\nNow with $h = 1/24$.");
    harness.get_by_label("As the class sees it");
    write(&mut harness, "Title", "Mine");
    assert_eq!(draft(harness.state()).title, "Mine");

    // A new step in front, by the buttons; then back in order.
    press(&mut harness, "Move the step up");
    assert_eq!(draft(harness.state()).steps[0].text, "# Finer\nNow with $h = 1/24$.");
    press(&mut harness, "Move the step down");
    press(&mut harness, "Double the step");
    assert_eq!(draft(harness.state()).steps.len(), 3);
    press(&mut harness, "Remove the step");
    assert_eq!(draft(harness.state()).steps.len(), 2);

    // As the class sees it.
    press(&mut harness, "Try the lesson");
    assert!(harness.query_by_label("As the class sees it").is_none());
    // In front of a class a figure is a hand, and no other mode.
    harness.key_press(Key::Num2);
    harness.run_steps(2);
    assert_eq!(harness.state().state().mode(), Mode::Lessons);
    press(&mut harness, "Write on");

    press(&mut harness, "Save lesson…");
    answer(&mut harness, &file);
    press(&mut harness, "Save");
    wait(&mut harness, "the file", |_| file.exists());
    let saved = Lesson::load(&file).expect("a lesson");
    assert_eq!(&saved, draft(harness.state()));

    // Opened and replayed by itself, the same document.
    let shown = harness.state().state().scene().clone();
    let mut session = Session::new(Scene::default(), Instant::now(), || {});
    let act = |session: &mut Session, action: Action| session.act(&action).expect("done");
    act(&mut session, Action::OpenLesson { lesson: Box::new(saved) });
    act(&mut session, Action::LessonStep { step: 1 });
    assert_eq!(session.scene(), &shown);
    assert_eq!(session.mode(), Mode::Lessons);

    press(&mut harness, "Stop writing");
    assert!(harness.state().state().draft().is_none());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert!(harness.state().state().draft().is_some(), "nothing is lost");
}

#[test]
fn what_cannot_be_is_said_where_it_is_typed_and_changes_nothing() {
    let lesson = bundled_lesson("euler-cuts-corners").expect("bundled").lesson();
    let mut harness = window(Launch { lesson: Some((lesson.clone(), 1)), ..Launch::default() });
    press(&mut harness, "Edit this lesson");
    assert_eq!(draft(harness.state()), &lesson);
    for (field, text, words) in [
        ("Setting 1", "at=2", "a share of the run from 0 to 1"),
        ("Setting 2", "sampler.stepps=3", "no scene has the key sampler.stepps"),
        ("Claim 1", "growth(euler) >", "growth(euler) >"),
        ("Claim 2", "nfes() > 3", "nfes"),
        ("Points at", "somewhere", "write control KEY"),
        ("In sight 1", "sampler.foo", "sampler.foo"),
    ] {
        write(&mut harness, field, text);
        harness.get_by_label_contains(words);
        assert_eq!(draft(harness.state()), &lesson, "{field}");
        let right = match field {
            "Setting 1" => lesson.steps[1].set[0].to_string(),
            "Setting 2" => lesson.steps[1].set[1].to_string(),
            "Claim 1" => lesson.steps[1].claims[0].to_string(),
            "Claim 2" => lesson.steps[1].claims[1].to_string(),
            "Points at" => lesson.steps[1].point.as_ref().expect("one").to_string(),
            _ => "sampler.steps".to_owned(),
        };
        write(&mut harness, field, &right);
    }
    assert_eq!(draft(harness.state()), &lesson);
    write(&mut harness, "Setting 2", "pin=3");
    assert_eq!(harness.state().state().pinned(), Some(3), "what is edited is shown at once");
    write(&mut harness, "Another setting", "sampler.steps=32");
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let steps = |harness: &Harness<'_, Driftscope>| draft(harness.state()).steps[1].set.len();
    assert_eq!(steps(&harness), lesson.steps[1].set.len() + 1);
    press(&mut harness, "Remove setting 5");
    assert_eq!(steps(&harness), lesson.steps[1].set.len());
}

#[test]
fn whoever_comes_back_to_write_on_sees_the_step() {
    let mut harness = window(Launch { scene: scene(), ..Launch::default() });
    harness.key_press(Key::Num5);
    harness.run_steps(3);
    press(&mut harness, "Write a lesson");
    press(&mut harness, "Explore");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.event(Event::Text("steps 24".to_owned()));
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().state().scene().sampler.steps, 24);
    harness.key_press(Key::Num5);
    harness.run_steps(3);
    assert_eq!(harness.state().state().mode(), Mode::Lessons);
    let step = draft(harness.state()).scene(0).expect("it stands");
    assert_eq!(**harness.state().state().scene(), step);
}
