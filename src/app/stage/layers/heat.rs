//! Heat maps: the textures of grids, and the item that shows them.

use eframe::egui::{
    Color32, ColorImage, Context, Pos2, Rect, Shape, TextureHandle, TextureOptions, Ui,
};

use crate::app::palette::{Heat, Palette, Theme};
use crate::app::stage::canvas::Canvas;
use crate::app::stage::drawings::grid::Grid;

/// A grid's texture in the colours of a theme, made anew when either changes.
#[derive(Default)]
pub struct Picture {
    made: Option<(u64, Theme, TextureHandle, [[f64; 2]; 2])>,
}

impl Picture {
    /// The texture of `grid`, which `number` tells apart from others.
    pub fn show(
        &mut self,
        ctx: &Context,
        (number, grid): (u64, &Grid),
        heat: Heat,
        theme: Theme,
    ) -> Shown {
        let stale = self.made.as_ref().is_none_or(|made| (made.0, made.1) != (number, theme));
        if stale {
            let palette = Palette::of(theme);
            let colours: Vec<Color32> =
                (0..=255).map(|share| palette.heat(heat, f32::from(share as u8) / 255.0)).collect();
            let pixels = grid.shares.iter().map(|&share| colours[usize::from(share)]).collect();
            let image = ColorImage::new(grid.size, pixels);
            if let Some(made) = &mut self.made {
                made.2.set(image, TextureOptions::LINEAR);
                (made.0, made.1, made.3) = (number, theme, grid.corners);
            } else {
                let texture = ctx.load_texture("heat map", image, TextureOptions::LINEAR);
                self.made = Some((number, theme, texture, grid.corners));
            }
        }
        let made = self.made.as_ref().map(|made| (made.2.clone(), made.3));
        let (texture, corners) = made.unwrap_or_else(|| unreachable!("made just now"));
        Shown { texture, corners, opacity: 1.0 }
    }
}

/// A texture over a part of the plot.
#[derive(Clone)]
pub struct Shown {
    texture: TextureHandle,
    corners: [[f64; 2]; 2],
    /// How much of it shows, 0 to 1.
    pub opacity: f32,
}

impl Shown {
    /// Draws it.
    pub fn draw(&self, _ui: &Ui, canvas: &Canvas<'_>, shapes: &mut Vec<Shape>) {
        let [low, high] = self.corners.map(|corner| canvas.at(corner));
        let rect = Rect::from_two_pos(low, high);
        let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
        let tint = Color32::WHITE.gamma_multiply(self.opacity);
        shapes.push(Shape::image(self.texture.id(), rect, whole, tint));
    }
}
