//! The references that panes are held against: the same starts and noise, solved as well as double
//! precision allows. One at a time, and only what a view asks for.

use std::sync::Arc;

use super::pane::PaneState;
use super::soon::Wake;
use crate::networks::Networks;
use crate::recording::Recording;
use crate::scene::{ColourBy, Scene};
use crate::worker::{Engine, Update};

/// References kept; panes that differ in their sampler alone share one.
const KEPT: usize = 6;

/// The engine of the references and what it has made.
pub struct References {
    engine: Engine,
    /// What it works on.
    under_way: Option<(u64, Scene)>,
    /// What could not be solved.
    failed: Option<Scene>,
    known: Vec<(Scene, Arc<Recording>)>,
}

impl References {
    /// Nothing asked for.
    #[must_use]
    pub fn new(wake: &Wake, networks: &Networks) -> Self {
        let wake = Arc::clone(wake);
        let engine = Engine::new(networks.clone(), move || wake());
        Self { engine, under_way: None, failed: None, known: Vec::new() }
    }

    /// Whether one is being solved.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Hands out what is there to the visible panes of `scene` and asks for what is missing.
    pub fn update(&mut self, scene: &Scene, visible: &mut [PaneState]) {
        while let Some(update) = self.engine.poll() {
            self.take(update);
        }
        let by_distance = scene.view.colour == ColourBy::Distance;
        for (index, pane) in visible.iter_mut().enumerate() {
            let wanted = by_distance || scene.shows_difference(index);
            pane.reference = if wanted { self.of(pane) } else { None };
        }
    }

    fn take(&mut self, update: Update) {
        let asked = |id| self.under_way.as_ref().is_some_and(|(under_way, _)| *under_way == id);
        match update {
            Update::Recorded(recording) if recording.complete && asked(recording.id) => {
                if let Some((_, scene)) = self.under_way.take() {
                    self.known.insert(0, (scene, recording));
                    self.known.truncate(KEPT);
                }
            }
            Update::Failed { id, message } if asked(id) => {
                log::warn!("no reference: {message}");
                self.failed = self.under_way.take().map(|(_, scene)| scene);
            }
            _ => {}
        }
    }

    /// The reference of what a pane shows, if it is there already.
    fn of(&mut self, pane: &PaneState) -> Option<Arc<Recording>> {
        let scene = pane.recording()?.reference_scene()?;
        if let Some((_, known)) = self.known.iter().find(|(known, _)| known.records_like(&scene)) {
            return Some(Arc::clone(known));
        }
        let hopeless = self.failed.as_ref().is_some_and(|failed| failed.records_like(&scene));
        if self.under_way.is_none() && !hopeless {
            let id = self.engine.request(Arc::new(scene.clone()));
            self.under_way = Some((id, scene));
        }
        None
    }
}
