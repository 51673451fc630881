//! The whole path of the lit particle: where it has been, and where it goes.

use std::sync::Arc;

use eframe::egui::{Shape, Stroke};

use super::layers::Draw;
use crate::app::palette::Palette;
use crate::engine::Recording;

/// Draws the path of `particle`; `over_time` is the direction shown over t instead of the plane.
pub fn draw<'a>(
    recording: Arc<Recording>,
    particle: usize,
    now: f64,
    over_time: Option<[f64; 2]>,
    (palette, width): (&'static Palette, f32),
) -> Draw<'a> {
    Box::new(move |_, canvas, shapes| {
        let Some(frames) = recording.keyframes(particle) else { return };
        let place = |[x, y]: [f64; 2], t: f64| match over_time {
            Some(u) => canvas.at([t, u[0] * x + u[1] * y]),
            None => canvas.at([x, y]),
        };
        let Some(here) = recording.at_keyframe(particle, now) else { return };
        let here = place(here, recording.time_of_keyframe(now));
        let points: Vec<_> = frames
            .iter()
            .zip(recording.times.iter())
            .take_while(|(at, _)| at.iter().all(|x| x.is_finite()))
            .map(|(at, &t)| place(at.map(f64::from), t))
            .collect();
        let split = (now.max(0.0) as usize + 1).min(points.len());
        let (past, future) = points.split_at(split);
        let past: Vec<_> = past.iter().copied().chain([here]).collect();
        let future: Vec<_> = [here].into_iter().chain(future.iter().copied()).collect();
        let quiet = Stroke::new(1.2 * width, palette.quiet);
        shapes.extend(Shape::dashed_line(&future, quiet, 5.0, 4.0));
        shapes.push(Shape::line(past, Stroke::new(1.8 * width, palette.strong)));
    })
}
