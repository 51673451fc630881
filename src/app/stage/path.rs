//! The whole path of the lit particle: where it has been, where it goes, and where its steps leave
//! the stability region.

use std::sync::Arc;

use driftscope_study::Recording;
use eframe::egui::{Color32, Pos2, Shape, Stroke, pos2};

use super::canvas::{Canvas, Draw};
use crate::app::palette::Palette;
use driftscope_study::session::Leaving;

/// Half the width of the mark where the stability region is left, in points.
const MARK: f32 = 5.0;

/// A diamond: the mark where steps leave the stability region.
fn leaving_mark(at: Pos2, colour: Color32) -> Shape {
    let (Pos2 { x, y }, half) = (at, MARK);
    let corners = [pos2(x - half, y), pos2(x, y - half), pos2(x + half, y), pos2(x, y + half)];
    Shape::convex_polygon(corners.to_vec(), colour, Stroke::NONE)
}

/// Where a position at time `t` is drawn; `over_time` is the direction shown over t
/// instead of the plane.
fn place(canvas: &Canvas<'_>, over_time: Option<[f64; 2]>, [x, y]: [f64; 2], t: f64) -> Pos2 {
    match over_time {
        Some(u) => canvas.at([t, u[0] * x + u[1] * y]),
        None => canvas.at([x, y]),
    }
}

/// Marks the place at which the steps of `particle` leave the stability region, at time `t`.
pub fn draw_leaving<'a>(
    recording: Arc<Recording>,
    Leaving { particle, t }: Leaving,
    over_time: Option<[f64; 2]>,
    palette: &'static Palette,
) -> Draw<'a> {
    Box::new(move |_, canvas, shapes| {
        if let Some(at) = recording.at_keyframe(particle, recording.keyframe_of_time(t)) {
            shapes.push(leaving_mark(place(canvas, over_time, at, t), palette.alarm));
        }
    })
}

/// Draws the straight line from start to end of `particle`, thinner than its path; `over_time` as in [`draw`].
pub fn draw_chord<'a>(
    recording: Arc<Recording>,
    particle: usize,
    over_time: Option<[f64; 2]>,
    (palette, width): (&'static Palette, f32),
) -> Draw<'a> {
    Box::new(move |_, canvas, shapes| {
        let Some(frames) = recording.keyframes(particle) else { return };
        let finite = |(at, _): &(&[f32; 2], &f64)| at.iter().all(|x| x.is_finite());
        let mut seen = frames.iter().zip(recording.times.iter()).filter(finite);
        let Some(start) = seen.next() else { return };
        let end = seen.next_back().unwrap_or(start);
        let ends = [start, end];
        let ends = ends.map(|(at, &t)| place(canvas, over_time, at.map(f64::from), t));
        shapes.push(Shape::line_segment(ends, Stroke::new(0.8 * width, palette.strong)));
    })
}

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
        let place = |at: [f64; 2], t: f64| place(canvas, over_time, at, t);
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
