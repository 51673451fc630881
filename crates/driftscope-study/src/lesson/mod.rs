//! Lessons: steps that show, ask and tell, each with claims that the program checks.
//!
//! A lesson is a TOML file. A step says what changes (in the language of `--set`), over how long, what is
//! said about it, what it points at, which controls are there, what is asked, and what is claimed.

mod checked;
mod instruction;
mod library;
mod pointer;
mod question;
mod record;
mod stand;
mod step;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::lab::{LabError, NoLens};
use crate::scene::Scene;

pub use self::checked::{CheckedClaim, check_claims};
pub use self::instruction::Instruction;
pub use self::library::{BundledLesson, LESSONS, bundled_lesson, bundled_lessons, bundled_name};
pub use self::pointer::{Pointer, Visible};
pub use self::question::{CURVES, Guess, LessonQuestion, WITHIN, Way};
pub use self::stand::Stand;
pub use self::step::LessonStep;

/// Lesson files larger than this are not lessons.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// What a lesson is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LessonKind {
    /// Shown in front of a class.
    #[default]
    Lesson,
    /// Worked through by students, who measure.
    Sheet,
    /// Taken alone, to be shown around.
    Tour,
}

impl LessonKind {
    /// Every kind, as a menu has them.
    pub const ALL: [Self; 3] = [Self::Lesson, Self::Sheet, Self::Tour];

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Lesson => "Lesson",
            Self::Sheet => "Laboratory sheet",
            Self::Tour => "Tour",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// A lesson.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Its name in menus.
    pub title: String,
    /// One sentence of what it shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "LessonKind::is_usual")]
    pub kind: LessonKind,
    /// Its steps, at least one.
    #[serde(rename = "step")]
    pub steps: Vec<LessonStep>,
}

/// Why a lesson was refused.
#[derive(Debug, Error)]
pub enum LessonError {
    /// The file could not be read or written.
    #[error("the lesson {path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no lesson.
    #[error("{origin} is not a lesson: {message}")]
    Syntax {
        /// The file.
        origin: String,
        /// What is wrong, and where.
        message: String,
    },
    /// A step is refused.
    #[error("{origin}, step {step}: {message}")]
    Step {
        /// The file.
        origin: String,
        /// Its number, from 1.
        step: usize,
        /// What is wrong, and what is allowed.
        message: String,
    },
}

impl Lesson {
    /// Reads a lesson and checks that every step can be shown; `origin` names it in messages.
    ///
    /// # Errors
    /// If it is no lesson, or a step sets, points at or claims something that is not there.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, LessonError> {
        let lesson = Self::read_toml(text, origin)?;
        lesson.check(origin)?;
        Ok(lesson)
    }

    fn read_toml(text: &str, origin: &str) -> Result<Self, LessonError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            LessonError::Syntax {
                origin: origin.to_owned(),
                message: format!("line {line}: {}", error.message().replace('\n', ", ")),
            }
        })
    }

    /// Whether a file holds a lesson: TOML with steps.
    #[must_use]
    pub fn is_in(path: &Path) -> bool {
        let text = driftscope_base::files::read_text(path, LARGEST_FILE_BYTES).ok().flatten();
        let table = text.and_then(|text| text.parse::<toml::Table>().ok());
        table.is_some_and(|table| table.get("step").is_some_and(toml::Value::is_array))
    }

    /// Reads a lesson file. Scenes and files that it names are looked for beside it.
    ///
    /// # Errors
    /// If the file cannot be read or is refused.
    pub fn load(path: &Path) -> Result<Self, LessonError> {
        let origin = path.display().to_string();
        let failed = |source| LessonError::File { path: path.to_owned(), source };
        let text = driftscope_base::files::read_text(path, LARGEST_FILE_BYTES)
            .map_err(failed)?
            .ok_or_else(|| LessonError::Syntax {
                origin: origin.clone(),
                message: "it is larger than 1 MiB".to_owned(),
            })?;
        let mut lesson = Self::read_toml(&text, &origin)?;
        if let Some(folder) = path.parent() {
            lesson.steps.iter_mut().for_each(|step| step.seen_from(folder));
        }
        lesson.check(&origin)?;
        Ok(lesson)
    }

    /// A bundled lesson by its name, or a file.
    ///
    /// # Errors
    /// As [`Lesson::load`]; if there is neither, which bundled ones there are.
    pub fn named(name: &str) -> Result<Self, LessonError> {
        if let Some(bundled) = bundled_lesson(name) {
            return Ok(bundled.lesson());
        }
        let path = Path::new(name);
        if driftscope_base::files::changed(path).is_none() {
            let names: Vec<&str> = LESSONS.iter().map(|lesson| lesson.name).collect();
            return Err(LessonError::Syntax {
                origin: format!("`{name}`"),
                message: format!("no file is there, and bundled lessons are {}", names.join(", ")),
            });
        }
        Self::load(path)
    }

    /// The lesson as TOML.
    ///
    /// # Panics
    /// Never: a lesson has nothing that TOML cannot say.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a lesson has nothing TOML cannot say")
    }

    /// Writes a lesson file, all or nothing. Files in its folder are named as seen from there.
    ///
    /// # Errors
    /// If it cannot be written, or is too large to be read again.
    pub fn save(&self, path: &Path) -> Result<(), LessonError> {
        let mut lesson = self.clone();
        if let Some(folder) =
            driftscope_base::files::absolute(path).ok().as_deref().and_then(Path::parent)
        {
            lesson.steps.iter_mut().for_each(|step| step.named_from(folder));
        }
        let text = lesson.to_toml();
        if text.len() as u64 > LARGEST_FILE_BYTES {
            return Err(LessonError::Syntax {
                origin: path.display().to_string(),
                message:
                    "it would be larger than 1 MiB; let its steps name files for data of their own"
                        .to_owned(),
            });
        }
        driftscope_base::files::write_atomically(path, text.as_bytes())
            .map_err(|source| LessonError::File { path: path.to_owned(), source })
    }

    /// Checks that every step can be shown and every claim be measured.
    ///
    /// # Errors
    /// The first step that cannot.
    pub fn check(&self, origin: &str) -> Result<(), LessonError> {
        if self.steps.is_empty() {
            return Err(LessonError::Syntax {
                origin: origin.to_owned(),
                message: "it has no steps: write at least one [[step]]".to_owned(),
            });
        }
        let mut stand = Stand::default();
        for (i, step) in self.steps.iter().enumerate() {
            let refused = |message: String| LessonError::Step {
                origin: origin.to_owned(),
                step: i + 1,
                message: message.replace('\n', " "),
            };
            stand = stand.after(step).map_err(|error| refused(error.to_string()))?;
            stand.scene.check().map_err(|problem| refused(problem.to_string()))?;
            step.check(&stand.scene).map_err(refused)?;
            if let (Some(_), Some(why)) = (stand.lens, NoLens::of(&stand.scene)) {
                return Err(refused(format!("lens: {why}")));
            }
        }
        Ok(())
    }

    /// Whether another lesson differs in what it says alone, so that it can be shown if this one can.
    #[must_use]
    pub fn differs_in_words_alone(&self, other: &Self) -> bool {
        self.steps.len() == other.steps.len()
            && self.steps.iter().zip(&other.steps).all(|(step, other)| {
                let words = LessonStep {
                    text: other.text.clone(),
                    notes: other.notes.clone(),
                    ..step.clone()
                };
                words == *other
            })
    }

    /// One more step, in front of the one at `place` or at the end.
    #[must_use]
    pub fn with_step(mut self, place: usize, step: LessonStep) -> Self {
        self.steps.insert(place.min(self.steps.len()), step);
        self
    }

    /// Without a step, unless it is the only one.
    #[must_use]
    pub fn without_step(mut self, place: usize) -> Self {
        if place < self.steps.len() && self.steps.len() > 1 {
            self.steps.remove(place);
        }
        self
    }

    /// With the step at `from` at the place `to`.
    #[must_use]
    pub fn with_step_moved(mut self, from: usize, to: usize) -> Self {
        if from < self.steps.len() && to < self.steps.len() {
            let step = self.steps.remove(from);
            self.steps.insert(to, step);
        }
        self
    }

    /// How things stand when a step begins, whatever was done before.
    ///
    /// # Errors
    /// If one of its scenes is gone meanwhile.
    pub fn stand(&self, step: usize) -> Result<Stand, LabError> {
        let mut stand = Stand::default();
        for step in self.steps.iter().take(step + 1) {
            stand = stand.after(step).map_err(|error| LabError::Refused(error.to_string()))?;
        }
        Ok(stand)
    }

    /// The scene that a step is about.
    ///
    /// # Errors
    /// As [`Self::stand`].
    pub fn scene(&self, step: usize) -> Result<Scene, LabError> {
        self.stand(step).map(|stand| stand.scene)
    }
}

#[cfg(test)]
mod tests;
