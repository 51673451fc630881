//! In front of a class, with the keys of a speaker and of a remote.

#[path = "shared/wait.rs"]
mod wait;

use driftscope::app::palette::Theme;
use driftscope::app::{Driftscope, Launch};
use driftscope_study::lesson::{LESSONS, Way, bundled_lesson};
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, Queryable};

use self::wait::wait;

/// A window of 1280 by 720 points of the display in presenter mode.
const PRESENTER: [f32; 2] = [896.0, 504.0];
/// Frames in which what scrolls is there.
const SCROLLED: usize = 40;

/// A window on a lesson, few of whose particles are solved.
fn window(lesson: &str, step: usize, size: [f32; 2]) -> Harness<'static, Driftscope> {
    let mut lesson = bundled_lesson(lesson).expect("bundled").lesson();
    for step in &mut lesson.steps {
        step.set.push("particles.count=8".to_owned().try_into().expect("a setting"));
    }
    let launch =
        Launch { lesson: Some((lesson, step)), theme: Theme::Projector, ..Launch::default() };
    let mut harness =
        Harness::builder().with_size(size).build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(4);
    harness
}

fn called(label: &str, role: Role) -> impl Fn(&AccessKitNode<'_>) -> bool + Copy + '_ {
    move |node| node.role() == role && node.label().as_deref() == Some(label)
}

fn lecture<'a>(harness: &'a Harness<'_, Driftscope>) -> &'a driftscope_study::session::Lecture {
    harness.state().state().lesson().expect("a lesson is open")
}

fn press(harness: &mut Harness<'_, Driftscope>, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

/// The lesson and the step of the first question of this kind.
fn asking(of: impl Fn(&Way) -> bool) -> (&'static str, usize) {
    let found = LESSONS.iter().find_map(|bundled| {
        let asks = |step: &driftscope_study::lesson::LessonStep| {
            step.question.as_ref().is_some_and(|question| of(&question.way))
        };
        Some((bundled.name, bundled.lesson().steps.iter().position(asks)?))
    });
    found.expect("some lesson asks so")
}

#[test]
fn a_figure_is_one_more_hand_and_with_shift_one_less() {
    let (lesson, step) = asking(|way| matches!(way, Way::Choices { .. }));
    let mut harness = window(lesson, step, [1280.0, 720.0]);
    let hands = |harness: &Harness<'_, Driftscope>| lecture(harness).hands[..2].to_vec();
    for _ in 0..3 {
        press(&mut harness, Key::Num2);
    }
    assert_eq!(hands(&harness), [0, 3]);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Num2);
    harness.run_steps(2);
    assert_eq!(hands(&harness), [0, 2]);
    // On most keyboards Shift and a figure are another character.
    harness.event(Event::Key {
        key: Key::Exclamationmark,
        physical_key: Some(Key::Num1),
        pressed: true,
        repeat: false,
        modifiers: Modifiers::SHIFT,
    });
    harness.run_steps(2);
    assert_eq!(hands(&harness), [0, 2], "there was none to be taken off");
    press(&mut harness, Key::Num1);
    harness.event(Event::Key {
        key: Key::Exclamationmark,
        physical_key: Some(Key::Num1),
        pressed: true,
        repeat: false,
        modifiers: Modifiers::SHIFT,
    });
    harness.run_steps(2);
    assert_eq!(hands(&harness), [0, 2]);
}

#[test]
fn who_reads_alone_is_told_whether_it_is_right_and_no_choice_changes_its_size() {
    let (lesson, step) = asking(|way| matches!(way, Way::Choices { .. }));
    let asked = bundled_lesson(lesson).expect("bundled").lesson().steps.swap_remove(step);
    let Some(Way::Choices { answer, .. }) = asked.question.map(|question| question.way) else {
        panic!("{lesson}, step {step} has choices");
    };
    let keys = [Key::Num1, Key::Num2];
    for (key, words) in
        [(keys[usize::from(answer == 0)], "Not this one"), (keys[answer.min(1)], "Right.")]
    {
        let mut harness = window(lesson, step, [1280.0, 720.0]);
        let sizes = |harness: &Harness<'_, Driftscope>| {
            let choices = harness.get_all_by_role(Role::RadioButton);
            choices.map(|choice| choice.rect().size()).collect::<Vec<_>>()
        };
        let before = sizes(&harness);
        assert!(before.len() > 1);
        press(&mut harness, key);
        assert!(harness.query_by_label_contains(words).is_none(), "it is not told yet");
        press(&mut harness, Key::PageDown);
        // A right choice beyond the second has no key here.
        if words != "Right." || answer < keys.len() {
            harness.get_by_label_contains(words);
        }
        for (before, after) in before.iter().zip(sizes(&harness)) {
            assert!((*before - after).length() < 0.5, "{before} became {after}");
        }
    }
}

#[test]
fn the_last_step_leads_back_to_all_lessons() {
    let name = "euler-cuts-corners";
    let last = bundled_lesson(name).expect("bundled").lesson().steps.len() - 1;
    let mut harness = window(name, last, [1280.0, 720.0]);
    if lecture(&harness).asks() {
        press(&mut harness, Key::PageDown);
    }
    assert!(harness.query_by(called("Next", Role::Button)).is_none());
    let all = harness.get_all_by(called("All lessons", Role::Button));
    let lowest = all.max_by(|one, other| one.rect().top().total_cmp(&other.rect().top()));
    lowest.expect("below the step").click();
    harness.run_steps(4);
    assert!(harness.state().state().lesson().is_none());
}

#[test]
fn keys_with_shift_are_others_even_if_it_is_up_at_the_end_of_the_frame() {
    let mut harness = window("euler-cuts-corners", 0, [1280.0, 720.0]);
    press(&mut harness, Key::Num1);
    harness.get_by(called("Lessons", Role::Button));
    let redo = |harness: &Harness<'_, Driftscope>| harness.state().state().editor().history();
    let before = redo(&harness);
    assert!(before.0 > 0, "the step can be taken back");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_eq!(redo(&harness), (before.0 - 1, before.1 + 1));
    let both = Modifiers::COMMAND.plus(Modifiers::SHIFT);
    for pressed in [true, false] {
        harness.event(Event::Key {
            key: Key::Z,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: both,
        });
    }
    harness.run_steps(2);
    assert_eq!(redo(&harness), before, "redone, not undone once more");
}

#[test]
fn what_is_revealed_comes_into_sight_by_page_down_alone() {
    for (name, bundled) in LESSONS.iter().map(|bundled| (bundled.name, bundled.lesson())) {
        for (step, asked) in bundled.steps.iter().enumerate() {
            let Some(question) = &asked.question else { continue };
            let Way::Choices { choices, answer } = &question.way else { continue };
            let mut harness = window(name, step, PRESENTER);
            harness.key_press(Key::P);
            harness.run_steps(3);
            let bar = |harness: &Harness<'_, Driftscope>| {
                harness.get_by(called("Back", Role::Button)).rect()
            };
            press(&mut harness, Key::PageDown);
            assert!(lecture(&harness).revealed);
            harness.run_steps(SCROLLED);
            let right = |node: &AccessKitNode<'_>| {
                node.role() == Role::RadioButton
                    && node.label().is_some_and(|label| {
                        label == driftscope::app::text::Document::parse(&choices[*answer]).plain()
                    })
            };
            let (answer, bar) = (harness.get_by(right).rect(), bar(&harness));
            let seen = Rect::from_min_max(eframe::egui::pos2(0.0, 60.0), bar.right_top());
            assert!(
                answer.top() >= seen.top() && answer.bottom() <= seen.bottom() + 1.0,
                "{name}, step {}: the answer lies at {answer}, seen is {seen}",
                step + 1
            );
        }
    }
}

#[test]
fn one_esc_leaves_one_thing() {
    let mut harness = window("euler-cuts-corners", 0, [1280.0, 720.0]);
    press(&mut harness, Key::M);
    press(&mut harness, Key::X);
    harness.event(Event::Text("?".to_owned()));
    harness.run_steps(3);
    press(&mut harness, Key::B);
    let stands = |harness: &Harness<'_, Driftscope>| {
        let state = harness.state().state();
        let light = state.lectern.in_hand == driftscope::app::lectern::InHand::Light;
        (state.lectern.blank, state.help.is_open(), light, state.formula.is_open())
    };
    let mut expected = [true; 4];
    assert_eq!(stands(&harness), (true, true, true, true));
    for left in 0..expected.len() {
        press(&mut harness, Key::Escape);
        expected[left] = false;
        assert_eq!(stands(&harness), expected.into(), "after {} times Esc", left + 1);
    }
}

#[test]
fn esc_in_a_field_leaves_the_field_alone() {
    let (lesson, step) = asking(|way| matches!(way, Way::Number { .. }));
    let mut harness = window(lesson, step, [1280.0, 720.0]);
    press(&mut harness, Key::M);
    assert!(harness.state().state().formula.is_open());
    let field = called("Your answer", Role::TextInput);
    harness.get_by(field).scroll_to_me();
    harness.run_steps(3);
    harness.get_by(field).click();
    harness.run_steps(3);
    press(&mut harness, Key::Escape);
    assert!(harness.state().state().formula.is_open(), "the field was left");
    press(&mut harness, Key::Escape);
    assert!(!harness.state().state().formula.is_open());
}

#[test]
fn a_step_begins_with_its_words_in_sight_and_nothing_over_it() {
    let mut harness = window("euler-cuts-corners", 0, [1280.0, 720.0]);
    for key in [Key::C, Key::G, Key::M, Key::S] {
        press(&mut harness, key);
    }
    assert!(harness.query_by(called("Back", Role::Button)).is_none());
    // The answer, then the next step.
    press(&mut harness, Key::PageDown);
    press(&mut harness, Key::PageDown);
    let state = harness.state().state();
    assert_eq!(state.lesson().expect("open").step, 1);
    let panels = state.panels();
    assert!(panels.controls && panels.plots);
    assert!(!state.formula.is_open() && !state.schedule);
    harness.get_by(called("Back", Role::Button));
}

#[test]
fn a_lesson_is_the_same_picture_in_a_larger_window() {
    let mut harness = window("order-at-equal-cost", 1, [1280.0, 720.0]);
    let zoom = |harness: &Harness<'_, Driftscope>| harness.ctx.zoom_factor();
    assert!((zoom(&harness) - 1.0).abs() < 1e-6);
    // So many points of the display; the window's own are then as many as before.
    harness.set_size([1920.0, 1080.0].into());
    harness.run_steps(1);
    harness.set_size([1280.0, 720.0].into());
    harness.run_steps(3);
    assert!((zoom(&harness) - 1.5).abs() < 1e-6, "{}", zoom(&harness));
    press(&mut harness, Key::PageDown);
    assert!((zoom(&harness) - 1.5).abs() < 1e-6);
}

#[test]
fn the_frozen_and_the_blank_screen_stay_when_someone_clicks() {
    let mut harness = window("euler-cuts-corners", 0, [1280.0, 720.0]);
    press(&mut harness, Key::B);
    let middle = eframe::egui::pos2(640.0, 360.0);
    let click = |harness: &mut Harness<'_, Driftscope>| {
        harness.hover_at(middle);
        for pressed in [true, false] {
            harness.event(Event::PointerButton {
                pos: middle,
                button: eframe::egui::PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
            harness.run_steps(1);
        }
        harness.run_steps(2);
    };
    click(&mut harness);
    let lectern = &harness.state().state().lectern;
    assert!(lectern.blank);
    assert_eq!(harness.state().state().pinned(), None, "nor does it reach what lies below");
}

#[test]
fn the_map_of_keys_fits_and_is_as_high_each_time() {
    let mut harness = window("euler-cuts-corners", 0, [1280.0, 800.0]);
    let opened = |harness: &mut Harness<'_, Driftscope>| {
        harness.event(Event::Text("?".to_owned()));
        // The command, and the frame in which it is measured.
        harness.run_steps(2);
        let close = called("Close", Role::Button);
        let mut heights = Vec::new();
        for _ in 0..4 {
            harness.run_steps(1);
            heights.push(harness.get_by(close).rect().bottom());
        }
        assert!(heights.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.5), "{heights:?}");
        // Its last row is seen without scrolling.
        let last = harness.get_by_label_contains("open a scene, a lesson, a model").rect();
        assert!(last.bottom() <= harness.get_by(close).rect().top(), "{last}");
        press(harness, Key::Escape);
        assert!(!harness.state().state().help.is_open());
        heights[3]
    };
    let first = opened(&mut harness);
    assert!(first < 790.0, "{first}");
    assert!((opened(&mut harness) - first).abs() < 0.5);
}

#[test]
fn a_dot_of_light_lies_at_one_place_of_the_plot() {
    let mut harness = window("euler-cuts-corners", 0, [1280.0, 720.0]);
    wait(&mut harness, "a picture", |harness| {
        harness.state().screen_position(0, [0.0; 2]).is_some()
    });
    press(&mut harness, Key::X);
    let at = harness.state().screen_position(0, [0.5, 0.25]).expect("the stage is drawn");
    harness.hover_at(at);
    harness.run_steps(3);
    let light = harness.state().state().lectern.light.expect("it lies on the stage");
    assert_eq!(light.pane, 0);
    assert!((light.at[0] - 0.5).abs() < 0.02 && (light.at[1] - 0.25).abs() < 0.02, "{light:?}");
    harness.hover_at(eframe::egui::pos2(20.0, 20.0));
    harness.run_steps(3);
    assert_eq!(harness.state().state().lectern.light, None);
}
