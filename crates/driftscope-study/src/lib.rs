//! An experiment that needs no window.
//!
//! A [`scene::Scene`] says all that is shown. [`Experiment`] makes it ready, once; [`run()`] turns it into
//! a [`Recording`], [`export`] writes that to files, the [`lab`] and the [`measure`]s say what that is worth.

pub mod clock;
pub mod drawing;
mod experiment;
pub mod export;
mod followed;
pub mod formula;
mod given_noise;
pub mod lab;
pub mod lesson;
pub mod link;
pub mod measure;
mod mode;
mod networks;
pub mod own;
mod priority;
mod probe;
mod recording;
mod reference;
mod run;
pub mod scene;
pub mod session;
pub mod shared;
mod starts;
mod step_by_step;
mod store;
mod task;
mod training;
pub mod work;

pub use experiment::{Experiment, ExperimentError, Given};
pub use given_noise::{GivenNoise, GivenNoiseError, Ignored, NoiseRow};
pub use networks::{
    BundledNetwork, LoadedNetwork, NetworkError, NetworkFile, NetworkKind, Networks, SaveError,
    bundled_model, bundled_networks, fetch_bundled_by,
};
pub use probe::{Probe, Probed};
pub use recording::{Block, ForeignWords, Recording, Spread, fresh_id};
pub use run::{DOUBLED, RunError, RunOptions, Tiles, run, run_in_blocks};
pub use step_by_step::step_by_step;
pub use store::{RecordingRef, Store, UnknownRecording};
pub use task::{
    DATA_ENDINGS, MODEL_ENDING, Product, SCENE_ENDING, Share, ShareCourse, TIMES_ENDINGS, Task,
    TaskCourse, Training, TrainingSpec,
};
pub use training::{
    Quality, Round, SavedTraining, Snapshot, TrainingPairs, TrainingRequest, TrainingState,
    TrainingStatus, trainer,
};
