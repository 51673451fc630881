//! Whether the steps of the chosen particle stay in the stability region of their method: asked of
//! the lab once, for every view that shows it.

use std::collections::HashMap;
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_solve::Scope;

use super::pane::{ChosenSteps, PaneState};
use crate::experiment::Experiment;
use crate::lab::{Job, Lab, LabError, stability};
use crate::networks::Networks;
use crate::recording::Recording;
use crate::scene::Scene;

/// A recording and one of its particles.
type Key = (u64, usize);

/// What was asked about a pane last, and the newest answer.
#[derive(Default)]
struct Question {
    asked: Option<(Key, Job<ChosenSteps>)>,
    answer: Option<Arc<ChosenSteps>>,
}

impl Question {
    fn take(&mut self) {
        if let Some(latest) = self.asked.as_ref().and_then(|(_, job)| job.latest()) {
            self.answer = Some(latest);
        }
    }
}

/// The questions under way, by the keys of the panes.
#[derive(Default)]
pub struct StabilityWatch {
    questions: HashMap<u64, Question>,
}

impl StabilityWatch {
    /// Asks about `particle` in each of the visible panes and hands out what is known. Another
    /// recording or particle withdraws the question before, and so does a scene that the recording
    /// does not show.
    pub fn update(
        &mut self,
        lab: &Lab,
        networks: &Networks,
        particle: usize,
        visible: &mut [PaneState],
    ) {
        self.questions.retain(|key, _| visible.iter().any(|pane| pane.key == *key));
        for pane in visible {
            let question = self.questions.entry(pane.key).or_default();
            question.take();
            if let Some(recording) = pane.current() {
                let key = (recording.id, particle);
                if question.asked.as_ref().is_none_or(|(asked, _)| *asked != key) {
                    let (recording, networks) = (Arc::clone(recording), networks.clone());
                    let job = lab.start(move |report| {
                        chosen_steps(&recording, particle, &networks, &report.cancel)
                    });
                    question.asked = Some((key, job));
                }
            } else if question.asked.as_ref().is_some_and(|(_, job)| !job.is_over()) {
                question.asked = None;
            }
            pane.chosen.clone_from(&question.answer);
        }
    }

    /// Whether an answer about one of the visible panes is still to come.
    #[must_use]
    pub fn is_busy(&self, visible: &[PaneState]) -> bool {
        visible.iter().any(|pane| {
            let asked = self.questions.get(&pane.key).and_then(|question| question.asked.as_ref());
            let answers = |key: Key| {
                pane.chosen.as_ref().is_some_and(|known| (known.recording, known.particle) == key)
            };
            pane.current().is_some() && asked.is_none_or(|(key, _)| !answers(*key))
        })
    }
}

fn chosen_steps(
    recording: &Recording,
    particle: usize,
    networks: &Networks,
    cancel: &Cancel,
) -> Result<ChosenSteps, LabError> {
    let scene: &Arc<Scene> = &recording.scene;
    let grid = shared_grid(recording);
    let found = Experiment::of_ode(scene, networks)
        .and_then(|ode| stability(&ode, ode.start(particle), grid.as_deref(), cancel));
    let stability = match found {
        Ok(stability) => Ok(stability),
        Err(LabError::Refused(reason)) => Err(reason),
        Err(cancelled @ LabError::Cancelled) => return Err(cancelled),
    };
    Ok(ChosenSteps { recording: recording.id, particle, stability })
}

/// The times between which the whole batch stepped, where its errors together set the steps.
fn shared_grid(recording: &Recording) -> Option<Vec<f64>> {
    let scene = &recording.scene;
    let together = scene.is_adaptive() && scene.sampler.scope == Scope::WholeBatch;
    let log = recording.shared_log.as_deref().filter(|_| together && !scene.is_stochastic())?;
    let kept = log.iter().filter(|attempt| attempt.accepted);
    let end = kept.clone().next_back().map(|last| last.t + last.h)?;
    Some(kept.map(|attempt| attempt.t).chain([end]).collect())
}
