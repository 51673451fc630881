//! One step of a lesson.

use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::instruction::Instruction;
use super::pointer::{Pointer, Visible};
use super::question::LessonQuestion;
use crate::lab::Claim;
use crate::scene::{Change, Scene};

/// Longest that settings may take to become others, in seconds.
const LONGEST: f64 = 30.0;

/// A step of a lesson. It always starts from the same state, whatever was touched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonStep {
    /// What changes, in the language of `--set`.
    #[serde(default, deserialize_with = "settings", skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Instruction>,
    /// How long numbers take to become what they are set to, in seconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub over: f64,
    /// What is said, in Markdown with formulas.
    #[serde(default)]
    pub text: String,
    /// What is pointed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Pointer>,
    /// Which controls and graphs are there; all if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<Visible>>,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<LessonQuestion>,
    /// What is claimed, and shown to be so when the answer is.
    #[serde(
        default,
        rename = "claim",
        deserialize_with = "claims",
        serialize_with = "written_claims",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub claims: Vec<Claim>,
    /// For the speaker.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// One or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Several {
    One(String),
    Many(Vec<String>),
    Table(toml::Table),
}

impl Several {
    /// As lines, those of a table as settings.
    fn lines(self) -> Vec<String> {
        match self {
            Self::One(line) => vec![line],
            Self::Many(lines) => lines,
            Self::Table(table) => Change::all_in(&table).iter().map(Change::to_string).collect(),
        }
    }
}

fn settings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Instruction>, D::Error> {
    let lines = Several::deserialize(deserializer)
        .map_err(|_| serde::de::Error::custom("set is a list of \"KEY=VALUE\""))?
        .lines();
    let read = |line: &String| Instruction::read(line).map_err(serde::de::Error::custom);
    lines.iter().map(read).collect()
}

fn claims<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Claim>, D::Error> {
    let lines = Several::deserialize(deserializer)
        .map_err(|_| serde::de::Error::custom("claim is a comparison, or a list of them"))?
        .lines();
    lines.iter().map(|line| line.parse().map_err(serde::de::Error::custom)).collect()
}

fn written_claims<S: Serializer>(claims: &[Claim], serializer: S) -> Result<S::Ok, S::Error> {
    match claims {
        [claim] => serializer.collect_str(claim),
        claims => serializer.collect_seq(claims.iter().map(ToString::to_string)),
    }
}

impl LessonStep {
    /// Looks in `folder` for the files that it names.
    pub(super) fn seen_from(&mut self, folder: &Path) {
        self.set.iter_mut().for_each(|instruction| instruction.seen_from(folder));
    }

    /// Names files in `folder` as seen from there.
    pub(super) fn named_from(&mut self, folder: &Path) {
        self.set.iter_mut().for_each(|instruction| instruction.named_from(folder));
    }

    /// Checks it against the scene that it is about.
    pub(super) fn check(&self, scene: &Scene) -> Result<(), String> {
        if !(0.0..=LONGEST).contains(&self.over) {
            return Err(format!(
                "over = {} is not allowed: from 0 to {LONGEST} seconds",
                self.over
            ));
        }
        for claim in &self.claims {
            for figure in [&claim.left, &claim.right] {
                figure.check(scene).map_err(|error| format!("claim `{claim}`: {error}"))?;
            }
        }
        if let Some(question) = &self.question {
            question.check(scene).map_err(|why| format!("question: {why}"))?;
        }
        if let Some(Pointer::Particle(particle)) = self.point
            && particle >= scene.particles.count
        {
            return Err(format!(
                "point = \"particle {particle}\": particles are counted from 0 to {}",
                scene.particles.count - 1
            ));
        }
        Ok(())
    }
}
