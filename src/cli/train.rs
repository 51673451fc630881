//! `driftscope train`: a network for a distribution.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::network::{ComputeDevice, GradientMethod, LossRef, TrainingSettings};
use driftscope_study::scene::parameters::Settings;
use driftscope_study::scene::{Data, Scene};
use driftscope_study::work::{Dispatcher, News, ThreadCrew, Word};
use driftscope_study::{
    Product, SavedTraining, Store, Task, TrainingSpec, TrainingState, TrainingStatus,
};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::complain;
use super::scene_args::SceneArgs;
use super::table::{check_writable, is_stream, save};

/// Ctrl-C is heard within this.
const LOOK: Duration = Duration::from_millis(100);

/// Train a network by flow matching and save it as safetensors.
///
/// Ctrl-C ends the training early and saves what there is. Every few seconds what it can be gone on with is written
/// beside the model, as OUT.training, until it has ended: after a break, the same command with --continue goes on
/// from there, to the network that would have come without the break.
#[derive(Args, Debug)]
pub struct Train {
    /// The distribution, such as two-moons; or name a scene or settings that have one. Every setting of a
    /// training is one of a scene as well: `--set training.prediction=noise`, or the [training] of a file.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["scene", "set"], conflicts_with = "scene")]
    data: Option<String>,
    #[command(flatten)]
    scene: SceneArgs,
    /// Where to write the model; `-` is standard output.
    #[arg(long, value_name = "MODEL.safetensors")]
    out: PathBuf,
    /// Go on from OUT.training, which a training of the same settings left that was broken off.
    #[arg(long = "continue")]
    goes_on: bool,
    /// The path to train on: linear, gvp or vp; the scene's if absent. A network serves all three.
    #[arg(long, value_parser = interpolant)]
    interpolant: Option<Interpolant>,
    #[arg(long, help = help("training.hidden"))]
    hidden: Option<usize>,
    #[arg(long, help = help("training.depth"))]
    depth: Option<usize>,
    #[arg(long, help = help("training.batch"))]
    batch: Option<usize>,
    #[arg(long, help = help("training.steps"))]
    steps: Option<u64>,
    #[arg(long, help = help("training.seconds"), conflicts_with = "steps", allow_negative_numbers = true)]
    seconds: Option<f64>,
    #[arg(long, help = help("training.learning_rate"), allow_negative_numbers = true)]
    lr: Option<f64>,
    #[arg(long, help = help("training.seed"))]
    seed: Option<u64>,
    #[arg(long, help = Scene::parameter("training.loss").about, value_name = "NAME", value_parser = losses())]
    loss: Option<LossRef>,
    /// What computes the gradient: fused code, or burn's automatic differentiation, which gives the
    /// same network up to rounding, later.
    #[arg(long, value_enum)]
    gradient: Option<Gradient>,
    /// Where burn computes if it does.
    #[arg(long, default_value_t = ComputeDevice::default())]
    device: ComputeDevice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Gradient {
    Fused,
    Autodiff,
}

/// What is given takes the place of what is there.
fn replace<T: Copy>(value: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *value = given;
    }
}

/// What a setting of a training means and may be.
fn help(key: &str) -> String {
    let parameter = Scene::parameter(key);
    format!("{} Allowed: {}", parameter.about, super::keys::allowed(parameter))
}

fn interpolant(name: &str) -> Result<Interpolant, String> {
    Interpolant::named(name)
        .ok_or_else(|| format!("one of {}", Interpolant::ALL.map(Interpolant::name).join(", ")))
}

/// Reads the name of a loss; the help lists those there are.
fn losses() -> impl TypedValueParser<Value = LossRef> {
    let choices = Scene::parameter("training.loss").choices().into_iter();
    let names = choices.map(|choice| PossibleValue::new(choice.name).help(choice.about));
    PossibleValuesParser::new(names)
        .map(|name| LossRef::named(&name).expect("one of the names that are allowed"))
}

impl Train {
    /// The scene whose training it is.
    fn scene(&self) -> Result<Scene> {
        let mut scene = Scene::to_train_on(self.scene.scene.as_deref(), &self.scene.set)?;
        if let Some(name) = &self.data {
            if let Some(other) = self.scene.set.iter().find(|set| set.starts_with("data.")) {
                bail!("--data {name} and --set {other}: only one of them can say what is learned");
            }
            scene.data = Data::named(toy(name)?.name);
        }
        if let Some(path) = self.interpolant {
            scene.interpolant.kind = path;
        }
        let TrainingSettings { hidden, depth, batch, steps, learning_rate, seed, loss, .. } =
            &mut scene.training;
        replace(hidden, self.hidden);
        replace(depth, self.depth);
        replace(batch, self.batch);
        replace(steps, self.steps);
        replace(learning_rate, self.lr);
        replace(seed, self.seed);
        replace(loss, self.loss);
        if self.seconds.is_some() {
            scene.training.seconds = self.seconds;
        } else if self.steps.is_some() {
            scene.training.seconds = None;
        }
        match self.gradient {
            None => {}
            Some(Gradient::Fused) => scene.training.gradient = GradientMethod::Fused,
            Some(Gradient::Autodiff) => {
                scene.training.gradient = GradientMethod::Autodiff(self.device);
            }
        }
        scene.check_to_train()?;
        Ok(scene)
    }

    pub fn run(&self) -> Result<ExitCode> {
        // Better to learn now than after the training that the file cannot be written.
        check_writable(&self.out)?;
        let mut spec = TrainingSpec::of_scene(&self.scene()?);
        spec.check()?;
        let unfinished = (!is_stream(&self.out)).then(|| unfinished(&self.out));
        if self.goes_on {
            let Some(file) = &unfinished else {
                bail!("--continue: what is written to a stream leaves nothing to go on from");
            };
            spec = rest(&spec, file)?;
        } else if let Some(file) = unfinished.as_deref().filter(|file| file.exists()) {
            complain(&format!(
                "{} is left of a training that was broken off: it is begun anew, as --continue is not given",
                file.display()
            ));
        }
        let spec = Box::new(spec);
        let store = Store::default();
        let (wake, woken) = channel();
        let work = Dispatcher::new(ThreadCrew::new(store.clone(), move || {
            // Nobody waits any more when the training is over.
            let _ = wake.send(());
        }));
        let steps = spec.settings.steps_made();
        let job = work.start(Task::Train(spec));
        let interrupted = Arc::new(AtomicBool::new(false));
        ctrlc::set_handler({
            let interrupted = Arc::clone(&interrupted);
            move || interrupted.store(true, Ordering::Relaxed)
        })
        .context("cannot listen for Ctrl-C")?;

        let style = "{bar:32} {pos}/{len} steps  {msg}  {elapsed} gone, {eta} left";
        let bar = ProgressBar::new(steps)
            .with_style(ProgressStyle::with_template(style).expect("a template that is tested"));
        let mut status = TrainingStatus::beginning(steps);
        while matches!(status.state, TrainingState::Running | TrainingState::Paused) {
            // Ctrl-C wakes nobody: it is looked for now and then.
            let _ = woken.recv_timeout(LOOK);
            if interrupted.load(Ordering::Relaxed) {
                work.tell(&job, Word::Stop);
            }
            while let Some(news) = work.news(&job) {
                match news {
                    News::Made(Product::Training(newest)) => status = newest,
                    News::Made(Product::Saved(saved)) => {
                        if let Some(file) = &unfinished {
                            keep_unfinished(&saved, file);
                        }
                    }
                    News::Failed(reason) => status.state = TrainingState::Failed(reason),
                    News::Made(_) | News::Progress(_) | News::Done => {}
                }
            }
            bar.set_length(status.steps);
            bar.set_position(status.steps_done);
            if let Some(loss) = status.loss {
                bar.set_message(format!("loss {loss:.4}"));
            }
        }
        bar.abandon();
        let ended = matches!(status.state, TrainingState::Finished);
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
        if let Some(file) = unfinished.filter(|_| ended) {
            // Most often there is none.
            let _ = std::fs::remove_file(file);
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

/// Where what a training can be gone on with is kept beside its model.
fn unfinished(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".training");
    name.into()
}

/// Writes it; a training does not end for want of it.
fn keep_unfinished(saved: &SavedTraining, file: &Path) {
    if let Err(error) = saved.save(file) {
        complain(&format!("{} cannot be written: {error}", file.display()));
    }
}

/// The rest of the training that left `file`, which must be of the same settings.
fn rest(wanted: &TrainingSpec, file: &Path) -> Result<TrainingSpec> {
    if !file.exists() {
        bail!("--continue: there is no {}", file.display());
    }
    let saved = SavedTraining::load(file).map_err(Error::msg)?;
    let rest = TrainingSpec::of_broken_off(saved);
    // Of a budget of time the steps are known since.
    let TrainingSettings { seconds, .. } = wanted.settings;
    let mut settings = wanted.settings.clone();
    if seconds.is_some() {
        (settings.seconds, settings.steps) = (None, rest.settings.steps);
    }
    let anew = TrainingSpec { settings, ..wanted.clone() };
    if (TrainingSpec { broken_off: None, ..rest.clone() }) != anew {
        bail!("--continue: {} is of a training with other settings", file.display());
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use driftscope_study::TrainingRequest;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        train: Train,
    }

    /// What a shell makes of a line.
    #[cfg(unix)]
    fn words(line: &str) -> Vec<String> {
        let script = format!("printf '%s\\n' {line}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[cfg(unix)]
    #[test]
    fn the_command_of_a_training_starts_the_same_training() {
        let request = |line: &str| {
            let scene = Line::parse_from(words(line)).train.scene().expect("allowed");
            TrainingRequest::of_scene(&scene).expect("data")
        };
        let mixture =
            "--set 'data.mixture=[{mean=[2,-0.1],std=0.3},{mean=[-1e-3,0],std=1,weight=0.7}]'";
        for data in ["--data rings", "--set data.name=rings", "--scene noise-to-data", mixture] {
            let losses = LossRef::all().map(|loss| format!("--gradient fused --loss {loss}"));
            let rests = [
                "--interpolant vp --gradient fused",
                "--gradient autodiff --seed 3",
                "--set training.prediction=noise --set training.stop_after=7 --gradient fused",
                "--set training.times=drawn --set 'training.times_density=[0, 1.5, 2]' --gradient fused",
                "--set training.objective=mean-flow --set training.activation=gelu-tanh --gradient fused",
            ];
            for rest in rests.map(str::to_owned).into_iter().chain(losses) {
                let line = format!("train {data} --out x --hidden 64 --batch 100 --lr 0.01 {rest}");
                let first = request(&line);
                let command = first.command();
                let line = format!("{} --out x", command.strip_prefix("driftscope ").unwrap());
                let again = request(&line);
                assert_eq!(again.settings, first.settings, "{command}");
                assert_eq!(command.contains("training.loss"), !first.settings.loss.is_usual());
                assert_eq!(again.data, first.data, "{command}");
                assert_eq!(again.interpolant, first.interpolant, "{command}");
                let fused = first.settings.gradient == GradientMethod::Fused;
                assert_eq!(fused, rest.contains("fused"));
                assert_eq!(first.data.mixture.is_some(), data == mixture);
            }
        }
        assert!(Line::try_parse_from(words("train --out x")).is_err(), "trained on what?");
        let both = "train --data rings --set data.name=rings --out x";
        assert!(Line::parse_from(words(both)).train.scene().is_err(), "which of the two?");
    }
}
