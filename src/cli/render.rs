//! `driftscope render`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use driftscope_study::lesson::{Lesson, Stand};

use super::looks::{Theme, share};
use super::scene_args::SceneArgs;
use crate::app::offscreen::{Moments, Offscreen, Order, View, check_lesson, save};
use crate::app::palette;
use crate::app::picture::Format;

/// Longest side of a picture, in pixels.
const LONGEST: f32 = 16_384.0;
/// Most pixels of a picture, in millions.
const MOST_MEGAPIXELS: f32 = 134.0;
/// Most frames of a film.
const MOST_FRAMES: f64 = 100_000.0;
/// Frames a second if not said otherwise.
const FPS: u32 = 30;
/// How long a film lasts if not said otherwise, in seconds.
const SECONDS: f64 = 4.0;

/// Draw a scene into a file: a picture, a film, or a plot's or card's numbers.
///
/// No window, display or graphics card is needed, and the same scene gives the same bytes every time.
/// Every file holds the scene that it shows, so that `--scene F.png` opens it again.
#[derive(Args, Debug)]
pub struct Render {
    #[command(flatten)]
    scene: SceneArgs,
    /// Draw a step of a lesson: a bundled one by name, or a lesson file. The whole window if no view is given.
    #[arg(long, value_name = "NAME|FILE.toml", conflicts_with_all = ["scene", "set"])]
    lesson: Option<String>,
    /// The step of the lesson, counted from 1.
    #[arg(long, value_name = "STEP", requires = "lesson", default_value_t = 1)]
    step: usize,
    /// The file: .png or .svg for a picture, .gif, .apng, .webp or .mp4 for a film, or a pattern such as
    /// frames/%04d.png for a picture of every frame.
    #[arg(long, value_name = "FILE", required_unless_present = "data")]
    out: Option<PathBuf>,
    /// The moment of a picture, as a share of the run from 0 to 1 [default: 1].
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with_all = ["from", "to", "fps", "seconds"])]
    at: Option<f64>,
    /// The first moment of a film, as a share of the run [default: 0].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    from: Option<f64>,
    /// The last moment of a film, as a share of the run [default: 1].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    to: Option<f64>,
    /// Frames a second [default: 30].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=240))]
    fps: Option<u32>,
    /// How long a film lasts [default: 4].
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Width and height in points; pixels are points times --scale [default: as suits the view].
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<[f32; 2]>,
    /// Pixels per point.
    #[arg(long, default_value_t = 1.0)]
    scale: f32,
    /// The theme.
    #[arg(long, value_enum, default_value = "dark")]
    theme: Theme,
    /// What is drawn: stage, pane N, plot NAME, card NAME or window [default: stage].
    #[arg(long, value_name = "VIEW", num_args = 1..=2)]
    view: Vec<String>,
    /// Put the settings in two lines below the picture.
    #[arg(long)]
    caption: bool,
    /// Write the plot's or card's numbers to this file, as CSV.
    #[arg(long, value_name = "F.csv")]
    data: Option<PathBuf>,
}

fn size(text: &str) -> Result<[f32; 2], String> {
    let parse = |side: &str| side.parse::<f32>().ok().filter(|s| (16.0..=LONGEST).contains(s));
    text.split_once('x')
        .and_then(|(width, height)| Some([parse(width)?, parse(height)?]))
        .ok_or_else(|| "write WIDTHxHEIGHT, each from 16 to 16384, such as 1280x720".into())
}

impl Render {
    /// Draws what is asked for.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let lesson = self.lesson()?;
        let stand = match &lesson {
            Some((lesson, step)) => lesson.stand(*step)?,
            None => Stand { scene: self.scene.scene()?, ..Stand::default() },
        };
        let scene = stand.scene.clone();
        let view = self.view(scene.pane_count())?;
        let size = self.size.unwrap_or_else(|| view.usual_size());
        self.check_pixels(size)?;
        let named = matches!(view, View::Plot(_) | View::Card(_));
        ensure!(
            self.data.is_none() || named,
            "--data writes the numbers of a plot or a card: give --view plot NAME or --view card NAME"
        );
        let at = self.at.or(stand.at);
        let moments = self.out.as_ref().map(|out| self.moments(out, at)).transpose()?;
        let theme = palette::Theme::from(self.theme);
        let order = Order { scene, view, size, scale: self.scale, theme, caption: self.caption };
        let mut views = match &lesson {
            Some((lesson, step)) => {
                Offscreen::standing(order, None, (&stand, Some((lesson, *step))))
                    .map_err(anyhow::Error::msg)?
            }
            None => Offscreen::new(order, None),
        };
        if let (Some(out), Some(moments)) = (&self.out, moments) {
            save(&mut views, out, moments, &mut |_| true)?;
        } else {
            let settled = views.settle(at.unwrap_or(1.0), &mut || false);
            settled.map_err(anyhow::Error::msg)?;
        }
        if let Some(path) = &self.data {
            let table = views.numbers().filter(|table| !table.is_empty());
            let table = table.with_context(|| {
                format!("{} shows no numbers of this scene", self.view.join(" "))
            })?;
            driftscope_base::files::write_atomically(path, &table.to_csv())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn check_pixels(&self, size: [f32; 2]) -> anyhow::Result<()> {
        ensure!(
            (0.25..=16.0).contains(&self.scale),
            "--scale {} is not allowed: from 0.25 to 16 pixels per point",
            self.scale
        );
        let [width, height] = size.map(|side| (side * self.scale).round());
        ensure!(
            width.max(height) <= LONGEST && width * height <= 1e6 * MOST_MEGAPIXELS,
            "{width}x{height} pixels are too many: at most {LONGEST} a side and {MOST_MEGAPIXELS} million together"
        );
        ensure!(width >= 1.0 && height >= 1.0, "{width}x{height} pixels are no picture");
        Ok(())
    }

    /// The lesson, and its step, from 0.
    fn lesson(&self) -> anyhow::Result<Option<(Lesson, usize)>> {
        let Some(name) = &self.lesson else { return Ok(None) };
        let lesson = Lesson::named(name)?;
        check_lesson(&lesson).map_err(|why| anyhow::anyhow!("{name}, {why}"))?;
        let count = lesson.steps.len();
        ensure!(
            (1..=count).contains(&self.step),
            "--step {} is not allowed: {name} has the steps 1 to {count}",
            self.step
        );
        Ok(Some((lesson, self.step - 1)))
    }

    /// What is drawn of a scene with so many panes.
    fn view(&self, panes: usize) -> anyhow::Result<View> {
        let words: Vec<&str> = self.view.iter().flat_map(|part| part.split_whitespace()).collect();
        Ok(match words[..] {
            [] if self.lesson.is_some() => View::Window,
            [] | ["stage"] => View::Stage,
            ["window"] => View::Window,
            ["pane", number] => {
                let found = number.parse::<usize>().ok().filter(|n| (1..=panes).contains(n));
                match found {
                    Some(number) => View::Pane(number - 1),
                    None => bail!("--view pane {number}: this scene has the panes 1 to {panes}"),
                }
            }
            ["plot", name] => View::plot(name).map_err(anyhow::Error::msg)?,
            ["card", name] => View::card(name).map_err(anyhow::Error::msg)?,
            _ => bail!(
                "--view {} is not known: stage, pane N, plot NAME, card NAME or window",
                self.view.join(" ")
            ),
        })
    }

    /// Which moments the file shows.
    fn moments(&self, out: &Path, at: Option<f64>) -> anyhow::Result<Moments> {
        let format = Format::of(out)?;
        let asked = self.from.is_some() || self.to.is_some() || self.seconds.is_some();
        let film = asked || self.fps.is_some();
        if !film && (self.at.is_some() || !format.is_film()) {
            return Ok(Moments::One(at.unwrap_or(1.0)));
        }
        let (fps, seconds) = (self.fps.unwrap_or(FPS), self.seconds.unwrap_or(SECONDS));
        let frames = (f64::from(fps) * seconds).round();
        ensure!(
            (1.0..=MOST_FRAMES).contains(&frames),
            "--seconds {seconds} at {fps} frames a second is not allowed: from 1 to {MOST_FRAMES} frames"
        );
        let (from, to) = (self.from.unwrap_or(0.0), self.to.unwrap_or(1.0));
        Ok(Moments::Film { from, to, fps, frames: frames as u32 })
    }
}
