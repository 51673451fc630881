//! `driftscope train`: a network for a distribution.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::table::{check_writable, save};
use crate::data::{Toy, toy};
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
    /// Where to write the model; `-` is standard output.
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
    /// What computes the gradient: fused code, or burn's automatic differentiation, which gives the
    /// same network up to rounding, later.
    #[arg(long, value_enum, default_value_t = Gradient::Fused)]
    gradient: Gradient,
    /// Where burn computes if it does.
    #[arg(long, default_value_t = ComputeDevice::default())]
    device: ComputeDevice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Gradient {
    Fused,
    Autodiff,
}

fn interpolant(name: &str) -> Result<Interpolant, String> {
    Interpolant::named(name)
        .ok_or_else(|| format!("one of {}", Interpolant::ALL.map(Interpolant::name).join(", ")))
}

impl Train {
    fn request(&self, toy: &Toy) -> TrainingRequest {
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
            gradient: match self.gradient {
                Gradient::Fused => GradientMethod::Fused,
                Gradient::Autodiff => GradientMethod::Autodiff(self.device),
            },
            ..TrainingSettings::default()
        };
        TrainingRequest {
            name: toy.name.into(),
            mixture: Arc::new(toy.mixture()),
            interpolant: self.interpolant,
            settings,
        }
    }

    pub fn run(&self) -> Result<ExitCode> {
        let toy = toy(&self.data)?;
        // Better to learn now than after the training that the file cannot be written.
        check_writable(&self.out)?;
        let job = TrainingJob::start(self.request(toy), || {})?;
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
            save(&self.out, &model.to_bytes()?)?;
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        train: Train,
    }

    #[test]
    fn the_command_of_a_training_starts_the_same_training() {
        for gradient in ["fused", "autodiff"] {
            let words = "train --data rings --out x --hidden 64 --batch 100 --lr 0.01 --seed 3";
            let line = words.split(' ').chain(["--interpolant", "vp", "--gradient", gradient]);
            let request = |train: Train| train.request(toy(&train.data).unwrap());
            let first = request(Line::parse_from(line).train);
            let command = first.command();
            let rest = command.strip_prefix("driftscope ").unwrap();
            let again = request(Line::parse_from(rest.split(' ').chain(["--out", "x"])).train);
            assert_eq!(again.settings, first.settings, "{command}");
            assert_eq!((again.name, again.interpolant), (first.name, first.interpolant));
            let fused = first.settings.gradient == GradientMethod::Fused;
            assert_eq!(fused, gradient == "fused");
        }
    }
}
