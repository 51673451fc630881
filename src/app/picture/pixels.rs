//! Pixels.

/// A picture without transparency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height, in pixels.
    pub size: [u32; 2],
    /// Red, green and blue of every pixel in sRGB, rows from the top, each from the left.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// The pixels, in order.
    pub fn pixels(&self) -> impl Iterator<Item = [u8; 3]> {
        self.rgb.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]])
    }
}
