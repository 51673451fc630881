//! Pictures and films that a page holds itself, as `data:` URIs (RFC 2397).

use ::png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

use super::base64::base64;
use super::colours::Colours;
use super::pixels::Picture;
use super::png;

/// Colours of a film. Frames of the stage in all their colours take three and a half times the bytes.
const COLOURS: usize = 64;

fn uri(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", base64(bytes))
}

/// A picture, with a scene in it, so that it is one when it is saved from the page.
///
/// # Panics
/// Never: memory takes it.
#[must_use]
pub fn still_uri(picture: &Picture, scene: &str) -> String {
    let mut bytes = Vec::new();
    png::write(&mut bytes, picture, scene).expect("memory takes a picture");
    uri("image/png", &bytes)
}

/// A drawing, which is the text of an SVG file.
#[must_use]
pub fn drawing_uri(svg: &str) -> String {
    uri("image/svg+xml", svg.as_bytes())
}

/// A face of type.
#[must_use]
pub fn face_uri(ttf: &[u8]) -> String {
    uri("font/ttf", ttf)
}

/// A film, repeated for ever, whose last frame stays for a while before it begins anew.
pub struct PageFilm {
    fps: u16,
    /// Frames for which the last one stays.
    stays: u16,
    frames: Vec<Picture>,
}

impl PageFilm {
    /// A film without frames, of so many a second.
    #[must_use]
    pub fn new(fps: u16, stays: u16) -> Self {
        Self { fps, stays, frames: Vec::new() }
    }

    /// The next frame, as large as those before.
    pub fn add(&mut self, picture: Picture) {
        self.frames.push(picture);
    }

    /// The film, an APNG of few colours.
    ///
    /// # Panics
    /// If it has no frames, or they are of different sizes.
    #[must_use]
    pub fn uri(&self) -> String {
        let bytes = self.encoded().expect("memory takes frames of one size");
        uri("image/apng", &bytes)
    }

    fn encoded(&self) -> Result<Vec<u8>, EncodingError> {
        let [width, height] = self.frames.first().map_or([0, 0], |frame| frame.size);
        let colours = Colours::of(self.frames.iter().flat_map(Picture::pixels), COLOURS);
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_palette(colours.palette.concat());
        encoder.set_compression(Compression::High);
        // Neighbours in the palette are not neighbours in the picture.
        encoder.set_filter(Filter::NoFilter);
        encoder.set_animated(self.frames.len() as u32, 0)?;
        encoder.set_frame_delay(1, self.fps)?;
        let mut writer = encoder.write_header()?;
        for (number, frame) in self.frames.iter().enumerate() {
            if number + 1 == self.frames.len() {
                writer.set_frame_delay(self.stays, self.fps)?;
            }
            let mut before = None;
            let place = |pixel| match before {
                Some((same, place)) if same == pixel => place,
                _ => before.insert((pixel, colours.place(pixel))).1,
            };
            let pixels: Vec<u8> = frame.pixels().map(place).collect();
            writer.write_image_data(&pixels)?;
        }
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_has_its_frames_and_the_last_one_stays() {
        let frame = |grey: u8| Picture { size: [4, 2], rgb: vec![grey; 24] };
        let mut film = PageFilm::new(10, 15);
        for grey in [0, 90, 255] {
            film.add(frame(grey));
        }
        assert!(film.uri().starts_with("data:image/apng;base64,"));
        let bytes = film.encoded().expect("a film");
        let decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().expect("an APNG");
        assert_eq!(reader.info().animation_control().expect("it moves").num_frames, 3);
        let mut seen = Vec::new();
        let mut buffer = vec![0; reader.output_buffer_size().expect("it fits")];
        for _ in 0..3 {
            reader.next_frame(&mut buffer).expect("a frame");
            let palette = reader.info().palette.clone().expect("few colours");
            let shown = reader.info().frame_control().expect("a frame");
            seen.push((palette[3 * usize::from(buffer[0])], shown.delay_num, shown.delay_den));
        }
        assert_eq!(seen, [(0, 1, 10), (90, 1, 10), (255, 15, 10)]);
    }
}
