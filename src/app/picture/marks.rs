//! What the graphics card draws on the stage of the window, as plain shapes: particles and their trails.

use eframe::egui::{Pos2, Rect, Shape};
use eframe::epaint::PaintCallback;
use std::sync::Arc;

/// Particles and trails, in points of the picture. Ribbons lie below discs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// The trails.
    pub ribbons: Vec<Ribbon>,
    /// How much of the ribbons' light is added rather than laid over, 0 to 1.
    pub glow: f32,
    /// The particles.
    pub discs: Vec<Disc>,
    /// How discs go over what is below.
    pub blend: Blend,
}

/// How discs go over what is below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blend {
    /// They cover it.
    #[default]
    Cover,
    /// Their light is added to it.
    Add,
    /// What they lack of white is taken from it.
    Darken,
}

/// A particle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disc {
    /// Where its middle is.
    pub at: Pos2,
    /// Its radius.
    pub radius: f32,
    /// Its colour, without regard to its opacity.
    pub colour: [u8; 3],
    /// Opacity of disc and rim together, 0 to 1.
    pub opacity: f32,
    /// The rim around it.
    pub rim: Rim,
}

/// The rim of a disc.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rim {
    /// Its width.
    pub width: f32,
    /// How light it is, 0 to 1.
    pub lightness: f32,
    /// Its opacity, 0 to 1.
    pub opacity: f32,
}

/// A line that fades and grows thin from its first point on.
#[derive(Clone, Debug, PartialEq)]
pub struct Ribbon {
    /// Its colour, without regard to its opacity.
    pub colour: [u8; 3],
    /// Its bends.
    pub knots: Vec<Knot>,
}

/// A bend of a ribbon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knot {
    /// Where it is.
    pub at: Pos2,
    /// Width of the ribbon here.
    pub width: f32,
    /// Opacity of the ribbon here, 0 to 1.
    pub opacity: f32,
}

impl Marks {
    /// The marks as a shape that [`super::rasterise`] and [`super::svg`] know; what may change lies in
    /// `rect`.
    pub fn into_shape(self, rect: Rect) -> Shape {
        Shape::Callback(PaintCallback { rect, callback: Arc::new(self) })
    }

    /// The marks of a shape that was made of some.
    #[must_use]
    pub fn of(callback: &PaintCallback) -> Option<&Self> {
        callback.callback.downcast_ref()
    }
}
