//! Whether the steps of the chosen particle stay in the stability region of their method: asked of
//! the lab once, for every view that shows it.

use std::collections::HashMap;
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_solve::Scope;
use driftscope_study::lab::{Lab, LabError, stability};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks, Recording};

use super::lab::desk::{Desk, Standing};
use super::state::{ChosenSteps, PaneState, State};

/// A recording and one of its particles.
type Key = (u64, usize);

/// The questions under way, by the keys of the panes.
#[derive(Default)]
pub struct StabilityWatch {
    desks: HashMap<u64, Desk<Key, ChosenSteps>>,
}

impl StabilityWatch {
    /// Asks about the chosen particle of every pane on show and hands out what is known. Another
    /// recording or particle withdraws the question before, and so does a scene that the recording
    /// does not show.
    pub fn update(&mut self, lab: &Lab, state: &mut State) {
        let (particle, visible) = (state.chosen(), state.visible().len());
        self.desks.retain(|key, _| state.panes[..visible].iter().any(|pane| pane.key == *key));
        for pane in &mut state.panes[..visible] {
            let desk = self.desks.entry(pane.key).or_default();
            if let Some(recording) = current(pane) {
                let (recording, networks) = (Arc::clone(recording), state.networks.clone());
                desk.ask(lab, (recording.id, particle), move |_, report| {
                    chosen_steps(&recording, particle, &networks, &report.cancel)
                });
            } else {
                desk.rest();
            }
            pane.chosen = desk.latest();
        }
    }

    /// Whether an answer is still to come.
    #[must_use]
    pub fn is_busy(&self, state: &State) -> bool {
        state.visible().iter().any(|pane| {
            let desk = self.desks.get(&pane.key);
            let working = |desk: &Desk<_, _>| matches!(desk.standing(), Standing::Working(_));
            current(pane).is_some() && desk.is_none_or(working)
        })
    }
}

/// The whole recording of what the pane should show.
fn current(pane: &PaneState) -> Option<&Arc<Recording>> {
    let recording = pane.recording()?;
    let shows = recording.complete && recording.scene.records_like(&pane.scene);
    (shows && pane.failure.is_none()).then_some(recording)
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
