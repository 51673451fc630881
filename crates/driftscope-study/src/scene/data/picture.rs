//! Pictures as points: dark pixels are the density.

use std::fmt::Display;
use std::io::Cursor;
use std::path::Path;

use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::PointSet;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits, RgbaImage};
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
const FORMATS: [(ImageFormat, &str); 3] =
    [(ImageFormat::Png, "PNG"), (ImageFormat::Jpeg, "JPEG"), (ImageFormat::WebP, "WebP")];

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
    Darkness::read(bytes, format)?.points()
}

/// The same of pixels that are at hand: red, green, blue and opacity of each, rows from the top.
///
/// # Errors
/// If they are no picture, too many or blank, in one sentence.
pub(super) fn points_of_pixels(size: [usize; 2], rgba: Vec<u8>) -> Result<PointSet, String> {
    let [width, height] = size;
    if width.max(height) > MOST_PIXELS as usize {
        return Err(too_large(width, height));
    }
    let picture = RgbaImage::from_raw(width as u32, height as u32, rgba);
    let picture = picture.ok_or("the picture has fewer pixels than its size says")?;
    Darkness::of(picture.into()).points()
}

fn too_large(width: impl Display, height: impl Display) -> String {
    format!("the picture has {width} × {height} pixels: at most {MOST_PIXELS} a side are read")
}

/// How dark the pixels are, from 0 to 1: rows from the top, every other one from the right.
struct Darkness {
    width: usize,
    values: Vec<f32>,
}

impl Darkness {
    fn points(&self) -> Result<PointSet, String> {
        let total: f64 = self.values.iter().map(|&value| f64::from(value)).sum();
        if total < BLANK {
            return Err(
                "the picture is blank: dark pixels are the density, and there are none".into()
            );
        }
        let [width, height] = [self.width, self.values.len() / self.width];
        let pixel = SIDE / width.max(height) as f64;
        let mut inside = stream(SEED, Purpose::Draw, 0);
        let step = total / POINTS as f64;
        let (mut sum, mut next) = (0.0, 0.5 * step);
        let mut points = Vec::with_capacity(POINTS);
        for (place, &value) in self.values.iter().enumerate() {
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
        let damaged = |error: image::ImageError| match error {
            ImageError::Limits(_) => {
                format!("the picture is too large: at most {MOST_PIXELS} pixels a side are read")
            }
            other => {
                let reason = other.to_string();
                let reason = reason.lines().next().unwrap_or("it is damaged");
                format!("the picture cannot be read: {reason}")
            }
        };
        let (width, height) = reader().into_dimensions().map_err(damaged)?;
        if width.max(height) > MOST_PIXELS {
            return Err(too_large(width, height));
        }
        let picture = reader().decode().map_err(damaged)?;
        Ok(Self::of(picture))
    }

    fn of(picture: DynamicImage) -> Self {
        let width = picture.width() as usize;
        let picture = picture.into_rgba8();
        let mut values = Vec::with_capacity(picture.as_raw().len() / 4);
        for row in picture.rows() {
            let start = values.len();
            values.extend(row.map(|pixel| {
                let [red, green, blue, opacity] =
                    pixel.0.map(|x| f32::from(x) / f32::from(u8::MAX));
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

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, LumaA, Rgb};

    use super::*;

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("written");
        bytes.into_inner()
    }

    fn read(bytes: &[u8], name: &str) -> Result<PointSet, String> {
        let format = format_of(bytes, Path::new(name))?.ok_or("no picture")?;
        points_of(bytes, format)
    }

    /// White, 80 × 40, with a black square of 10 pixels a side whose upper left pixel is (60, 5).
    fn square() -> DynamicImage {
        let black = |x, y| (60..70).contains(&x) && (5..15).contains(&y);
        ImageBuffer::from_fn(80, 40, |x, y| Rgb([if black(x, y) { 0_u8 } else { 255 }; 3])).into()
    }

    #[test]
    fn dark_pixels_are_where_the_points_lie() {
        // 80 pixels are 4 units: a pixel is 0.05. The square lies to the right of the middle, and high.
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let set = read(&written(&square(), format), "square.dat").expect("points");
            assert_eq!(set.points.len(), POINTS);
            let [mut low, mut high] = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
            for point in &set.points {
                for d in 0..2 {
                    low[d] = low[d].min(point[d]);
                    high[d] = high[d].max(point[d]);
                }
            }
            for (d, [from, to]) in [[1.0, 1.5], [0.25, 0.75]].into_iter().enumerate() {
                assert!(from <= low[d] && low[d] < from + 0.01, "{format:?} {d}: {low:?}");
                assert!(to - 0.01 < high[d] && high[d] <= to, "{format:?} {d}: {high:?}");
            }
            // As many in each pixel as in any other, to one.
            let mut counts = [0; 100];
            for [x, y] in &set.points {
                let place = |from: f64, x: f64| (((x - from) / 0.05) as usize).min(9);
                counts[10 * place(0.25, *y) + place(1.0, *x)] += 1;
            }
            assert!(counts.iter().all(|count| (48..=52).contains(count)), "{counts:?}");
            assert_eq!(read(&written(&square(), format), "again.png").expect("points"), set);
        }
    }

    #[test]
    fn pixels_at_hand_are_the_same_picture() {
        let rgba = square().into_rgba8().into_raw();
        let set = points_of_pixels([80, 40], rgba.clone()).expect("points");
        assert_eq!(read(&written(&square(), ImageFormat::Png), "square.png"), Ok(set));
        for (size, pixels, words) in [
            ([80, 41], rgba.clone(), "fewer pixels"),
            ([9_000, 1], vec![0; 36_000], "9000 × 1"),
            ([80, 40], vec![255; rgba.len()], "blank"),
            ([0, 0], Vec::new(), "blank"),
        ] {
            let message = points_of_pixels(size, pixels).expect_err(words);
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn lossy_pictures_are_read_too() {
        let set = read(&written(&square(), ImageFormat::Jpeg), "square.jpeg").expect("points");
        let inside = |p: &&[f64; 2]| (0.9..1.6).contains(&p[0]) && (0.15..0.85).contains(&p[1]);
        let share = set.points.iter().filter(inside).count() as f64 / POINTS as f64;
        assert!(share > 0.97, "{share}");
    }

    #[test]
    fn greys_have_points_in_proportion() {
        // From black on the left to white on the right, in 16 steps of 8 pixels.
        let ramp: DynamicImage =
            ImageBuffer::from_fn(128, 32, |x, _| Luma([17 * (x / 8) as u8])).into();
        let set = read(&written(&ramp, ImageFormat::Png), "ramp.png").expect("points");
        let mut counts = [0.0; 16];
        for [x, _] in &set.points {
            counts[((x + 2.0) / 0.25) as usize] += 1.0;
        }
        for (step, count) in counts.iter().enumerate() {
            let wanted = (15.0 - step as f64) / 120.0 * POINTS as f64;
            assert!((count - wanted).abs() < 34.0, "{step}: {count} of {wanted}");
        }
    }

    #[test]
    fn what_is_transparent_is_white() {
        // Black all over: opaque above, half seen through at the left below, not there at the right below.
        let seen: DynamicImage = ImageBuffer::from_fn(40, 40, |x, y| {
            LumaA([
                0_u8,
                if y < 20 {
                    255
                } else if x < 20 {
                    128
                } else {
                    0
                },
            ])
        })
        .into();
        let set = read(&written(&seen, ImageFormat::Png), "seen.png").expect("points");
        let count = |of: &dyn Fn(&[f64; 2]) -> bool| set.points.iter().filter(|p| of(p)).count();
        let [above, left] = [count(&|p| p[1] > 0.0), count(&|p| p[1] < 0.0 && p[0] < 0.0)];
        assert_eq!(above + left, POINTS);
        assert!((above as f64 / left as f64 - 4.0).abs() < 0.1, "{above} {left}");
    }

    #[test]
    fn what_is_no_picture_is_refused_in_one_sentence() {
        let white: DynamicImage = ImageBuffer::from_pixel(9, 9, Luma([255_u8])).into();
        let good = written(&square(), ImageFormat::Png);
        let mut damaged = good.clone();
        for byte in &mut damaged[60..90] {
            *byte ^= 0x5A;
        }
        // A header that claims 60,000 × 60,000 pixels, with its checksum.
        let mut vast = good.clone();
        vast[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let checksum = crc32(&vast[12..29]);
        vast[29..33].copy_from_slice(&checksum.to_be_bytes());
        for (bytes, name, words) in [
            (written(&white, ImageFormat::Png), "white.png", "blank"),
            (good[..good.len() / 2].to_vec(), "cut.png", "cannot be read"),
            (good[..20].to_vec(), "header.png", "cannot be read"),
            (damaged, "damaged.png", "cannot be read"),
            (vast, "vast.png", "8192"),
            (written(&square(), ImageFormat::WebP)[..40].to_vec(), "cut.webp", "cannot be read"),
            (written(&square(), ImageFormat::Jpeg)[..90].to_vec(), "cut.jpg", "cannot be read"),
            (b"x,y\n1,2\n".to_vec(), "table.png", "PNG"),
            (b"x,y\n1,2\n".to_vec(), "table.JPG", "JPEG"),
            (Vec::new(), "nothing.webp", "WebP"),
            (b"GIF89a\x01\0\x01\0\x80\xFF".to_vec(), "moving.gif", "gif"),
        ] {
            let message = read(&bytes, name).expect_err(name);
            assert!(message.contains(words) && !message.contains('\n'), "{name}: {message}");
        }
        assert!(format_of(b"x,y\n1,2\n", Path::new("table.csv")).expect("text").is_none());
        assert!(format_of(b"BMx,y\n1,2\n", Path::new("table.csv")).expect("text").is_none());
    }

    /// The checksum of PNG's blocks.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, &byte| {
            (0..8).fold(sum ^ u32::from(byte), |sum, _| {
                (sum >> 1) ^ if sum & 1 == 1 { 0xEDB8_8320 } else { 0 }
            })
        })
    }
}
