//! PNG and APNG.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Writer};

use super::pixels::Picture;

/// The keyword of the text that holds a scene.
pub use driftscope_study::scene::PNG_KEYWORD as KEYWORD;

/// A picture with transparency, as the bytes of a file.
pub fn rgba([width, height]: [u32; 2], pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| {
            writer.write_image_data(pixels)?;
            writer.finish()
        })
        .expect("memory takes a picture that has as many pixels as it says");
    bytes
}

/// An encoder of pictures of this size with a scene in it.
fn encoder<W: Write>(
    file: W,
    [width, height]: [u32; 2],
    scene: &str,
) -> Result<Encoder<'static, W>, EncodingError> {
    let mut encoder = Encoder::new(file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.add_itxt_chunk(KEYWORD.to_owned(), scene.to_owned())?;
    Ok(encoder)
}

/// Writes one picture.
pub fn write(file: impl Write, picture: &Picture, scene: &str) -> Result<(), EncodingError> {
    let mut writer = encoder(file, picture.size, scene)?.write_header()?;
    writer.write_image_data(&picture.rgb)?;
    writer.finish()
}

/// A film of so many frames, repeated for ever.
pub fn film<W: Write>(
    file: W,
    size: [u32; 2],
    (frames, fps): (u32, u16),
    scene: &str,
) -> Result<Writer<W>, EncodingError> {
    let mut encoder = encoder(file, size, scene)?;
    encoder.set_compression(Compression::Fast);
    encoder.set_animated(frames, 0)?;
    encoder.set_frame_delay(1, fps)?;
    encoder.write_header()
}
