//! Gaussians laid along a curve so densely that no beads show.

use super::covariance::Covariance;
use super::mixture::Component;

/// Standard deviation along the tangent, as a part of the spacing. The ripple
/// of an endless straight row is `2 exp(−2π²·0.6²)`, or 0.2 %.
const OVERLAP: f64 = 0.6;

/// `count` Gaussians along `curve`, which maps `[0, 1]` to the plane, at equal
/// steps of its parameter; `thickness` is the standard deviation across it.
///
/// Each takes its tangent, its length and its weight from the stretch of curve
/// that it stands for, so that the mass per length is the same everywhere.
pub(super) fn along(curve: impl Fn(f64) -> [f64; 2], count: u32, thickness: f64) -> Vec<Component> {
    let step = 1.0 / f64::from(count);
    (0..count)
        .map(|index| {
            let start = f64::from(index) * step;
            let (from, to) = (curve(start), curve(start + step));
            let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
            let length = dx.hypot(dy);
            let covariance = Covariance::oriented(dy.atan2(dx), OVERLAP * length, thickness);
            Component {
                weight: length,
                ..Component::gaussian(curve(start + 0.5 * step), covariance)
            }
        })
        .collect()
}

/// The point at `radius` and `angle` (radians).
pub(super) fn polar(radius: f64, angle: f64) -> [f64; 2] {
    let (sin, cos) = angle.sin_cos();
    [radius * cos, radius * sin]
}
