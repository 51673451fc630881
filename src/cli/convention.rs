//! `driftscope convention`: whether a network of others is read as it was meant.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use driftscope_base::cancel::Cancel;
use driftscope_flow::network::Opened;
use driftscope_study::Networks;
use driftscope_study::lab::{Report, check_convention};
use driftscope_study::scene::ModelName;

use super::scene_args::SceneArgs;

/// Read a network of others in the likely ways (prediction, interpolant, time, scale) and say which fits
/// the data.
///
/// What the file does not say is supposed to be as in most such files, or given by `--set
/// field.reading.prediction=…` and the like. Each reading is compared with the exact velocities of the data; the nearest few and the one that the
/// file declares then carry 400 particles from noise to data. Prints one sentence, and the readings that
/// were sampled: how many floors their samples end from the data (sliced Wasserstein-2 distance over that
/// of two draws of the data), and the RMS error of their velocities as a share of the exact ones'. The
/// data are those of the scene: give `--set data.name=…` or `--set data.points=…`.
#[derive(Args, Debug)]
pub struct Check {
    /// The network, a .safetensors or .onnx file; the scene's own if absent.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    #[command(flatten)]
    scene: SceneArgs,
}

impl Check {
    pub fn run(&self) -> Result<ExitCode> {
        let cancel = Cancel::default();
        let mut settings = self.scene.set.clone();
        if let Some(model) = &self.model {
            // Data of one's own are exact unless their network is named.
            settings.push(format!("field.model={:?}", model.display().to_string()));
            settings.push("field.kind=learned".to_owned());
        }
        let scene = SceneArgs { set: settings, ..self.scene.clone() }.scene()?;
        scene.check()?;
        let Some(ModelName::File(path)) = scene.field.model.clone() else {
            bail!("name a network: --model F.safetensors or F.onnx");
        };
        let mut scene = scene;
        let (_, stated) = Opened::supposing(&path, &scene.field.reading)?;
        let given = std::mem::replace(&mut scene.field.reading, stated);
        let stated = &scene.field.reading;
        let supposed: Vec<String> = stated
            .all()
            .filter(|(key, _)| given.text(key).is_none())
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        let network = Networks::default().of(&scene)?;
        let network = network.as_ref().and_then(|network| network.as_foreign());
        let Some(model) = network else {
            bail!(
                "{}: it says itself how it is read, since this program trained it",
                path.display()
            );
        };
        let report = Report::new(&cancel, &|_, _| {});
        let found = check_convention(&scene, model, &report)?;
        let mut out = String::new();
        if !supposed.is_empty() {
            let words = supposed.join(", ");
            let _ = writeln!(out, "The file does not say all; supposed: {words}.");
        }
        let _ = write!(out, "{}\n\n", found.sentence());
        out.push_str(
            "| reading | floors from the data | error of the velocity |\n| --- | --- | --- |\n",
        );
        for (index, trial) in found.trials.iter().enumerate() {
            let mut words = if trial.changes.is_empty() {
                let stated = trial.convention.words();
                let stated: Vec<String> =
                    stated.iter().map(|(key, value)| format!("{key} = {value}")).collect();
                format!("as declared: {}", stated.join(", "))
            } else {
                trial.changes.clone()
            };
            if index == found.best && found.any_fits() {
                words.push_str(" (fits)");
            }
            let error = trial.velocity_error;
            let _ = writeln!(out, "| {words} | {:.2} | {error:.3} |", trial.floors());
        }
        super::output::print(out.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
