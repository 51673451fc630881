//! How the graphics card shows the particles of a pane: sizes, trails and colours that suit their
//! number.

use driftscope_study::Recording;
use driftscope_study::scene::Layer;
use eframe::egui::Context;

use super::context::LayerContext;
use super::drawings::colouring::Colouring;
use super::gpu::{self, Appearance, SCALE_STEPS, Speeds};
use super::moment::{keyframe, over_time};
use crate::app::palette::Palette;
use crate::app::state::State;

/// Bends of a trail where there is no graphics card.
const SOFTWARE_BENDS: f32 = 5.0;
/// Sizes of particles are right for this many; fewer are drawn larger, more smaller.
const USUAL_COUNT: f64 = 2_000.0;
/// Panes are smaller than a whole stage, and so are their particles, down to this.
const SMALLEST_SCALE: f32 = 0.72;
/// Particles lie on about this share of the view, as a rule.
const COVERED: f32 = 0.25;
/// Opacity of particles and trails where something else is looked at.
const BEHIND: f32 = 0.25;
/// Trajectories drawn over time at most: more would hide the density below.
pub const MOST_TRAJECTORIES: usize = 240;

/// How the graphics card, or a processor in its place (`is_software`), shows the particles in this
/// frame.
pub fn view(
    ctx: &Context,
    context: &LayerContext<'_>,
    (state, is_software): (&State, bool),
    recording: &Recording,
    width: f32,
) -> Appearance {
    let layers = context.layers;
    let palette = state.palette();
    let look = state.scene().view;
    let over_time = over_time(context, state);
    let scale = ctx.pixels_per_point() * (width / 640.0).clamp(SMALLEST_SCALE, 1.0);
    let drawn = if over_time.is_some() { MOST_TRAJECTORIES } else { usize::MAX };
    let count = recording.scene.particles.count.min(drawn).max(1);
    let few = USUAL_COUNT / count as f64;
    let last = recording.times.len().saturating_sub(1);
    let share = if over_time.is_some() { 1.0 } else { look.trail };
    let beside = state.inspected().is_some() || state.shows_lens();
    let behind = beside || context.shows(Layer::Pairs);
    let trails = layers.has(Layer::Trails) && !beside;
    let trail_keyframes = if trails { (share * last as f64) as f32 } else { 0.0 };
    // A processor that plays graphics card pays for every bend of every trail.
    let bends = if over_time.is_some() || !is_software {
        gpu::MAX_TRAIL_SEGMENTS as f32 - 1.0
    } else {
        SOFTWARE_BENDS
    };
    // Noisy trails cross everything.
    let strength = match (over_time.is_some(), recording.scene.is_sde()) {
        (true, _) => 0.14,
        (false, true) => 0.2,
        (false, false) => 0.45,
    };
    let trail_opacity = strength * few.powf(0.35);
    let discs = layers.has(Layer::Particles);
    let adds_up = look.overlap.adds_up(count, look.colour);
    let points = look.point_size as f32 * palette.heavier.sqrt();
    let lines = look.line_width as f32 * palette.heavier;
    let radius_px = scale * points * (2.4 * few.powf(0.18)).clamp(1.0, 5.0) as f32;
    let side_px = width * ctx.pixels_per_point() * context.magnification() as f32;
    Appearance {
        now: keyframe(state, recording) as f32,
        particles: drawn,
        radius_px,
        adding: adds_up.then(|| strength_of_one(count, radius_px, side_px, palette.dark)),
        opacity: if behind { BEHIND } else { 1.0 },
        trail_keyframes,
        trail_stride: (trail_keyframes / bends).ceil().max(1.0) as usize,
        trail_width_px: scale * lines * (1.2 * few.powf(0.1)).clamp(0.8, 2.0) as f32,
        trail_opacity: trail_opacity.clamp(0.03, 0.7) as f32,
        trail_fading: if over_time.is_some() { 0.25 } else { 1.6 },
        discs,
        over_time: over_time.map(|u| u.map(|x| x as f32)),
        highlight: state.lit(),
        dark: palette.dark,
        ..Appearance::default()
    }
}

/// How strong each of `count` discs is where they add up, on a view of so many pixels across: a few
/// that lie on each other should not yet be as bright, or as dark, as it gets.
fn strength_of_one(count: usize, radius_px: f32, side_px: f32, dark: bool) -> f32 {
    let discs = count as f32 * std::f32::consts::PI * radius_px * radius_px;
    let deep = discs / (COVERED * side_px * side_px);
    // Light that is added comes to an end; what is left of it on a light ground never does.
    1.0 / (1.0 + if dark { 1.7 } else { 0.9 } * deep)
}

/// The speeds that particles are coloured by, at a keyframe; none where they have other colours.
pub fn speeds(colouring: &Colouring, palette: &Palette, keyframe: f32) -> Option<Speeds> {
    let range = colouring.speeds?.map(|speed| speed as f32);
    let scale =
        std::array::from_fn(|i| palette.quantity(i as f64 / (SCALE_STEPS - 1) as f64).to_array());
    Some(Speeds { keyframe, range, scale })
}

/// Straight lines from start to end, as trails of one segment; that of the lit particle is drawn with its path,
/// lest it be thicker.
pub fn chords(view: &Appearance, last: usize) -> Appearance {
    Appearance {
        now: last as f32,
        trail_keyframes: last as f32,
        trail_stride: last.max(1),
        trail_fading: 0.0,
        trail_width_px: 0.8 * view.trail_width_px,
        trail_opacity: 0.35 * view.trail_opacity.max(0.3),
        discs: false,
        highlight: None,
        ..*view
    }
}
