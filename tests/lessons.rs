//! Every bundled lesson and laboratory sheet, from its first step to its last, and what it claims.

use std::time::Duration;

use driftscope::app::offscreen::check_lesson;
use driftscope_base::cancel::Cancel;
use driftscope_study::Networks;
use driftscope_study::clock::Instant;
use driftscope_study::lesson::{CheckedClaim, LESSONS, Lesson, LessonKind, check_claims};
use driftscope_study::scene::{Change, Scene};
use driftscope_study::session::{Action, Mode, Session};
use driftscope_study::work::InPlace;

fn checked(lesson: &Lesson) -> Vec<CheckedClaim> {
    let mut found = Vec::new();
    check_claims(lesson, &Networks::default(), &Cancel::default(), |claim| found.push(claim))
        .expect("nobody cancels");
    found
}

#[test]
fn every_claim_of_every_lesson_holds() {
    for bundled in LESSONS {
        let lesson = bundled.lesson();
        let claims: usize = lesson.steps.iter().map(|step| step.claims.len()).sum();
        assert!(claims >= 2, "{} has {claims} claims", bundled.name);
        for claim in checked(&lesson) {
            assert!(claim.holds(), "{}: {claim:?}", bundled.name);
        }
    }
}

#[test]
fn a_claim_made_false_by_editing_is_found() {
    let turned =
        [(" < ", " >= "), (" > ", " <= "), (" <= ", " > "), (" >= ", " < "), (" = ", " < ")];
    for bundled in LESSONS {
        let lesson = bundled.lesson();
        let number = lesson.steps.iter().position(|step| !step.claims.is_empty());
        let number = number.expect("it claims something");
        let claim = lesson.steps[number].claims[0].to_string();
        let (from, to) = turned.iter().find(|(from, _)| claim.contains(from)).expect("it compares");
        let mut edited = lesson.clone();
        edited.steps[number].claims = vec![claim.replacen(from, to, 1).parse().expect("a claim")];
        // The other steps are as true as they were.
        edited.steps.truncate(number + 1);
        let outcome = checked(&edited);
        let own = outcome.iter().find(|claim| claim.step == number).expect("it is checked");
        assert!(!own.holds(), "{}: {own:?}", bundled.name);
    }
}

#[test]
fn there_are_fourteen_lessons_and_five_sheets_of_their_sizes() {
    let lessons: Vec<(&str, Lesson)> =
        LESSONS.iter().map(|bundled| (bundled.name, bundled.lesson())).collect();
    let count = |kind| lessons.iter().filter(|(_, lesson)| lesson.kind == kind).count();
    assert_eq!((count(LessonKind::Lesson), count(LessonKind::Sheet)), (14, 5));
    for (name, lesson) in &lessons {
        let steps = lesson.steps.len();
        let allowed = if lesson.kind == LessonKind::Lesson { 4..=8 } else { 3..=8 };
        assert!(allowed.contains(&steps), "{name}: {steps} steps");
        assert!(!lesson.about.is_empty(), "{name}");
        let asks = lesson.steps.iter().any(|step| step.question.is_some());
        assert!(asks || lesson.kind == LessonKind::Tour, "{name} asks nothing");
        check_lesson(lesson).unwrap_or_else(|why| panic!("{name}, {why}"));
        for (number, step) in lesson.steps.iter().enumerate() {
            assert!(!step.text.trim().is_empty(), "{name}, step {}", number + 1);
            let noted = lesson.kind == LessonKind::Sheet || !step.notes.trim().is_empty();
            assert!(noted, "{name}, step {} has no notes", number + 1);
        }
    }
}

#[test]
fn a_step_always_starts_from_the_same_state() {
    let start = Instant::now();
    for bundled in LESSONS {
        let lesson = bundled.lesson();
        let mut session = Session::with_crew(Scene::default(), start, InPlace::new);
        let act =
            |session: &mut Session, action: Action| session.act(&action).expect("it can be done");
        act(&mut session, Action::OpenLesson { lesson: Box::new(lesson.clone()) });
        for step in (0..lesson.steps.len()).chain([0, lesson.steps.len() - 1]) {
            act(&mut session, Action::LessonStep { step });
            // Numbers that are on their way are there within the time that the step says.
            let over = Duration::from_secs_f64(lesson.steps[step].over + 0.1);
            session.advance(start + over, over);
            let stand = lesson.stand(step).expect("it stands");
            assert_eq!(**session.scene(), stand.scene, "{}, step {}", bundled.name, step + 1);
            assert_eq!(session.mode(), Mode::Lessons);
            assert_eq!(session.pinned(), stand.pinned);
            // Whatever is touched meanwhile makes no difference.
            let changes = vec![Change::set("seed", 12_345), Change::set("view.speed", 2.0)];
            act(&mut session, Action::SetWhole { changes, continues: false });
            act(&mut session, Action::Reveal { revealed: true });
            act(&mut session, Action::Pin { particle: Some(1) });
        }
        act(&mut session, Action::Undo);
        act(&mut session, Action::CloseLesson);
        assert!(session.lesson().is_none());
        // What was shown before is back, and can be left for the lesson's again.
        assert_eq!(**session.scene(), Scene::default(), "{}", bundled.name);
        assert!(session.pinned().is_none() && session.lens().is_none(), "{}", bundled.name);
        assert!(session.inspected().is_none(), "{}", bundled.name);
        act(&mut session, Action::Undo);
        assert_ne!(**session.scene(), Scene::default(), "{}", bundled.name);
    }
}
