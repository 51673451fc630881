//! `driftscope train`: a network for a distribution.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::data::toy;
use crate::engine::{TrainingJob, TrainingRequest, TrainingState};
use crate::interpolant::Interpolant;
use crate::network::{Architecture, ComputeDevice, GradientMethod, TrainingSettings};

/// Train a network by flow matching and save it as safetensors.
///
/// Ctrl-C ends the training early and saves what there is.
#[derive(Args, Debug)]
pub struct Train {
    /// The distribution, such as two-moons.
    #[arg(long, value_name = "NAME")]
    data: String,
    /// Where to write the model.
    #[arg(long, value_name = "MODEL.safetensors")]
    out: PathBuf,
    /// The path to train on: linear, gvp or vp. A network serves all three.
    #[arg(long, default_value = "linear", value_parser = interpolant)]
    interpolant: Interpolant,
    /// Units in each hidden layer.
    #[arg(long, default_value_t = Architecture::default().hidden)]
    hidden: usize,
    /// Hidden layers.
    #[arg(long, default_value_t = Architecture::default().depth)]
    depth: usize,
    /// Points in a batch.
    #[arg(long, default_value_t = TrainingSettings::default().batch)]
    batch: usize,
    /// Steps of the optimiser.
    #[arg(long, default_value_t = TrainingSettings::default().steps)]
    steps: u64,
    /// Highest learning rate.
    #[arg(long, default_value_t = TrainingSettings::default().learning_rate, allow_negative_numbers = true)]
    lr: f64,
    /// Equal seeds give equal networks.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Let burn's automatic differentiation compute the gradient, on this device, instead of the
    /// fused code: the same network up to rounding, later.
    #[arg(long)]
    device: Option<ComputeDevice>,
}

fn interpolant(name: &str) -> Result<Interpolant, String> {
    Interpolant::named(name)
        .ok_or_else(|| format!("one of {}", Interpolant::ALL.map(Interpolant::name).join(", ")))
}

impl Train {
    pub fn run(&self) -> Result<ExitCode> {
        let toy = toy(&self.data)?;
        // Better to learn now than after the training that the file cannot be written.
        crate::files::check_writable(&self.out)
            .with_context(|| format!("cannot write {}", self.out.display()))?;
        let settings = TrainingSettings {
            architecture: Architecture {
                hidden: self.hidden,
                depth: self.depth,
                ..Architecture::default()
            },
            batch: self.batch,
            steps: self.steps,
            learning_rate: self.lr,
            seed: self.seed,
            gradient: self.device.map_or(GradientMethod::Fused, GradientMethod::Autodiff),
            ..TrainingSettings::default()
        };
        let request = TrainingRequest {
            name: toy.name.into(),
            mixture: Arc::new(toy.mixture()),
            interpolant: self.interpolant,
            settings,
        };
        let job = TrainingJob::start(request, || {})?;
        let interrupted = Arc::new(AtomicBool::new(false));
        ctrlc::set_handler({
            let interrupted = Arc::clone(&interrupted);
            move || interrupted.store(true, Ordering::Relaxed)
        })
        .context("cannot listen for Ctrl-C")?;

        let style = "{bar:32} {pos}/{len} steps  {msg}  {elapsed} gone, {eta} left";
        let bar = ProgressBar::new(self.steps)
            .with_style(ProgressStyle::with_template(style).expect("a template that is tested"));
        while !job.wait(Duration::from_millis(100)) {
            if interrupted.load(Ordering::Relaxed) {
                job.stop();
            }
            let status = job.status();
            bar.set_position(status.steps_done);
            if let Some(loss) = status.loss {
                bar.set_message(format!("loss {loss:.4}"));
            }
        }
        bar.abandon();
        let status = job.status();
        if let Some(model) = job.model() {
            model.save(&self.out)?;
            let rate = status.steps_done as f64 / status.elapsed.as_secs_f64();
            let words = format!(
                "{} steps in {:.1} s ({rate:.0} steps/s), loss {:.4}: saved {}",
                status.steps_done,
                status.elapsed.as_secs_f64(),
                status.loss.unwrap_or(f32::NAN),
                self.out.display()
            );
            let _ = writeln!(std::io::stderr(), "{words}");
        }
        if let TrainingState::Failed(reason) = status.state {
            bail!("{reason}");
        }
        if job.model().is_none() {
            bail!("stopped before the first step was done: there is nothing to save");
        }
        Ok(ExitCode::SUCCESS)
    }
}
