//! Whether the steps of the chosen particle stay in the stability region of their method: asked of
//! the laboratory once, for every view that shows it.

use std::collections::HashMap;
use std::sync::Arc;

use driftscope_study::lab::StabilityQuestion;
use driftscope_study::work::{Dispatcher, Standing, Wish};
use driftscope_study::{Recording, RecordingRef, Task};

use super::state::{ChosenSteps, PaneState, State};

/// The questions under way, by the keys of the panes.
#[derive(Default)]
pub struct StabilityWatch {
    wishes: HashMap<u64, Wish<StabilityQuestion>>,
}

impl StabilityWatch {
    /// Asks about the chosen particle of every pane on show and hands out what is known. Another
    /// recording or particle withdraws the question before, and so does a scene that the recording
    /// does not show.
    pub fn update(&mut self, work: &Dispatcher<Task>, state: &mut State) {
        let (particle, visible) = (state.chosen(), state.visible().len());
        self.wishes.retain(|key, _| state.panes[..visible].iter().any(|pane| pane.key == *key));
        for pane in &mut state.panes[..visible] {
            let wish = self.wishes.entry(pane.key).or_default();
            let Some(recording) = current(pane) else {
                wish.rest();
                continue;
            };
            let (id, recording) = (recording.id, RecordingRef::new(recording));
            wish.ask(work, StabilityQuestion { recording, particle });
            let known = pane.chosen.as_ref();
            if known.is_some_and(|known| known.recording == id && known.particle == particle) {
                continue;
            }
            let stability = match (wish.standing(), wish.latest()) {
                (Standing::Failed(reason), _) => Err(reason.clone()),
                (Standing::Done, Some(stability)) => Ok((**stability).clone()),
                _ => continue,
            };
            pane.chosen = Some(Arc::new(ChosenSteps { recording: id, particle, stability }));
        }
    }

    /// Whether an answer is still to come.
    #[must_use]
    pub fn is_busy(&self, state: &State) -> bool {
        state.visible().iter().any(|pane| {
            let wish = self.wishes.get(&pane.key);
            let working = |wish: &Wish<_>| matches!(wish.standing(), Standing::Working(_));
            current(pane).is_some() && wish.is_none_or(working)
        })
    }
}

/// The whole recording of what the pane should show.
fn current(pane: &PaneState) -> Option<&Arc<Recording>> {
    let recording = pane.recording()?;
    let shows = recording.complete && recording.scene.records_like(&pane.scene);
    (shows && pane.failure.is_none()).then_some(recording)
}
