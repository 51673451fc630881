//! Which particle is under the pointer.

use eframe::egui::Pos2;

use super::canvas::Canvas;

/// Farther than this from the pointer, in points, no particle is meant.
const REACH: f32 = 14.0;
/// Particles looked at: with more than these, several lie under any pixel.
const MOST: usize = 20_000;

/// The nearest of the first `count` particles, where `place` says where each one is drawn.
pub fn nearest(
    pointer: Pos2,
    canvas: &Canvas<'_>,
    count: usize,
    place: impl Fn(usize) -> Option<[f64; 2]>,
) -> Option<usize> {
    let mut best = (REACH * REACH, None);
    for i in 0..count.min(MOST) {
        let Some(at) = place(i) else { continue };
        let distance = canvas.at(at).distance_sq(pointer);
        if distance < best.0 {
            best = (distance, Some(i));
        }
    }
    best.1
}
