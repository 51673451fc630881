//! A few rows of the picture, and what of them may be drawn.

use eframe::egui::Rect;

/// Light of one pixel: red, green, blue; the fourth is not used, but makes it one vector.
pub type Light = [f32; 4];

/// Pixels that may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first column.
    pub left: i32,
    /// The first row.
    pub top: i32,
    /// Just beyond the last column.
    pub right: i32,
    /// Just beyond the last row.
    pub bottom: i32,
}

impl Window {
    /// The pixels of a rectangle in points that lie in a picture of this size.
    pub fn of(rect: Rect, scale: f32, [width, height]: [u32; 2]) -> Self {
        let side = |x: f32, most: u32| (x * scale).round().clamp(0.0, most as f32) as i32;
        Self {
            left: side(rect.left(), width),
            top: side(rect.top(), height),
            right: side(rect.right(), width),
            bottom: side(rect.bottom(), height),
        }
    }

    /// What of it lies in these rows.
    pub fn rows(self, first: i32, end: i32) -> Self {
        Self { top: self.top.max(first), bottom: self.bottom.min(end), ..self }
    }

    /// Whether there is nothing to be drawn.
    pub fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }
}

/// A few rows of the picture.
pub struct Band<'a> {
    /// The first row.
    pub first: i32,
    /// Pixels of a row.
    pub width: usize,
    /// The pixels, row by row.
    pub light: &'a mut [Light],
}

impl Band<'_> {
    /// The pixels of a row from `left` to just before `right`.
    pub fn row(&mut self, y: i32, left: i32, right: i32) -> &mut [Light] {
        let start = (y - self.first) as usize * self.width;
        &mut self.light[start + left as usize..start + right as usize]
    }
}

/// Lays premultiplied light over what is there.
pub fn over(below: &mut Light, light: [f32; 4]) {
    let rest = 1.0 - light[3];
    for (below, light) in below.iter_mut().zip(light) {
        *below = light + *below * rest;
    }
}
