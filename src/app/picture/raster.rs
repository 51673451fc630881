//! Shapes become pixels on the processor: triangles, discs and ribbons, blended as egui does it
//! (premultiplied, in the encoding of sRGB). The same shapes give the same bytes on any number of
//! threads: bands of rows are independent.

mod band;
mod marks;
mod triangle;

use eframe::egui::{Color32, TextureId};
use eframe::epaint::{ClippedPrimitive, Primitive};
use rayon::prelude::*;

use self::band::{Band, Window};
use self::triangle::Triangle;
use super::marks::Marks;
use super::pixels::Picture;
use super::textures::Textures;

/// Rows that are drawn together.
const BAND: usize = 32;

/// Something to draw.
enum Item<'a> {
    Triangles { window: Window, texture: TextureId, triangles: Vec<Triangle> },
    Marks { window: Window, marks: &'a Marks, rows: Vec<[i32; 2]> },
}

/// The pixels of tessellated shapes over `ground`, with `scale` pixels per point.
#[must_use]
pub fn rasterise(
    primitives: &[ClippedPrimitive],
    textures: &Textures,
    (size, scale): ([u32; 2], f32),
    ground: Color32,
) -> Picture {
    let items: Vec<Item<'_>> =
        primitives.iter().filter_map(|primitive| item(primitive, size, scale)).collect();
    let width = size[0] as usize;
    let ground = ground.to_array().map(|part| f32::from(part) / 255.0);
    let mut rgb = vec![0; 3 * width * size[1] as usize];
    rgb.par_chunks_mut(3 * width * BAND).enumerate().for_each(|(index, bytes)| {
        let mut light = vec![ground; bytes.len() / 3];
        let mut band = Band { first: (index * BAND) as i32, width, light: &mut light };
        let end = band.first + (bytes.len() / 3 / width) as i32;
        for item in &items {
            draw(&mut band, end, item, textures, scale);
        }
        for (pixel, light) in bytes.chunks_exact_mut(3).zip(&light) {
            for (byte, part) in pixel.iter_mut().zip(light) {
                *byte = (part * 255.0 + 0.5) as u8;
            }
        }
    });
    Picture { size, rgb }
}

fn item(primitive: &ClippedPrimitive, size: [u32; 2], scale: f32) -> Option<Item<'_>> {
    let window = Window::of(primitive.clip_rect, scale, size);
    if window.is_empty() {
        return None;
    }
    match &primitive.primitive {
        Primitive::Mesh(mesh) => {
            let corner = |index: u32| &mesh.vertices[index as usize];
            let triangles = mesh
                .indices
                .chunks_exact(3)
                .filter_map(|three| Triangle::of([three[0], three[1], three[2]].map(corner), scale))
                .collect();
            Some(Item::Triangles { window, texture: mesh.texture_id, triangles })
        }
        Primitive::Callback(callback) => {
            let marks = Marks::of(callback)?;
            Some(Item::Marks { window, marks, rows: marks::rows(marks, scale) })
        }
    }
}

fn draw(band: &mut Band<'_>, end: i32, item: &Item<'_>, textures: &Textures, scale: f32) {
    match item {
        Item::Triangles { window, texture, triangles } => {
            let window = window.rows(band.first, end);
            if window.is_empty() {
                return;
            }
            let texture = textures.get(*texture);
            for triangle in triangles {
                triangle.draw(band, window, texture);
            }
        }
        Item::Marks { window, marks, rows } => {
            let window = window.rows(band.first, end);
            if !window.is_empty() {
                marks::draw(band, window, (marks, rows), scale);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use eframe::egui::{Mesh, Rect, Shape, pos2};

    use super::super::marks::{Blend, Disc, Rim};
    use super::*;

    fn drawn(primitive: Primitive) -> Picture {
        let clip_rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(40.0, 70.0));
        let primitives = [ClippedPrimitive { clip_rect, primitive }];
        rasterise(&primitives, &Textures::default(), ([40, 70], 1.0), Color32::BLACK)
    }

    fn at(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
        picture.pixels().nth(y * picture.size[0] as usize + x).expect("a pixel")
    }

    #[test]
    fn a_rectangle_of_triangles_covers_its_pixels_once() {
        let mut mesh = Mesh::default();
        let half = Color32::from_rgba_premultiplied(100, 50, 0, 128);
        // Across the seam between bands, and with a seam of its own from corner to corner.
        mesh.add_colored_rect(Rect::from_min_max(pos2(3.0, 20.0), pos2(30.0, 50.0)), half);
        let picture = drawn(Primitive::Mesh(mesh));
        for y in 0..70 {
            for x in 0..40 {
                let inside = (3..30).contains(&x) && (20..50).contains(&y);
                let wanted = if inside { [100, 50, 0] } else { [0; 3] };
                assert_eq!(at(&picture, x, y), wanted, "{x} {y}");
            }
        }
    }

    #[test]
    fn discs_have_their_area_and_what_is_added_adds_up() {
        let rim = Rim { width: 0.0, lightness: 0.0, opacity: 0.0 };
        let disc =
            Disc { at: pos2(20.3, 31.6), radius: 8.0, colour: [200, 100, 0], opacity: 0.5, rim };
        let marks = |blend, count| {
            let marks = Marks { discs: vec![disc; count], blend, ..Marks::default() };
            match marks.into_shape(Rect::EVERYTHING) {
                Shape::Callback(callback) => drawn(Primitive::Callback(callback)),
                _ => unreachable!("it was made of marks"),
            }
        };
        let one = marks(Blend::Cover, 1);
        let sum: f64 = one.pixels().map(|pixel| f64::from(pixel[0]) / 100.0).sum();
        let area = std::f64::consts::PI * 64.0;
        assert!((sum / area - 1.0).abs() < 0.02, "{sum} instead of {area}");
        assert_eq!(at(&one, 20, 31), [100, 50, 0]);
        assert_eq!(at(&marks(Blend::Cover, 2), 20, 31), [150, 75, 0]);
        assert_eq!(at(&marks(Blend::Add, 2), 20, 31), [200, 100, 0]);
        assert_eq!(at(&marks(Blend::Add, 3), 20, 31), [255, 150, 0], "no brighter than white");
    }

    #[test]
    fn what_is_not_ours_is_left_out() {
        let foreign = eframe::epaint::PaintCallback {
            rect: Rect::EVERYTHING,
            callback: Arc::new("something of a graphics card"),
        };
        let picture = drawn(Primitive::Callback(foreign));
        assert!(picture.rgb.iter().all(|byte| *byte == 0));
    }
}
