//! What the window shows. Views read it; only the window changes it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope_flow::network::TrainingSettings;
use driftscope_study::lab::Stability;
use driftscope_study::measure::DataDistance;
use driftscope_study::scene::Scene;
pub use driftscope_study::session::Mode;
use driftscope_study::{Networks, Recording, TrainingState, TrainingStatus};

use super::palette::{Palette, Room};
use super::playback::Playback;
use super::traces::Traces;

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
    /// Whether steps are being made.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.state == TrainingState::Running)
    }

    /// Whether a training has begun and neither ended nor failed.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.status.as_ref().is_some_and(|status| {
            matches!(status.state, TrainingState::Running | TrainingState::Paused)
        })
    }
}

/// Which panels are shown beside the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panels {
    /// Whether the controls are shown.
    pub controls: bool,
    /// Whether the plots are shown.
    pub plots: bool,
    /// Whether the stage has the window for itself, whatever else is shown otherwise.
    pub stage_alone: bool,
}

/// How the window looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The theme.
    pub room: Room,
    /// Larger type, for projecting.
    pub presenter: bool,
    /// Which panels are shown.
    pub panels: Panels,
    /// How much larger than usual everything is.
    pub zoom: f32,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            room: Room::default(),
            presenter: false,
            panels: Panels { controls: true, plots: true, stage_alone: false },
            zoom: 1.0,
        }
    }
}

/// One sampler at work: what it shows and what is asked of the engine.
pub struct PaneState {
    /// Tells it apart from every other pane there was or will be.
    pub key: u64,
    /// What it should show: the scene with the pane's own settings.
    pub scene: Arc<Scene>,
    /// The picture; none before the first one.
    pub shown: Option<Shown>,
    /// What the engine works on.
    pub solve: Option<Solve>,
    /// Why its scene cannot be shown; the last good picture stays.
    pub failure: Option<String>,
    /// The reference of what is shown, where something asks for it.
    pub reference: Option<Arc<Recording>>,
    /// The steps of the chosen particle in the complex plane; until they are known, those of the
    /// one before.
    pub chosen: Option<Arc<ChosenSteps>>,
}

/// The steps of a particle, held against the stability region of their method.
pub struct ChosenSteps {
    /// The id of the recording.
    pub recording: u64,
    /// The particle.
    pub particle: usize,
    /// Its steps, or why there are none.
    pub stability: Result<Stability, String>,
}

impl ChosenSteps {
    /// When they first leave the region, if they do.
    #[must_use]
    pub fn leaving(&self) -> Option<Leaving> {
        let t = self.stability.as_ref().ok()?.left_at?;
        Some(Leaving { particle: self.particle, t })
    }
}

/// The moment at which a particle's steps first leave the stability region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaving {
    /// The particle.
    pub particle: usize,
    /// The moment.
    pub t: f64,
}

impl PaneState {
    /// A pane that shows nothing yet.
    #[must_use]
    pub fn new(key: u64, scene: Scene) -> Self {
        Self {
            key,
            scene: Arc::new(scene),
            shown: None,
            solve: None,
            failure: None,
            reference: None,
            chosen: None,
        }
    }

    /// Whether the engine works on it, and for how long.
    #[must_use]
    pub fn solving(&self) -> Option<Duration> {
        self.solve.filter(|solve| !solve.done).map(|solve| solve.since.elapsed())
    }

    /// The recording on show.
    #[must_use]
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.shown.as_ref().map(|shown| &shown.recording)
    }

    /// When the chosen particle's steps in the recording on show first leave the stability region.
    /// Noisy steps are not those of the ODE: there is no such moment.
    #[must_use]
    pub fn leaving(&self) -> Option<Leaving> {
        let (chosen, recording) = (self.chosen.as_ref()?, self.recording()?);
        let its_own = chosen.recording == recording.id && !recording.scene.is_stochastic();
        chosen.leaving().filter(|_| its_own)
    }
}

/// All that is shown.
pub struct State {
    /// What the controls say.
    pub scene: Arc<Scene>,
    /// The networks trained here, which scenes name.
    pub networks: Networks,
    /// One per pane of the scene, its own first. Only [`Self::visible`] ones are kept up to date.
    pub panes: Vec<PaneState>,
    /// The pane that controls, plots and readings are about.
    pub selected: usize,
    /// The particle under the pointer, the same in all panes.
    pub hovered: Option<usize>,
    /// The particle that stays lit.
    pub pinned: Option<usize>,
    /// The step being taken apart, while stepping through the pinned particle's run.
    pub by_hand: Option<ByHand>,
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
    /// How many panels the window has room for beside the stage.
    pub breadth: Breadth,
    /// Whether the keyboard map is open.
    pub help: bool,
    /// The t under the pointer in a plot, which the scrubber lights.
    pub hovered_time: Option<f64>,
    /// Whether anything can be taken back.
    pub can_undo: bool,
}

/// Where one stands while stepping by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// Which attempt of the particle.
    pub attempt: usize,
    /// How much of it has been shown: its stages one by one, then the answers, then the verdict.
    pub phase: usize,
}

/// How many panels a window has room for beside the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breadth {
    /// Controls and plots.
    #[default]
    Both,
    /// One of them.
    One,
}

impl State {
    /// Whether there is room for one panel only beside the stage.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.breadth == Breadth::One
    }

    /// A window that shows nothing yet.
    #[must_use]
    pub fn new(scene: Scene) -> Self {
        let first = PaneState::new(0, scene.pane(0));
        Self {
            caption: !scene.about.is_empty(),
            mode: if scene.panes.is_empty() { Mode::Explore } else { Mode::Compare },
            scene: Arc::new(scene),
            networks: Networks::default(),
            panes: vec![first],
            selected: 0,
            hovered: None,
            pinned: None,
            by_hand: None,
            playback: Playback::default(),
            training: Training { settings: TrainingSettings::default(), status: None },
            look: Look::default(),
            breadth: Breadth::Both,
            help: false,
            hovered_time: None,
            can_undo: false,
        }
    }

    /// The colours of the theme.
    #[must_use]
    pub fn palette(&self) -> &'static Palette {
        Palette::of(self.look.room)
    }

    /// The panels that are shown: those that should be, as far as there is room. Where there is too
    /// little, the plots make way; to the error laboratory, which is plots, the controls.
    #[must_use]
    pub fn panels(&self) -> Panels {
        let wished = self.look.panels;
        if !(self.is_narrow() && wished.controls && wished.plots) {
            return wished;
        }
        let laboratory = self.mode == Mode::Errors;
        Panels { controls: !laboratory, plots: laboratory, ..wished }
    }

    /// Whether the plots would be shown if there were room.
    #[must_use]
    pub fn plots_are_folded(&self) -> bool {
        self.look.panels.plots && !self.panels().plots
    }

    /// The look with the controls hidden, or shown; where there is room for one panel only, in
    /// place of the plots.
    #[must_use]
    pub fn with_controls_toggled(&self) -> Look {
        let shown = self.panels();
        let controls = !shown.controls;
        // In the laboratory, which is plots, the controls come only in place of them.
        let plots = match (self.is_narrow(), self.mode) {
            (true, Mode::Errors) => shown.plots && !controls,
            _ if controls => self.look.panels.plots,
            _ => shown.plots,
        };
        Look { panels: Panels { controls, plots, ..shown }, ..self.look }
    }

    /// The look with the plots hidden, or shown; where there is room for one panel only, in place
    /// of the controls.
    #[must_use]
    pub fn with_plots_toggled(&self) -> Look {
        let shown = self.panels();
        let plots = !shown.plots;
        let controls = if self.is_narrow() { !plots } else { shown.controls };
        Look { panels: Panels { controls, plots, ..shown }, ..self.look }
    }

    /// The panes on the stage: all side by side, or the scene's own alone.
    #[must_use]
    pub fn visible(&self) -> &[PaneState] {
        let count = if self.mode == Mode::Compare { self.panes.len() } else { 1 };
        &self.panes[..count.min(self.panes.len())]
    }

    /// The pane that controls, plots and readings are about.
    #[must_use]
    pub fn pane(&self) -> &PaneState {
        let last = self.visible().len() - 1;
        &self.panes[self.selected.min(last)]
    }

    /// The picture of the selected pane; none before the first one.
    #[must_use]
    pub fn shown(&self) -> Option<&Shown> {
        self.pane().shown.as_ref()
    }

    /// Why the selected pane's scene cannot be shown.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.pane().failure.as_deref()
    }

    /// Whether the engine works on the selected pane, and for how long.
    #[must_use]
    pub fn solving(&self) -> Option<Duration> {
        self.pane().solving()
    }

    /// The recording of the selected pane.
    #[must_use]
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.pane().recording()
    }

    /// The t that is shown.
    #[must_use]
    pub fn time(&self) -> Option<f64> {
        self.recording().map(|recording| self.playback.time(recording))
    }

    /// The particle whose steps are looked at closely: the pinned one, else the one under the
    /// pointer, else the first.
    #[must_use]
    pub fn chosen(&self) -> usize {
        let last = self.scene.particles.count.saturating_sub(1);
        self.pinned.or(self.hovered).unwrap_or(0).min(last)
    }

    /// The particle to light: the one under the pointer, else the pinned one.
    #[must_use]
    pub fn lit(&self) -> Option<usize> {
        self.hovered.or(self.pinned)
    }
}
