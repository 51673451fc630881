//! MP4 films, made by ffmpeg where it is installed.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use super::pixels::Picture;

/// A longer text is not given to a program as an argument.
const LONGEST_SCENE: usize = 100_000;

/// A film in the making.
pub struct Mp4Film {
    ffmpeg: Child,
    /// Where pixels go; closed at the end of the film.
    pixels: Option<ChildStdin>,
    file: tempfile::TempPath,
}

/// Why there is no film.
pub enum Mp4Error {
    /// The program is not there.
    NoFfmpeg,
    /// It stopped with these words.
    Stopped(String),
    /// A file, or the way to the program.
    Io(io::Error),
}

impl From<io::Error> for Mp4Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Mp4Film {
    /// A film without frames, which will be at `path`.
    pub fn begin(
        path: &Path,
        [width, height]: [u32; 2],
        fps: u32,
        scene: &str,
    ) -> Result<Self, Mp4Error> {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let file = tempfile::Builder::new()
            .prefix(".driftscope-")
            .suffix(".mp4")
            .tempfile_in(folder.unwrap_or(Path::new(".")))?
            .into_temp_path();
        let mut command = Command::new("ffmpeg");
        command.args(["-y", "-v", "error", "-f", "rawvideo", "-pixel_format", "rgb24"]);
        command.args(["-video_size", &format!("{width}x{height}"), "-framerate", &fps.to_string()]);
        // A side of an odd number of pixels gets one more; colours as high definition has them.
        let filter = "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv";
        command.args(["-i", "-", "-an", "-vf", filter]);
        command.args(["-c:v", "libx264", "-preset", "medium", "-crf", "18", "-pix_fmt", "yuv420p"]);
        command.args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
        // The same bytes on every machine that has the same ffmpeg.
        command.args(["-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact"]);
        if scene.len() <= LONGEST_SCENE {
            command.args(["-metadata", &format!("comment={scene}")]);
        }
        command.args(["-movflags", "+faststart", "-f", "mp4"]).arg(&*file);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut ffmpeg = match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Mp4Error::NoFfmpeg);
            }
            spawned => spawned?,
        };
        let pixels = ffmpeg.stdin.take();
        Ok(Self { ffmpeg, pixels, file })
    }

    /// The next frame.
    pub fn add(&mut self, picture: &Picture) -> Result<(), Mp4Error> {
        let Some(pixels) = &mut self.pixels else { return Ok(()) };
        match pixels.write_all(&picture.rgb) {
            // It has stopped, and will say why.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                Err(self.end().err().unwrap_or(Mp4Error::Io(error)))
            }
            outcome => Ok(outcome?),
        }
    }

    /// Waits for the program to end.
    fn end(&mut self) -> Result<(), Mp4Error> {
        self.pixels = None;
        let mut words = String::new();
        if let Some(mut errors) = self.ffmpeg.stderr.take() {
            errors.read_to_string(&mut words)?;
        }
        if self.ffmpeg.wait()?.success() {
            return Ok(());
        }
        Err(Mp4Error::Stopped(words.lines().last().unwrap_or("it gave no reason").to_owned()))
    }

    /// Puts the whole film in its place.
    pub fn finish(mut self, path: &Path) -> Result<(), Mp4Error> {
        self.end()?;
        // Temporary files are for their owner alone; a film is a file like any other.
        let bytes = std::fs::File::open(&*self.file)?;
        let mut pending = driftscope_base::files::Pending::begin(path)?;
        io::copy(&mut io::BufReader::new(bytes), &mut pending)?;
        Ok(pending.finish()?)
    }
}

impl Drop for Mp4Film {
    /// A film that is given up leaves no program behind.
    fn drop(&mut self) {
        self.pixels = None;
        if let Ok(None) = self.ffmpeg.try_wait() {
            // Whether it could still be stopped makes no difference to anybody.
            let _ = self.ffmpeg.kill();
            let _ = self.ffmpeg.wait();
        }
    }
}
