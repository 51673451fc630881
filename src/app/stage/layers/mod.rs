//! The layers of the stage. Each knows how to draw itself; [`PaneLayers::draw`] is the one place
//! that names them all.

pub mod arrows;
pub mod crowd;
pub mod densities;
mod edges;
mod heat;
pub mod pairs;
pub mod streamlines;

use std::sync::Arc;

use eframe::egui::Context;

pub use self::densities::Densities;

use driftscope_study::Recording;
use driftscope_study::scene::{Layer, Projection};
use driftscope_study::work::Dispatcher;

use self::arrows::Arrows;
use self::crowd::Crowd;
use self::heat::Shown;
use self::pairs::Pairs;
use self::streamlines::Streamlines;
use super::canvas::Draw;
use super::context::LayerContext;
use super::work::ViewTask;
use crate::app::palette::{Palette, Theme};

/// What a pane's layers are drawn from, besides its particles.
#[derive(Default)]
pub struct PaneLayers {
    arrows: Arrows,
    streamlines: Streamlines,
    crowd: Crowd,
    pairs: Pairs,
}

impl PaneLayers {
    /// Starts and collects what the layers need.
    pub fn update(
        &mut self,
        (ctx, work): (&Context, &Dispatcher<ViewTask>),
        context: &LayerContext<'_>,
        recording: Option<(&Arc<Recording>, f64)>,
    ) {
        let on = |layer| context.layers.has(layer);
        if context.projection != Projection::Plane {
            return;
        }
        if context.shows(Layer::Pairs) {
            self.pairs.update(work, context);
        }
        if let Some(seen) = context.seen {
            if on(Layer::Velocity) || on(Layer::Score) || on(Layer::Diffusion) {
                self.arrows.update(work, context, seen);
            }
            if on(Layer::Streamlines) {
                self.streamlines.update(ctx, work, context, seen);
            }
        }
        if let (true, Some((recording, keyframe))) = (on(Layer::Empirical), recording) {
            self.crowd.update(work, recording, keyframe, context.extent);
        }
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.arrows.busy() || self.streamlines.busy() || self.crowd.busy() || self.pairs.busy()
    }

    /// What the longest arrow of a layer stands for, and D(t), once known.
    pub fn arrows(&self, layer: Layer) -> Option<(f64, f64)> {
        let field = self.arrows.field()?;
        Some((field.full(layer), field.diffusion))
    }

    /// What the training pairs come to, in words, once known.
    pub fn pairs(&self) -> Option<String> {
        self.pairs.reading()
    }

    /// What is drawn for a layer, except for the particles, their trails and chords and the data
    /// points, which the graphics card draws from recordings.
    pub fn draw<'a>(
        &mut self,
        layer: Layer,
        context: &LayerContext<'_>,
        densities: &mut Densities,
        ctx: &Context,
        (theme, width): (Theme, f32),
    ) -> Option<Draw<'a>> {
        let palette = Palette::of(theme);
        if !context.shows(layer) {
            return None;
        }
        let over_time = context.projection == Projection::OverTime;
        let heat = |shown: Shown| -> Draw<'a> {
            Box::new(move |ui, canvas, shapes| shown.draw(ui, canvas, shapes))
        };
        match layer {
            // Over time both are one picture, which needs to be drawn but once.
            Layer::Target if over_time && context.layers.has(Layer::Marginal) => None,
            Layer::Target | Layer::Marginal if over_time => {
                densities.over_time(ctx, theme).map(|(shown, _)| heat(shown))
            }
            Layer::Target => densities.target(ctx, theme).map(heat),
            Layer::Tilted => densities.tilted(ctx, theme).map(heat),
            Layer::Marginal => {
                let [lower, upper] = densities.marginal(ctx, theme, context.t)?;
                Some(Box::new(move |ui, canvas, shapes| {
                    lower.draw(ui, canvas, shapes);
                    upper.draw(ui, canvas, shapes);
                }))
            }
            Layer::Empirical => self.crowd.shown(ctx, theme).map(heat),
            Layer::Streamlines => {
                let flow = Arc::clone(self.streamlines.flow()?);
                let elapsed = context.elapsed();
                Some(Box::new(move |ui, canvas, shapes| {
                    flow.draw(elapsed, palette, width, ui, canvas, shapes);
                }))
            }
            Layer::Velocity | Layer::Score | Layer::Diffusion => {
                let made = Arc::clone(self.arrows.made()?);
                Some(Box::new(move |ui, canvas, shapes| {
                    if let Some(field) = made.as_ref() {
                        arrows::draw(field, layer, (palette, width), ui, canvas, shapes);
                    }
                }))
            }
            Layer::Pairs => {
                let made = Arc::clone(self.pairs.made()?);
                Some(Box::new(move |_, canvas, shapes| {
                    if let Ok(found) = made.as_ref() {
                        pairs::draw(found, (palette, width), canvas, shapes);
                    }
                }))
            }
            Layer::Data | Layer::Chords | Layer::Trails | Layer::Particles => None,
        }
    }
}

/// The densities at both ends of the picture over time.
pub fn edges<'a>(
    densities: &mut Densities,
    ctx: &Context,
    (theme, width): (Theme, f32),
) -> Option<Draw<'a>> {
    let (_, places) = densities.over_time(ctx, theme)?;
    Some(Box::new(move |_, canvas, shapes| {
        edges::draw(&places, Palette::of(theme), width, canvas, shapes);
    }))
}
