//! The densities that are known exactly: of the data, of all particles at each t, and of one
//! direction over t. The same for all panes, made away from the interface's thread.

use std::sync::Arc;

use driftscope_base::interpolant::Interpolant;
use driftscope_study::scene::{Layer, Projection, Scene};
use driftscope_study::work::{Dispatcher, Wish};
use eframe::egui::Context;

use super::heat::{Picture, Shown};
use crate::app::palette::{Heat, Theme};
use crate::app::stage::drawings::densities::{
    MarginalsWanted, OverTimeWanted, Process, TIMES, TargetWanted, TiltedWanted,
};
use crate::app::stage::work::ViewTask;

/// Pictures reach this much beyond the view, for zooming out.
const REACH: f64 = 1.5;

/// All of them.
#[derive(Default)]
pub struct Densities {
    target: Wish<TargetWanted>,
    tilted: Wish<TiltedWanted>,
    marginals: Wish<MarginalsWanted>,
    over_time: Wish<OverTimeWanted>,
    pictures: [Picture; 5],
}

impl Densities {
    /// Starts and collects what the layers of `scene` show; what is there stays until the next is
    /// ready.
    pub fn update(
        &mut self,
        work: &Dispatcher<ViewTask>,
        scene: &Scene,
        projection: Projection,
        extent: f64,
    ) {
        self.target.take_news(work);
        self.tilted.take_news(work);
        self.marginals.take_news(work);
        self.over_time.take_news(work);
        if scene.classic().is_some() {
            return;
        }
        let process = Process::of(scene, extent * REACH);
        let layers = scene.view.layers;
        let plane = projection == Projection::Plane;
        // A scene whose mixture is none has been refused; its old picture stays.
        if plane && layers.has(Layer::Target) {
            // The target of the forward direction does not depend on the path, nor that of the
            // other on anything but the data.
            let process = Process { path: Interpolant::Linear, ..process.clone() };
            self.target.ask_when_free(work, TargetWanted(process));
        }
        if plane && layers.has(Layer::Tilted) {
            let process = Process { path: Interpolant::Linear, ..process.clone() };
            let scale = scene.guidance.scale;
            self.tilted.ask_when_free(work, TiltedWanted { process, scale });
        }
        if plane && layers.has(Layer::Marginal) {
            self.marginals.ask_when_free(work, MarginalsWanted(process));
        } else if !plane {
            let angle = scene.view.angle;
            self.over_time.ask_when_free(work, OverTimeWanted { process, angle });
        }
    }

    /// Whether the density that the particles should arrive at is that of the scene's data.
    pub fn shows_data_of(&self, scene: &Scene) -> bool {
        self.target.answered().is_some_and(|(of, _)| of.0.shows(scene))
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.target.is_busy()
            || self.tilted.is_busy()
            || self.marginals.is_busy()
            || self.over_time.is_busy()
    }

    /// The density that the particles should arrive at.
    pub fn target(&mut self, ctx: &Context, theme: Theme) -> Option<Shown> {
        let grid = self.target.latest()?;
        Some(self.pictures[0].show(ctx, (self.target.edition(), grid), Heat::Exact, theme))
    }

    /// The tilted density of guidance; none without a class.
    pub fn tilted(&mut self, ctx: &Context, theme: Theme) -> Option<Shown> {
        let grid = self.tilted.latest()?.as_ref().as_ref()?;
        Some(self.pictures[4].show(ctx, (self.tilted.edition(), grid), Heat::Exact, theme))
    }

    /// The density of all particles at t: two of those that are known, one fading into the other.
    pub fn marginal(&mut self, ctx: &Context, theme: Theme, t: f64) -> Option<[Shown; 2]> {
        let grids = self.marginals.latest().filter(|grids| grids.len() == TIMES)?;
        let place = t.clamp(0.0, 1.0) * (TIMES - 1) as f64;
        let below = (place as usize).min(TIMES - 2);
        let fraction = (place - below as f64) as f32;
        let round = self.marginals.edition() * TIMES as u64;
        let shown = [below, below + 1].map(|k| {
            // Even and odd times have a texture each, so that only one changes at a time.
            let picture = &mut self.pictures[1 + k % 2];
            picture.show(ctx, (round + k as u64, &grids[k]), Heat::Exact, theme)
        });
        let [mut lower, mut upper] = shown;
        // Together they cover about as much as either alone.
        lower.opacity = 1.0 - fraction * fraction;
        upper.opacity = 1.0 - (1.0 - fraction) * (1.0 - fraction);
        Some([lower, upper])
    }

    /// The density of one direction over time.
    pub fn over_time(
        &mut self,
        ctx: &Context,
        theme: Theme,
    ) -> Option<(Shown, Arc<Vec<[f64; 3]>>)> {
        let made = self.over_time.latest()?.as_ref().as_ref()?;
        let number = self.over_time.edition();
        let shown = self.pictures[3].show(ctx, (number, &made.grid), Heat::Exact, theme);
        Some((shown, Arc::clone(&made.edges)))
    }
}
