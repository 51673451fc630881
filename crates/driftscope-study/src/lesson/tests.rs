use driftscope_base::cancel::Cancel;

use super::*;
use crate::networks::Networks;

const SMALL: &str = r##"
title = "Small"
[[step]]
set = ["scene=euler-cuts-corners", "sampler.steps=8"]
text = "# Corners\n$x_{n+1} = x_n + h v$"
only = ["sampler.steps", "plot step-size-h"]
question = { ask = "Which?", choices = ["one", "two"], answer = 2 }
claim = "nfe(euler, 8) = 8"
[[step]]
set = { sampler.steps = 16, at = 0.5, lens = [0.5, -0.25] }
over = 0.5
text = "more"
point = "control sampler.steps"
question = { ask = "How many?", scale = [1, 100], unit = "evaluations", answer = "nfe()" }
claim = ["nfe() = 16", "nfe(rk4, 4) = 16"]
notes = "slowly"
"##;

#[test]
fn a_lesson_is_read_written_and_stands_where_it_stood() {
    let lesson = Lesson::from_toml(SMALL, "small").expect("a lesson");
    let again = Lesson::from_toml(&lesson.to_toml(), "again").expect("reads back");
    assert_eq!(lesson, again);
    assert_eq!(lesson.scene(0).expect("stands").sampler.steps, 8);
    let second = lesson.stand(1).expect("stands");
    assert_eq!((second.scene.sampler.steps, second.at), (16, Some(0.5)));
    assert_eq!(second.lens, Some([0.5, -0.25]));
    let mut found = Vec::new();
    let networks = Networks::default();
    check_claims(&lesson, &networks, &Cancel::default(), |claim| found.push(claim))
        .expect("checked");
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(CheckedClaim::holds), "{found:?}");
    let edited = SMALL.replace("nfe() = 16", "nfe() = 17");
    let edited = Lesson::from_toml(&edited, "edited").expect("a lesson");
    let mut held = Vec::new();
    check_claims(&edited, &networks, &Cancel::default(), |claim| held.push(claim.holds()))
        .expect("checked");
    assert_eq!(held, [true, false, true, true]);
}

#[test]
fn malformed_lessons_are_refused_in_one_sentence() {
    for (from, to, word) in [
        ("title =", "tilte =", "tilte"),
        ("sampler.steps=8", "sampler.stepps=8", "stepps"),
        ("sampler.steps=8", "sampler.steps=0", "sampler.steps"),
        ("sampler.steps=8", "sampler.steps=many", "many"),
        ("scene=euler-cuts-corners", "scene=nowhere", "nowhere"),
        ("answer = 2", "answer = 3", "1 to 2"),
        ("scale = [1, 100]", "scale = [100, 1]", "smaller first"),
        ("over = 0.5", "over = -1.0", "over"),
        ("at = 0.5", "at = 1.5", "0 to 1"),
        ("lens = [0.5, -0.25]", "lens = [0.5]", "or none"),
        ("sampler.steps = 16,", "sampler.steps = 16, field.kind = \"classic\",", "classic ODE"),
        ("control sampler.steps", "control sampler.stepz", "stepz"),
        ("control sampler.steps", "somewhere", "write control"),
        ("plot step-size-h", "sampler.foo", "sampler.foo"),
        ("nfe(rk4, 4)", "nfe(rk7, 4)", "rk7"),
        ("\"nfe()\"", "\"nfes()\"", "nfes"),
        ("notes =", "note =", "note"),
    ] {
        assert!(SMALL.contains(from), "{from}");
        let message =
            Lesson::from_toml(&SMALL.replace(from, to), "small").expect_err(to).to_string();
        assert!(message.contains(word) && !message.contains('\n'), "{to}: {message}");
        assert!(message.contains("small"), "{message}");
    }
    assert!(Lesson::from_toml("title = \"x\"\nstep = []\n", "empty").is_err());
}

#[test]
fn files_are_looked_for_beside_the_lesson() {
    let folder = tempfile::tempdir().expect("a folder");
    let beside = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file");
    };
    beside("mine.csv", "x,y\n0,0\n1,0\n0,1\n");
    beside("mine.toml", "[sampler]\nsteps = 17\n");
    beside(
        "lesson.toml",
        "title = \"Mine\"\n[[step]]\nset = [\"scene=mine.toml\", \"data.points=mine.csv\", \"field.kind=exact\"]\ntext = \"x\"\n",
    );
    let lesson = Lesson::load(&folder.path().join("lesson.toml")).expect("a lesson");
    let scene = lesson.scene(0).expect("stands");
    assert_eq!(scene.sampler.steps, 17);
    assert_eq!(scene.mixture().expect("three points").components().len(), 3);
}
