//! What the window is opened with.

use driftscope_study::clock::Instant;
use driftscope_study::lesson::Lesson;
use driftscope_study::scene::Scene;
use driftscope_study::session::Mode;

use super::device::DeviceLoss;
use super::palette::Theme;
use super::remembered::Remembered;
use super::screenshot::Screenshot;

/// How the window opens.
#[derive(Debug, Default)]
pub struct Launch {
    /// Whether the stage has the window for itself, without panels.
    pub stage_alone: bool,
    /// Where the window is part of another page, the settings whose knobs stand under the stage, by their keys.
    pub embedded: Option<Vec<&'static str>>,
    /// What it shows.
    pub scene: Scene,
    /// Whether it is asked at once how the scene's network is read.
    pub asks_reading: bool,
    /// A picture to take, after which it closes.
    pub screenshot: Option<Screenshot>,
    /// The theme it opens in.
    pub theme: Theme,
    /// The moment it shows, as a share of the run from 0 to 1, without playing; it plays if none.
    pub at: Option<f64>,
    /// A particle that is lit from the start.
    pub pin: Option<usize>,
    /// What it is for at first; as the scene suggests if none.
    pub mode: Option<Mode>,
    /// The page of the error laboratory that is open at first, by its title.
    pub page: Option<String>,
    /// A lesson that is open from the start, and its step, from 0.
    pub lesson: Option<(Lesson, usize)>,
    /// What is remembered from the start before; nothing is kept if none.
    pub remembered: Option<Remembered>,
    /// Whether files are asked for in the window even where the desktop has a dialog.
    pub own_dialogs: bool,
    /// When the program began, to tell how long the window takes to open.
    pub began: Option<Instant>,
    /// Why not all that was asked for is shown, to be said in the window.
    pub refused: Option<String>,
    /// Told when the graphics device is lost.
    pub loss: DeviceLoss,
}
