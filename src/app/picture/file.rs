//! Files of pictures and films. Every one comes into its place only when it is complete, and holds the
//! scene that it shows.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use driftscope_base::files::{Pending, write_atomically};
use thiserror::Error;

use super::gif::GifFilm;
use super::mp4::{Mp4Error, Mp4Film};
use super::pixels::Picture;
use super::webp::WebpFilm;
use super::{png, webp};

/// Longest side of a GIF, in pixels.
const GIF_SIDE: u32 = 65_535;
/// Longest side of a WebP, in pixels.
const WEBP_SIDE: u32 = 16_384;
/// Frames of a GIF can last no shorter than a fiftieth of a second: viewers slow others down.
const GIF_FPS: u32 = 50;

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum PictureError {
    /// No file of pictures ends like this.
    #[error("{path}: a picture ends in .png, .svg, .gif, .apng, .webp or .mp4, or is a pattern such as frames/%04d.png", path = .0.display())]
    Ending(PathBuf),
    /// The file cannot be written.
    #[error("cannot write {path}: {source}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The encoder refused it.
    #[error("cannot write {path}: {words}", path = .path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What the encoder said.
        words: String,
    },
    /// The picture is too large for the kind of file.
    #[error("{width}x{height} pixels are too many for {path}: at most {most} a side", path = .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Width, in pixels.
        width: u32,
        /// Height, in pixels.
        height: u32,
        /// The longest side.
        most: u32,
    },
    /// Frames too short for the kind of file.
    #[error("{fps} frames a second are too many for a GIF: at most {GIF_FPS}")]
    TooFast {
        /// Frames a second.
        fps: u32,
    },
    /// There is no ffmpeg.
    #[error(
        "an MP4 film is made by ffmpeg, which is not installed here; .gif, .apng and .webp need nothing"
    )]
    NoFfmpeg,
    /// It failed.
    #[error("ffmpeg made no film of {path}: {words}", path = .path.display())]
    Ffmpeg {
        /// The file.
        path: PathBuf,
        /// Its last words.
        words: String,
    },
}

impl PictureError {
    fn write(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path: path.clone(), source }
    }

    fn encode<E: std::fmt::Display>(path: &Path) -> impl Fn(E) -> Self {
        let path = path.to_owned();
        move |error| Self::Encode { path: path.clone(), words: error.to_string() }
    }

    fn mp4(path: &Path) -> impl Fn(Mp4Error) -> Self {
        let path = path.to_owned();
        move |error| match error {
            Mp4Error::NoFfmpeg => Self::NoFfmpeg,
            Mp4Error::Stopped(words) => Self::Ffmpeg { path: path.clone(), words },
            Mp4Error::Io(source) => Self::Write { path: path.clone(), source },
        }
    }
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One picture of pixels.
    Png,
    /// One picture of shapes.
    Svg,
    /// A film, or a picture.
    Webp,
    /// A film of few colours.
    Gif,
    /// A film.
    Apng,
    /// A film, by ffmpeg.
    Mp4,
    /// A film as a file for every frame, numbered from 1.
    Frames,
}

impl Format {
    /// What a file is by its name's ending.
    ///
    /// # Errors
    /// [`PictureError::Ending`].
    pub fn of(path: &Path) -> Result<Self, PictureError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        Ok(match ending.to_ascii_lowercase().as_str() {
            "png" if number_in(path).is_some() => Self::Frames,
            "png" => Self::Png,
            "svg" => Self::Svg,
            "webp" => Self::Webp,
            "gif" => Self::Gif,
            "apng" => Self::Apng,
            "mp4" => Self::Mp4,
            _ => return Err(PictureError::Ending(path.to_owned())),
        })
    }

    /// Whether it can be a film.
    #[must_use]
    pub fn moves(self) -> bool {
        !matches!(self, Self::Png | Self::Svg)
    }

    /// Whether it is a film unless it is asked for one moment.
    #[must_use]
    pub fn is_film(self) -> bool {
        self.moves() && self != Self::Webp
    }
}

/// Where `%d` or `%04d` stands in a file's name, and how many digits it asks for.
fn number_in(path: &Path) -> Option<(std::ops::Range<usize>, usize)> {
    let name = path.file_name()?.to_str()?;
    let start = name.find('%')?;
    let length = name[start + 1..].find('d')?;
    let digits = &name[start + 1..start + 1 + length];
    let width = if digits.is_empty() { 0 } else { digits.strip_prefix('0')?.parse().ok()? };
    (width <= 20).then_some((start..start + length + 2, width))
}

/// The file of a frame, numbered from 1.
fn numbered(path: &Path, number: u32) -> PathBuf {
    match (number_in(path), path.file_name().and_then(|name| name.to_str())) {
        (Some((range, width)), Some(name)) => {
            let (before, after) = (&name[..range.start], &name[range.end..]);
            path.with_file_name(format!("{before}{number:0width$}{after}"))
        }
        _ => path.to_owned(),
    }
}

/// Writes one SVG.
///
/// # Errors
/// [`PictureError::Write`].
pub fn write_svg(path: &Path, text: &str) -> Result<(), PictureError> {
    write_atomically(path, text.as_bytes()).map_err(PictureError::write(path))
}

/// Writes a page that holds pictures, all or nothing.
///
/// # Errors
/// [`PictureError::Write`].
pub fn write_page(path: &Path, html: &str) -> Result<(), PictureError> {
    write_atomically(path, html.as_bytes()).map_err(PictureError::write(path))
}

/// A film, or one picture, in the making. Frames are written one after another.
pub struct Film {
    path: PathBuf,
    scene: String,
    frames: u32,
    sink: Sink,
}

/// Where frames go.
enum Sink {
    Gif(Box<GifFilm<BufWriter<Pending>>>),
    Apng(Box<::png::Writer<Kept>>, Kept),
    Webp(WebpFilm),
    Mp4(Mp4Film),
    /// A file each, of this kind.
    Files(Format),
}

impl Film {
    /// Begins a file of `frames` pictures of this size, in pixels, and of so many a second.
    ///
    /// # Errors
    /// If the file cannot be written, or not in this size and speed.
    pub fn begin(
        path: &Path,
        size: [u32; 2],
        (frames, fps): (u32, u32),
        scene: &str,
    ) -> Result<Self, PictureError> {
        let [width, height] = size;
        let within = |most: u32| {
            let path = path.to_owned();
            let fits = width.max(height) <= most;
            if fits { Ok(()) } else { Err(PictureError::TooLarge { path, width, height, most }) }
        };
        let open = || Pending::begin(path).map(BufWriter::new).map_err(PictureError::write(path));
        let format = Format::of(path)?;
        let sink = match format {
            Format::Gif => {
                within(GIF_SIDE)?;
                if fps > GIF_FPS {
                    return Err(PictureError::TooFast { fps });
                }
                let film = GifFilm::begin(open()?, size.map(|side| side as u16), fps, scene);
                Sink::Gif(Box::new(film.map_err(PictureError::encode(path))?))
            }
            Format::Apng => {
                let file = Kept(Arc::new(Mutex::new(open()?)));
                let film = png::film(file.clone(), size, (frames, fps as u16), scene);
                Sink::Apng(Box::new(film.map_err(PictureError::encode(path))?), file)
            }
            Format::Webp => {
                within(WEBP_SIDE)?;
                if frames == 1 {
                    Sink::Files(format)
                } else {
                    let film = WebpFilm::begin(size, fps);
                    Sink::Webp(film.map_err(PictureError::write(path))?)
                }
            }
            Format::Mp4 => {
                let film = Mp4Film::begin(path, size, fps, scene);
                Sink::Mp4(film.map_err(PictureError::mp4(path))?)
            }
            Format::Frames => {
                let folder = path.parent().filter(|folder| *folder != Path::new(""));
                if let Some(folder) = folder {
                    std::fs::create_dir_all(folder).map_err(PictureError::write(folder))?;
                }
                Sink::Files(format)
            }
            Format::Png | Format::Svg => Sink::Files(format),
        };
        Ok(Self { path: path.to_owned(), scene: scene.to_owned(), frames: 0, sink })
    }

    /// The next frame.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, picture: Picture) -> Result<(), PictureError> {
        let (path, scene) = (&self.path, &self.scene);
        self.frames += 1;
        match &mut self.sink {
            Sink::Gif(film) => film.add(picture).map_err(PictureError::encode(path)),
            Sink::Apng(film, _) => {
                film.write_image_data(&picture.rgb).map_err(PictureError::encode(path))
            }
            Sink::Webp(film) => film.add(&picture).map_err(PictureError::encode(path)),
            Sink::Mp4(film) => film.add(&picture).map_err(PictureError::mp4(path)),
            Sink::Files(format) => {
                let own = match format {
                    Format::Frames => numbered(path, self.frames),
                    _ => path.clone(),
                };
                let mut bytes = Vec::new();
                if *format == Format::Webp {
                    webp::write(&mut bytes, &picture, scene).map_err(PictureError::encode(&own))?;
                } else {
                    png::write(&mut bytes, &picture, scene).map_err(PictureError::encode(&own))?;
                }
                write_atomically(&own, &bytes).map_err(PictureError::write(&own))
            }
        }
    }

    /// Puts the file into its place.
    ///
    /// # Errors
    /// If what is left cannot be written.
    pub fn finish(self) -> Result<(), PictureError> {
        let path = &self.path;
        match self.sink {
            Sink::Gif(film) => close(path, film.finish().map_err(PictureError::encode(path))?),
            Sink::Apng(film, file) => {
                film.finish().map_err(PictureError::encode(path))?;
                match Arc::into_inner(file.0) {
                    Some(file) => {
                        close(path, file.into_inner().unwrap_or_else(PoisonError::into_inner))
                    }
                    None => unreachable!("the film has let go of its file"),
                }
            }
            Sink::Webp(film) => {
                let pending = Pending::begin(path).map_err(PictureError::write(path))?;
                let mut file = BufWriter::new(pending);
                film.finish(&mut file, &self.scene).map_err(PictureError::write(path))?;
                close(path, file)
            }
            Sink::Mp4(film) => film.finish(path).map_err(PictureError::mp4(path)),
            Sink::Files(_) => Ok(()),
        }
    }
}

/// A file that is there when its encoder, which keeps what it is given, is gone.
#[derive(Clone)]
struct Kept(Arc<Mutex<BufWriter<Pending>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

fn close(path: &Path, mut file: BufWriter<Pending>) -> Result<(), PictureError> {
    file.flush().map_err(PictureError::write(path))?;
    let pending =
        file.into_inner().map_err(|error| PictureError::write(path)(error.into_error()))?;
    pending.finish().map_err(PictureError::write(path))
}
