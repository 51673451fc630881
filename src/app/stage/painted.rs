//! The stage without a graphics card: a few hundred particles, drawn by egui itself.

use std::sync::Arc;

use driftscope_study::Recording;
use eframe::egui::{Color32, Shape, Ui};

use super::canvas::Canvas;
use super::drawings::colouring::Colouring;
use super::drawings::speeds::speed;
use crate::app::palette::Palette;

/// The most particles drawn this way.
pub const MOST: usize = 600;

/// The first particles of a recording at a keyframe; `over_time` is the direction that is shown
/// over t instead of the plane.
pub fn particles(
    recording: Arc<Recording>,
    (colouring, palette): (Colouring, &'static Palette),
    keyframe: f64,
    over_time: Option<[f64; 2]>,
) -> impl Fn(&Ui, &Canvas<'_>, &mut Vec<Shape>) {
    move |_, canvas, shapes| {
        let t = recording.time_of_keyframe(keyframe);
        for i in 0..recording.count().min(MOST) {
            let Some(at) = recording.at_keyframe(i, keyframe) else { continue };
            let own = colouring.colours.get(i).copied().unwrap_or_default();
            let [r, g, b, _] = match colouring.speeds {
                Some([low, high]) if own[3] == 0 => {
                    let share = (speed(&recording, i, keyframe) - low) / (high - low);
                    palette.quantity(share).to_array()
                }
                _ => own,
            };
            let at = over_time.map_or(at, |u| [t, at[0] * u[0] + at[1] * u[1]]);
            shapes.push(Shape::circle_filled(canvas.at(at), 2.2, Color32::from_rgb(r, g, b)));
        }
    }
}
