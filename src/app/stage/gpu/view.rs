//! What changes from frame to frame, and the uniforms made of it.

use eframe::egui::{Pos2, Rect};
use egui_plot::PlotTransform;
use egui_wgpu::ScreenDescriptor;

use super::MAX_TRAIL_SEGMENTS;

/// How a pane looks in this frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Fractional keyframe shown: index + fraction, clamped to the recording.
    pub now: f32,
    /// Draw at most the first so many particles.
    pub particles: usize,
    /// Radius of a particle, physical pixels.
    pub radius_px: f32,
    /// Opacity of particles and trails together, 0 to 1.
    pub opacity: f32,
    /// Length of the trails in keyframes; 0 draws none.
    pub trail_keyframes: f32,
    /// Width of a trail at its tip, physical pixels.
    pub trail_width_px: f32,
    /// Opacity of a trail at its tip, 0 to 1; it fades from there.
    pub trail_opacity: f32,
    /// Opacity of the thin rim that sets particles off from each other and from a heat map
    /// below, 0 to 1. Discs of less than 2 pixels radius carry little of it.
    pub rim: f32,
    /// A particle to draw large, ringed and on top of all others.
    pub highlight: Option<usize>,
    /// Dark background: dark rims, and trails that glow a little where they meet. Light
    /// background: light rims, and trails that cover.
    pub dark: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            now: 0.0,
            particles: usize::MAX,
            radius_px: 2.5,
            opacity: 1.0,
            trail_keyframes: 0.0,
            trail_width_px: 1.5,
            trail_opacity: 0.5,
            rim: 0.5,
            highlight: None,
            dark: true,
        }
    }
}

/// Where the world lies on the screen: a scale and a pair of points that coincide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// A point of the world, best in the middle of what is seen (for accuracy).
    pub world: [f64; 2],
    /// The point of the screen, in points, on which `world` lies.
    pub screen: Pos2,
    /// Points per world unit; y is negative where the world's y points up.
    pub points_per_unit: [f64; 2],
}

impl From<&PlotTransform> for Projection {
    fn from(transform: &PlotTransform) -> Self {
        let screen = transform.frame().center();
        let world = transform.value_from_position(screen);
        Self { world: [world.x, world.y], screen, points_per_unit: transform.dpos_dvalue() }
    }
}

/// As in `shader.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(super) struct Uniforms {
    pub world_centre: [f32; 2],
    pub px_per_unit: [f32; 2],
    pub centre_px: [f32; 2],
    pub screen_px: [f32; 2],
    pub clip_min_px: [f32; 2],
    pub clip_max_px: [f32; 2],
    pub now: f32,
    pub tail: f32,
    pub radius_px: f32,
    pub trail_width_px: f32,
    pub opacity: f32,
    pub trail_opacity: f32,
    pub trail_glow: f32,
    pub rim_light: f32,
    pub keyframes: u32,
    pub particles: u32,
    pub highlight: u32,
    pub rim: f32,
}

/// How much of a trail's light is added rather than laid over, on a dark background.
const TRAIL_GLOW: f32 = 0.35;

impl Uniforms {
    pub fn new(
        screen: &ScreenDescriptor,
        rect: Rect,
        projection: &Projection,
        view: &View,
        particles: usize,
        keyframes: usize,
    ) -> Self {
        let ppp = f64::from(screen.pixels_per_point);
        let px_per_unit = projection.points_per_unit.map(|scale| scale * ppp);
        // The shader subtracts the centre in f32. Rounding the centre would shift the picture,
        // so the screen's centre is moved along by the same amount, in f64.
        let world_centre = projection.world.map(|x| x as f32);
        let centre_px = [projection.screen.x, projection.screen.y];
        let centre_px = std::array::from_fn(|axis| {
            let rounding = f64::from(world_centre[axis]) - projection.world[axis];
            (f64::from(centre_px[axis]) * ppp + rounding * px_per_unit[axis]) as f32
        });
        let ppp = screen.pixels_per_point;
        let last = keyframes.saturating_sub(1) as f32;
        let now = if view.now.is_finite() { view.now.clamp(0.0, last) } else { 0.0 };
        let length = view.trail_keyframes.max(0.0); // NaN becomes 0.
        let oldest = now.ceil() - MAX_TRAIL_SEGMENTS as f32;
        Self {
            world_centre,
            px_per_unit: px_per_unit.map(|scale| scale as f32),
            centre_px,
            screen_px: screen.size_in_pixels.map(|size| size as f32),
            clip_min_px: [rect.min.x * ppp, rect.min.y * ppp],
            clip_max_px: [rect.max.x * ppp, rect.max.y * ppp],
            now,
            tail: (now - length).max(oldest).max(0.0),
            radius_px: view.radius_px.max(0.0),
            trail_width_px: view.trail_width_px.max(0.0),
            opacity: view.opacity.clamp(0.0, 1.0),
            trail_opacity: view.trail_opacity.clamp(0.0, 1.0),
            trail_glow: if view.dark { TRAIL_GLOW } else { 0.0 },
            rim_light: if view.dark { 0.0 } else { 1.0 },
            keyframes: keyframes as u32,
            particles: view.particles.min(particles) as u32,
            highlight: view
                .highlight
                .filter(|&index| index < particles)
                .map_or(u32::MAX, |index| index as u32),
            rim: view.rim.clamp(0.0, 1.0),
        }
    }

    /// How many segments each trail has.
    pub fn trail_segments(&self) -> u32 {
        if self.now > self.tail { (self.now.ceil() - self.tail).ceil() as u32 } else { 0 }
    }
}
