//! The references that panes are held against: the same starts and noise, solved as well as double
//! precision allows. One at a time, and only what a view asks for.

use std::sync::Arc;

use driftscope_study::scene::{ColourBy, Scene};
use driftscope_study::{Engine, Networks, Recording, Update};
use eframe::egui::Context;

use super::state::{PaneState, State};

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
    pub fn new(ctx: &Context, networks: &Networks) -> Self {
        let ctx = ctx.clone();
        let engine = Engine::new(networks.clone(), move || ctx.request_repaint());
        Self { engine, under_way: None, failed: None, known: Vec::new() }
    }

    /// Whether one is being solved.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Hands out what is there and asks for what is missing.
    pub fn update(&mut self, state: &mut State) {
        while let Some(update) = self.engine.poll() {
            self.take(update);
        }
        let by_distance = state.scene.view.colour == ColourBy::Distance;
        let differences: Vec<bool> = (0..state.visible().len())
            .map(|index| by_distance || state.scene.shows_difference(index))
            .collect();
        for (pane, wanted) in state.panes.iter_mut().zip(differences) {
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
