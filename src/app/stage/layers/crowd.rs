//! The density of the particles that are there, made away from the interface's thread.

use std::sync::Arc;

use driftscope_study::work::{Dispatcher, Wish};
use driftscope_study::{Recording, RecordingRef};
use eframe::egui::Context;

use super::heat::{Picture, Shown};
use crate::app::palette::{Heat, Theme};
use crate::app::stage::drawings::crowd::{CrowdWanted, PER_KEYFRAME};
use crate::app::stage::work::ViewTask;

/// Pictures reach this much beyond the view, for zooming out.
const REACH: f64 = 1.5;

/// The density of the particles of one pane.
#[derive(Default)]
pub struct Crowd {
    wish: Wish<CrowdWanted>,
    picture: Picture,
}

impl Crowd {
    /// Starts and collects the picture at a keyframe.
    pub fn update(
        &mut self,
        work: &Dispatcher<ViewTask>,
        recording: &Arc<Recording>,
        keyframe: f64,
        extent: f64,
    ) {
        let wanted = CrowdWanted {
            recording: RecordingRef::new(recording),
            keyframe: (keyframe * PER_KEYFRAME).round() as i64,
            reach: extent * REACH,
        };
        self.wish.ask_when_free(work, wanted);
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.wish.is_busy()
    }

    /// The picture made last.
    pub fn shown(&mut self, ctx: &Context, theme: Theme) -> Option<Shown> {
        let grid = self.wish.latest()?;
        Some(self.picture.show(ctx, (self.wish.edition(), grid), Heat::Particles, theme))
    }
}
