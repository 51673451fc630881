//! Pictures of what the window's views draw, made without a display or a graphics card: shapes of egui
//! become pixels ([`Picture`]) or vectors ([`svg`]), and those become files ([`file`]).

mod base64;
mod colours;
pub mod file;
mod gif;
mod marks;
mod mp4;
mod page;
mod pixels;
mod png;
mod raster;
mod svg;
mod textures;
mod webp;

pub use self::file::{Film, Format, PictureError, write_page, write_svg};
pub use self::marks::{Blend, Disc, Knot, Marks, Ribbon, Rim};
pub use self::page::{PageFilm, drawing_uri, face_uri, still_uri};
pub use self::pixels::Picture;
pub use self::raster::rasterise;
pub use self::svg::svg;
pub use self::textures::Textures;
