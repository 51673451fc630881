//! WebP without loss, still and moving (<https://developers.google.com/speed/webp/docs/riff_container>).

use std::io::{self, Read, Seek, Write};

use driftscope_study::scene::XMP_ELEMENT;
use image_webp::{ColorType, EncodingError, WebPEncoder};

use super::pixels::Picture;
use super::svg::escaped;

/// Flags of the extended header: there is metadata, it moves.
const FLAGS: u8 = 0b0000_0110;
/// Bytes of a frame's own header.
const FRAME_HEADER: u32 = 16;

/// The scene as XMP, the metadata that WebP has room for.
fn xmp(scene: &str) -> Vec<u8> {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:driftscope=\"urn:driftscope\"><{XMP_ELEMENT}>{}</{XMP_ELEMENT}></rdf:Description></rdf:RDF></x:xmpmeta>",
        escaped(scene)
    )
    .into_bytes()
}

/// Writes one picture.
pub fn write(file: impl Write, picture: &Picture, scene: &str) -> Result<(), EncodingError> {
    let mut encoder = WebPEncoder::new(file);
    encoder.set_xmp_metadata(xmp(scene));
    encoder.encode(&picture.rgb, picture.size[0], picture.size[1], ColorType::Rgb8)
}

/// A film in the making. A file begins with its length, so that frames wait in another one.
pub struct WebpFilm {
    frames: std::fs::File,
    bytes: u64,
    size: [u32; 2],
    fps: u32,
    count: u32,
}

impl WebpFilm {
    /// A film without frames.
    pub fn begin(size: [u32; 2], fps: u32) -> io::Result<Self> {
        Ok(Self { frames: tempfile::tempfile()?, bytes: 0, size, fps, count: 0 })
    }

    /// The next frame.
    pub fn add(&mut self, picture: &Picture) -> Result<(), EncodingError> {
        let [width, height] = picture.size;
        let mut file = Vec::new();
        WebPEncoder::new(&mut file).encode(&picture.rgb, width, height, ColorType::Rgb8)?;
        // Past "RIFF", the length and "WEBP" there is the one chunk that is wanted.
        let chunk = &file[12..];
        let ends = [self.count, self.count + 1].map(|frame| frame * 1000 / self.fps);
        self.count += 1;
        let mut header = Vec::new();
        header.extend(b"ANMF");
        header.extend((FRAME_HEADER + chunk.len() as u32).to_le_bytes());
        for number in [0, 0, width - 1, height - 1, ends[1] - ends[0]] {
            header.extend(&number.to_le_bytes()[..3]);
        }
        // It replaces what was there.
        header.push(0b10);
        self.frames.write_all(&header)?;
        self.frames.write_all(chunk)?;
        self.bytes += (header.len() + chunk.len()) as u64;
        Ok(())
    }

    /// Writes the whole film, with a scene in it, repeated for ever.
    pub fn finish(mut self, mut file: impl Write, scene: &str) -> io::Result<()> {
        let mut head = Vec::new();
        head.extend(b"WEBPVP8X");
        head.extend(10_u32.to_le_bytes());
        head.extend([FLAGS, 0, 0, 0]);
        for side in self.size {
            head.extend(&(side - 1).to_le_bytes()[..3]);
        }
        head.extend(b"ANIM");
        head.extend(6_u32.to_le_bytes());
        head.extend([255, 255, 255, 255, 0, 0]);
        let mut tail = Vec::new();
        let xmp = xmp(scene);
        tail.extend(b"XMP ");
        tail.extend((xmp.len() as u32).to_le_bytes());
        tail.extend(&xmp);
        tail.resize(tail.len() + xmp.len() % 2, 0);
        let length = head.len() as u64 + self.bytes + tail.len() as u64;
        let length = u32::try_from(length)
            .map_err(|_| io::Error::other("a WebP film holds no more than 4 GiB"))?;
        file.write_all(b"RIFF")?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(&head)?;
        self.frames.rewind()?;
        io::copy(&mut self.frames.take(self.bytes), &mut file)?;
        file.write_all(&tail)
    }
}
