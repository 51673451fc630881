//! The textures that shapes refer to.

use std::collections::HashMap;

use eframe::egui::{Color32, ColorImage, ImageData, TextureId, TexturesDelta};

/// Textures by their names, as they stand after the last frame.
#[derive(Default)]
pub struct Textures(HashMap<TextureId, ColorImage>);

impl Textures {
    /// Takes in what a frame has changed; what it no longer needs is still there until the next one.
    pub fn update(&mut self, mut delta: TexturesDelta) {
        for (id, changes) in delta.set.drain() {
            for change in changes {
                let ImageData::Color(image) = &change.image;
                match change.pos {
                    None => {
                        self.0.insert(id, (**image).clone());
                    }
                    Some(at) => {
                        if let Some(whole) = self.0.get_mut(&id) {
                            patch(whole, image, at);
                        }
                    }
                }
            }
        }
        for id in delta.free.drain() {
            self.0.remove(&id);
        }
    }

    /// A texture, if it is there.
    #[must_use]
    pub fn get(&self, id: TextureId) -> Option<&ColorImage> {
        self.0.get(&id)
    }
}

/// Puts `part` into `whole`, its corner at `at`.
fn patch(whole: &mut ColorImage, part: &ColorImage, [left, top]: [usize; 2]) {
    let [width, height] = part.size;
    for row in 0..height {
        let start = (top + row) * whole.size[0] + left;
        whole.pixels[start..start + width].copy_from_slice(&part.pixels[row * width..][..width]);
    }
}

/// The colour between the texels around a place, which is given as shares of the texture, 0 to 1.
pub(super) fn sample(image: &ColorImage, [u, v]: [f32; 2]) -> [f32; 4] {
    let [width, height] = image.size;
    let place = |share: f32, count: usize| {
        let x = (share * count as f32 - 0.5).clamp(0.0, count as f32 - 1.0);
        let low = x as usize;
        (low, (low + 1).min(count - 1), x - low as f32)
    };
    let ((left, right, x), (top, bottom, y)) = (place(u, width), place(v, height));
    let texel = |column: usize, row: usize| image.pixels[row * width + column];
    let lit = |colour: Color32| colour.to_array().map(|part| f32::from(part) / 255.0);
    if x == 0.0 && y == 0.0 {
        return lit(texel(left, top));
    }
    let [a, b, c, d] =
        [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(i, j)| lit(texel(i, j)));
    std::array::from_fn(|k| {
        let upper = a[k] + x * (b[k] - a[k]);
        let lower = c[k] + x * (d[k] - c[k]);
        upper + y * (lower - upper)
    })
}
