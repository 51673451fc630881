//! Checking what a lesson claims, from its first step to its last.

use driftscope_base::cancel::Cancel;

use super::{Lesson, Way};
use crate::lab::{LabError, Weighed};
use crate::networks::Networks;

/// A claim, or an answer, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedClaim {
    /// The step, from 0.
    pub step: usize,
    /// As it is written.
    pub text: String,
    /// What was measured, or why that cannot be.
    pub outcome: Result<Weighed, String>,
}

impl CheckedClaim {
    /// Whether it is as the lesson says.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|weighed| weighed.holds)
    }
}

/// Checks every claim of a lesson, and that every answer that has to be measured is a number (on its scale,
/// where it has one); `found` gets them as they come.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn check_claims(
    lesson: &Lesson,
    networks: &Networks,
    cancel: &Cancel,
    mut found: impl FnMut(CheckedClaim),
) -> Result<(), LabError> {
    for (number, step) in lesson.steps.iter().enumerate() {
        let scene = lesson.scene(number);
        let mut tell = |text: String, outcome: Result<Weighed, LabError>| {
            if outcome == Err(LabError::Cancelled) {
                return Err(LabError::Cancelled);
            }
            let outcome = outcome.map_err(|error| error.to_string());
            found(CheckedClaim { step: number, text, outcome });
            Ok(())
        };
        for claim in &step.claims {
            let weigh = |scene| claim.weigh(&scene, networks, cancel);
            tell(claim.to_string(), scene.clone().and_then(weigh))?;
        }
        let Some(question) = &step.question else { continue };
        let Some(figure) = question.figure() else { continue };
        let [least, greatest] = match question.way {
            Way::Scale { ends, .. } => ends,
            _ => [f64::NEG_INFINITY, f64::INFINITY],
        };
        let outcome = scene.and_then(|scene| figure.measure(&scene, networks, cancel));
        let outcome = outcome.map(|value| {
            let holds = value.is_finite() && least <= value && value <= greatest;
            Weighed { left: value, right: value.clamp(least, greatest), holds }
        });
        tell(format!("answer {figure}"), outcome)?;
    }
    Ok(())
}
