//! One sampler at work: what it should show, what it shows, and what is asked of the engine.

use std::sync::Arc;

use super::traces::Traces;
use crate::clock::Instant;
use crate::lab::Stability;
use crate::measure::DataDistance;
use crate::recording::Recording;
use crate::scene::Scene;

/// A recording on show, with what is drawn and read of it.
pub struct Shown {
    /// The recording, whole or in the making.
    pub recording: Arc<Recording>,
    /// Its steps, ready to be drawn.
    pub traces: Traces,
    /// Distance of its end points to the data, once measured.
    pub distance: Option<DataDistance>,
    /// Since when it is shown.
    pub since: Instant,
}

/// The newest request to the engine.
#[derive(Clone, Copy, Debug)]
pub struct Solve {
    /// Its id.
    pub id: u64,
    /// When it was made.
    pub since: Instant,
    /// Whether all of it has come, or it has failed.
    pub done: bool,
}

/// One sampler at work.
pub struct PaneState {
    /// Tells it apart from every other pane there was or will be.
    pub key: u64,
    /// What it should show: the scene with the pane's own settings.
    pub scene: Arc<Scene>,
    /// The picture; none before the first one.
    pub shown: Option<Shown>,
    /// What the engine works on.
    pub solve: Option<Solve>,
    /// Why its scene cannot be shown; the last good picture stays.
    pub failure: Option<String>,
    /// The reference of what is shown, where something asks for it.
    pub reference: Option<Arc<Recording>>,
    /// The steps of the chosen particle in the complex plane; until they are known, those of the
    /// one before.
    pub chosen: Option<Arc<ChosenSteps>>,
}

/// The steps of a particle, held against the stability region of their method.
pub struct ChosenSteps {
    /// The id of the recording.
    pub recording: u64,
    /// The particle.
    pub particle: usize,
    /// Its steps, or why there are none.
    pub stability: Result<Stability, String>,
}

impl ChosenSteps {
    /// When they first leave the region, if they do.
    #[must_use]
    pub fn leaving(&self) -> Option<Leaving> {
        let t = self.stability.as_ref().ok()?.left_at?;
        Some(Leaving { particle: self.particle, t })
    }
}

/// The moment at which a particle's steps first leave the stability region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaving {
    /// The particle.
    pub particle: usize,
    /// The moment.
    pub t: f64,
}

impl PaneState {
    /// A pane that shows nothing yet.
    #[must_use]
    pub fn new(key: u64, scene: Scene) -> Self {
        Self {
            key,
            scene: Arc::new(scene),
            shown: None,
            solve: None,
            failure: None,
            reference: None,
            chosen: None,
        }
    }

    /// The request that the engine works on.
    #[must_use]
    pub fn under_way(&self) -> Option<Solve> {
        self.solve.filter(|solve| !solve.done)
    }

    /// The recording on show.
    #[must_use]
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.shown.as_ref().map(|shown| &shown.recording)
    }

    /// The recording on show, if it is the whole one of what should be shown.
    #[must_use]
    pub fn current(&self) -> Option<&Arc<Recording>> {
        let recording = self.recording()?;
        let shows = recording.complete && recording.scene.records_like(&self.scene);
        (shows && self.failure.is_none()).then_some(recording)
    }

    /// Whether nothing more is to come: the whole recording and its distance to the data are there, or
    /// it failed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let measured =
            |shown: &Shown| shown.distance.is_some() || shown.recording.scene.classic().is_some();
        self.failure.is_some()
            || (self.current().is_some() && self.shown.as_ref().is_some_and(measured))
    }

    /// Ends of the solver's steps as shares of the run, rising.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        self.shown.as_ref().map_or(&[][..], |shown| &shown.traces.edges)
    }

    /// When the chosen particle's steps in the recording on show first leave the stability region.
    /// Noisy steps are not those of the ODE: there is no such moment.
    #[must_use]
    pub fn leaving(&self) -> Option<Leaving> {
        let (chosen, recording) = (self.chosen.as_ref()?, self.recording()?);
        let its_own = chosen.recording == recording.id && !recording.scene.is_stochastic();
        chosen.leaving().filter(|_| its_own)
    }
}
