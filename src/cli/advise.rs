//! `driftscope advise`: which setting to use.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_study::export::code::Target;
use driftscope_study::lab::{Advice, Goal, Tried, advise, sweep_ode};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::code::targets;
use super::output::print;
use super::scene_args::SceneArgs;

/// Find the cheapest method and setting that reach a target.
///
/// All methods without noise are tried on the scene's field, in double precision, the cheap settings of each
/// first: 1 to 512 fixed steps on the scene's own grid, or rtol from 1e-1 to 1e-11 with atol = rtol/1000. What
/// costs more than the answer is not solved, and a setting that its first particles rule out is not given the
/// others. Prints the answer, its runners-up among the other methods, the Pareto line of all that was tried, and the
/// settings of the answer for `--set`.
#[derive(Args, Debug)]
pub struct Advise {
    #[command(flatten)]
    scene: SceneArgs,
    /// Reach a global error of at most this: RMS distance of 200 particles from DOP853 at 1e-12.
    #[arg(long, value_name = "ERROR", value_parser = error, required_unless_present = "distance")]
    target: Option<f64>,
    /// Reach a sliced W2 distance of 1,000 particles to the data of at most so many times its floor.
    #[arg(long, value_name = "TIMES", value_parser = times, conflicts_with = "target")]
    distance: Option<f64>,
    /// Print JSON instead of tables.
    #[arg(long, conflicts_with = "target_library")]
    json: bool,
    /// Print a script that samples the scene so with this library, instead of tables.
    #[arg(long = "for", id = "target_library", value_name = "LIBRARY", value_parser = targets())]
    library: Option<&'static Target>,
}

fn error(text: &str) -> Result<f64, String> {
    let value = text.trim().parse::<f64>().ok().filter(|value| (1e-12..=1e3).contains(value));
    value.ok_or_else(|| "an error from 1e-12 to 1000".into())
}

fn times(text: &str) -> Result<f64, String> {
    let value = text.trim().parse::<f64>().ok().filter(|value| (1.0..=1e3).contains(value));
    value.ok_or_else(|| "a multiple of the floor from 1 to 1000".into())
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    best: Row,
    runners_up: Vec<Row>,
    pareto: Vec<Row>,
    settings: &'a [String],
    tried: usize,
    evaluations: f64,
}

/// A setting that was tried.
#[derive(Serialize)]
struct Row {
    method: &'static str,
    setting: String,
    nfe: f64,
    error: f64,
    particles: usize,
}

impl Row {
    fn of(tried: &Tried) -> Self {
        Self {
            method: tried.method.get().name,
            setting: tried.setting.to_string(),
            nfe: tried.nfe,
            error: tried.error,
            particles: tried.particles,
        }
    }

    fn all(tried: &[&Tried]) -> Vec<Self> {
        tried.iter().map(|tried| Self::of(tried)).collect()
    }
}

impl Advise {
    pub fn run(&self) -> Result<ExitCode> {
        let scene = self.scene.scene()?.pane(0);
        let experiment = sweep_ode(&scene, &Networks::default())?;
        let goal = match (self.target, self.distance) {
            (_, Some(times)) => Goal::Distance(times),
            (target, None) => Goal::Global(target.context("--target ERROR is missing")?),
        };
        let advice = sought(&experiment, goal)?;
        let Some(best) = advice.best() else { bail!(none_reaches(goal, &advice)) };
        let advised = best.setting.of(&scene, best.method);
        if let Some(library) = self.library {
            let experiment = Experiment::new(&std::sync::Arc::new(advised), &Networks::default())?;
            print(library.script(&experiment, None).as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        let settings = settings(&scene, &advised);
        let text = if self.json {
            let answer = Answer {
                best: Row::of(best),
                runners_up: Row::all(&advice.runners_up()),
                pareto: Row::all(&advice.pareto()),
                settings: &settings,
                tried: advice.tried.len(),
                evaluations: advice.evaluations,
            };
            serde_json::to_string_pretty(&answer)? + "\n"
        } else {
            report(goal, &advice, best, &settings)
        };
        print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The search, with a bar on standard error.
fn sought(experiment: &Experiment, goal: Goal) -> Result<Advice> {
    let cancel = Cancel::default();
    ctrlc::set_handler({
        let cancel = cancel.clone();
        move || cancel.raise()
    })
    .context("cannot listen for Ctrl-C")?;
    let style = ProgressStyle::with_template("{spinner} {pos} settings tried  {msg}  {elapsed}")
        .expect("a template that is tested");
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    let methods: Vec<MethodRef> = MethodRef::of_odes().collect();
    let found = advise(experiment, &methods, (goal, goal.particles()), &cancel, |advice, _| {
        bar.set_position(advice.tried.len() as u64);
        if let Some(best) = advice.best() {
            bar.set_message(format!("{} {}", best.method.get().name, best.setting));
        }
    });
    bar.finish_and_clear();
    if cancel.check().is_err() {
        bail!("stopped before an answer was found");
    }
    Ok(found?)
}

/// What is changed for the scene to be sampled so, as it is written behind `--set`.
fn settings(scene: &Scene, advised: &Scene) -> Vec<String> {
    scene.changes_to(advised).iter().map(ToString::to_string).collect()
}

fn words(goal: Goal) -> (String, &'static str) {
    match goal {
        Goal::Global(error) => (format!("a global error of at most {error:e}"), "global error"),
        Goal::Distance(times) => (
            format!("a sliced W2 distance to the data of at most {times} times its floor"),
            "times the floor",
        ),
    }
}

fn none_reaches(goal: Goal, advice: &Advice) -> String {
    let whole = advice.tried.iter().filter(|tried| tried.error.is_finite());
    let nearest = whole.min_by(|a, b| a.error.total_cmp(&b.error));
    let nearest = nearest.map_or_else(String::new, |tried| {
        let Tried { method, setting, error, .. } = tried;
        format!("; the nearest, {} with {setting}, comes to {error:.2e}", method.get().name)
    });
    format!("no method reaches {}{nearest}", words(goal).0)
}

fn report(goal: Goal, advice: &Advice, best: &Tried, settings: &[String]) -> String {
    let (wanted, quantity) = words(goal);
    let row = |place: &str, tried: &Tried| {
        let Tried { method, setting, nfe, error, .. } = tried;
        format!("| {place} | {} | {setting} | {nfe:.1} | {error:.2e} |\n", method.get().name)
    };
    let mut text = format!("The cheapest that reaches {wanted}:\n\n");
    text.extend(["| | method | setting | evaluations | ", quantity, " |\n"]);
    text += "| --- | --- | --- | --- | --- |\n";
    text += &row("best", best);
    text.extend(advice.runners_up().into_iter().map(|tried| row("runner-up", tried)));
    text.extend(advice.pareto().into_iter().map(|tried| {
        let whole =
            tried.reaches || !advice.tried.iter().any(|other| other.particles > tried.particles);
        row(if whole { "Pareto line" } else { "Pareto line, of some particles" }, tried)
    }));
    let tried = format!(
        "\n{} settings were tried with {:.3e} evaluations of the field.\n",
        advice.tried.len(),
        advice.evaluations
    );
    let all = settings.iter().map(|setting| format!(" --set {setting}"));
    let all = all.collect::<String>();
    let use_it = match settings {
        [] => "The scene has these settings already.\n".to_owned(),
        _ => format!("To use it:{all}\n"),
    };
    text + &tried + &use_it
}
