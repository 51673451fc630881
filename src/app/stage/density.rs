//! The target density under the particles: computed off the interface's thread, kept as a texture.

use std::ops::RangeInclusive;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use eframe::egui::{
    Color32, ColorImage, Context, Pos2, Rect, Shape, TextureHandle, TextureId, TextureOptions, Ui,
};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoint, PlotTransform};
use rayon::prelude::*;

use crate::app::palette::Palette;
use crate::data::Mixture;
use crate::scene::{Data, Direction, Scene};

/// Points along each side of the picture.
const SIDE: usize = 224;
/// It reaches this much beyond the view, for zooming out.
const REACH: f64 = 1.5;

/// What decides the picture.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    direction: Direction,
    data: Data,
    extent: f64,
}

/// A density on a grid, as shares of its largest value, rows from the top.
struct Grid {
    key: Key,
    shares: Vec<f32>,
}

/// The picture of the target density.
#[derive(Default)]
pub struct Density {
    wanted: Option<Key>,
    inbox: Option<Receiver<Grid>>,
    grid: Option<Grid>,
    texture: Option<(bool, TextureHandle)>,
}

impl Density {
    /// Starts, collects and colours pictures; what is there stays until the next one is ready.
    pub fn update(&mut self, ctx: &Context, scene: &Scene, extent: f64, palette: &Palette) {
        let key = Key { direction: scene.direction, data: scene.data.clone(), extent };
        if self.wanted.as_ref() != Some(&key) {
            self.inbox = start(ctx, scene, key.clone());
            self.wanted = Some(key);
        }
        match self.inbox.as_ref().map(Receiver::try_recv) {
            Some(Ok(grid)) => {
                self.grid = Some(grid);
                self.texture = None;
                self.inbox = None;
            }
            Some(Err(TryRecvError::Disconnected)) => self.inbox = None,
            Some(Err(TryRecvError::Empty)) | None => {}
        }
        if let Some(grid) = &self.grid
            && self.texture.as_ref().is_none_or(|(dark, _)| *dark != palette.dark)
        {
            let pixels = grid.shares.iter().map(|&share| palette.density(share)).collect();
            let image = ColorImage::new([SIDE, SIDE], pixels);
            let texture = ctx.load_texture("target density", image, TextureOptions::LINEAR);
            self.texture = Some((palette.dark, texture));
        }
    }

    /// The picture as an item of the stage's plot, if there is one.
    #[must_use]
    pub fn item(&self) -> Option<DensityItem> {
        let (_, texture) = self.texture.as_ref()?;
        let reach = self.grid.as_ref()?.key.extent * REACH;
        Some(DensityItem { base: PlotItemBase::new(String::new()), texture: texture.id(), reach })
    }
}

fn start(ctx: &Context, scene: &Scene, key: Key) -> Option<Receiver<Grid>> {
    let target = match scene.direction {
        Direction::Generate => Some(scene.mixture().ok()?),
        Direction::Noise => None,
    };
    let (sender, inbox) = sync_channel(1);
    let ctx = ctx.clone();
    let work = move || {
        let shares = shares(target.as_ref(), key.extent * REACH);
        // Nobody waits for it any more if another one is wanted by now.
        if sender.send(Grid { key, shares }).is_ok() {
            ctx.request_repaint();
        }
    };
    std::thread::Builder::new().name("driftscope-density".into()).spawn(work).ok()?;
    Some(inbox)
}

/// Shares of the largest density over [−reach, reach]², of N(0, I) if there is no mixture.
fn shares(target: Option<&Mixture>, reach: f64) -> Vec<f32> {
    let place = |k: usize| ((k as f64 + 0.5) / SIDE as f64 * 2.0 - 1.0) * reach;
    let density = |x: f64, y: f64| match target {
        Some(mixture) => mixture.density([x, y]),
        None => (-0.5 * (x * x + y * y)).exp(),
    };
    let values: Vec<f64> = (0..SIDE * SIDE)
        .into_par_iter()
        .map(|i| density(place(i % SIDE), -place(i / SIDE)))
        .collect();
    // A few sharp peaks should not leave the rest in the dark: the top per mille is cut off.
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let top = sorted.get(sorted.len().saturating_sub(1 + sorted.len() / 500)).copied();
    let top = top.unwrap_or(1.0);
    values.into_iter().map(|value| (value / top).min(1.0) as f32).collect()
}

/// The picture inside the plot. It takes no part in fitting the view.
pub struct DensityItem {
    base: PlotItemBase,
    texture: TextureId,
    reach: f64,
}

impl PlotItem for DensityItem {
    fn shapes(&self, _ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let rect = transform.rect_from_values(
            &PlotPoint::new(-self.reach, -self.reach),
            &PlotPoint::new(self.reach, self.reach),
        );
        let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
        shapes.push(Shape::image(self.texture, rect, whole, Color32::WHITE));
    }

    fn initialize(&mut self, _x_range: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        Color32::TRANSPARENT
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}
