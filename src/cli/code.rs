//! `driftscope code`: the sampling of a scene as a Python script.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use driftscope_study::export::code::{TARGETS, Target};
use driftscope_study::{Experiment, Networks};

use super::output::print;
use super::scene_args::SceneArgs;

/// Print a Python script that samples a scene with another library.
///
/// The script holds the exact field, or loads the network from the file that `--model` writes, which for a
/// network of one's own is a copy of its file, and solves with the scene's method, tolerances, grid, path and direction. What the library cannot do it
/// writes out as a loop or does the nearest to, and says so at its top. It prints the end points as CSV and
/// the evaluations on standard error; `--starts F.csv` gives it the starts of `driftscope sample --init F.csv`.
#[derive(Args, Debug)]
pub struct Code {
    #[command(flatten)]
    scene: SceneArgs,
    /// The library.
    #[arg(long = "for", value_name = "LIBRARY", value_parser = targets())]
    target: &'static Target,
    /// Write the scene's network here, in `PyTorch`'s layout, or copy that of one's own; the script then loads
    /// it from there.
    #[arg(long, value_name = "F")]
    model: Option<PathBuf>,
}

/// Reads the name of a target; the help lists those there are.
pub(super) fn targets() -> impl TypedValueParser<Value = &'static Target> {
    let names = TARGETS.iter().map(|target| PossibleValue::new(target.name).help(target.title));
    PossibleValuesParser::new(names)
        .map(|name| Target::named(&name).expect("one of the names that are allowed"))
}

impl Code {
    pub fn run(&self) -> Result<ExitCode> {
        let scene = Arc::new(self.scene.scene()?);
        let experiment = Experiment::new(&scene, &Networks::default())?;
        if let Some(path) = &self.model {
            write_network(&experiment, path)?;
        }
        let named = self.model.as_ref().map(|path| path.display().to_string());
        print(self.target.script(&experiment, named.as_deref()).as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the network of an experiment: as it is if it was trained elsewhere.
fn write_network(experiment: &Experiment, path: &Path) -> Result<()> {
    let Some(network) = Networks::default().file_of(&experiment.scene)? else {
        bail!(
            "--model {}: the scene is solved without a network, so there is none to write",
            path.display()
        );
    };
    // A network that was just trained is not lost for its name.
    let bytes = network.bytes()?;
    if std::fs::read(path).is_ok_and(|there| there != bytes) {
        bail!(
            "--model {0}: the file is there already and is another; name a new one, or read this network by --set field.model={0}",
            path.display()
        );
    }
    Ok(network.save(path)?)
}
