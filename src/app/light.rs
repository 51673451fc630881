//! The dot of light.

use eframe::egui::{Color32, Painter, Pos2};

/// Radius, in points.
const DOT: f32 = 7.0;
/// Rings around it: radius in dots, and how much covers what lies below.
const RINGS: [(f32, f32); 3] = [(2.6, 0.15), (1.8, 0.3), (1.0, 1.0)];

/// Draws it.
pub fn shine(painter: &Painter, at: Pos2, colour: Color32) {
    for (radius, share) in RINGS {
        painter.circle_filled(at, radius * DOT, colour.gamma_multiply(share));
    }
}
