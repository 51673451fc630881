//! How things stand when a step of a lesson begins.

use serde::{Deserialize, Serialize};

use super::instruction::Instruction;
use super::pointer::Pointer;
use super::step::LessonStep;
use crate::scene::{Change, Scene, SceneError};

/// How things stand when a step begins. It follows from the steps up to it and from nothing else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stand {
    /// What is shown.
    pub scene: Scene,
    /// The particle that is lit.
    pub pinned: Option<usize>,
    /// The pane that controls and graphs are about.
    pub pane: usize,
    /// The card of the laboratory beside the stage, by its name.
    pub card: Option<String>,
    /// Where the lens looks, in units of the plane.
    pub lens: Option<[f64; 2]>,
    /// The share of the run that is shown, standing; it plays from the start if none.
    pub at: Option<f64>,
    /// The step of the lit particle that is taken apart.
    pub inspect: Option<usize>,
}

impl Stand {
    /// How things stand when `step` begins, if they stood as here before it. What is shown of a run and
    /// taken apart is each step's own.
    ///
    /// # Errors
    /// If a scene is not there, or a setting has a value that it cannot have.
    pub fn after(&self, step: &LessonStep) -> Result<Self, SceneError> {
        let mut stand = Self { at: None, inspect: None, ..self.clone() };
        let mut changes: Vec<Change> = Vec::new();
        for instruction in &step.set {
            match instruction {
                Instruction::Scene(name) => {
                    changes.clear();
                    stand.scene = Scene::with_settings(Some(name), &[])?;
                    (stand.pinned, stand.pane, stand.lens) = (None, 0, None);
                }
                Instruction::At(share) => stand.at = Some(*share),
                Instruction::Pin(particle) => stand.pinned = *particle,
                Instruction::Pane(pane) => stand.pane = *pane,
                Instruction::Inspect(attempt) => stand.inspect = Some(*attempt),
                Instruction::Lens(place) => stand.lens = *place,
                Instruction::Card(name) => stand.card.clone_from(name),
                Instruction::Setting(change) => changes.push(change.clone()),
            }
        }
        if let Some(Pointer::Particle(particle)) = step.point {
            stand.pinned = Some(particle);
        }
        stand.scene = stand.scene.changed(&changes)?;
        stand.pane = stand.pane.min(stand.scene.pane_count() - 1);
        Ok(stand)
    }
}
