//! The references that panes are held against: the same starts and noise, solved as well as double
//! precision allows. One at a time, and only what a view asks for.

use std::sync::Arc;

use super::pane::PaneState;
use crate::recording::{Recording, fresh_id};
use crate::scene::{ColourBy, Scene};
use crate::task::{Product, Task};
use crate::work::{Dispatcher, News, Ticket};

/// References kept; panes that differ in their sampler alone share one.
const KEPT: usize = 6;

/// What has been made, and what is being made.
#[derive(Default)]
pub struct References {
    /// What is being solved; dropping the ticket withdraws it.
    under_way: Option<(Ticket, Scene)>,
    /// What could not be solved.
    failed: Option<Scene>,
    known: Vec<(Scene, Arc<Recording>)>,
}

impl References {
    /// Whether one is being solved.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Hands out what is there to the visible panes of `scene` and asks for what is missing: while nothing
    /// else is to come of any pane, for a reference may keep all processors busy for long. What is no
    /// longer wanted, or would be in the way, is withdrawn.
    pub fn update(&mut self, work: &Dispatcher<Task>, scene: &Scene, visible: &mut [PaneState]) {
        while let Some((ticket, _)) = &self.under_way
            && let Some(news) = work.news(ticket)
        {
            self.take(news);
        }
        let by_distance = scene.view.colour == ColourBy::Distance;
        let mut missing = Vec::new();
        for (index, pane) in visible.iter_mut().enumerate() {
            let is_wanted = by_distance || scene.shows_difference(index);
            let recording = pane.recording().filter(|_| is_wanted);
            let reference = recording.and_then(|recording| recording.reference_scene());
            pane.reference = reference.as_ref().and_then(|scene| self.known(scene));
            missing.extend(reference.filter(|_| pane.reference.is_none()));
        }
        if !visible.iter().all(PaneState::is_settled) {
            missing.clear();
        }
        let is_missing = |scene: &Scene| missing.iter().any(|wanted| wanted.records_like(scene));
        self.under_way.take_if(|(_, scene)| !is_missing(scene));
        if self.under_way.is_none()
            && let Some(scene) = missing.into_iter().find(|scene| !self.is_hopeless(scene))
        {
            let task = Task::solve(Arc::new(scene.clone()), fresh_id());
            self.under_way = Some((work.start(task), scene));
        }
    }

    fn take(&mut self, news: News<Product>) {
        match news {
            News::Made(Product::Part(recording)) if recording.complete => {
                // Its distance to the data interests nobody.
                if let Some((_, scene)) = self.under_way.take() {
                    self.known.insert(0, (scene, recording));
                    self.known.truncate(KEPT);
                }
            }
            News::Failed(message) => {
                log::warn!("no reference: {message}");
                self.failed = self.under_way.take().map(|(_, scene)| scene);
            }
            News::Done => self.under_way = None,
            News::Made(_) | News::Progress(_) => {}
        }
    }

    fn known(&self, scene: &Scene) -> Option<Arc<Recording>> {
        let found = self.known.iter().find(|(known, _)| known.records_like(scene));
        found.map(|(_, recording)| Arc::clone(recording))
    }

    fn is_hopeless(&self, scene: &Scene) -> bool {
        self.failed.as_ref().is_some_and(|failed| failed.records_like(scene))
    }
}
