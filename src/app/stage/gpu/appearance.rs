//! What changes from frame to frame, and the uniforms made of it.

use eframe::egui::{Pos2, Rect};
use egui_plot::PlotTransform;
use egui_wgpu::ScreenDescriptor;

use super::pipelines::QUADS;

/// The most trail segments drawn per particle; a longer trail shows its newest part.
pub const MAX_TRAIL_SEGMENTS: usize = QUADS as usize;

/// How a pane looks in this frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Appearance {
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
    /// Bend the trails at every so-manieth keyframe only; 0 counts as 1, the exact path.
    /// A software renderer's time goes by the number of bends (see
    /// [`super::StageGpu::is_software`]).
    pub trail_stride: usize,
    /// Width of a trail at its tip, physical pixels.
    pub trail_width_px: f32,
    /// Opacity of a trail at its tip, 0 to 1; it fades from there.
    pub trail_opacity: f32,
    /// How soon a trail fades towards its tail: 0 not at all, 1 evenly, more sooner.
    pub trail_fading: f32,
    /// Whether the particles are drawn, beside their trails.
    pub discs: bool,
    /// Time along the horizontal axis and this direction of the plane (a unit vector) along the
    /// vertical one, instead of the plane itself.
    pub over_time: Option<[f32; 2]>,
    /// Discs add up where they overlap, each with this strength from 0 to 1: brighter on a dark
    /// ground, darker on a light one. If none, the upper one covers the lower one.
    pub adding: Option<f32>,
    /// The speeds that transparent colours stand for.
    pub speeds: Option<Speeds>,
    /// Opacity of the thin rim that sets particles off from each other and from a heat map
    /// below, 0 to 1. Discs of less than 2 pixels radius carry little of it.
    pub rim: f32,
    /// A particle to draw large, ringed and on top of all others.
    pub highlight: Option<usize>,
    /// Dark background: dark rims, and trails that glow a little where they meet. Light
    /// background: light rims, and trails that cover.
    pub dark: bool,
}

/// Colours of a scale.
pub const SCALE_STEPS: usize = 32;

/// What makes a colour of a particle's speed: particles whose own colour is transparent have that
/// of their speed in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speeds {
    /// The fractional keyframe at which the speed is meant.
    pub keyframe: f32,
    /// The speeds at both ends of the scale.
    pub range: [f32; 2],
    /// Colours at even distances along the scale, as those of an upload.
    pub scale: [[u8; 4]; SCALE_STEPS],
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            now: 0.0,
            particles: usize::MAX,
            radius_px: 2.5,
            opacity: 1.0,
            trail_keyframes: 0.0,
            trail_stride: 1,
            trail_width_px: 1.5,
            trail_opacity: 0.5,
            trail_fading: 1.6,
            discs: true,
            over_time: None,
            adding: None,
            speeds: None,
            rim: 0.5,
            highlight: None,
            dark: true,
        }
    }
}

/// Where the world lies on the screen: a scale and a pair of points that coincide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// A point of the world, best in the middle of what is seen (for accuracy).
    pub world: [f64; 2],
    /// The point of the screen, in points, on which `world` lies.
    pub screen: Pos2,
    /// Points per world unit; y is negative where the world's y points up.
    pub points_per_unit: [f64; 2],
}

impl From<&PlotTransform> for Camera {
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
    pub trail_stride: f32,
    pub newest_knot: f32,
    pub trail_fading: f32,
    pub over_time: u32,
    pub direction: [f32; 2],
    pub disc_glow: f32,
    pub disc_strength: f32,
    pub speeds: [f32; 2],
    pub speed_keyframe: f32,
    pub by_speed: u32,
    pub scale: [[u8; 4]; SCALE_STEPS],
}

/// How much of a trail's light is added rather than laid over, on a dark background.
const TRAIL_GLOW: f32 = 0.35;

impl Uniforms {
    pub fn new(
        screen: &ScreenDescriptor,
        rect: Rect,
        projection: &Camera,
        view: &Appearance,
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
        let trail_stride = view.trail_stride.max(1) as f32;
        let newest_knot = (now / trail_stride).ceil();
        let oldest = (newest_knot - MAX_TRAIL_SEGMENTS as f32) * trail_stride;
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
            // Rims would add up as well.
            rim: if view.adding.is_some() { 0.0 } else { view.rim.clamp(0.0, 1.0) },
            trail_stride,
            newest_knot,
            trail_fading: view.trail_fading.max(0.0),
            over_time: u32::from(view.over_time.is_some()),
            direction: view.over_time.unwrap_or_default(),
            disc_glow: f32::from(u8::from(view.adding.is_some() && view.dark)),
            disc_strength: view.adding.unwrap_or(1.0).clamp(0.0, 1.0),
            speeds: view.speeds.map_or([0.0; 2], |speeds| speeds.range),
            speed_keyframe: view.speeds.map_or(0.0, |speeds| speeds.keyframe.clamp(0.0, last)),
            by_speed: u32::from(view.speeds.is_some() && keyframes > 1),
            scale: view.speeds.map_or([[0; 4]; SCALE_STEPS], |speeds| speeds.scale),
        }
    }

    /// How many segments each trail has.
    pub fn trail_segments(&self) -> u32 {
        if self.now > self.tail {
            (self.newest_knot - self.tail / self.trail_stride).ceil() as u32
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniforms(projection: &Camera, view: &Appearance, keyframes: usize) -> Uniforms {
        let screen = ScreenDescriptor { size_in_pixels: [800, 600], pixels_per_point: 2.0 };
        let rect = Rect::from_min_max(Pos2::new(10.0, 20.0), Pos2::new(300.0, 200.0));
        Uniforms::new(&screen, rect, projection, view, 10, keyframes)
    }

    #[test]
    fn a_deep_zoom_stays_accurate() {
        // 10⁶ pixels per unit around a point that f32 cannot hold.
        let projection = Camera {
            world: [2.0 + 1.0e-7, -1.0 / 3.0],
            screen: Pos2::new(155.0, 110.0),
            points_per_unit: [5.0e5, -5.0e5],
        };
        let u = uniforms(&projection, &Appearance::default(), 2);
        let particle = [2.000_001_f32, -0.333_333_f32];
        for axis in 0..2 {
            let drawn =
                (particle[axis] - u.world_centre[axis]) * u.px_per_unit[axis] + u.centre_px[axis];
            let from_centre = f64::from(particle[axis]) - projection.world[axis];
            let screen = f64::from([projection.screen.x, projection.screen.y][axis]);
            let exact = 2.0 * (screen + from_centre * projection.points_per_unit[axis]);
            assert!((f64::from(drawn) - exact).abs() < 1.0e-3);
        }
    }

    #[test]
    fn views_are_kept_within_the_recording() {
        let projection = Camera {
            world: [0.0, 0.0],
            screen: Pos2::new(50.0, 50.0),
            points_per_unit: [50.0, -50.0],
        };
        let with = |now, trail_keyframes, keyframes| {
            let view =
                Appearance { now, trail_keyframes, highlight: Some(10), ..Appearance::default() };
            let u = uniforms(&projection, &view, keyframes);
            (u.now, u.tail, u.trail_segments(), u.highlight, u.particles)
        };
        assert_eq!(with(1.5, 1.0, 4), (1.5, 0.5, 2, u32::MAX, 10));
        assert_eq!(with(2.0, 1.0, 4), (2.0, 1.0, 1, u32::MAX, 10));
        assert_eq!(with(9.0, 0.0, 4), (3.0, 3.0, 0, u32::MAX, 10));
        assert_eq!(with(-1.0, 5.0, 4), (0.0, 0.0, 0, u32::MAX, 10));
        assert_eq!(with(f32::NAN, f32::NAN, 4), (0.0, 0.0, 0, u32::MAX, 10));
        assert_eq!(with(0.0, 1.0, 1), (0.0, 0.0, 0, u32::MAX, 10));
        let view =
            Appearance { now: 7.5, trail_keyframes: 5.0, trail_stride: 3, ..Appearance::default() };
        let u = uniforms(&projection, &view, 64);
        // 7.5 to 6, 6 to 3, 3 to 2.5.
        assert_eq!((u.tail, u.trail_segments()), (2.5, 3));
        // At most MAX_TRAIL_SEGMENTS, the newest ones.
        assert_eq!(with(99.5, f32::INFINITY, 200), (99.5, 36.0, 64, u32::MAX, 10));
    }
}
