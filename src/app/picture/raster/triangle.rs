//! Triangles with colours and texture coordinates at their corners.

use eframe::egui::ColorImage;
use eframe::epaint::Vertex;

use super::band::{Band, Window, over};
use crate::app::picture::textures::sample;

/// Corners lie on a grid of so many places per pixel, on which edges are exact: a pixel on the seam of
/// two triangles belongs to one of them.
const GRID: f32 = 256.0;
/// Corners farther than this from the picture's, in pixels, are not drawn.
const FAR: f32 = 1e6;

/// A triangle, turned so that its edges run clockwise on the screen.
pub struct Triangle {
    /// On the grid.
    corners: [[i64; 2]; 3],
    /// Twice its area, on the grid.
    area: i64,
    colours: [[f32; 4]; 3],
    uv: [[f32; 2]; 3],
}

impl Triangle {
    /// None where it has no area, or cannot be drawn.
    pub fn of(corners: [&Vertex; 3], scale: f32) -> Option<Self> {
        if corners.iter().all(|corner| corner.color.a() == 0 && corner.color.r() == 0) {
            return None;
        }
        let places = corners.map(|corner| [corner.pos.x * scale, corner.pos.y * scale]);
        if !places.iter().flatten().all(|x| x.abs() < FAR) {
            return None;
        }
        let places = places.map(|place| place.map(|x| (x * GRID).round() as i64));
        let area = edge(places[0], places[1], places[2]);
        let order = if area > 0 { [0, 1, 2] } else { [0, 2, 1] };
        let light = |i: usize| corners[i].color.to_array().map(|part| f32::from(part) / 255.0);
        (area != 0).then(|| Self {
            corners: order.map(|i| places[i]),
            area: area.abs(),
            colours: order.map(light),
            uv: order.map(|i| [corners[i].uv.x, corners[i].uv.y]),
        })
    }

    /// Draws what of it lies in `window`.
    pub fn draw(&self, band: &mut Band<'_>, window: Window, texture: Option<&ColorImage>) {
        let [a, b, c] = self.corners;
        let pixel = |x: i64| x.div_euclid(GRID as i64) as i32;
        let least = |d: usize| pixel(a[d].min(b[d]).min(c[d]));
        let most = |d: usize| pixel(a[d].max(b[d]).max(c[d])) + 1;
        let (top, bottom) = (least(1).max(window.top), most(1).min(window.bottom));
        let (left, right) = (least(0).max(window.left), most(0).min(window.right));
        if left >= right || top >= bottom {
            return;
        }
        let flat = is_one(&self.colours);
        let plain = is_one(&self.uv);
        let look = |uv: [f32; 2]| texture.map_or([1.0; 4], |image| sample(image, uv));
        let one_texel = look(self.uv[0]);
        let one = std::array::from_fn(|k| self.colours[0][k] * one_texel[k]);
        let edges = [(b, c), (c, a), (a, b)];
        // A pixel whose middle lies on an edge belongs to the triangle below or at the right of it.
        let kept = edges.map(|(from, to)| {
            let is_top_left = to[1] < from[1] || (to[1] == from[1] && to[0] > from[0]);
            i64::from(!is_top_left)
        });
        let along = edges.map(|(from, to)| -(to[1] - from[1]) * GRID as i64);
        let half = (0.5 * GRID) as i64;
        let inverse = 1.0 / self.area as f32;
        for y in top..bottom {
            let start = [i64::from(left) * GRID as i64 + half, i64::from(y) * GRID as i64 + half];
            let mut inside = edges.map(|(from, to)| edge(from, to, start));
            let (first, count) = reach(&inside, &along, &kept, right - left);
            for (value, step) in inside.iter_mut().zip(along) {
                *value += step * i64::from(first);
            }
            for below in band.row(y, left + first, left + first + count) {
                if flat && plain {
                    over(below, one);
                } else {
                    let shares = inside.map(|value| value as f32 * inverse);
                    over(below, self.colour(shares, plain.then_some(one_texel), &look));
                    for (value, step) in inside.iter_mut().zip(along) {
                        *value += step;
                    }
                }
            }
        }
    }

    /// The colour at these shares of the corners.
    fn colour(
        &self,
        shares: [f32; 3],
        texel: Option<[f32; 4]>,
        look: &impl Fn([f32; 2]) -> [f32; 4],
    ) -> [f32; 4] {
        let texel = texel.unwrap_or_else(|| {
            look(std::array::from_fn(|k| (0..3).map(|i| shares[i] * self.uv[i][k]).sum()))
        });
        std::array::from_fn(|k| {
            texel[k] * (0..3).map(|i| shares[i] * self.colours[i][k]).sum::<f32>()
        })
    }
}

/// Whether all corners have the same, bit for bit.
fn is_one<const N: usize>(corners: &[[f32; N]; 3]) -> bool {
    let bits = corners.map(|corner| corner.map(f32::to_bits));
    bits[0] == bits[1] && bits[0] == bits[2]
}

/// Twice the area of the triangle of three places; positive where they run clockwise on the screen.
fn edge(from: [i64; 2], to: [i64; 2], at: [i64; 2]) -> i64 {
    (to[0] - from[0]) * (at[1] - from[1]) - (to[1] - from[1]) * (at[0] - from[0])
}

/// The first of `width` pixels of a row that are inside, and how many are: those where every value is at
/// least what is `kept`.
fn reach(values: &[i64; 3], steps: &[i64; 3], kept: &[i64; 3], width: i32) -> (i32, i32) {
    let (mut first, mut end) = (0, i64::from(width));
    for ((&value, &step), &kept) in values.iter().zip(steps).zip(kept) {
        let lacks = kept - value;
        match step.signum() {
            1 if lacks > 0 => first = first.max((lacks + step - 1).div_euclid(step)),
            -1 => end = end.min((value - kept).div_euclid(-step) + 1),
            0 if lacks > 0 => end = 0,
            _ => {}
        }
    }
    let first = first.min(i64::from(width));
    (first as i32, (end - first).max(0) as i32)
}
