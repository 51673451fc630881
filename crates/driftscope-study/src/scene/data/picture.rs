//! Pictures as points: dark pixels are the density.

use std::io::Cursor;
use std::path::Path;

use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::PointSet;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use rand::RngExt;

/// Points that a picture becomes.
pub(super) const POINTS: usize = 5_000;
/// The longer side of a picture, in units of the plane.
pub(super) const SIDE: f64 = 4.0;
/// Pixels of a picture's longer side, at most.
const MOST_PIXELS: u32 = 8_192;
/// Bytes that reading a picture may take, at most.
const MOST_BYTES: u64 = 512 << 20;
/// A picture whose darkness adds up to less than this many black pixels is blank.
const BLANK: f64 = 0.5;
/// The seed of the places inside the pixels, so that a picture always becomes the same points.
const SEED: u64 = 0x01C7_0001;

/// The kinds of picture that are read: their first bytes, their endings.
const FORMATS: [(ImageFormat, &str); 3] = [
    (ImageFormat::Png, "PNG"),
    (ImageFormat::Jpeg, "JPEG"),
    (ImageFormat::WebP, "WebP"),
];

/// Which kind of picture a file is, by its content; none if it is none.
///
/// # Errors
/// If it is a picture of another kind, or if it is called one and is not.
pub(super) fn format_of(bytes: &[u8], path: &Path) -> Result<Option<ImageFormat>, String> {
    let name = |format: ImageFormat| {
        FORMATS.iter().find(|(known, _)| *known == format).map(|(_, name)| *name)
    };
    match image::guess_format(bytes) {
        Ok(format) if name(format).is_some() => Ok(Some(format)),
        // A text may begin as one of the old kinds does, with two letters.
        Ok(format) if std::str::from_utf8(bytes).is_err() => {
            let kind = format.extensions_str().first().copied().unwrap_or("another kind");
            Err(format!("it is a picture of the kind {kind}: PNG, JPEG and WebP are read"))
        }
        _ => match ImageFormat::from_path(path).ok().and_then(name) {
            Some(kind) => Err(format!("it is called a {kind} picture, but its content is none")),
            None => Ok(None),
        },
    }
}

/// The points of a picture: [`POINTS`] of them, in proportion to how dark each pixel is, spread evenly
/// along the rows (systematic resampling) and at random inside a pixel. y points up, the picture keeps its
/// shape, and its longer side spans [`SIDE`] around the origin.
///
/// Darkness is 1 − L, for the luma L = 0.2126 R + 0.7152 G + 0.0722 B of the values as they are stored,
/// times the opacity. The values are not turned into amounts of light first: a grey that looks half as dark
/// as black, 50 %, gives half as many points, where by its light it would give four fifths of them.
///
/// # Errors
/// If the picture is damaged, too large or blank, in one sentence.
pub(super) fn points_of(bytes: &[u8], format: ImageFormat) -> Result<PointSet, String> {
    let darkness = Darkness::read(bytes, format)?;
    let total: f64 = darkness.values.iter().map(|&value| f64::from(value)).sum();
    if total < BLANK {
        return Err("the picture is blank: dark pixels are the density, and there are none".into());
    }
    let [width, height] = [darkness.width, darkness.values.len() / darkness.width];
    let pixel = SIDE / width.max(height) as f64;
    let mut inside = stream(SEED, Purpose::Draw, 0);
    let step = total / POINTS as f64;
    let (mut sum, mut next) = (0.0, 0.5 * step);
    let mut points = Vec::with_capacity(POINTS);
    for (place, &value) in darkness.values.iter().enumerate() {
        // Every other row backwards: neighbours in the order are neighbours in the picture.
        sum += f64::from(value);
        while next < sum && points.len() < POINTS {
            let (row, along) = (place / width, place % width);
            let column = if row.is_multiple_of(2) { along } else { width - 1 - along };
            let [u, v]: [f64; 2] = [inside.random(), inside.random()];
            points.push([
                (column as f64 + u - 0.5 * width as f64) * pixel,
                (0.5 * height as f64 - row as f64 - v) * pixel,
            ]);
            next += step;
        }
    }
    Ok(PointSet { points, labels: Vec::new() })
}

/// How dark the pixels are, from 0 to 1: rows from the top, every other one from the right.
struct Darkness {
    width: usize,
    values: Vec<f32>,
}

impl Darkness {
    fn read(bytes: &[u8], format: ImageFormat) -> Result<Self, String> {
        let reader = || {
            let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
            let mut limits = Limits::default();
            limits.max_image_width = Some(MOST_PIXELS);
            limits.max_image_height = Some(MOST_PIXELS);
            limits.max_alloc = Some(MOST_BYTES);
            reader.limits(limits);
            reader
        };
        let damaged = |error: image::ImageError| format!("the picture cannot be read: {error}");
        let (width, height) = reader().into_dimensions().map_err(damaged)?;
        if width.max(height) > MOST_PIXELS {
            return Err(format!(
                "the picture has {width} × {height} pixels: at most {MOST_PIXELS} a side are read"
            ));
        }
        let picture = reader().decode().map_err(damaged)?;
        Ok(Self::of(&picture))
    }

    fn of(picture: &DynamicImage) -> Self {
        let width = picture.width() as usize;
        let picture = picture.to_rgba16();
        let mut values = Vec::with_capacity(picture.as_raw().len() / 4);
        for row in picture.rows() {
            let start = values.len();
            values.extend(row.map(|pixel| {
                let [red, green, blue, opacity] = pixel.0.map(|x| f32::from(x) / f32::from(u16::MAX));
                let luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
                (opacity * (1.0 - luma)).clamp(0.0, 1.0)
            }));
            if (start / width) % 2 == 1 {
                values[start..].reverse();
            }
        }
        Self { width, values }
    }
}
