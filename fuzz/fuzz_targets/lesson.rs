#![no_main]
//! Lessons. One that is accepted reads back equal, and all its steps have their scenes.

use driftscope_fuzz::{begin, is_refusal};
use driftscope_study::lesson::{Lesson, Stand};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |text: &str| {
    match Lesson::from_toml(text, "lesson.toml") {
        Ok(lesson) => {
            let written = lesson.to_toml();
            let again = Lesson::from_toml(&written, "again");
            let again = again.unwrap_or_else(|error| panic!("{error}\n{written}"));
            assert!(again == lesson, "it reads back as another\n{written}");
            let mut stand = Stand::default();
            for step in &lesson.steps {
                stand = stand.after(step).expect("it was checked");
            }
        }
        Err(error) => is_refusal(&error),
    }
});
