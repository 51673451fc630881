//! `driftscope code`: the sampling of a scene as a Python script.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use driftscope_flow::network::Model;
use driftscope_study::export::code::{MODEL_FILE, TARGETS, Target};
use driftscope_study::scene::{ModelName, Scene};
use driftscope_study::{Experiment, Networks, bundled_model};

use super::output::print;
use super::scene_args::SceneArgs;

/// Print a Python script that samples a scene with another library.
///
/// The script holds the exact field, or loads the network from the safetensors file that `--model` writes,
/// and solves with the scene's method, tolerances, grid, path and direction. What the library cannot do it
/// writes out as a loop or does the nearest to, and says so at its top. It prints the end points as CSV and
/// the evaluations on standard error; `--starts F.csv` gives it the starts of `driftscope sample --init F.csv`.
#[derive(Args, Debug)]
pub struct Code {
    #[command(flatten)]
    scene: SceneArgs,
    /// The library.
    #[arg(long = "for", value_name = "LIBRARY", value_parser = targets())]
    target: &'static Target,
    /// Write the scene's network here, in `PyTorch`'s layout; the script then loads it from there.
    #[arg(long, value_name = "F.safetensors")]
    model: Option<PathBuf>,
}

/// Reads the name of a target; the help lists those there are.
fn targets() -> impl TypedValueParser<Value = &'static Target> {
    let names = TARGETS.iter().map(|target| PossibleValue::new(target.name).help(target.title));
    PossibleValuesParser::new(names)
        .map(|name| Target::named(&name).expect("one of the names that are allowed"))
}

impl Code {
    pub fn run(&self) -> Result<ExitCode> {
        let scene = Arc::new(self.scene.scene()?);
        let experiment = Experiment::new(&scene, &Networks::default())?;
        let mut named = MODEL_FILE.to_owned();
        // Before the network is written.
        self.target.script(&experiment, &named)?;
        if let Some(path) = &self.model {
            ensure!(
                experiment.network.is_some(),
                "--model {}: the scene is solved without a network, so there is none to write",
                path.display()
            );
            network_of(&scene)?.save(path)?;
            named = path.display().to_string();
        }
        print(self.target.script(&experiment, &named)?.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The weights of a scene's network.
fn network_of(scene: &Scene) -> Result<Model> {
    match (&scene.field.model, scene.toy()) {
        (Some(ModelName::File(path)), _) => Ok(Model::load(path)?),
        (None, Some(toy)) => Ok(bundled_model(toy.name)?),
        // Neither a network of another window nor none passes the experiment.
        (named, _) => None.with_context(|| format!("no network {named:?} is here")),
    }
}
