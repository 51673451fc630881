//! Drawing data of one's own: what a brush lays and an eraser takes, and Gaussians held by their axes.
//! Plain geometry in units of the plane; a window adds the pointer.

mod brush;
mod ellipse;
mod start;

pub use brush::{Brush, Stroke, erase};
pub use ellipse::{Ellipse, Grip};
pub use start::{drawn_points, gaussians_of};

/// Drawn numbers have this many decimals, so that a scene that holds them stays short.
const DECIMALS: f64 = 1e4;

/// A drawn number as it is kept.
fn kept(x: f64) -> f64 {
    (x * DECIMALS).round() / DECIMALS
}
