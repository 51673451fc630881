//! What a person asks for. Views push commands; only the window carries them out.

use std::path::PathBuf;

use driftscope_flow::network::TrainingSettings;
use driftscope_study::scene::Scene;

use super::state::{ByHand, Look, Mode};

/// One wish.
#[derive(Clone, Debug)]
pub enum Command {
    /// Show this scene: a control was moved.
    Edit(Box<Scene>),
    /// Show the selected pane like this: one of its controls was moved.
    EditPane(Box<Scene>),
    /// Put another sampler beside.
    AddPane,
    /// Take a pane away.
    RemovePane(usize),
    /// Let controls, plots and readings be about this pane.
    SelectPane(usize),
    /// Light this particle in every pane, while the pointer is over it.
    Hover(Option<usize>),
    /// Keep this particle lit, or no longer.
    Pin(Option<usize>),
    /// Take the pinned particle's steps apart: where one stands, or none to stop.
    ByHand(Option<ByHand>),
    /// Show another scene from its beginning, with its caption.
    Open(Box<Scene>),
    /// Take the last edit back.
    Undo,
    /// Play, or pause.
    TogglePlay,
    /// Go to the start of the run.
    Restart,
    /// Go to the next (1) or previous (−1) step of the solver, and pause.
    Step(i32),
    /// Go to this share of the run, 0 to 1.
    Seek(f64),
    /// Choose what the window is for.
    Mode(Mode),
    /// Fit the stage to data and noise.
    ResetView,
    /// Change how the window looks.
    Look(Look),
    /// Let the stage have the whole screen, or give the panels back.
    ToggleStageAlone,
    /// Full screen or a window.
    ToggleFullScreen,
    /// Larger type for projecting.
    TogglePresenter,
    /// The keyboard map.
    ToggleHelp,
    /// Put the caption of a demonstration away.
    DismissCaption,
    /// Ask for a file, or use the one that was chosen.
    File(FileCommand),
    /// Train.
    Train(TrainCommand),
}

/// What to do with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileCommand {
    /// Ask which scene to open.
    AskOpenScene,
    /// Ask where to save the scene.
    AskSaveScene,
    /// Ask which model to open.
    AskOpenModel,
    /// Ask where to save the trained model.
    AskSaveModel,
    /// Open a scene or a model, told apart by the name's ending.
    Open(PathBuf),
    /// Save the scene here.
    SaveScene(PathBuf),
    /// Save the trained model here.
    SaveModel(PathBuf),
}

/// What to do about a training.
#[derive(Clone, Debug)]
pub enum TrainCommand {
    /// Choose how the next training goes.
    Settings(Box<TrainingSettings>),
    /// Start one.
    Start,
    /// Pause it.
    Pause,
    /// Go on.
    Resume,
    /// End it; its weights stay in use.
    Stop,
    /// Forget it and its weights.
    Reset,
}

/// Wishes of one frame, in order.
pub type Commands = Vec<Command>;
