//! What a person asks for. Views push commands; only the window carries them out.

use std::path::PathBuf;
use std::sync::Arc;

use driftscope_study::export::code::Target;
use driftscope_study::own::Own;
use driftscope_study::scene::{Data, Scene, TimeList};
use driftscope_study::session::{Action, InspectedStep};

use eframe::egui::ColorImage;

use super::drawing::Drawing;
use super::lectern::LecternCommand;
use super::state::Look;

/// One wish.
#[derive(Clone, Debug)]
pub enum Command {
    /// Do this to the session.
    Act(Action),
    /// Light this particle in every pane, while the pointer is over it.
    Hover(Option<usize>),
    /// Take this step of the pinned particle apart, and show the moment where it stands; or none to stop.
    Inspect(Option<InspectedStep>),
    /// Go to the next (1) or previous (−1) step of the solver, and pause.
    Step(i32),
    /// On with the lesson (1), of which the answer comes before the next step, or back (−1); nothing where
    /// there is no further one.
    Turn(i32),
    /// Begin to write a lesson.
    WriteLesson,
    /// Show the lesson that is being written as the class sees it, or write on.
    ToggleTrial,
    /// In front of a class.
    Lectern(LecternCommand),
    /// Fit the stage to data and noise.
    ResetView,
    /// Take the drawing tools in hand, set them, or put them away.
    Drawing(Drawing),
    /// Let data of one's own be sampled.
    Data {
        /// The data.
        data: Box<Data>,
        /// What it is taken back with.
        joins: Joins,
    },
    /// Let the steps go through these numbers, which are what the schedule's menu says.
    Times(Own<TimeList>),
    /// Change how the window looks.
    Look(Look),
    /// Let the stage have the whole screen, or give the panels back.
    ToggleStageAlone,
    /// Full screen or a window.
    ToggleFullScreen,
    /// Larger type for projecting.
    TogglePresenter,
    /// The field that finds everything by its name.
    ToggleFinder,
    /// Show the page of the error laboratory of this title.
    TurnTo(&'static str),
    /// The keyboard map.
    ToggleHelp,
    /// Shows the address and its code, or puts them away.
    ToggleShare,
    /// The schedule of the steps on the stage.
    ToggleSchedule,
    /// The conditional lens on the stage.
    ToggleLens,
    /// The formulas in force, beside the stage.
    ToggleFormula,
    /// How the network that was trained elsewhere is read.
    ToggleReading,
    /// Go on as the window asked when it opened, or not.
    Notice {
        /// Whether to go on.
        accepted: bool,
    },
    /// Put the caption of a demonstration away.
    DismissCaption,
    /// Ask for a file, or use the one that was chosen.
    File(FileCommand),
    /// Copy the scene as a link.
    CopyLink,
    /// Copy a script for this library that samples the pane.
    CopyCode(&'static Target),
    /// Ask for what the clipboard holds.
    AskPaste,
    /// Take this text, which was pasted.
    Paste(String),
    /// Take this picture, which was pasted.
    PastePicture(Arc<ColorImage>),
}

/// What a change is taken back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joins {
    /// Nothing: it is one step of its own.
    Nothing,
    /// The change before.
    Last,
    /// The change before, if that was a moment ago.
    Recent,
}

impl Command {
    /// Data of one's own, in one step.
    #[must_use]
    pub fn data(data: Data) -> Self {
        Self::Data { data: Box::new(data), joins: Joins::Nothing }
    }

    /// Show this share of the run, 0 to 1.
    #[must_use]
    pub fn seek(progress: f64) -> Self {
        Self::Act(Action::Seek { progress })
    }

    /// Let the settings of a pane, which were `before`, become those of `after`: a control was moved.
    #[must_use]
    pub fn set(pane: usize, before: &Scene, after: &Scene) -> Self {
        Self::Act(Action::Set { pane, changes: before.changes_to(after), continues: false })
    }

    /// Let the settings of the whole scene, which were `before`, become those of `after`.
    #[must_use]
    pub fn set_whole(before: &Scene, after: &Scene) -> Self {
        Self::Act(Action::SetWhole { changes: before.changes_to(after), continues: false })
    }
}

/// What a file is opened as, where that is not what files of its kind usually are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenAs {
    /// The network that the learned field is pushed away from.
    BadModel,
    /// Points that particles come from.
    Source,
}

/// What to do with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileCommand {
    /// Ask which scene to open.
    AskOpenScene,
    /// Ask which lesson to open.
    AskOpenLesson,
    /// Ask where to save the lesson that is being written.
    AskSaveLesson,
    /// Ask which data to open.
    AskOpenData,
    /// Ask where to save the scene.
    AskSaveScene,
    /// Ask which model to open.
    AskOpenModel,
    /// Ask which model to open as what a field is pushed away from.
    AskOpenBadModel,
    /// Ask which points to open as the source.
    AskOpenSource,
    /// Ask which tableau to open.
    AskOpenTableau,
    /// Ask which schedule to open.
    AskOpenTimes,
    /// Ask where to save the model.
    AskSaveModel,
    /// Ask where to save a picture of the stage.
    AskSavePicture,
    /// Ask where to save a film of the stage.
    AskSaveFilm,
    /// Ask where to save a handout of what is on screen.
    AskSaveHandout,
    /// Ask where to save a handout of the lesson.
    AskSaveLessonHandout,
    /// Ask where to save numbers.
    AskSaveNumbers {
        /// What they are called.
        name: String,
        /// The file; none where there are no numbers.
        csv: Option<Vec<u8>>,
    },
    /// Save a picture of the stage here.
    SavePicture(PathBuf),
    /// Save a film of the stage here.
    SaveFilm(PathBuf),
    /// Save a handout of what is on screen here.
    SaveHandout(PathBuf),
    /// Save a handout of the lesson that is open here.
    SaveLessonHandout(PathBuf),
    /// Save the numbers that were asked about here.
    SaveNumbers(PathBuf),
    /// Open a scene, a lesson, a tableau, a schedule, a model or data, whichever the file holds.
    Open(PathBuf),
    /// Open a file as this.
    OpenAs(OpenAs, PathBuf),
    /// Open a schedule.
    OpenTimes(PathBuf),
    /// Save the scene here.
    SaveScene(PathBuf),
    /// Save the lesson that is being written here.
    SaveLesson(PathBuf),
    /// Save the model here.
    SaveModel(PathBuf),
}

/// Wishes of one frame, in order.
pub type Commands = Vec<Command>;
