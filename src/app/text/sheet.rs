//! Words, bars and outlines with their places, ready to be painted again and again: where fonts stay as
//! they are, nothing is laid out anew.

use std::sync::Arc;

use eframe::egui::{Color32, Context, CornerRadius, FontId, Painter, Pos2, Rect, Vec2, vec2};
use eframe::egui::{Mesh, Shape, Stroke};
use eframe::epaint::TextShape;
use eframe::epaint::text::{ByteIndex, Galley, LayoutJob, LayoutSection, TextFormat, TextWrapping};

use super::ink::Ink;
use super::outline::Area;

/// Glyphs lie on a grid of so many places per pixel, as egui has pictures of them.
const PLACES: f32 = 4.0;

/// The colours of inks.
pub type Paint<'a> = dyn Fn(Ink) -> Color32 + 'a;

enum Item {
    Words { galley: Arc<Galley>, at: Vec2, ink: Ink },
    Bar { rect: Rect, ink: Ink },
    Area { area: Area, at: Vec2, points: f32, ink: Ink },
    Line { points: Vec<Vec2>, width: f32, ink: Ink },
    Ground { rect: Rect, radius: f32, colour: Color32 },
}

/// Things to paint, placed from an origin that lies on a pixel's corner. It may be kept in the memory of a context,
/// and so must not hold that itself: neither would ever be freed.
pub struct Painting {
    pixels: f32,
    items: Vec<Item>,
}

/// A painting that is being made.
pub struct Sheet<'a> {
    ctx: &'a Context,
    pixels: f32,
    items: Vec<Item>,
}

impl<'a> Sheet<'a> {
    /// With nothing on it.
    pub fn new(ctx: &'a Context) -> Self {
        Self { ctx, pixels: ctx.pixels_per_point(), items: Vec::new() }
    }

    /// What is on it.
    pub fn done(self) -> Painting {
        Painting { pixels: self.pixels, items: self.items }
    }

    /// Words in one row, the left end of their baseline `at` a place.
    pub fn words(&mut self, at: Vec2, words: &str, font: FontId, ink: Ink) {
        let x = (at.x * self.pixels * PLACES).round() / PLACES;
        let galley = galley(self.ctx, words, font, (x - x.floor()) / self.pixels);
        let at = vec2(x.floor() / self.pixels, self.snapped(at.y) - baseline(&galley));
        self.items.push(Item::Words { galley, at, ink });
    }

    /// A filled rectangle; thin ones have whole pixels.
    pub fn bar(&mut self, at: Vec2, size: Vec2, ink: Ink) {
        let whole = |x: f32| (x * self.pixels).round().max(1.0) / self.pixels;
        let size = vec2(whole(size.x), whole(size.y));
        let at = vec2(self.snapped(at.x), self.snapped(at.y));
        self.items.push(Item::Bar { rect: Rect::from_min_size(at.to_pos2(), size), ink });
    }

    /// A filled outline.
    pub fn area(&mut self, at: Vec2, area: &Area, points: f32, ink: Ink) {
        self.items.push(Item::Area { area: area.clone(), at, points, ink });
    }

    /// A line through places.
    pub fn line(&mut self, points: Vec<Vec2>, width: f32, ink: Ink) {
        self.items.push(Item::Line { points, width, ink });
    }

    /// A ground with round corners, below what comes after it.
    pub fn ground(&mut self, rect: Rect, radius: f32, colour: Color32) {
        self.items.push(Item::Ground { rect, radius, colour });
    }

    /// The nearest corner of a pixel.
    fn snapped(&self, x: f32) -> f32 {
        snapped(x, self.pixels)
    }
}

/// The nearest corner of a pixel.
fn snapped(x: f32, pixels: f32) -> f32 {
    (x * pixels).round() / pixels
}

impl Painting {
    /// Where the pictures of the words' letters end below.
    #[cfg(test)]
    pub fn bottoms(&self) -> Vec<f32> {
        let bottom = |item: &Item| match item {
            Item::Words { galley, at, .. } => Some(at.y + galley.mesh_bounds.bottom()),
            _ => None,
        };
        self.items.iter().filter_map(bottom).collect()
    }

    /// Paints all of it, from the pixel's corner nearest to `origin`.
    pub fn paint(&self, painter: &Painter, origin: Pos2, colour: &Paint<'_>) {
        let origin = vec2(snapped(origin.x, self.pixels), snapped(origin.y, self.pixels));
        let shape = |item: &Item| match item {
            Item::Words { galley, at, ink } => {
                let at = (origin + *at).to_pos2();
                Shape::Text(TextShape::new(at, galley.clone(), colour(*ink)))
            }
            Item::Bar { rect, ink } => {
                Shape::rect_filled(rect.translate(origin), CornerRadius::ZERO, colour(*ink))
            }
            Item::Area { area, at, points, ink } => {
                let mut mesh = Mesh::default();
                let at = (origin + *at).to_pos2();
                area.fill(&mut mesh, at, *points, 1.0 / self.pixels, colour(*ink));
                Shape::mesh(mesh)
            }
            Item::Line { points, width, ink } => {
                let points = points.iter().map(|at| (origin + *at).to_pos2()).collect();
                Shape::line(points, Stroke::new(*width, colour(*ink)))
            }
            Item::Ground { rect, radius, colour } => {
                Shape::rect_filled(rect.translate(origin), *radius, *colour)
            }
        };
        painter.extend(self.items.iter().map(shape));
    }
}

/// The width of words in one row, in points.
pub fn width(ctx: &Context, words: &str, font: FontId) -> f32 {
    let galley = galley(ctx, words, font, 0.0);
    // Not where the last one stands: places are rounded to pixels.
    let glyphs = galley.rows.first().map_or(&[][..], |row| &row.row.glyphs);
    glyphs.iter().map(|glyph| glyph.advance_width).sum()
}

/// Words in one row, `shifted` to the right by part of a pixel. Their colour is chosen when they are
/// painted.
pub fn galley(ctx: &Context, words: &str, font: FontId, shifted: f32) -> Arc<Galley> {
    let format = TextFormat { font_id: font, color: Color32::PLACEHOLDER, ..Default::default() };
    let section = LayoutSection {
        leading_space: shifted,
        byte_range: ByteIndex(0)..ByteIndex(words.len()),
        format,
    };
    let job = LayoutJob {
        text: words.to_owned(),
        sections: vec![section],
        wrap: TextWrapping::no_max_width(),
        break_on_newline: false,
        ..Default::default()
    };
    ctx.fonts_mut(|fonts| fonts.layout_job(job))
}

/// How far the baseline of the first row lies below the top.
fn baseline(galley: &Galley) -> f32 {
    let row = galley.rows.first();
    row.and_then(|row| Some(row.pos.y + row.row.glyphs.first()?.pos.y)).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use eframe::egui::{FontFamily, RawInput};

    use super::*;

    #[test]
    fn words_side_by_side_are_as_wide_as_one_text() {
        let ctx = Context::default();
        let _ = ctx.run_ui(RawInput::default(), |_| {});
        for size in [13.3, 20.0, 34.0] {
            let of = |words: &str| width(&ctx, words, FontId::new(size, FontFamily::Proportional));
            let sum: f32 = ["carried", "from", "noise", "at"].map(of).iter().sum();
            let (sum, whole) = (sum + 3.0 * of(" "), of("carried from noise at"));
            assert!((sum - whole).abs() < 0.02 * size, "{sum} and not {whole}");
        }
    }
}
