//! What the graphics card would draw of a pane, as shapes for a picture: the same rules as in
//! `shader.wgsl`, and the same order.

use std::sync::Arc;

use driftscope_study::Recording;
use eframe::egui::{Pos2, Ui};

use super::canvas::{Canvas, Draw};
use super::drawings::difference::Difference;
use super::gpu::{Appearance, MAX_TRAIL_SEGMENTS, SCALE_STEPS};
use crate::app::picture::{Blend, Disc, Knot, Marks, Ribbon, Rim};

/// How much of a trail's light is added rather than laid over, on a dark ground.
const GLOW: f32 = 0.35;
/// Trails have so many bends together at most: of very many particles, each has few.
const MOST_BENDS: usize = 240_000;
/// But each has so many.
const FEWEST_BENDS: usize = 5;
/// Straight lines farther out than this, in points, are not drawn.
const FAR: f32 = 1e5;

/// The paths of particles.
pub enum Paths {
    /// Of a recording.
    Recording(Arc<Recording>),
    /// How far they are from a reference, in place of those of the recording.
    Difference(Arc<Difference>, Arc<Recording>),
    /// Places that stay.
    Points(Arc<[[f32; 2]]>),
}

impl Paths {
    fn count(&self) -> usize {
        match self {
            Self::Recording(recording) => recording.count(),
            Self::Difference(difference, _) => difference.particles,
            Self::Points(points) => points.len(),
        }
    }

    fn times(&self) -> &[f64] {
        match self {
            Self::Recording(recording) | Self::Difference(_, recording) => &recording.times,
            Self::Points(_) => &[1.0],
        }
    }

    fn of(&self, particle: usize) -> Option<&[[f32; 2]]> {
        match self {
            Self::Recording(recording) => recording.keyframes(particle),
            Self::Difference(difference, recording) => {
                let keyframes = recording.times.len();
                difference.positions.get(particle * keyframes..(particle + 1) * keyframes)
            }
            Self::Points(points) => points.get(particle..=particle),
        }
    }
}

/// What is drawn: particles with these colours (without regard to opacity; a transparent one stands for
/// the speed) as they are seen by `view`.
pub fn draw<'a>(paths: Paths, colours: Arc<[[u8; 4]]>, view: Appearance) -> Draw<'a> {
    Box::new(move |ui: &Ui, canvas: &Canvas<'_>, shapes| {
        let scene = Shown { paths: &paths, colours: &colours, view: &view, canvas };
        let (below, above) = scene.marks(ui);
        for marks in [Some(below), above].into_iter().flatten() {
            shapes.push(marks.into_shape(ui.clip_rect()));
        }
    })
}

/// Everything that decides the marks.
struct Shown<'a> {
    paths: &'a Paths,
    colours: &'a [[u8; 4]],
    view: &'a Appearance,
    canvas: &'a Canvas<'a>,
}

/// Where trails bend: fractional keyframes from the tip backwards.
struct Trail {
    bends: Vec<f32>,
}

impl Trail {
    fn of(view: &Appearance, now: f32, particles: usize) -> Option<Self> {
        let most = (MOST_BENDS / particles.max(1)).clamp(FEWEST_BENDS, MAX_TRAIL_SEGMENTS - 1);
        let stride = (view.trail_keyframes / most as f32).ceil().max(1.0);
        let stride = stride.max(view.trail_stride as f32);
        let newest = (now / stride).ceil();
        let oldest = (newest - MAX_TRAIL_SEGMENTS as f32) * stride;
        let tail = (now - view.trail_keyframes.max(0.0)).max(oldest).max(0.0);
        if now <= tail || view.trail_opacity <= 0.0 || view.trail_width_px <= 0.0 {
            return None;
        }
        let count = (newest - tail / stride).ceil() as usize;
        let past = (1..=count).map(|knot| ((newest - knot as f32) * stride).max(tail));
        Some(Self { bends: std::iter::once(now).chain(past).collect() })
    }
}

impl Shown<'_> {
    /// The particles with their trails, and the one that is lit, which lies above all.
    fn marks(&self, ui: &Ui) -> (Marks, Option<Marks>) {
        let view = self.view;
        let scale = ui.ctx().pixels_per_point();
        let times = self.paths.times();
        let last = times.len().saturating_sub(1) as f32;
        let now = if view.now.is_finite() { view.now.clamp(0.0, last) } else { 0.0 };
        let count = self.paths.count().min(view.particles);
        let trail = Trail::of(view, now, count);
        let seen = ui.clip_rect().expand(view.radius_px / scale + 2.0);
        let glow = if view.dark { GLOW } else { 0.0 };
        let mut marks = Marks { glow, ..Marks::default() };
        marks.blend = match (view.adding, view.dark) {
            (None, _) => Blend::Cover,
            (Some(_), true) => Blend::Add,
            (Some(_), false) => Blend::Darken,
        };
        let radius = view.radius_px.max(0.6);
        let thin = (view.radius_px / radius).min(1.0);
        let rim = Rim {
            width: (0.25 * view.radius_px).clamp(0.5, 1.0) / scale,
            lightness: if view.dark { 0.0 } else { 1.0 },
            opacity: match view.adding {
                Some(_) => 0.0,
                None => smoothstep(0.5, 2.5, view.radius_px) * view.rim,
            },
        };
        let strength = view.opacity * view.adding.unwrap_or(1.0) * thin * thin;
        for particle in 0..count {
            let Some(frames) = self.paths.of(particle) else { continue };
            let Some([r, g, b, a]) = self.colour(particle, frames) else { continue };
            let own = f32::from(a) / 255.0;
            if let Some(trail) = &trail {
                let (width, opacity) = (view.trail_width_px / scale, view.trail_opacity);
                let look = (width, own * opacity * view.opacity, view.trail_fading);
                let knots = self.ribbon(frames, trail, look);
                if knots.len() > 1 && knots.iter().any(|knot| seen.contains(knot.at)) {
                    marks.ribbons.push(Ribbon { colour: [r, g, b], knots });
                }
            }
            if !view.discs {
                continue;
            }
            if let Some(at) = self.place(frames, now).filter(|at| seen.contains(*at)) {
                let (radius, opacity) = (radius / scale, own * strength);
                marks.discs.push(Disc { at, radius, colour: [r, g, b], opacity, rim });
            }
        }
        let lit = view.highlight.filter(|lit| *lit < count);
        (marks, lit.and_then(|lit| self.highlighted(lit, now, trail.as_ref(), scale)))
    }

    fn highlighted(
        &self,
        lit: usize,
        now: f32,
        trail: Option<&Trail>,
        scale: f32,
    ) -> Option<Marks> {
        let view = self.view;
        let frames = self.paths.of(lit)?;
        let [r, g, b, a] = self.colour(lit, frames)?;
        let (colour, opacity) = ([r, g, b], f32::from(a) / 255.0);
        let mut marks = Marks::default();
        if let Some(trail) = trail {
            let width = (1.6 * view.trail_width_px).max(2.5) / scale;
            let knots = self.ribbon(frames, trail, (width, opacity, 0.4 * view.trail_fading));
            marks.ribbons.push(Ribbon { colour, knots });
        }
        // The ring is the opposite of the ground.
        let lightness = if view.dark { 1.0 } else { 0.0 };
        let rim = Rim { width: 2.0 / scale, lightness, opacity: 1.0 };
        let radius = (1.7 * view.radius_px).max(view.radius_px + 2.5) / scale;
        let at = self.place(frames, now)?;
        marks.discs.push(Disc { at, radius, colour, opacity, rim });
        Some(marks)
    }

    /// The bends of a trail, as long as it can be drawn.
    fn ribbon(
        &self,
        frames: &[[f32; 2]],
        trail: &Trail,
        (width, opacity, fading): (f32, f32, f32),
    ) -> Vec<Knot> {
        let [now, tail] = [trail.bends[0], trail.bends[trail.bends.len() - 1]];
        let knots = trail.bends.iter().map_while(|&time| {
            let fresh = (1.0 - (now - time) / (now - tail).max(1e-6)).clamp(0.0, 1.0);
            // What does not fade does not grow thin either.
            let thick = 1.0 - 0.65 * fading.min(1.0) * (1.0 - fresh);
            let faded = if fading == 0.0 { 1.0 } else { fresh.powf(fading) };
            let at = self.place(frames, time)?;
            Some(Knot { at, width: width * thick, opacity: opacity * faded })
        });
        knots.collect()
    }

    /// Where a particle is at a fractional keyframe: on the chord between its neighbours, or where it
    /// stopped.
    fn place(&self, frames: &[[f32; 2]], time: f32) -> Option<Pos2> {
        let last = frames.len() - 1;
        let index = (time.max(0.0) as usize).min(last);
        let share = f64::from(time) - index as f64;
        let a = self.world(frames, index)?;
        let at = if share <= 0.0 || index == last {
            a
        } else {
            let b = self.world(frames, index + 1)?;
            [0, 1].map(|k| a[k] + share * (b[k] - a[k]))
        };
        let at = self.canvas.at(at);
        (at.x.abs() < FAR && at.y.abs() < FAR).then_some(at)
    }

    fn world(&self, frames: &[[f32; 2]], index: usize) -> Option<[f64; 2]> {
        let finite = |at: &&[f32; 2]| at.iter().all(|x| x.is_finite());
        let [x, y] = frames[..=index].iter().rev().find(finite)?.map(f64::from);
        Some(match self.view.over_time {
            Some(u) => [self.paths.times()[index], x * f64::from(u[0]) + y * f64::from(u[1])],
            None => [x, y],
        })
    }

    /// A particle's own colour, or that of its speed between the keyframes on either side.
    fn colour(&self, particle: usize, frames: &[[f32; 2]]) -> Option<[u8; 4]> {
        let own = *self.colours.get(particle)?;
        let Some(speeds) = self.view.speeds.filter(|_| own[3] == 0 && frames.len() > 1) else {
            return Some(own);
        };
        let index = (speeds.keyframe.max(0.0) as usize).min(frames.len() - 2);
        let times = self.paths.times();
        let took = (times[index + 1] - times[index]).abs().max(1e-20) as f32;
        let [a, b] = [frames[index], frames[index + 1]];
        let speed = (b[0] - a[0]).hypot(b[1] - a[1]) / took;
        let [low, high] = speeds.range;
        let share = ((speed - low) / (high - low).max(1e-20)).clamp(0.0, 1.0);
        let place = if share.is_nan() { 0.0 } else { share * (SCALE_STEPS - 1) as f32 };
        let below = (place as usize).min(SCALE_STEPS - 2);
        let rest = place - below as f32;
        Some(std::array::from_fn(|k| {
            let [a, b] = [below, below + 1].map(|step| f32::from(speeds.scale[step][k]));
            (a + rest * (b - a)).round() as u8
        }))
    }
}

fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let share = ((x - low) / (high - low)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}
