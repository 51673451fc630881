//! The stage: particles over the target density, in a plot with equal axes.

mod colouring;
mod density;
pub mod gpu;
mod overlay;
mod painted;

use std::sync::Arc;

use eframe::egui::{Context, FontId, Id, Response, Ui, Vec2};
use egui_plot::{AxisHints, GridInput, GridMark, Plot, PlotUi};

use self::colouring::Colouring;
use self::density::Density;
use self::gpu::{StageGpu, StageItem, Upload, View};
use self::painted::PaintedItem;
use super::command::Commands;
use super::state::State;
use super::theme::TEXT;
use crate::engine::{Block, Recording};
use crate::scene::{ColourBy, Scene};

/// Data and noise of every built-in distribution lie within this distance of the axes.
const EXTENT: f64 = 3.2;
/// The only pane there is so far.
const PANE: u64 = 0;
/// Bends of a trail where there is no graphics card.
const SOFTWARE_BENDS: f32 = 5.0;
/// Marks of the axes are at least this many of `egui_plot`'s smallest steps apart.
const MARKS_APART: f64 = 10.0;
/// Sizes of particles are right for this many; fewer are drawn larger, more smaller.
const USUAL_COUNT: f64 = 2_000.0;

/// What has been handed to the graphics card.
struct Uploaded {
    recording: u64,
    blocks: usize,
    by: ColourBy,
    dark: bool,
}

/// The stage and what it keeps from frame to frame.
pub struct Stage {
    gpu: Result<StageGpu, String>,
    uploaded: Option<Uploaded>,
    trouble: Option<String>,
    colours: Arc<[[u8; 4]]>,
    colouring: Option<Colouring>,
    density: Density,
    fit: bool,
    /// What the view was fitted to in the last frame.
    extent: Option<[[f64; 2]; 2]>,
}

impl Stage {
    /// Builds the pipelines; without a graphics card it draws fewer particles and says so.
    #[must_use]
    pub fn new(cc: &eframe::CreationContext<'_>) -> Self {
        let options = egui_wgpu::RendererOptions::default();
        let gpu = match &cc.wgpu_render_state {
            Some(render) => StageGpu::install(render, &options).map_err(|error| error.to_string()),
            None => Err("There is no graphics card.".to_owned()),
        };
        Self {
            gpu,
            uploaded: None,
            trouble: None,
            colours: Arc::new([]),
            colouring: None,
            density: Density::default(),
            fit: false,
            extent: None,
        }
    }

    /// Fits the view to data and noise in the next frame.
    pub fn reset_view(&mut self) {
        self.fit = true;
    }

    /// Hands what is new to the graphics card; before painting.
    pub fn prepare(&mut self, ctx: &Context, state: &State) {
        let half = extent(&state.scene)[1][0];
        self.density.update(ctx, &state.scene, half, state.palette());
        let Some(recording) = state.recording() else { return };
        let by = state.scene.view.colour;
        let before = self.uploaded.as_ref().filter(|before| before.recording == recording.id);
        let known = before.map_or(0, |before| before.blocks.min(recording.blocks.len()));
        let recolour =
            before.is_none_or(|before| (before.by, before.dark) != (by, state.look.dark));
        // Plain colours do not depend on what has come since.
        let grown = known < recording.blocks.len() && by != ColourBy::Plain;
        if !recolour && known == recording.blocks.len() {
            return;
        }
        if recolour || grown {
            let colouring = Colouring::of(&state.scene, recording);
            self.colours = colouring.colours(recording, state.palette());
            self.colouring = Some(colouring);
        }
        self.upload(recording, known, recolour || grown);
        self.uploaded = Some(Uploaded {
            recording: recording.id,
            blocks: recording.blocks.len(),
            by,
            dark: state.look.dark,
        });
    }

    fn upload(&mut self, recording: &Recording, known: usize, recolour: bool) {
        let Ok(gpu) = &self.gpu else { return };
        let upload = Upload {
            recording: recording.id,
            particles: recording.scene.particles.count,
            keyframes: recording.times.len(),
            blocks: recording.blocks[known..]
                .iter()
                .map(|block| gpu::Block {
                    first_particle: block.first,
                    positions: positions(block, recording),
                })
                .collect(),
            colours: recolour.then(|| Arc::clone(&self.colours)),
        };
        self.trouble = gpu.upload(PANE, &upload).err().map(|error| error.to_string());
    }

    /// Draws the stage into all of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let rect = ui.available_rect_before_wrap();
        let response = self.plot_ui(ui, state);
        overlay::ui(ui, rect, response.rect, state, self.colouring.as_ref(), self.complaint(), out);
    }

    /// Why the stage is not what it should be.
    fn complaint(&self) -> Option<String> {
        if let Some(trouble) = &self.trouble {
            return Some(trouble.clone());
        }
        let reason = self.gpu.as_ref().err()?;
        Some(format!("{reason} At most {} particles are drawn.", painted::MOST))
    }

    fn plot_ui(&mut self, ui: &mut Ui, state: &State) -> Response {
        let palette = state.palette();
        let [low, high] = extent(&state.scene);
        let moved = self.extent.replace([low, high]).is_some_and(|before| before != [low, high]);
        let fit = std::mem::take(&mut self.fit) || moved;
        let font = FontId::proportional(TEXT);
        let [x, y] = [AxisHints::new_x(), AxisHints::new_y()].map(|axis| {
            axis.formatter(|mark, _| tick(mark.value))
                .tick_label_color(palette.quiet)
                .tick_label_font(font.clone())
                .label_spacing(40.0..=60.0)
        });
        let over_time = runs_over_time(&state.scene);
        let density = state.scene.view.density && state.scene.classic().is_none();
        let density = density.then(|| self.density.item()).flatten();
        let particles = state.recording().map(|recording| {
            let time = state.playback.time(recording);
            let keyframe = recording.keyframe_of_time(time);
            self.particles(ui, state, recording, keyframe)
        });
        let plot = Plot::new("stage").id(Id::unique("stage"));
        let plot = if over_time { plot } else { plot.data_aspect(1.0) };
        plot.include_x(low[0])
            .include_x(high[0])
            .include_y(low[1])
            .include_y(high[1])
            .set_margin_fraction(Vec2::ZERO)
            .allow_boxed_zoom(false)
            .allow_scroll(false)
            .allow_axis_zoom_drag(false)
            .custom_x_axes(vec![x])
            .custom_y_axes(vec![y.min_thickness(24.0)])
            .x_grid_spacer(|input| grid(&input))
            .y_grid_spacer(|input| grid(&input))
            .grid_color(palette.grid)
            .show_x(false)
            .show_y(false)
            .label_formatter(|_| None)
            .show(ui, move |plot| {
                if fit {
                    plot.set_auto_bounds(true);
                }
                zoom_by_scrolling(plot);
                if let Some(density) = density {
                    plot.add(density);
                }
                match particles {
                    Some(Particles::Gpu(item)) => plot.add(item),
                    Some(Particles::Painted(item)) => plot.add(item),
                    None => {}
                }
            })
            .response
    }

    fn particles(
        &self,
        ui: &Ui,
        state: &State,
        recording: &Arc<Recording>,
        keyframe: f64,
    ) -> Particles {
        let Ok(gpu) = &self.gpu else {
            let colours = Arc::clone(&self.colours);
            return Particles::Painted(PaintedItem::new(Arc::clone(recording), colours, keyframe));
        };
        let scale = ui.ctx().pixels_per_point();
        let few = USUAL_COUNT / recording.scene.particles.count.max(1) as f64;
        let last = recording.times.len().saturating_sub(1);
        let trail_keyframes = (state.scene.view.trail * last as f64) as f32;
        // A processor that plays graphics card pays for every bend of every trail.
        let software_stride = (trail_keyframes / SOFTWARE_BENDS).ceil() as usize;
        // Noisy trails cross everything.
        let trail_opacity = if recording.scene.is_sde() { 0.2 } else { 0.45 } * few.powf(0.35);
        let view = View {
            now: keyframe as f32,
            radius_px: scale * (2.4 * few.powf(0.18)).clamp(1.0, 5.0) as f32,
            trail_keyframes,
            trail_stride: if gpu.is_software() { software_stride } else { 1 },
            trail_width_px: scale * (1.2 * few.powf(0.1)).clamp(0.8, 2.0) as f32,
            trail_opacity: trail_opacity.clamp(0.03, 0.7) as f32,
            dark: state.look.dark,
            ..View::default()
        };
        Particles::Gpu(StageItem::new(PANE, view))
    }
}

/// The positions of a block, where particles that stopped early stand at their last one.
fn standing(block: &Block, keyframes: usize) -> Arc<[[f32; 2]]> {
    if block.stops.is_empty() {
        return Arc::clone(&block.positions);
    }
    let mut positions = block.positions.to_vec();
    for &(particle, _) in &block.stops {
        let start = (particle - block.first) * keyframes;
        let frames = &mut positions[start..start + keyframes];
        let finite = |at: &[f32; 2]| at.iter().all(|x| x.is_finite());
        let Some(last) = frames.iter().rposition(finite) else { continue };
        let place = frames[last];
        frames[last..].fill(place);
    }
    positions.into()
}

enum Particles {
    Gpu(StageItem),
    Painted(PaintedItem),
}

/// The lower left and upper right corner of what the view shows at least: data and noise, or the
/// part of the plane where a classic system plays.
fn extent(scene: &Scene) -> [[f64; 2]; 2] {
    if let Some(classic) = scene.classic() {
        let [mut low, mut high] = classic.system().extent;
        if runs_over_time(scene) {
            (low[0], high[0]) = scene.time_span();
        }
        return [low, high];
    }
    let blobs = scene.data.mixture.iter().flatten();
    let half = blobs
        .flat_map(|blob| blob.mean.map(|x| x.abs() + 3.0 * blob.std))
        .filter(|reach| reach.is_finite())
        .fold(EXTENT, f64::max);
    [[-half, -half], [half, half]]
}

/// Whether the stage shows x over t: the plane of a one-dimensional system is but a line.
fn runs_over_time(scene: &Scene) -> bool {
    scene.classic().is_some_and(|classic| classic.system().one_dimensional)
}

/// Where the stage draws the keyframes of a block.
fn positions(block: &Block, recording: &Recording) -> Arc<[[f32; 2]]> {
    let positions = standing(block, recording.times.len());
    if !runs_over_time(&recording.scene) {
        return positions;
    }
    let times = recording.times.iter().cycle();
    positions.iter().zip(times).map(|(at, &t)| [t as f32, at[0]]).collect()
}

/// Scrolling zooms around the pointer.
fn zoom_by_scrolling(plot: &mut PlotUi<'_>) {
    if !plot.response().hovered() {
        return;
    }
    let scrolled = plot.ctx().input(|input| input.smooth_scroll_delta().y);
    if scrolled != 0.0 {
        plot.zoom_bounds_around_hovered(Vec2::splat((scrolled * 0.004).exp()));
    }
}

/// Marks at 1, 2 or 5 times a power of ten, the same on both axes.
fn grid(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let rough = MARKS_APART * input.base_step_size;
    if !(rough.is_finite() && rough > 0.0) {
        return Vec::new();
    }
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|&step| step >= rough)
        .unwrap_or(power);
    let [first, last] = [(low / step).ceil(), (high / step).floor()].map(|k| k as i64);
    (first..=last).map(|k| GridMark { value: k as f64 * step, step_size: step }).collect()
}

fn tick(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded }).replace('-', "−")
}
