//! The command line: the same engine without a window.

mod advise;
pub mod bench;
mod code;
mod convention;
mod data;
mod elsewhere;
mod field;
mod handout;
mod idle;
mod keys;
mod lesson;
mod likelihood;
mod link;
mod looks;
mod methods;
mod output;
mod render;
mod sample;
mod scene_args;
mod starts;
mod sweep;
mod table;
mod targets;
mod train;
mod version;

#[cfg(not(any(feature = "ndarray", feature = "flex")))]
compile_error!(
    "the command line trains with burn as well: it needs the feature `ndarray` or `flex`"
);

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{ArgAction, Parser, Subcommand};
use driftscope_flow::network::Opened;
use driftscope_study::lesson::Lesson;
use driftscope_study::scene::{ModelName, Scene};
use driftscope_study::session::Mode;

use self::looks::{Theme, share};
use self::output::{EXIT_REFUSED, complain};
use self::scene_args::SceneArgs;
use crate::app::remembered::{Remembered, report_into};
use crate::app::{DeviceLoss, palette};

/// An oscilloscope for diffusion samplers.
///
/// Without a command a window opens, in which particles flow from noise to a 2D toy distribution
/// and every choice a practitioner makes when sampling shows its effect at once. The commands do
/// the same work without a window, for figures and scripts.
#[derive(Debug, Parser)]
#[command(version, disable_version_flag = true, after_help = WINDOW_HELP, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    scene: SceneArgs,
    /// Open the window, wait, save what it shows as a PNG, and close.
    #[arg(long, value_name = "OUT.png")]
    screenshot: Option<PathBuf>,
    /// How long to wait before the screenshot, in seconds from the first picture on.
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, requires = "screenshot")]
    after: f64,
    /// Size of the window for the screenshot, in points.
    #[arg(long, value_name = "WxH", value_parser = size, requires = "screenshot")]
    size: Option<[f32; 2]>,
    /// Open in the light theme.
    #[arg(long)]
    light: bool,
    /// Open in this theme.
    #[arg(long, value_enum, conflicts_with = "light")]
    theme: Option<Theme>,
    /// Show this moment, as a share of the run from 0 to 1, instead of playing.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    at: Option<f64>,
    /// Light this particle.
    #[arg(long, value_name = "PARTICLE")]
    pin: Option<usize>,
    /// Open in this mode: explore, compare, errors, train or lessons.
    #[arg(long, value_name = "MODE", value_parser = mode)]
    mode: Option<Mode>,
    /// Open this page of the error laboratory: steps, work, advice, flow, likelihood, samples, guidance or formula.
    #[arg(long, value_name = "PAGE", value_parser = page)]
    page: Option<String>,
    /// Open a lesson: a bundled one by name, or a lesson file.
    #[arg(long, value_name = "NAME|FILE.toml", conflicts_with_all = ["scene", "set", "mode"])]
    lesson: Option<String>,
    /// Start afresh: neither restore the last session nor keep this one.
    #[arg(long)]
    fresh: bool,
    /// Begin at this step of the lesson, counted from 1.
    #[arg(long, value_name = "STEP", requires = "lesson", default_value_t = 1)]
    step: usize,
    /// Print version, commit, target, features, instruction set and graphics, as a report of a fault needs them.
    #[arg(long)]
    version: bool,
    /// Print the version on one line.
    #[arg(short = 'V', action = ArgAction::Version)]
    short_version: Option<bool>,
}

const WINDOW_HELP: &str = "Examples:
  driftscope                                     open the window
  driftscope --scene ode-and-sde                 open it on a bundled scene
  driftscope sample --out out                    two moons under DOPRI5, as CSV files
  driftscope sample --set sampler.method=euler --set sampler.steps=10 --out out
  driftscope render --scene ode-and-sde --out picture.svg
  driftscope sweep --set field.kind=exact --methods euler,heun,rk4,dopri5 --out out
  driftscope train --data two-moons --out moons.safetensors";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scene and write samples, trajectories, steps and a summary.
    Sample(sample::Sample),
    /// Draw a scene into a file: a picture, a film, or numbers.
    Render(Box<render::Render>),
    /// Evaluate a scene's field, interpolant and diffusion at given points, in double precision.
    Field(field::FieldCommand),
    /// The log-likelihood of given points under a scene's flow.
    Likelihood(likelihood::Likelihood),
    /// Measure error against cost for several methods: a work–precision diagram.
    Sweep(sweep::Sweep),
    Advise(advise::Advise),
    /// Train a network on a distribution.
    Train(train::Train),
    /// Train networks of every kind and print how good they are.
    Targets(targets::Targets),
    /// Check how a network of others is to be read.
    Convention(convention::Check),
    /// Draw points of a distribution.
    Data(data::DataCommand),
    /// Measure sampling, training and latency on this machine.
    Bench(bench::Measure),
    /// Print every solver as a Markdown table.
    Methods(methods::Methods),
    /// Print every key of a scene as a Markdown table.
    Keys(keys::Keys),
    /// Write a page of a scene to take home: pictures, a film, settings, code.
    Handout(handout::HandoutCommand),
    /// Check what lessons claim, or write one out as a handout.
    Lesson(lesson::LessonCommand),
    /// Print a Python script that samples a scene with another library.
    Code(code::Code),
    /// Print a scene as one line, which every --scene takes.
    Link(link::Link),
}

fn mode(name: &str) -> Result<Mode, String> {
    let found = Mode::ALL.into_iter().find(|mode| mode.title().eq_ignore_ascii_case(name));
    found.ok_or_else(|| format!("one of {}", Mode::ALL.map(Mode::title).join(", ").to_lowercase()))
}

fn page(name: &str) -> Result<String, String> {
    let titles: Vec<&str> = crate::app::lab::page_titles().collect();
    let known = titles.iter().any(|title| title.eq_ignore_ascii_case(name));
    known
        .then(|| name.to_owned())
        .ok_or_else(|| format!("one of {}", titles.join(", ").to_lowercase()))
}

fn size(text: &str) -> Result<[f32; 2], String> {
    let parse = |side: &str| side.parse::<f32>().ok().filter(|s| (200.0..=16384.0).contains(s));
    text.split_once('x')
        .and_then(|(width, height)| Some([parse(width)?, parse(height)?]))
        .ok_or_else(|| "write WIDTHxHEIGHT, each from 200 to 16384, such as 1280x800".into())
}

/// Parses the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let began = Instant::now();
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Some(Command::Sample(sample)) => sample.run(),
        Some(Command::Render(render)) => render.run(),
        Some(Command::Field(field)) => field.run(),
        Some(Command::Likelihood(likelihood)) => likelihood.run(),
        Some(Command::Sweep(sweep)) => sweep.run(),
        Some(Command::Advise(advise)) => advise.run(),
        Some(Command::Train(train)) => train.run(),
        Some(Command::Targets(targets)) => targets.run(),
        Some(Command::Convention(check)) => check.run(),
        Some(Command::Data(data)) => data.run(),
        Some(Command::Bench(bench)) => bench.run(),
        Some(Command::Methods(methods)) => methods.run(),
        Some(Command::Keys(_)) => keys::Keys::run(),
        Some(Command::Handout(handout)) => handout.run(),
        Some(Command::Lesson(lesson)) => lesson.run(),
        Some(Command::Code(code)) => code.run(),
        Some(Command::Link(link)) => link.run(),
        None if cli.version => version::run(),
        None => window(&cli, began),
    };
    outcome.unwrap_or_else(|error| {
        if has_no_reader(&error) {
            return ExitCode::SUCCESS;
        }
        complain(&one_line(&error));
        ExitCode::from(EXIT_REFUSED)
    })
}

/// Whether whoever read the answer has seen enough of it, as `head` has after its lines.
fn has_no_reader(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// An error and its causes in one line, leaving out causes that their effect already quotes.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line.replace('\n', " ")
}

/// Lets what a model's file does not say be read as most such files mean it; whether anything was supposed.
/// What else is wrong with the file is said where it is solved.
fn suppose_reading(scene: &mut Scene) -> bool {
    let Some(ModelName::File(path)) = &scene.field.model else { return false };
    if !scene.needs_network() {
        return false;
    }
    let Ok((_, stated)) = Opened::supposing(path, &scene.field.reading) else { return false };
    let supposed = stated != scene.field.reading;
    scene.field.reading = stated;
    supposed
}

impl Cli {
    /// Whether the window opens on whatever it likes.
    fn asks_for_nothing(&self) -> bool {
        let place = self.at.is_some() || self.pin.is_some();
        let asked = self.mode.is_some() || self.page.is_some() || place;
        self.scene.is_empty() && self.lesson.is_none() && !asked
    }

    /// The theme that was asked for.
    fn theme(&self) -> Option<palette::Theme> {
        self.theme.map(palette::Theme::from).or(self.light.then_some(palette::Theme::Light))
    }

    /// What is remembered from the start before; nothing for a screenshot, and where it is not wished.
    fn remembered(&self) -> Option<Remembered> {
        let wished = !self.fresh && self.screenshot.is_none();
        let folder = wished.then(Remembered::usual_folder).flatten()?;
        let mut found = Remembered::read(&folder);
        if let Some(theme) = self.theme() {
            found = found.in_theme(theme);
        }
        Some(if self.asks_for_nothing() { found } else { found.for_something_else() })
    }
}

fn window(cli: &Cli, began: Instant) -> anyhow::Result<ExitCode> {
    let screenshot = match &cli.screenshot {
        Some(path) => {
            anyhow::ensure!(
                (0.0..=3600.0).contains(&cli.after),
                "--after {} is not allowed: from 0 to 3600 seconds",
                cli.after
            );
            Some(crate::app::Screenshot {
                path: path.clone(),
                after_secs: cli.after,
                size: cli.size,
            })
        }
        None => None,
    };
    let mut scene = cli.scene.scene()?;
    let lesson = match &cli.lesson {
        Some(name) => Some((Lesson::named(name)?, cli.step.saturating_sub(1))),
        None => None,
    };
    let asks_reading = suppose_reading(&mut scene);
    if cli.page.is_some() && cli.mode.is_some_and(|mode| mode != Mode::Errors) {
        anyhow::bail!("--page opens the error laboratory: --mode is errors with it, or left out");
    }
    let remembered = cli.remembered();
    if let Some(found) = &remembered {
        report_into(found.folder.clone());
    }
    let note = crate::app::run(crate::app::Launch {
        scene,
        asks_reading,
        screenshot,
        theme: cli.theme().unwrap_or_default(),
        at: cli.at,
        pin: cli.pin,
        mode: cli.mode.or(cli.page.as_ref().map(|_| Mode::Errors)),
        page: cli.page.clone(),
        lesson,
        remembered,
        own_dialogs: false,
        stage_alone: false,
        embedded: None,
        began: Some(began),
        refused: None,
        loss: DeviceLoss::default(),
    })?;
    if let Some(words) = note {
        complain(&words);
    }
    Ok(ExitCode::SUCCESS)
}
