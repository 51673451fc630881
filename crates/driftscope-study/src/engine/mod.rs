//! The engine: worker threads turn a Scene into a Recording and train networks. The newest
//! request wins, results arrive progressively, and the window never waits.

mod given_noise;
pub mod lab;
mod models;
mod priority;
mod probe;
mod process;
mod recording;
mod reference;
mod run;
pub mod starts;
mod step_by_step;
mod training;
mod worker;

pub use given_noise::{GivenNoise, GivenNoiseError, NoiseRow};
pub use models::{LoadedModel, bundled_model, model_of};
pub use probe::{Probe, Probed};
pub use recording::{Block, Recording, Spread};
pub use run::{DOUBLED, RunError, RunOptions, run, run_in_blocks};
pub use step_by_step::step_by_step;
pub use training::{TrainingJob, TrainingRequest, TrainingState, TrainingStatus, trainer};
pub use worker::{Engine, Update};
