//! The bundled lessons and laboratory sheets.

use std::sync::LazyLock;

use super::Lesson;

/// A bundled lesson.
#[derive(Debug)]
pub struct BundledLesson {
    /// Name on the command line.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        /// Every bundled lesson, in menu order: the tour, lessons, laboratory sheets.
        pub static LESSONS: &[BundledLesson] = &[$(BundledLesson {
            name: $name,
            text: include_str!(concat!("../../../../assets/lessons/", $name, ".toml")),
        }),*];
    };
}

lessons! {
    "tour",
    "from-noise-to-data",
    "velocity-is-a-mean",
    "euler-cuts-corners",
    "order-at-equal-cost",
    "error-drives-the-step",
    "where-the-steps-go",
    "batch-against-particle",
    "ode-and-sde",
    "same-flow-other-clothes",
    "stiffness-and-stability",
    "straighter",
    "guidance",
    "one-step",
    "model-solver-luck",
    "sheet-order",
    "sheet-tolerance",
    "sheet-budget",
    "sheet-stiffness",
    "sheet-noise",
}

/// Every bundled lesson itself, in menu order, read once.
#[must_use]
pub fn bundled_lessons() -> &'static [Lesson] {
    static ALL: LazyLock<Vec<Lesson>> =
        LazyLock::new(|| LESSONS.iter().map(BundledLesson::lesson).collect());
    &ALL
}

/// The bundled lesson called `name`.
#[must_use]
pub fn bundled_lesson(name: &str) -> Option<&'static BundledLesson> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}

/// The name of a bundled lesson; none if it is none of them.
#[must_use]
pub fn bundled_name(lesson: &Lesson) -> Option<&'static str> {
    let place = bundled_lessons().iter().position(|bundled| bundled == lesson)?;
    Some(LESSONS[place].name)
}

impl BundledLesson {
    /// The lesson itself.
    ///
    /// # Panics
    /// Never in a released build: a test reads every bundled lesson.
    #[must_use]
    pub fn lesson(&self) -> Lesson {
        Lesson::from_toml(self.text, self.name).expect("bundled lessons are tested")
    }
}
