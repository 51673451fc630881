//! `driftscope train`: a network for a distribution.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::network::{
    Architecture, ComputeDevice, GradientMethod, LossRef, TrainingSettings,
};
use driftscope_study::scene::parameters::Settings;
use driftscope_study::scene::{Data, Scene};
use driftscope_study::work::{Dispatcher, News, ThreadCrew, Word};
use driftscope_study::{
    Product, Store, Task, TrainingRequest, TrainingSpec, TrainingState, TrainingStatus,
};
use indicatif::{ProgressBar, ProgressStyle};

use super::scene_args::SceneArgs;
use super::table::{check_writable, save};

/// Ctrl-C is heard within this.
const LOOK: Duration = Duration::from_millis(100);

/// Train a network by flow matching and save it as safetensors.
///
/// Ctrl-C ends the training early and saves what there is.
#[derive(Args, Debug)]
pub struct Train {
    /// The distribution, such as two-moons; or name a scene or settings that have one.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["scene", "set"], conflicts_with_all = ["scene", "set"])]
    data: Option<String>,
    #[command(flatten)]
    scene: SceneArgs,
    /// Where to write the model; `-` is standard output.
    #[arg(long, value_name = "MODEL.safetensors")]
    out: PathBuf,
    /// The path to train on: linear, gvp or vp; the scene's if absent. A network serves all three.
    #[arg(long, value_parser = interpolant)]
    interpolant: Option<Interpolant>,
    #[arg(long, help = help("training.hidden"), default_value_t = Architecture::default().hidden)]
    hidden: usize,
    #[arg(long, help = help("training.depth"), default_value_t = Architecture::default().depth)]
    depth: usize,
    #[arg(long, help = help("training.batch"), default_value_t = TrainingSettings::default().batch)]
    batch: usize,
    #[arg(long, help = help("training.steps"), default_value_t = TrainingSettings::default().steps)]
    steps: u64,
    #[arg(long, help = help("training.learning_rate"), default_value_t = TrainingSettings::default().learning_rate, allow_negative_numbers = true)]
    lr: f64,
    #[arg(long, help = help("training.seed"), default_value_t = TrainingSettings::default().seed)]
    seed: u64,
    #[arg(long, help = TrainingSettings::parameter("training.loss").about, value_name = "NAME", value_parser = losses(), default_value_t = LossRef::default())]
    loss: LossRef,
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

/// What a setting of a training means and may be.
fn help(key: &str) -> String {
    let parameter = TrainingSettings::parameter(key);
    format!("{} Allowed: {}", parameter.about, super::keys::allowed(parameter))
}

fn interpolant(name: &str) -> Result<Interpolant, String> {
    Interpolant::named(name)
        .ok_or_else(|| format!("one of {}", Interpolant::ALL.map(Interpolant::name).join(", ")))
}

/// Reads the name of a loss; the help lists those there are.
fn losses() -> impl TypedValueParser<Value = LossRef> {
    let choices = TrainingSettings::parameter("training.loss").choices().into_iter();
    let names = choices.map(|choice| PossibleValue::new(choice.name).help(choice.about));
    PossibleValuesParser::new(names)
        .map(|name| LossRef::named(&name).expect("one of the names that are allowed"))
}

impl Train {
    fn request(&self) -> Result<TrainingRequest> {
        let mut scene = Scene::to_train_on(self.scene.scene.as_deref(), &self.scene.set)?;
        if let Some(name) = &self.data {
            scene.data = Data::named(toy(name)?.name);
        }
        if let Some(path) = self.interpolant {
            scene.interpolant.kind = path;
        }
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
            loss: self.loss,
            gradient: match self.gradient {
                Gradient::Fused => GradientMethod::Fused,
                Gradient::Autodiff => GradientMethod::Autodiff(self.device),
            },
            ..TrainingSettings::default()
        };
        Ok(TrainingRequest::of_scene(&scene, settings)?)
    }

    pub fn run(&self) -> Result<ExitCode> {
        // Better to learn now than after the training that the file cannot be written.
        check_writable(&self.out)?;
        let TrainingRequest { data, interpolant, settings, .. } = self.request()?;
        let spec = TrainingSpec { data, interpolant, settings };
        spec.check()?;
        let store = Store::default();
        let (wake, woken) = channel();
        let work = Dispatcher::new(ThreadCrew::new(store.clone(), move || {
            // Nobody waits any more when the training is over.
            let _ = wake.send(());
        }));
        let job = work.start(Task::Train(spec));
        let interrupted = Arc::new(AtomicBool::new(false));
        ctrlc::set_handler({
            let interrupted = Arc::clone(&interrupted);
            move || interrupted.store(true, Ordering::Relaxed)
        })
        .context("cannot listen for Ctrl-C")?;

        let style = "{bar:32} {pos}/{len} steps  {msg}  {elapsed} gone, {eta} left";
        let bar = ProgressBar::new(self.steps)
            .with_style(ProgressStyle::with_template(style).expect("a template that is tested"));
        let mut status = TrainingStatus::beginning(self.steps);
        while matches!(status.state, TrainingState::Running | TrainingState::Paused) {
            // Ctrl-C wakes nobody: it is looked for now and then.
            let _ = woken.recv_timeout(LOOK);
            if interrupted.load(Ordering::Relaxed) {
                work.tell(&job, Word::Stop);
            }
            while let Some(news) = work.news(&job) {
                match news {
                    News::Made(Product::Training(newest)) => status = newest,
                    News::Failed(reason) => status.state = TrainingState::Failed(reason),
                    News::Made(_) | News::Progress(_) | News::Done => {}
                }
            }
            bar.set_position(status.steps_done);
            if let Some(loss) = status.loss {
                bar.set_message(format!("loss {loss:.4}"));
            }
        }
        bar.abandon();
        let model = status.network.and_then(|network| store.networks.model(network));
        if let Some(model) = &model {
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
        if model.is_none() {
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

    /// What a shell makes of a line.
    fn words(line: &str) -> Vec<String> {
        let script = format!("printf '%s\\n' {line}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[cfg(unix)]
    #[test]
    fn the_command_of_a_training_starts_the_same_training() {
        let mixture =
            "--set 'data.mixture=[{mean=[2,-0.1],std=0.3},{mean=[-1e-3,0],std=1,weight=0.7}]'";
        for data in ["--data rings", "--set data.name=rings", "--scene noise-to-data", mixture] {
            let losses = LossRef::all().map(|loss| format!("--gradient fused --loss {loss}"));
            let rests = ["--interpolant vp --gradient fused", "--gradient autodiff --seed 3"];
            for rest in rests.map(str::to_owned).into_iter().chain(losses) {
                let line = format!("train {data} --out x --hidden 64 --batch 100 --lr 0.01 {rest}");
                let first = Line::parse_from(words(&line)).train.request().unwrap();
                let command = first.command();
                let line = format!("{} --out x", command.strip_prefix("driftscope ").unwrap());
                let again = Line::parse_from(words(&line)).train.request().unwrap();
                assert_eq!(again.settings, first.settings, "{command}");
                assert_eq!(command.contains("--loss"), !first.settings.loss.is_usual());
                assert_eq!(again.data, first.data, "{command}");
                assert_eq!(again.interpolant, first.interpolant, "{command}");
                let fused = first.settings.gradient == GradientMethod::Fused;
                assert_eq!(fused, rest.contains("fused"));
                assert_eq!(first.data.mixture.is_some(), data == mixture);
            }
        }
        assert!(Line::try_parse_from(words("train --out x")).is_err(), "trained on what?");
        let both = "train --data rings --set data.name=rings --out x";
        assert!(Line::try_parse_from(words(both)).is_err(), "which of the two?");
    }
}
