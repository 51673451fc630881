//! What the window shows. Views read it; only the window changes it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::palette::Palette;
use super::playback::Playback;
use super::traces::Traces;
use crate::engine::{Recording, TrainingState, TrainingStatus};
use crate::measure::DataDistance;
use crate::network::TrainingSettings;
use crate::scene::Scene;

/// What the window is for at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Turn knobs and watch.
    #[default]
    Explore,
    /// Put several samplers side by side.
    Compare,
    /// Measure what the solver, the model and chance each get wrong.
    Errors,
    /// Train a network and watch it learn.
    Train,
}

impl Mode {
    /// Every mode, in the order of the bar and of the number keys.
    pub const ALL: [Self; 4] = [Self::Explore, Self::Compare, Self::Errors, Self::Train];

    /// The name in the bar.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Compare => "Compare",
            Self::Errors => "Errors",
            Self::Train => "Train",
        }
    }
}

/// A recording on show, with what the plots draw of it.
pub struct Shown {
    /// The recording, whole or in the making.
    pub recording: Arc<Recording>,
    /// Its steps, ready to be drawn.
    pub traces: Traces,
    /// Distance of its end points to the data, once measured.
    pub distance: Option<DataDistance>,
    /// Since when it is shown.
    pub since: Instant,
}

/// The newest request to the engine.
#[derive(Clone, Copy, Debug)]
pub struct Solve {
    /// Its id.
    pub id: u64,
    /// When it was made.
    pub since: Instant,
    /// Whether all of it has come, or it has failed.
    pub done: bool,
}

/// A training, as the views see it.
pub struct Training {
    /// How the next one goes.
    pub settings: TrainingSettings,
    /// Where the present one stands.
    pub status: Option<TrainingStatus>,
}

impl Training {
    /// Whether a training has begun and neither ended nor failed.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.status.as_ref().is_some_and(|status| {
            matches!(status.state, TrainingState::Running | TrainingState::Paused)
        })
    }
}

/// How the window looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// For a dark room, or for a bright one.
    pub dark: bool,
    /// Larger type, for projecting.
    pub presenter: bool,
}

/// All that is shown.
pub struct State {
    /// What the controls say.
    pub scene: Arc<Scene>,
    /// The picture; none before the first one.
    pub shown: Option<Shown>,
    /// What the engine works on.
    pub solve: Option<Solve>,
    /// Why the scene cannot be shown; the last good picture stays.
    pub failure: Option<String>,
    /// The moment shown.
    pub playback: Playback,
    /// What the window is for.
    pub mode: Mode,
    /// Training.
    pub training: Training,
    /// Whether the words of a demonstration are shown.
    pub caption: bool,
    /// How the window looks.
    pub look: Look,
    /// Whether the keyboard map is open.
    pub help: bool,
    /// The t under the pointer in a plot, which the scrubber lights.
    pub hovered_time: Option<f64>,
    /// Whether anything can be taken back.
    pub can_undo: bool,
}

impl State {
    /// A window that shows nothing yet.
    #[must_use]
    pub fn new(scene: Scene) -> Self {
        Self {
            caption: !scene.about.is_empty(),
            scene: Arc::new(scene),
            shown: None,
            solve: None,
            failure: None,
            playback: Playback::default(),
            mode: Mode::default(),
            training: Training { settings: TrainingSettings::default(), status: None },
            look: Look { dark: true, presenter: false },
            help: false,
            hovered_time: None,
            can_undo: false,
        }
    }

    /// The colours of the theme.
    #[must_use]
    pub fn palette(&self) -> &'static Palette {
        Palette::of(self.look.dark)
    }

    /// Whether the engine works on what the controls say, and for how long.
    #[must_use]
    pub fn solving(&self) -> Option<Duration> {
        self.solve.filter(|solve| !solve.done).map(|solve| solve.since.elapsed())
    }

    /// The recording on show.
    #[must_use]
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.shown.as_ref().map(|shown| &shown.recording)
    }

    /// The t that is shown.
    #[must_use]
    pub fn time(&self) -> Option<f64> {
        self.recording().map(|recording| self.playback.time(recording))
    }
}
