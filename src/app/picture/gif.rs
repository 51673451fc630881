//! GIF films.

use std::borrow::Cow;
use std::io::Write;

use gif::{AnyExtension, DisposalMethod, Encoder, EncodingError, Frame, Repeat};

use super::colours::Colours;
use super::pixels::Picture;

/// The label of a comment.
const COMMENT: u8 = 0xfe;
/// Most bytes of a block.
const BLOCK: usize = 255;
/// Colours of a frame, beside that of what stays.
const MOST_COLOURS: usize = 255;
/// Hundredths of a second.
const TICKS: u32 = 100;

/// A film in the making, repeated for ever. What a frame has in common with the one before is not
/// written again.
pub struct GifFilm<W: Write> {
    encoder: Encoder<W>,
    fps: u32,
    frames: u32,
    before: Option<Picture>,
}

impl<W: Write> GifFilm<W> {
    /// A film without frames, with a scene in it.
    pub fn begin(
        file: W,
        [width, height]: [u16; 2],
        fps: u32,
        scene: &str,
    ) -> Result<Self, EncodingError> {
        let mut encoder = Encoder::new(file, width, height, &[])?;
        encoder.set_repeat(Repeat::Infinite)?;
        let blocks: Vec<&[u8]> = scene.as_bytes().chunks(BLOCK).collect();
        encoder.write_raw_extension(AnyExtension(COMMENT), &blocks)?;
        Ok(Self { encoder, fps, frames: 0, before: None })
    }

    /// The next frame.
    pub fn add(&mut self, picture: Picture) -> Result<(), EncodingError> {
        // So that the whole lasts as long as it should, whatever a frame is rounded to.
        let ends = [self.frames, self.frames + 1].map(|frame| frame * TICKS / self.fps);
        self.frames += 1;
        let changed = changed(self.before.as_ref(), &picture);
        let width = picture.size[0] as usize;
        let [left, top, right, bottom] = bounds(&changed, width);
        let pixel = |at: usize| [0, 1, 2].map(|k| picture.rgb[3 * at + k]);
        let places = (top..bottom).flat_map(|y| (left..right).map(move |x| y * width + x));
        let drawn = places.clone().filter(|&at| changed[at]).map(pixel);
        let colours = Colours::of(drawn, MOST_COLOURS);
        let stays = colours.palette.len() as u8;
        let buffer: Vec<u8> =
            places.map(|at| if changed[at] { colours.place(pixel(at)) } else { stays }).collect();
        let mut palette: Vec<u8> = colours.palette.iter().flatten().copied().collect();
        palette.extend([0; 3]);
        let frame = Frame {
            delay: (ends[1] - ends[0]) as u16,
            dispose: DisposalMethod::Keep,
            transparent: Some(stays),
            left: left as u16,
            top: top as u16,
            width: (right - left) as u16,
            height: (bottom - top) as u16,
            palette: Some(palette),
            buffer: Cow::Owned(buffer),
            ..Frame::default()
        };
        self.before = Some(picture);
        self.encoder.write_frame(&frame)
    }

    /// The file, complete.
    pub fn finish(self) -> Result<W, EncodingError> {
        self.encoder.into_inner()
    }
}

/// Which pixels differ from those before.
fn changed(before: Option<&Picture>, now: &Picture) -> Vec<bool> {
    match before {
        Some(before) => now.pixels().zip(before.pixels()).map(|(a, b)| a != b).collect(),
        None => vec![true; now.rgb.len() / 3],
    }
}

/// Left, top, right and bottom of what has changed; one pixel if nothing has.
fn bounds(changed: &[bool], width: usize) -> [usize; 4] {
    let mut rows = changed.chunks(width).enumerate().filter(|(_, row)| row.contains(&true));
    let Some((top, first)) = rows.next() else { return [0, 0, 1, 1] };
    let ends = |row: &[bool]| {
        let left = row.iter().position(|is| *is).unwrap_or(0);
        (left, row.iter().rposition(|is| *is).map_or(0, |last| last + 1))
    };
    let (mut left, mut right) = ends(first);
    let mut bottom = top + 1;
    for (y, row) in rows {
        let (from, to) = ends(row);
        (left, right, bottom) = (left.min(from), right.max(to), y + 1);
    }
    [left, top, right, bottom]
}
