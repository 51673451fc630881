//! What the window shows. Views read it; only the window changes it.

use std::ops::Deref;
use std::path::PathBuf;

use driftscope_study::ForeignWords;
use driftscope_study::scene::{ModelName, Scene, Unscored};
use driftscope_study::session::{Mode, Session};

use super::drawing::{self, Drawing, Tool};
use super::lectern::Lectern;
use super::lens;
use super::palette::{Palette, Theme};

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
    pub theme: Theme,
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
            theme: Theme::default(),
            presenter: false,
            panels: Panels { controls: true, plots: true, stage_alone: false },
            zoom: 1.0,
        }
    }
}

/// A window narrower than this, in points, has room for one panel only beside the stage.
const NARROW: f32 = 1000.0;
/// A window narrower than this, in points, has room for one thing at a time: a phone held upright.
const POCKET: f32 = 560.0;

/// How many panels a window has room for beside the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breadth {
    /// Controls and plots.
    #[default]
    Both,
    /// One of them.
    One,
    /// None: what is shown takes the place of the stage, under which the most used knobs stand.
    Pocket,
}

impl Breadth {
    /// That of a window of this width, in points.
    #[must_use]
    pub fn of(width: f32) -> Self {
        if width < POCKET {
            Self::Pocket
        } else if width < NARROW {
            Self::One
        } else {
            Self::Both
        }
    }
}

/// What the views are drawn for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// For a person at a window.
    #[default]
    Live,
    /// For a picture of the window, without what differs from run to run.
    Still,
    /// For a picture of a part of it, without what is there to be pressed.
    Figure,
}

/// Whether a dialog beside the stage is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialog {
    /// It is not.
    #[default]
    Closed,
    /// It is.
    Open,
}

impl Dialog {
    /// Whether it is there.
    #[must_use]
    pub fn is_open(self) -> bool {
        self == Self::Open
    }

    /// Opened if it is closed, and the other way round.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Closed => Self::Open,
            Self::Open => Self::Closed,
        }
    }
}

/// What is asked once, when the window opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Whether to be shown around.
    Tour,
    /// What becomes of the session that was interrupted.
    Interrupted,
}

/// All that is shown: a session, and how the window looks at it.
pub struct State {
    /// The document at work.
    pub session: Session,
    /// How the window looks.
    pub look: Look,
    /// How many panels the window has room for beside the stage.
    pub breadth: Breadth,
    /// The settings whose knobs stand with playback under a stage that is part of another page, by their keys;
    /// none if it is not.
    pub embedded: Option<Vec<&'static str>>,
    /// Whether the words of a demonstration are shown.
    pub caption: bool,
    /// Whether the keyboard map is open.
    pub help: Dialog,
    /// Whether the address is shown with its code.
    pub share: Dialog,
    /// The field that finds everything by its name.
    pub finder: Dialog,
    /// Whether the schedule lies on the stage.
    pub schedule: bool,
    /// The formulas beside the stage, in place of the plots.
    pub formula: Dialog,
    /// The dialog that asks how the network is read.
    pub reading: Dialog,
    /// What it is drawn for.
    pub purpose: Purpose,
    /// The t under the pointer in a plot, which the scrubber lights.
    pub hovered_time: Option<f64>,
    /// The drawing tools.
    pub drawing: Drawing,
    /// Whether the lesson that is being written is shown as the class sees it.
    pub trial: bool,
    /// What is asked since the window opened.
    pub notice: Option<Notice>,
    /// The report of what went wrong before that, if there is one.
    pub report: Option<PathBuf>,
    /// Steps made and steps in all of a training that was broken off then.
    pub broken_off: Option<[u64; 2]>,
    /// The files that were used last, the last one first.
    pub recent: Vec<PathBuf>,
    /// What a speaker has in hand.
    pub lectern: Lectern,
    /// How much larger everything is than it was chosen to be, for those who look from far.
    pub enlarged: f32,
}

/// Views read the session as they read the look.
impl Deref for State {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

impl State {
    /// Whether there is room for one panel only beside the stage, or for none.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.breadth != Breadth::Both
    }

    /// Whether there is room for one thing at a time.
    #[must_use]
    pub fn is_pocket(&self) -> bool {
        self.breadth == Breadth::Pocket
    }

    /// A window on a session, that shows nothing yet.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self {
            caption: !session.scene().about.is_empty(),
            session,
            look: Look::default(),
            breadth: Breadth::Both,
            embedded: None,
            help: Dialog::Closed,
            share: Dialog::Closed,
            finder: Dialog::Closed,
            schedule: false,
            formula: Dialog::default(),
            reading: Dialog::Closed,
            purpose: Purpose::Live,
            hovered_time: None,
            drawing: Drawing::default(),
            trial: false,
            notice: None,
            report: None,
            broken_off: None,
            recent: Vec::new(),
            lectern: Lectern::default(),
            enlarged: 1.0,
        }
    }

    /// What a step of a lesson begins with, whatever was hidden or laid open before: its words beside the stage, and
    /// nothing over it. Who has the stage alone has it on.
    pub fn begin_step(&mut self) {
        (self.look.panels.controls, self.look.panels.plots) = (true, true);
        (self.formula, self.reading) = (Dialog::Closed, Dialog::Closed);
        (self.schedule, self.drawing.open) = (false, false);
    }

    /// The network whose field the pane at work follows, in words, if it was trained elsewhere.
    #[must_use]
    pub fn foreign_words(&self) -> Option<&ForeignWords> {
        let recording = self.pane().recording()?;
        let same = recording.scene.field.model == self.pane().scene.field.model;
        recording.network.as_ref().filter(|_| same)
    }

    /// Why the field has no score in a scene that the pane at work may become, following the network that it
    /// follows; none if it has one, or if that is not known yet.
    #[must_use]
    pub fn unscored(&self, scene: &Scene) -> Option<Unscored> {
        scene.unscored(self.follows_pairs())
    }

    /// Why `scene`, which the pane at work may become, takes a score that its field does not have, if so.
    #[must_use]
    pub fn lacks_score(&self, scene: &Scene) -> Option<&'static str> {
        self.unscored(scene).filter(|_| scene.takes_score()).map(Unscored::sentence)
    }

    /// Whether the network that the pane at work follows learned from noise and data that were paired.
    fn follows_pairs(&self) -> bool {
        let model = &self.pane().scene.field.model;
        if let Some(ModelName::Trained(id)) = model {
            // Its picture may be that of the weights before.
            let model = self.networks().model(*id);
            return model.is_some_and(|model| model.description.settings.pairs_ends());
        }
        let shown = self.pane().recording();
        shown.is_some_and(|shown| shown.paired && shown.scene.field.model == *model)
    }

    /// The drawing tool in hand, if one is and there is something to draw on.
    #[must_use]
    pub fn tool(&self) -> Option<Tool> {
        (self.drawing.open && drawing::refused(self).is_none()).then_some(self.drawing.tool)
    }

    /// Whether the lens lies on the stage, or says why it shows nothing: nothing else is in hand there.
    #[must_use]
    pub fn uses_lens(&self) -> bool {
        let free = self.inspected().is_none() && self.tool().is_none();
        self.lens().is_some() && free && self.mode() != Mode::Errors
    }

    /// Whether it shows something.
    #[must_use]
    pub fn shows_lens(&self) -> bool {
        self.uses_lens() && lens::refused(self).is_none()
    }

    /// Whether panes stand side by side, each with its head.
    #[must_use]
    pub fn compares(&self) -> bool {
        match self.mode() {
            Mode::Compare => true,
            Mode::Lessons => self.scene().pane_count() > 1,
            Mode::Train => self.trains_several(),
            Mode::Explore | Mode::Errors => false,
        }
    }

    /// Whether networks are trained side by side.
    #[must_use]
    pub fn trains_several(&self) -> bool {
        self.mode() == Mode::Train && self.scene().trainings().count() > 1
    }

    /// Whether there can be panes beside the first: to compare, or for a lesson.
    #[must_use]
    pub fn offers_panes(&self) -> bool {
        self.mode() == Mode::Compare || self.trains_several() || self.recorder().is_some()
    }

    /// Whether the words of a demonstration are shown; a lesson has its own.
    #[must_use]
    pub fn is_captioned(&self) -> bool {
        self.caption && !self.scene().about.is_empty() && self.mode() != Mode::Lessons
    }

    /// The colours of the theme.
    #[must_use]
    pub fn palette(&self) -> &'static Palette {
        Palette::of(self.look.theme)
    }

    /// The panels that are shown: those that should be, as far as there is room. Where there is too
    /// little, the plots make way; to the error laboratory, which is plots, and to the dialog or the formulas in
    /// their place, the controls.
    #[must_use]
    pub fn panels(&self) -> Panels {
        let mut wished = self.look.panels;
        let instead = self.reading.is_open() || self.formula.is_open();
        wished.plots |= instead;
        if self.mode() == Mode::Lessons && self.recorder().is_none() {
            // A lesson says itself what stands beside the stage.
            return wished;
        }
        if !(self.is_narrow() && wished.controls && wished.plots) {
            return wished;
        }
        if self.is_pocket() {
            // Unless one of them was asked for, the stage is there.
            return Panels { controls: false, plots: instead, ..wished };
        }
        let laboratory = self.mode() == Mode::Errors || instead;
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
        if self.is_pocket() {
            return self.pocketed(controls, false);
        }
        // In the laboratory, which is plots, the controls come only in place of them.
        let plots = match (self.is_narrow(), self.mode()) {
            (true, Mode::Errors) => shown.plots && !controls,
            _ if controls => self.look.panels.plots,
            _ => shown.plots,
        };
        Look { panels: Panels { controls, plots, ..shown }, ..self.look }
    }

    /// The look with one panel in place of the stage, or none.
    fn pocketed(&self, controls: bool, plots: bool) -> Look {
        let both = !controls && !plots;
        let panels =
            Panels { controls: controls || both, plots: plots || both, ..self.look.panels };
        Look { panels, ..self.look }
    }

    /// The look with the plots hidden, or shown; where there is room for one panel only, in place
    /// of the controls.
    #[must_use]
    pub fn with_plots_toggled(&self) -> Look {
        let shown = self.panels();
        let plots = !shown.plots;
        if self.is_pocket() {
            return self.pocketed(false, plots);
        }
        // A lesson stays where it is.
        let instead = self.is_narrow() && self.mode() != Mode::Lessons;
        let controls = if instead { !plots } else { shown.controls };
        Look { panels: Panels { controls, plots, ..shown }, ..self.look }
    }
}
