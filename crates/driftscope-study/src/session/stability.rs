//! Whether the steps of the chosen particle stay in the stability region of their method: asked of
//! the laboratory once, for every view that shows it.

use std::collections::HashMap;
use std::sync::Arc;

use super::pane::{ChosenSteps, PaneState};
use crate::lab::StabilityQuestion;
use crate::store::RecordingRef;
use crate::task::Task;
use crate::work::{Dispatcher, Standing, Wish};

/// The questions under way, by the keys of the panes.
#[derive(Default)]
pub struct StabilityWatch {
    wishes: HashMap<u64, Wish<StabilityQuestion>>,
}

impl StabilityWatch {
    /// Asks about `particle` in each of the visible panes and hands out what is known. Another
    /// recording or particle withdraws the question before, and so does a scene that the recording
    /// does not show.
    pub fn update(&mut self, work: &Dispatcher<Task>, particle: usize, visible: &mut [PaneState]) {
        self.wishes.retain(|key, _| visible.iter().any(|pane| pane.key == *key));
        for pane in visible {
            let wish = self.wishes.entry(pane.key).or_default();
            let Some(recording) = pane.current() else {
                wish.rest();
                continue;
            };
            let (id, recording) = (recording.id, RecordingRef::new(recording));
            wish.ask(work, StabilityQuestion { recording, particle });
            if is_answered(pane, id, particle) {
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

    /// Whether an answer about `particle` in one of the visible panes is still to come.
    #[must_use]
    pub fn is_awaited(particle: usize, visible: &[PaneState]) -> bool {
        visible.iter().any(|pane| {
            pane.current().is_some_and(|recording| !is_answered(pane, recording.id, particle))
        })
    }
}

fn is_answered(pane: &PaneState, recording: u64, particle: usize) -> bool {
    let known = pane.chosen.as_ref();
    known.is_some_and(|known| (known.recording, known.particle) == (recording, particle))
}
